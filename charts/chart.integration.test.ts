import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run, tryRun } from '../test/cluster/exec.ts';
import { KINDS } from '../crds/index.ts';
import { readConfig } from '../operator/env.ts';
import { CHART, rendered, renderedWhole, type Rendered } from '../test/support/rendered-chart.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

interface Egress {
  readonly ports?: readonly { readonly port: number }[];
  readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
}

const DASHBOARDS = join(import.meta.dirname, 'supercargo', 'files', 'dashboards');

beforeAll(() => ensureBinaries(['helm'], noLog));

async function egressOf(part: string, ...values: string[]): Promise<readonly Egress[]> {
  const objects = await rendered('networkPolicy.enabled=true', ...values);
  const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith(part))!;
  expect(policy.spec['policyTypes']).toEqual(['Ingress', 'Egress']);
  return policy.spec['egress'] as Egress[];
}

const blocksOf = (egress: readonly Egress[]) =>
  egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : [])));

describe('network policies of the chart', () => {
  it('let the hub call public addresses, and of private ones those of the installation, never the metadata', async () => {
    // To any port, so of addresses that are nobody's but the cluster's none.
    const anyPort = blocksOf((await egressOf('hub')).filter(({ ports }) => !ports));
    expect(anyPort).toEqual([
      {
        cidr: '0.0.0.0/0',
        except: expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']),
      },
      { cidr: '::/0', except: expect.arrayContaining(['fc00::/7']) },
    ]);
    const blocks = blocksOf(await egressOf('hub', 'hub.webhooks.privateNetworks={10.20.0.0/16}'));
    for (const { cidr, except } of blocks.filter(({ cidr }) => cidr.endsWith('/0')))
      expect(except).toEqual(
        expect.arrayContaining(cidr === '::/0' ? ['fe80::/10'] : ['169.254.0.0/16', '168.63.129.16/32']),
      );
    expect(blocks.map(({ cidr }) => cidr)).toContain('10.20.0.0/16');
    expect(blocksOf(await egressOf('hub')).map(({ cidr }) => cidr)).not.toContain('10.20.0.0/16');
  });

  it('open the database’s port where there is an external one', async () => {
    const ports = (egress: readonly Egress[]) => egress.flatMap(({ ports: all }) => all?.map(({ port }) => port) ?? []);
    expect(ports(await egressOf('hub', 'hub.database.secretName=db'))).toContain(5432);
    expect(ports(await egressOf('hub', 'hub.database.secretName=db', 'hub.database.port=6432'))).toContain(6432);
    expect(ports(await egressOf('hub'))).not.toContain(5432);
  });

  it('let the operator reach DNS, the API server and the hub, and nothing else', async () => {
    const egress = await egressOf('operator');
    expect(egress.map(({ ports }) => ports?.map(({ port }) => port))).toEqual([[53, 53], [443, 6443], [8080]]);
  });
});

describe('sync.privateNetworks', () => {
  it('reach the operator, which tells the pods', async () => {
    const objects = await rendered('sync.privateNetworks={10.20.0.0/16,fd00::/8}');
    expect(
      JSON.stringify(objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('operator'))),
    ).toContain('{"name":"SUPERCARGO_SYNC_PRIVATE_NETWORKS","value":"10.20.0.0/16,fd00::/8"}');
  });

  it('are refused where one is no network', async () => {
    await expect(rendered('sync.privateNetworks={internal}')).rejects.toThrow(/sync.*privateNetworks/s);
  });
});

describe('hub.webhooks.allowPlainHttp', () => {
  it.each([
    [[], 'false'],
    [['hub.webhooks.allowPlainHttp=true'], 'true'],
  ])('with %j tells the hub %s', async (values, said) => {
    const objects = await rendered(...values);
    expect(
      JSON.stringify(objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('hub'))),
    ).toContain(`{"name":"SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP","value":"${said}"}`);
  });
});

