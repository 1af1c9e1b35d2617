/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind are looked at */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ASK_HUB } from '../cli/surface/rights.ts';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered, renderedAs } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

const texts = (...values: string[]): Promise<any[]> =>
  renderedAs('supercargo', ...values.flatMap((value) => ['--set-string', value]));
const found = (objects: any[], kind: string, name = 'supercargo-hub') =>
  objects.find((one) => one.kind === kind && one.metadata.name === name);

describe('a name that looks like a number, a truth value or a list', () => {
  it('stays a text: of Secrets and their keys, claims, classes and namespaces', async () => {
    const hub = found(
      await texts(
        ...['hub.database.secretName=12345', 'hub.database.secretKey=123', 'hub.database.caSecretName=0x10'],
        ...['hub.database.caSecretKey=1e3', 'hub.tls.secretName=1.0', 'watchNamespaces={123}'],
      ),
      'Deployment',
    ).spec.template.spec;
    const [{ env }] = hub.containers;
    expect(env[0].valueFrom.secretKeyRef).toEqual({ name: '12345', key: '123' });
    const volume = (name: string) => hub.volumes.find((one: any) => one.name === name).secret;
    expect(volume('database-ca')).toEqual({ secretName: '0x10', items: [{ key: '1e3', path: 'ca.crt' }] });
    expect(volume('tls').secretName).toBe('1.0');
    const roles = (await texts('watchNamespaces={123}')).filter(
      ({ kind }) => kind === 'Role' || kind === 'RoleBinding',
    );
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(expect.arrayContaining(['123']));
    for (const { metadata } of roles) expect(typeof metadata.namespace).toBe('string');
  });

  it('of a claim and of a class of storage or ingress, too', async () => {
    const claimed = await texts('hub.persistence.existingClaim=123');
    const { volumes } = found(claimed, 'Deployment').spec.template.spec;
    expect(volumes.find((one: any) => one.name === 'data').persistentVolumeClaim.claimName).toBe('123');
    const claim = async (name: string) =>
      found(await texts(`hub.persistence.storageClassName=${name}`), 'PersistentVolumeClaim').spec.storageClassName;
    expect([await claim('1'), await claim('true'), await claim('-'), await claim('')]).toEqual(['1', 'true', '', undefined]); // prettier-ignore
    const ingress = found(
      await renderedAs(
        'supercargo',
        ...['--set', 'hub.ingress.enabled=true,hub.ingress.hosts[0].host=*.example.com'],
        ...['--set-string', 'hub.ingress.className=1,hub.ingress.hosts[0].tlsSecretName=2'],
      ),
      'Ingress',
    );
    expect(ingress.spec).toMatchObject({
      ingressClassName: '1',
      tls: [{ hosts: ['*.example.com'], secretName: '2' }],
      rules: [{ host: '*.example.com' }],
    });
  });

  it('is the name of a release', async () => {
    for (const { kind, metadata, spec } of (await renderedAs('1234')) as any[]) {
      const labels = [metadata.labels, spec?.template?.metadata.labels, spec?.selector?.matchLabels];
      for (const one of labels.filter((all) => all && 'app.kubernetes.io/instance' in all))
        expect([kind, one['app.kubernetes.io/instance']]).toEqual([kind, '1234']);
    }
  });
});

describe('a value that nothing could be made of is refused, and by its name', () => {
  it.each([
    ['hub.persistence.size=lots', /size/],
    ['hub.service.port=0', /port/],
    ['hub.service.port=99999', /port/],
    ['image.tag=a b', /tag/],
    ['image.repository=Reg/X y', /repository/],
    ['operator.deletionDeadline=', /deletionDeadline/],
    ['nodeSelector.gpu=true', /nodeSelector/],
    ['operator.nodeSelector.gpu=true', /gpu|nodeSelector/],
    ['hub.replicas=2', /hub\.replicas above 1 needs hub\.database\.secretName/],
    ['operator.resources.limits.memory=lots', /memory/],
    ['hub.resources.requests.cpu=-1', /cpu/],
    ['jobs.resources.limits.memory=1 Gi', /memory/],
  ])('%s', async (value, words) => {
    await expect(rendered(value)).rejects.toThrow(words);
  });
});

