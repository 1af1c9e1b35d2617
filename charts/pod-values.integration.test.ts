/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind are looked at */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { syncPodTemplate } from '../operator/pod-template.ts';
import { run } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { CHART } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

/** The chart with a file of values, as its owner keeps one. */
async function withValues(values: object): Promise<any[]> {
  const folder = await mkdtemp(join(tmpdir(), 'values-'));
  try {
    const file = join(folder, 'values.yaml');
    await writeFile(file, stringify(values));
    const text = await run(binaryPath('helm'), [
      'template',
      '--kube-version',
      '1.37.2',
      'supercargo',
      CHART,
      '--values',
      file,
    ]);
    return parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const find = (objects: any[], kind: string, name: string): any =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const podOf = (objects: any[], part: string): any => find(objects, 'Deployment', `supercargo-${part}`).spec.template;
const containerOf = (objects: any[], part: string): any => podOf(objects, part).spec.containers[0];
const envOf = (objects: any[], part: string): Record<string, any> =>
  Object.fromEntries(
    containerOf(objects, part).env.map(({ name, value, valueFrom }: any) => [name, value ?? valueFrom]),
  );

const EXTRA = {
  logLevel: 'debug',
  extraEnv: [
    { name: 'TZ', value: 'UTC' },
    { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
  ],
  extraEnvFrom: [{ configMapRef: { name: 'shared' } }],
  extraVolumes: [{ name: 'extra', emptyDir: {} }],
  extraVolumeMounts: [{ name: 'extra', mountPath: '/extra' }],
  runtimeClassName: 'gvisor',
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.53'] },
  hostAliases: [{ ip: '10.0.0.9', hostnames: ['wms.corp'] }],
  terminationGracePeriodSeconds: 90,
  revisionHistoryLimit: 2,
  probes: { liveness: { timeoutSeconds: 30 }, readiness: { periodSeconds: 7 } },
};

describe.each(['operator', 'hub'])('the pod of the %s', (part) => {
  it('has what its owner adds: variables, volumes, names, a runtime class and a log level of its own', async () => {
    const objects = await withValues({ [part]: EXTRA, logLevel: 'warn' });
    const { spec } = podOf(objects, part);
    expect(spec).toMatchObject({
      runtimeClassName: 'gvisor',
      dnsPolicy: 'None',
      dnsConfig: EXTRA.dnsConfig,
      hostAliases: EXTRA.hostAliases,
      terminationGracePeriodSeconds: 90,
    });
    expect(spec.volumes).toContainEqual(EXTRA.extraVolumes[0]);
    const container = containerOf(objects, part);
    expect(container.volumeMounts).toContainEqual(EXTRA.extraVolumeMounts[0]);
    expect(container.envFrom).toEqual(EXTRA.extraEnvFrom);
    for (const variable of EXTRA.extraEnv) expect(container.env).toContainEqual(variable);
    expect(envOf(objects, part)).toMatchObject({ SUPERCARGO_LOG_LEVEL: 'debug' });
    expect(find(objects, 'Deployment', `supercargo-${part}`).spec.revisionHistoryLimit).toBe(2);
    const other = part === 'hub' ? 'operator' : 'hub';
    expect(podOf(objects, other).spec).not.toHaveProperty('runtimeClassName');
    expect(envOf(objects, other)).toMatchObject({ SUPERCARGO_LOG_LEVEL: 'warn' });
  });

  it("keeps of its probes what the owner does not say: the path, and the chart's other times", async () => {
    const before = containerOf(await withValues({}), part);
    const after = containerOf(await withValues({ [part]: EXTRA }), part);
    expect(after.livenessProbe).toEqual({ ...before.livenessProbe, timeoutSeconds: 30 });
    expect(after.readinessProbe).toEqual({ ...before.readinessProbe, periodSeconds: 7 });
  });

  it.each([
    ['a variable that the chart sets', { extraEnv: [{ name: 'SUPERCARGO_LOG_LEVEL', value: 'x' }] }],
    ['a proxy that would not be used', { extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://p:1' }] }],
    ['a volume of the chart', { extraVolumes: [{ name: 'data', emptyDir: {} }] }],
    ['a value that there is not', { extraEnvs: [] }],
    ['a time that is none', { probes: { liveness: { timeoutSeconds: 0 } } }],
  ])('refuses %s', async (_, values) => {
    await expect(withValues({ [part]: values })).rejects.toThrow(/values don't meet the specifications/);
  });
});

describe('the strategy of an update', () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };

  it("is the owner's", async () => {
    const objects = await withValues({ operator: { updateStrategy } });
    expect(find(objects, 'Deployment', 'supercargo-operator').spec.strategy).toEqual(updateStrategy);
  });

  it('is never one that would run two embedded databases on one volume', async () => {
    const strategyOf = async (hub: object) =>
      find(await withValues({ hub: { updateStrategy, ...hub } }), 'Deployment', 'supercargo-hub').spec.strategy;
    expect(await strategyOf({})).toEqual({ type: 'Recreate' });
    expect(await strategyOf({ database: { secretName: 'db' } })).toEqual(updateStrategy);
  });
});

describe('the database of the hub', () => {
  it('is found by the parts of its address, in a Secret as clouds write it', async () => {
    const database = {
      secretName: 'rds',
      hostKey: 'endpoint',
      passwordKey: 'password',
      userKey: 'username',
      name: 'shop',
    };
    const env = envOf(await withValues({ hub: { database: { ...database, port: 6432 } } }), 'hub');
    const key = (name: string) => ({ secretKeyRef: { name: 'rds', key: name } });
    expect(env).toMatchObject({
      SUPERCARGO_DATABASE_HOST: key('endpoint'),
      SUPERCARGO_DATABASE_USER: key('username'),
      SUPERCARGO_DATABASE_PASSWORD: key('password'),
      SUPERCARGO_DATABASE_NAME: 'shop',
      SUPERCARGO_DATABASE_PORT: '6432',
    });
    expect(env).not.toHaveProperty('SUPERCARGO_DATABASE_URL');
  });

  it('has its port from the Secret where that has one', async () => {
    const database = { secretName: 'db', host: 'db.corp', passwordKey: 'password', portKey: 'port' };
    expect(envOf(await withValues({ hub: { database } }), 'hub')).toMatchObject({
      SUPERCARGO_DATABASE_PORT: { secretKeyRef: { name: 'db', key: 'port' } },
    });
  });

  it.each([
    ['a host without a password', { secretName: 'db', host: 'db.corp' }, /hub\.database\.passwordKey/],
    ['a password without a host', { secretName: 'db', passwordKey: 'p' }, /hostKey or host/],
    ['parts without a Secret', { host: 'db.corp', passwordKey: 'p' }, /hub\.database\.secretName/],
  ])('refuses %s', async (_, database, said) => {
    await expect(withValues({ hub: { database } })).rejects.toThrow(said);
  });
});

describe('order webhooks of the hub', () => {
  const proxy = { httpsProxy: 'http://proxy.corp:3128', noProxy: ['.corp'], loginSecret: 'proxy-login' };

  it('go by a proxy, to endpoints in the cluster without it; its login is a file, and the network lets it through', async () => {
    const objects = await withValues({ networkPolicy: { enabled: true }, hub: { webhooks: { proxy } } });
    const env = envOf(objects, 'hub');
    expect(env).toMatchObject({
      HTTPS_PROXY: 'http://proxy.corp:3128',
      SUPERCARGO_PROXY_LOGIN_DIR: '/etc/supercargo/proxy',
    });
    expect(env).not.toHaveProperty('HTTP_PROXY');
    expect(env['NO_PROXY'].split(',')).toEqual(expect.arrayContaining(['localhost', '.svc', '.corp']));
    expect(podOf(objects, 'hub').spec.volumes).toContainEqual({ name: 'proxy', secret: { secretName: 'proxy-login' } });
    expect(portsOfProxy(objects)).toEqual([3128]);
  });

  it.each([
    ['http://proxy1', 80],
    ['https://10.0.0.12', 443],
    ['http://10.0.0.12:8080', 8080],
    ['http://[fd00::12]:3128', 3128],
    ['http://[fd00::12]/', 80],
  ])('are let through to the port of %s', async (httpsProxy, port) => {
    const hub = { webhooks: { proxy: { httpsProxy } } };
    expect(portsOfProxy(await withValues({ networkPolicy: { enabled: true }, hub }))).toEqual([port]);
  });

  /** The last of what the hub may reach. */
  const portsOfProxy = (objects: any[]): number[] =>
    find(objects, 'NetworkPolicy', 'supercargo-hub')
      .spec.egress.at(-1)
      .ports.map(({ port }: any) => port);

  it.each([
    ['a ConfigMap', { configMap: 'corporate-ca' }, { configMap: { name: 'corporate-ca' } }],
    ['a Secret', { secret: 'corporate-ca', key: 'root.pem' }, { secret: { secretName: 'corporate-ca' } }],
  ])('trust a CA of %s beside those of the system', async (_, trust, volume) => {
    const objects = await withValues({ hub: { trust } });
    expect(envOf(objects, 'hub')).toMatchObject({ NODE_EXTRA_CA_CERTS: '/etc/supercargo/trust/ca.crt' });
    expect(podOf(objects, 'hub').spec.volumes).toContainEqual(
      expect.objectContaining({
        name: 'trust',
        ...Object.fromEntries(Object.entries(volume).map(([kind, of]) => [kind, expect.objectContaining(of)])),
      }),
    );
  });
});

describe('resources', () => {
  it('of sync pods and the target of the autoscaler may be a plain number, as in any manifest', async () => {
    const objects = await withValues({
      sync: { resources: { requests: { cpu: 1, memory: '1Ti' }, limits: {} } },
      hub: { database: { secretName: 'db' }, autoscaling: { enabled: true, targetCPU: 1.5 } },
    });
    const { resources } = syncPodTemplate.parse(envOf(objects, 'operator')['SUPERCARGO_SYNC_PODS']);
    expect(resources.requests).toEqual({ cpu: 1, memory: '1Ti' });
    const [metric] = find(objects, 'HorizontalPodAutoscaler', 'supercargo-hub').spec.metrics;
    expect(metric.resource.target.averageValue).toBe('1.5');
  });
});

describe('the network', () => {
  it('of two families is that of the Service', async () => {
    const service = { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] };
    expect(find(await withValues({ hub: { service } }), 'Service', 'supercargo-hub').spec).toMatchObject(service);
  });

  it('lets whom the owner names call the hub, and always the operator and sync pods of any namespace', async () => {
    const peer = { ipBlock: { cidr: '10.9.0.0/16' } };
    const networkPolicy = { enabled: true, hubFrom: [peer] };
    const { ingress } = find(await withValues({ networkPolicy }), 'NetworkPolicy', 'supercargo-hub').spec;
    expect(ingress[0].from).toContainEqual(peer);
    expect(JSON.stringify(ingress[0].from)).toMatch(/supercargo-sync.*"app.kubernetes.io\/component":"operator"/);
    expect(ingress[0].from[0].namespaceSelector).toEqual({});
    const open = find(await withValues({ networkPolicy: { enabled: true } }), 'NetworkPolicy', 'supercargo-hub').spec;
    expect(open.ingress[0]).not.toHaveProperty('from');
  });
});

describe('a Prometheus', () => {
  it('that knows no monitors finds every pod by annotations, each by its port', async () => {
    const objects = await withValues({ metrics: { scrapeAnnotations: true }, sync: { podAnnotations: { own: 'x' } } });
    const portOf = (part: string) => podOf(objects, part).metadata.annotations['prometheus.io/port'];
    expect([portOf('operator'), portOf('hub')]).toEqual(['8080', '8081']);
    const { annotations } = JSON.parse(envOf(objects, 'operator')['SUPERCARGO_SYNC_PODS']);
    expect(annotations).toMatchObject({ own: 'x', 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' });
    expect(JSON.stringify(await withValues({}))).not.toContain('prometheus.io/scrape');
  });

  it("relabels as its owner says, after the chart's own", async () => {
    const own = {
      enabled: true,
      scrapeTimeout: '20s',
      relabelings: [{ action: 'drop', sourceLabels: ['a'], regex: 'b' }],
      metricRelabelings: [{ action: 'labeldrop', regex: 'pod' }],
    };
    const pods = find(await withValues({ metrics: { podMonitor: own } }), 'PodMonitor', 'supercargo').spec;
    expect(pods.podMetricsEndpoints[0].relabelings).toEqual([
      expect.objectContaining({ regex: 'hub' }),
      own.relabelings[0],
    ]);
    expect(pods.podMetricsEndpoints[1]).toMatchObject({
      scrapeTimeout: '20s',
      metricRelabelings: own.metricRelabelings,
    });
    const services = await withValues({ metrics: { serviceMonitor: own } });
    const { enabled: _, ...said } = own;
    expect(find(services, 'ServiceMonitor', 'supercargo-hub').spec.endpoints[0]).toMatchObject(said);
  });
});

describe('rbac.create', () => {
  it('as false makes no role of operator and hub: somebody else gives them their rights', async () => {
    const roles = (await withValues({ rbac: { create: false }, aggregateRoles: false })).filter(
      ({ kind, metadata }) => /Role/.test(kind) && !metadata.annotations?.['helm.sh/hook'],
    );
    expect(roles.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    const aggregated = (await withValues({ rbac: { create: false } })).filter(
      ({ kind, metadata }) => kind === 'ClusterRole' && !metadata.annotations?.['helm.sh/hook'],
    );
    expect(aggregated.map(({ metadata }) => metadata.name).sort()).toEqual([
      'default.supercargo-drivers',
      'default.supercargo-edit',
      'default.supercargo-view',
    ]);
  });
});