describe('the job that brings the CRDs up to date', () => {
  it('reads and changes the CRDs of the chart by name, and of other things the objects of our kinds alone', async () => {
    interface Rule {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly resourceNames?: readonly string[];
      readonly verbs: readonly string[];
    }
    const roles = (await rendered()).filter(
      ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('crd-upgrade'),
    );
    const rules = (roles[0] as unknown as { rules: Rule[] }).rules;
    const plurals = KINDS.map(({ plural }) => plural).sort();
    const names = plurals.map((plural) => `${plural}.supercargo.dev`);
    const kinds = rules.filter(({ apiGroups }) => apiGroups[0] === 'apiextensions.k8s.io');
    for (const { resources, resourceNames, verbs } of kinds) {
      expect(resources[0]).toMatch(/^customresourcedefinitions(\/status)?$/);
      // A kind that a release adds cannot be named before it is there.
      if (!verbs.includes('create')) expect([...(resourceNames ?? [])].sort()).toEqual(names);
    }
    expect(kinds.filter(({ resourceNames }) => !resourceNames).flatMap(({ verbs }) => verbs)).toEqual(['create']);
    // What is stored in an older version is written once more, as it is.
    const others = rules.filter((rule) => !kinds.includes(rule));
    expect(others.map(({ resources, ...rule }) => ({ ...rule, resources: [...resources].sort() }))).toEqual([
      { apiGroups: ['supercargo.dev'], resources: plurals, verbs: ['get', 'list', 'patch'] },
    ]);
  });
});

describe('sync values that are not taken', () => {
  it.each([
    ['a misspelt one', 'sync.nodeSelektor.pool=x', /nodeSelektor/],
    ['one below', 'sync.imagePullSecrets[0].nam=x', /imagePullSecrets/],
    ['a toleration of another shape', 'sync.tolerations[0].keys=x', /tolerations/],
    ['a variable of ours', 'sync.extraEnv.SUPERCARGO_HUB_URL=x', /extraEnv/],
    ['a proxy with a password', 'sync.proxy.httpsProxy=http://user:secret@proxy:3128', /httpsProxy/],
    ['a label of ours', 'sync.podLabels.app\\.kubernetes\\.io/name=x', /podLabels/],
    ['an amount that is none', 'sync.resources.limits.memory=lots', /memory/],
  ])('%s', async (_what, value, words) => {
    await expect(rendered(value)).rejects.toThrow(words);
  });
});

describe('every object of the chart', () => {
  const CLUSTER_WIDE =
    /^(ClusterRole|ClusterRoleBinding|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding|Driver)$/;

  it('says its namespace, so that rendered manifests can be applied as they are', async () => {
    const all = await renderedWhole();
    const lost = all.filter(({ kind, metadata }) => !CLUSTER_WIDE.test(kind) && !metadata.namespace);
    expect(lost.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    expect(all.filter(({ kind, metadata }) => CLUSTER_WIDE.test(kind) && metadata.namespace)).toEqual([]);
  });

  it('is among those that tests of every object look at', async () => {
    const templates = join(CHART, 'templates');
    const texts = await Promise.all((await readdir(templates)).map((file) => readFile(join(templates, file), 'utf8')));
    const kinds = new Set(texts.flatMap((text) => [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind!)));
    const seen = new Set((await renderedWhole()).map(({ kind }) => kind));
    expect([...kinds].filter((kind) => !seen.has(kind))).toEqual([]);
  });
});

describe.each(['operator', 'hub'])('the pod of the %s', (part) => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests assert on any field of a pod
  const template = async (...values: string[]): Promise<any> => {
    const all = await rendered(...values);
    return all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(part))!.spec['template'];
  };

  it('is placed and labelled by values of its own', async () => {
    const { metadata, spec } = await template(
      `${part}.podLabels.team=shops`,
      `${part}.podAnnotations.note=x`,
      `${part}.priorityClassName=high`,
      `${part}.nodeSelector.pool=x`,
      `${part}.topologySpreadConstraints[0].maxSkew=1,${part}.topologySpreadConstraints[0].topologyKey=zone,${part}.topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway`,
    );
    expect(metadata).toMatchObject({ labels: { team: 'shops' }, annotations: { note: 'x' } });
    expect(spec).toMatchObject({ priorityClassName: 'high', nodeSelector: { pool: 'x' } });
    expect(spec.topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: {
          matchLabels: {
            'app.kubernetes.io/name': 'supercargo',
            'app.kubernetes.io/instance': 'supercargo',
            'app.kubernetes.io/component': part,
          },
        },
      },
    ]);
  });

  it.each([
    'tolerations[0].keys=x',
    'affinity.nodeAfinity.x=y',
    'podLabels.app\\.kubernetes\\.io/name=x',
    'resources.limit.cpu=1',
  ])('takes no %s', async (value) => {
    await expect(rendered(`${part}.${value}`)).rejects.toThrow(new RegExp(part));
  });
});

