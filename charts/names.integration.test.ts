/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind are looked at */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered, renderedAs, type Rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

const EVERYTHING = [
  ...['networkPolicy.enabled=true', 'hub.replicas=1', 'metrics.podMonitor.enabled=true'],
  ...['metrics.serviceMonitor.enabled=true', 'metrics.prometheusRule.enabled=true', 'metrics.dashboards.enabled=true'],
];
const namesOf = (objects: readonly Rendered[]): string[] => objects.map(({ metadata }) => metadata.name);
/** Pod specs of Deployments, Jobs and Pods. */
const podsOf = (objects: readonly any[]): any[] =>
  objects.flatMap(({ kind, spec }) => (kind === 'Pod' ? spec : (spec?.template?.spec ?? [])));

describe('the names of the objects', () => {
  it.each<[string, string, string[], string]>([
    ['the release, where it says what it is', 'supercargo-eu', [], 'supercargo-eu'],
    ['the release and what it is', 'shops', [], 'shops-supercargo'],
    ['the release and nameOverride', 'shops', ['nameOverride=sync'], 'shops-sync'],
    ['the release alone, where it has nameOverride in it', 'shops-sync', ['nameOverride=sync'], 'shops-sync'],
    ['fullnameOverride, whatever the release is called', 'shops', ['fullnameOverride=sc,nameOverride=x'], 'sc'],
    ['40 characters of it at most', 'r', [`fullnameOverride=${'a'.repeat(39)}-b`], 'a'.repeat(39)],
  ])('begin with %s', async (_what, release, values, name) => {
    const sets = [...EVERYTHING, ...values].flatMap((value) => ['--set', value]);
    const names = namesOf(await renderedAs(release, ...sets));
    expect(names).toEqual(expect.arrayContaining([`${name}-operator`, `${name}-hub`]));
    // Operator, hub and sync pods are told of each other by these names.
    const hubUrl = `http://${name}-hub.default.svc:8080`;
    expect(JSON.stringify(await renderedAs(release, ...sets))).toContain(hubUrl);
  });

  it('have nothing of the release left where fullnameOverride is set', async () => {
    const sets = [...EVERYTHING, 'fullnameOverride=sc'].flatMap((value) => ['--set', value]);
    expect(namesOf(await renderedAs('shops', ...sets)).filter((name) => name.includes('shops'))).toEqual([]);
  });

  it('say another namespace than that of the release where namespaceOverride does, wherever they say one', async () => {
    const sets = [...EVERYTHING, 'namespaceOverride=elsewhere', 'drivers.readers={ops}'].flatMap((value) => [
      '--set',
      value,
    ]);
    const objects = await renderedAs('shops', '--namespace', 'of-the-release', ...sets);
    const namespaces = objects.flatMap(({ metadata }: any) => metadata.namespace ?? []);
    expect(new Set(namespaces)).toEqual(new Set(['elsewhere']));
    // Nor is it left in what one object says of another: addresses, accounts, names of the cluster's own objects.
    expect(objects.filter((object) => JSON.stringify(object).includes('of-the-release'))).toEqual([]);
    const hub: any = objects.find(({ metadata }) => metadata.name === 'shops-supercargo-hub');
    expect(JSON.stringify(objects)).toContain('http://shops-supercargo-hub.elsewhere.svc:8080');
    expect(hub.metadata.namespace).toBe('elsewhere');
  });

  it.each([
    'fullnameOverride=Sc',
    'nameOverride=a_b',
    'fullnameOverride=1a',
    'fullnameOverride=a-',
    'namespaceOverride=A',
  ])('are none that Kubernetes refuses: %s', async (value) => {
    await expect(rendered(value)).rejects.toThrow(/Override/);
  });
});

describe('what a chart of charts sets for all', () => {
  it.each([
    ['ghcr.io/supercargo-dev/supercargo', 'mirror.example.com/supercargo-dev/supercargo'],
    ['localhost/supercargo', 'mirror.example.com/supercargo'],
    ['registry:5000/supercargo', 'mirror.example.com/supercargo'],
    ['team/supercargo', 'mirror.example.com/team/supercargo'],
    ['supercargo', 'mirror.example.com/supercargo'],
  ])('the registry of %s is another: %s', async (repository, expected) => {
    for (const registry of ['mirror.example.com', 'mirror.example.com/']) {
      const objects = await rendered(
        `image.repository=${repository}`,
        `global.imageRegistry=${registry}`,
        'image.tag=v1',
      );
      const images = podsOf(objects).flatMap(({ containers }) => containers.map(({ image }: any) => image));
      expect(new Set(images)).toEqual(new Set([`${expected}:v1`]));
      // Sync pods get the same, and the policy lets the operator make pods of no other.
      expect(JSON.stringify(objects)).toContain(`{"name":"SUPERCARGO_SYNC_IMAGE","value":"${expected}:v1"}`);
      const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
      expect(JSON.stringify(policies)).toContain(`${expected}:v1`);
    }
  });

  it.each([
    ['global.imagePullSecrets={all}', 'all'],
    ['global.imagePullSecrets[0].name=all', 'all'],
    ['global.imagePullSecrets={all},imagePullSecrets[0].name=own', 'own'],
  ])('all pods are pulled with the Secret of %s', async (values, secret) => {
    const objects = await rendered(values);
    const pods = podsOf(objects);
    expect(pods.length).toBeGreaterThan(3);
    for (const pod of pods) expect(pod.imagePullSecrets).toEqual([{ name: secret }]);
    const operator: any = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && /operator$/.test(metadata.name),
    );
    const { env } = operator.spec.template.spec.containers[0];
    const syncPods = env.find(({ name }: any) => name === 'SUPERCARGO_SYNC_PODS').value;
    expect(JSON.parse(syncPods).imagePullSecrets).toEqual([{ name: secret }]);
  });

  it('a chart above this one may say there what this one does not know', async () => {
    await expect(rendered('global.storageClass=fast')).resolves.toBeDefined();
  });
});