it('amounts are of any resource, in every form of Kubernetes, and one of the chart can be left out', async () => {
  const amounts =
    'limits.cpu=2,operator.resources.limits.memory=null,operator.resources.requests.ephemeral-storage=1e9';
  const [container] = found(await rendered(`operator.resources.${amounts}`), 'Deployment', 'supercargo-operator').spec.template.spec.containers; // prettier-ignore
  expect(container.resources).toEqual({
    limits: { cpu: 2 },
    requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '1e9' },
  });
});

it('no variable of operator and hub is empty: the API server would store it without its value', async () => {
  const objects: any[] = await rendered();
  for (const part of ['hub', 'operator']) {
    const [{ env }] = found(objects, 'Deployment', `supercargo-${part}`).spec.template.spec.containers;
    expect(env.filter(({ value }: { value?: string }) => value === '' || value === null)).toEqual([]);
  }
});

it('jobs and the pod of helm test have the resources that a quota asks for, and the job for the kinds ends', async () => {
  const objects: any[] = await rendered('jobs.resources.limits.cpu=200m');
  const pods = objects.filter(({ kind }) => kind === 'Job' || kind === 'Pod');
  expect(pods).toHaveLength(3);
  for (const { spec } of pods)
    expect((spec.template?.spec ?? spec).containers[0].resources.limits).toEqual({ cpu: '200m', memory: '256Mi' });
  expect(found(objects, 'Job', 'supercargo-crd-upgrade').spec.activeDeadlineSeconds).toBeGreaterThan(0);
});

/** As where all lines below it are commented out, and of a release whose chart did not have it yet (--reuse-values). */
it.each([
  ...['commonLabels', 'commonAnnotations', 'operator.annotations', 'hub.annotations', 'hub.persistence.annotations'],
  ...['hub.persistence.accessModes', 'operator.verticalPodAutoscaler', 'hub.verticalPodAutoscaler', 'metrics.tls'],
  ...['namespaceOverride', 'operator.serviceAccountName', 'hub.serviceAccountName'],
])('%s that is null is as good as none', async (value) => {
  const monitors = 'metrics.podMonitor.enabled=true,metrics.serviceMonitor.enabled=true,metrics.scrapeAnnotations=true';
  for (const others of [monitors, 'hub.autoscaling.enabled=true,hub.database.secretName=db'])
    expect(await rendered(`${others},${value}=null`)).toEqual(await rendered(others));
});

describe('Drivers', () => {
  it('have the labels of the chart, those of the owner too', async () => {
    const drivers = ((await rendered('commonLabels.team=shops')) as any[]).filter(({ kind }) => kind === 'Driver');
    expect(drivers.length).toBeGreaterThan(6);
    for (const { metadata } of drivers) {
      expect(metadata.labels).toMatchObject({ team: 'shops', 'app.kubernetes.io/managed-by': 'Helm' });
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  it('may be read by whoever is told to look at them, and by no more than the owner says', async () => {
    const binding = async (...values: string[]) => found(await rendered(...values), 'ClusterRoleBinding', 'default.supercargo-drivers'); // prettier-ignore
    const role = found(await rendered(), 'ClusterRole', 'default.supercargo-drivers');
    expect(role.rules).toEqual([{ apiGroups: ['supercargo.dev'], resources: ['drivers'], verbs: ['get', 'list', 'watch'] }]); // prettier-ignore
    const group = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name });
    expect((await binding('drivers.readers={shops}')).subjects).toEqual([group('shops')]);
    expect(await binding()).toBeUndefined();
  });
});

it('a Role has what the commands that ask the hub need in the namespace of the chart', async () => {
  const { metadata, rules } = found(await rendered(), 'Role', 'supercargo-cli');
  expect(metadata.namespace).toBe('default');
  const needed = ASK_HUB.filter(({ place }) => place === 'system').map(({ resources, verbs }) => ({
    ...{ apiGroups: [''], resources: [...resources], verbs: [...verbs] },
  }));
  expect(rules).toEqual(needed);
});