describe('helm test', () => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests assert on any field of a pod
  const pod = async (): Promise<any> => (await rendered()).find(({ kind }) => kind === 'Pod')!;
  const ask = async (hub: string) => {
    const [, ...args] = (await pod()).spec.containers[0].command as string[];
    return tryRun(process.execPath, args, { env: { SUPERCARGO_HUB_URL: hub } });
  };

  it('has a hook of its own, restricted as the other pods are', async () => {
    const { metadata, spec } = await pod();
    expect(metadata.annotations['helm.sh/hook']).toBe('test');
    expect(spec.securityContext.runAsNonRoot).toBe(true);
    expect(spec.containers[0].securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
  });

  it("believes the hub's own CA where the hub has one", async () => {
    const { spec } = (await rendered('hub.tls.secretName=hub-tls')).find(({ kind }) => kind === 'Pod') as Awaited<
      ReturnType<typeof pod>
    >;
    expect(spec.containers[0].env).toEqual([
      { name: 'SUPERCARGO_HUB_URL', value: expect.stringMatching(/^https:/) },
      { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/supercargo/hub-ca/ca.crt' },
    ]);
    expect(spec.volumes[0].secret.items).toEqual([{ key: 'ca.crt', path: 'ca.crt' }]);
  });

  it('passes when the hub answers, and says where it does not', async () => {
    const hub = createServer((_, response) => response.end('{"info":{"version":"1.2.3"}}'));
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    expect(await ask(url)).toMatchObject({ code: 0, stdout: `the hub 1.2.3 answers at ${url}\n` });
    await new Promise((resolve) => hub.close(resolve));
    expect(await ask(url)).toMatchObject({ code: 1, stderr: expect.stringContaining('(ECONNREFUSED)') });
  });
});

describe('disruption budgets', () => {
  it('let a node be drained, one pod of a part at a time, and can be left out', async () => {
    const budgets = (all: Rendered[]) => all.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets(await rendered()).map(({ spec }) => spec['maxUnavailable'])).toEqual([1, 1]);
    expect(budgets(await rendered('hub.podDisruptionBudget=false,operator.podDisruptionBudget=false'))).toEqual([]);
  });
});

describe('the notes after an install', () => {
  /** `helm template` leaves the notes out: a copy of the chart shows them in an object. */
  const notes = async (...values: string[]) => {
    const copy = await mkdtemp(join(tmpdir(), 'supercargo-notes-'));
    try {
      await cp(join(import.meta.dirname, 'supercargo'), copy, { recursive: true });
      const shown =
        'kind: Notes\nmetadata: { name: notes }\nspec:\n  text: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}\n';
      await writeFile(join(copy, 'templates', 'shown.yaml'), shown);
      const text = await run(binaryPath('helm'), [
        ...['template', 'shops', copy, '--kube-version', '1.37.2', '--namespace', 'goods'],
        ...['--show-only', 'templates/shown.yaml', ...values.flatMap((value) => ['--set', value])],
      ]);
      return (parse(text) as { spec: { text: string } }).spec.text;
    } finally {
      await rm(copy, { recursive: true });
    }
  };

  it('say what to do next, by names and places that there are', async () => {
    const text = await notes();
    expect(text).toContain('helm -n goods test shops');
    expect(text).toContain('service/shops-supercargo-hub 8080:8080');
    expect(text).toContain('For webhooks set hub.ingress, hub.httpRoute');
    expect(text).toContain('Nobody is told when something is wrong');
    expect(text).not.toMatch(/docs\/\S+\.md/);
  });

  it('say what is special about this release', async () => {
    const plain = await notes();
    expect(plain).not.toMatch(/Only these are looked after|WARNING/);
    const text = await notes('watchNamespaces={acme,globex}', 'hub.service.port=7', 'hub.persistence.enabled=false');
    expect(text).toContain('Only these are looked after: acme, globex.');
    expect(text).toContain('service/shops-supercargo-hub 8080:7');
    expect(text).toContain('orders are lost with the hub');
    expect(await notes('hub.persistence.enabled=false', 'hub.database.secretName=db')).not.toContain('WARNING');
  });

  it('leave out what is done', async () => {
    const text = await notes('hub.publicUrl=https://hub.example.com', 'metrics.prometheusRule.enabled=true');
    expect(text).not.toContain('For webhooks set');
    expect(text).not.toContain('Nobody is told');
  });
});

describe('CA certificates and a login for the proxy', () => {
  it('reach the operator', async () => {
    const objects = await rendered('sync.trust.secret=corporate-ca,sync.proxy.loginSecret=proxy-login');
    expect(JSON.stringify(objects)).toContain('\\"secret\\":\\"corporate-ca\\"');
    expect(JSON.stringify(objects)).toContain('\\"loginSecret\\":\\"proxy-login\\"');
  });

  it.each([
    ['sync.trust.secret', 'trust', 'secret.?secretName'],
    ['sync.trust.configMap', 'trust', 'configMap.?name'],
    ['sync.proxy.loginSecret', 'proxy', 'secret.?secretName'],
  ])('%s may be mounted by sync pods, by the policy of their operator', async (value, volume, field) => {
    const rules = (await rendered(`${value}=corporate`)).flatMap(({ kind, spec }) =>
      kind === 'ValidatingAdmissionPolicy' ? (spec['validations'] as { message?: string; expression: string }[]) : [],
    );
    const mounts = rules.find(({ message }) => message?.startsWith('a sync pod mounts one Secret'))!;
    expect(mounts.expression).toContain(`(v.name == '${volume}' && v.?${field}.orValue('') == "corporate")`);
  });

  it('are one source, not two', async () => {
    await expect(rendered('sync.trust.secret=a,sync.trust.configMap=b')).rejects.toThrow(/trust/);
  });
});

describe('monitoring', () => {
  const MONITORING = /^(PodMonitor|ServiceMonitor|PrometheusRule)$/;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests assert on any field
  const monitoring = async (...values: string[]): Promise<any[]> =>
    (await rendered(...values)).filter(({ kind }) => MONITORING.test(kind));

  it('asks for no kinds of the Prometheus operator by default', async () => {
    expect(await monitoring()).toEqual([]);
  });

  it('a PodMonitor finds operator, hub and sync pods, and has the labels that a Prometheus selects by', async () => {
    const [monitor] = await monitoring('metrics.podMonitor.enabled=true,metrics.podMonitor.labels.release=prometheus');
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' });
    expect(monitor.spec.selector.matchExpressions[0].values).toEqual(['supercargo', 'supercargo-sync']);
    expect(monitor.spec.podMetricsEndpoints.map(({ port }: { port: string }) => port)).toEqual(['http', 'metrics']);
    for (const { honorLabels } of monitor.spec.podMetricsEndpoints) expect(honorLabels).toBe(true);
  });

  it('ServiceMonitors take operator and hub over: nothing is scraped twice', async () => {
    const all = await monitoring('metrics.podMonitor.enabled=true,metrics.serviceMonitor.enabled=true');
    expect(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'PodMonitor supercargo',
      'ServiceMonitor supercargo-hub',
      'ServiceMonitor supercargo-operator',
    ]);
    const pods = all.find(({ kind }) => kind === 'PodMonitor');
    expect(pods.spec.selector.matchExpressions[0].values).toEqual(['supercargo-sync']);
    const services = (await rendered('metrics.serviceMonitor.enabled=true')).filter(({ kind }) => kind === 'Service');
    for (const monitor of all.filter(({ kind }) => kind === 'ServiceMonitor')) {
      const wanted = Object.entries(monitor.spec.selector.matchLabels as Record<string, string>);
      const found = services.filter(({ metadata }) =>
        wanted.every(
          ([key, value]) => (metadata as unknown as { labels: Record<string, string> }).labels[key] === value,
        ),
      );
      expect(found.map(({ metadata }) => metadata.name)).toEqual([`${monitor.metadata.name}-metrics`]);
    }
  });

  it('alerts name the release’s namespace, the owner’s labels and where the runbooks are', async () => {
    const [rule] = await monitoring(
      'metrics.prometheusRule.enabled=true,metrics.prometheusRule.alertLabels.team=shops',
      'metrics.prometheusRule.runbookUrl=https://wiki.example/runbooks/',
    );
    const text = JSON.stringify(rule);
    expect(text).not.toContain('RELEASE_NAMESPACE');
    expect(text).toContain('namespace=\\"default\\"');
    for (const { alert, labels, annotations } of rule.spec.groups[0].rules) {
      expect(labels).toMatchObject({ team: 'shops', severity: expect.stringMatching(/^(warning|critical)$/) });
      expect(annotations.runbook_url).toBe(`https://wiki.example/runbooks/${alert}`);
    }
  });

  it('the alert of a forgotten pause fires after as many days as the owner says, and is left out at 0', async () => {
    const [week] = await monitoring('metrics.prometheusRule.enabled=true');
    const forgotten = (rule: typeof week) =>
      rule.spec.groups[0].rules.find(({ alert }: { alert: string }) => alert === 'SupercargoSuspendedLong');
    expect(forgotten(week).expr).toMatch(/ > 7 \* 86400$/);
    const [month] = await monitoring('metrics.prometheusRule.enabled=true,metrics.prometheusRule.suspendedDays=30');
    expect(forgotten(month).expr).toMatch(/ > 30 \* 86400$/);
    const [never] = await monitoring('metrics.prometheusRule.enabled=true,metrics.prometheusRule.suspendedDays=0');
    expect(forgotten(never)).toBeUndefined();
    expect(never.spec.groups[0].rules).toHaveLength(week.spec.groups[0].rules.length - 1);
  });

  it('the alert of a volume that fills is of the claim that the hub has, and left out where it has none', async () => {
    const volume = async (...values: string[]) => {
      const [rule] = await monitoring('metrics.prometheusRule.enabled=true', ...values);
      expect(JSON.stringify(rule)).not.toContain('HUB_CLAIM');
      const [found] = rule.spec.groups[0].rules.filter(({ alert }: { alert: string }) => /VolumeFills/.test(alert));
      return /persistentvolumeclaim="([^"]*)"/.exec(found?.expr)?.[1];
    };
    expect(await volume()).toBe('supercargo-hub');
    expect(await volume('hub.persistence.existingClaim=mine')).toBe('mine');
    expect(await volume('hub.persistence.enabled=false')).toBeUndefined();
    expect(await volume('hub.database.secretName=db')).toBeUndefined();
  });

  it('alerts lead to a dashboard where the chart knows a Grafana, to that of their connection if they are about one', async () => {
    const boards = async (...values: string[]) => {
      const [rule] = await monitoring('metrics.prometheusRule.enabled=true', ...values);
      return Object.fromEntries(
        rule.spec.groups[0].rules.map((one: { alert: string; annotations: Record<string, string> }) => [
          one.alert.replace('Supercargo', ''),
          one.annotations['dashboard'],
        ]),
      ) as Record<string, string | undefined>;
    };
    expect(new Set(Object.values(await boards()))).toEqual(new Set([undefined]));
    const known = await boards('metrics.dashboards.grafanaUrl=https://grafana.example/');
    const one =
      'https://grafana.example/d/supercargo-connection?var-namespace={{ $labels.namespace }}&var-connection={{ $labels.connection }}';
    expect(known).toMatchObject({
      OrdersStale: one,
      WritesLate: one,
      SuspendedLong: one,
      SyncPodSilent: one,
      LicenseEnds: 'https://grafana.example/d/supercargo-connections',
      HubDown: 'https://grafana.example/d/supercargo-hub-and-loop',
      WebhookStuck: 'https://grafana.example/d/supercargo-hub-and-loop',
    });
    const uids = await Promise.all(
      (await readdir(DASHBOARDS)).map(async (file) => JSON.parse(await readFile(join(DASHBOARDS, file), 'utf8')).uid),
    );
    for (const url of Object.values(known)) expect(uids).toContain(/\/d\/([\w-]+)/.exec(url!)?.[1]);
  });

  it('takes no interval that is none', async () => {
    await expect(rendered('metrics.podMonitor.interval=soon')).rejects.toThrow(/interval/);
  });
});

describe('the operator', () => {
  /** As its process reads it. */
  const configured = async (...values: string[]) => {
    const deployment = (await rendered(...values)).find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'supercargo-operator',
    )!;
    const { containers } = (deployment.spec['template'] as { spec: { containers: { env: Variable[] }[] } }).spec;
    const env = Object.fromEntries(containers[0]!.env.map(({ name, value = 'supercargo' }) => [name, value]));
    return { env, config: readConfig(env) };
  };
  interface Variable {
    readonly name: string;
    readonly value?: string;
  }

  it('has the times of its lease, under the names of client-go, and the number of its workers from values', async () => {
    const given = await configured(
      ...['leaseDuration=30s', 'renewDeadline=20s', 'retryPeriod=5s'].map(
        (value) => `operator.leaderElection.${value}`,
      ),
      'operator.workers=16',
    );
    expect(given.config).toMatchObject({
      workers: 16,
      lease: { leaseMs: 30_000, renewDeadlineMs: 20_000, retryMs: 5000 },
    });
    // So that nobody has to look up two defaults.
    const [plain, unsaid] = [(await configured()).config, readConfig({ ...needed, SUPERCARGO_WORKERS: undefined })];
    expect([plain.workers, plain.lease]).toEqual([unsaid.workers, unsaid.lease]);
    await expect(rendered('operator.workers=0')).rejects.toThrow(/workers/);
    await expect(rendered('operator.leaderElection.leaseDuration=soon')).rejects.toThrow(/leaseDuration/);
  });

  it('has a name of its own that a value can say otherwise, its own lease, and a selector', async () => {
    const { config } = await configured();
    expect([config.installation, config.leaseName, config.selector]).toEqual([
      'default.supercargo',
      'supercargo-operator',
      undefined,
    ]);
    const named = await configured('installation.name=blue', 'watch.selector=supercargo.dev/shard!=a');
    expect([named.config.installation, named.config.selector]).toEqual(['blue', 'supercargo.dev/shard!=a']);
    await expect(rendered('installation.name=Blue')).rejects.toThrow(/installation/);
  });

  const needed = {
    SUPERCARGO_NAMESPACE: 'supercargo',
    SUPERCARGO_HUB_URL: 'http://hub:8080',
    SUPERCARGO_SYNC_IMAGE: 'supercargo:1',
  };
});
