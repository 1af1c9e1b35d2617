import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bringTo } from '../cli/commands/crds.ts';
import { CRDS, type Crd } from '../cli/commands/crd.ts';
import { migrateStored, type MigrationSurroundings } from '../cli/commands/stored-versions.ts';
import { systemClock } from '../kit/clock.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { ApiError } from '../kit/kube/errors.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import type { Intent, KubeObject } from '../kit/kube/objects.ts';
import type { PolicyRule } from '../operator/rbac.ts';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { waitFor } from '../test/cluster/wait.ts';
import { kindOfRelease } from '../test/support/kinds-of-release.ts';
import { rendered } from '../test/support/rendered-chart.ts';
import { OperatorRig, until } from '../test/support/operator-rig.ts';
import { GROUP, resourceType } from './index.ts';

jest.setTimeout(180_000);
const OLD = 'v1alpha1';
const NEW = 'v1beta1';
/** More than a page of the list. */
const MANY = 620;
const PLURALS = ['stores', 'credentials'] as const;
type Plural = (typeof PLURALS)[number];
const KIND = { stores: 'Store', credentials: 'Credential' } as const;
const SPEC = { stores: { client: 'acme' }, credentials: { driver: 'vendure', secretRef: { name: 'key' } } };

let rig: OperatorRig;
let job: KubeClient;
let said: string[];
let slept: number[];
beforeAll(async () => {
  rig = await OperatorRig.start();
  job = await accountOfJob();
}, BUILD_PATIENCE_MS);
afterAll(async () => {
  await job?.close();
  await rig?.stop();
});
beforeEach(async () => {
  [said, slept] = [[], []];
  for (const plural of PLURALS) {
    await stage(plural, OLD, NEW);
    for (const name of await readable(plural)) await remove(plural, name);
  }
});

/** A release comes whose kinds have these versions, the first of them stored. */
const stage = (plural: Plural, ...versions: string[]) =>
  rig.client.apply(CRDS, kindOfRelease(plural, ...versions), { manager: 'test' });
const crdOf = (plural: Plural) => `${plural}.${GROUP}`;
const storedVersions = async (plural: Plural) =>
  (await rig.client.get<KubeObject & { status: { storedVersions: string[] } }>(CRDS, crdOf(plural))).status
    .storedVersions;
const manifest = (plural: Plural, name: string) => rig.manifest(KIND[plural], 'default', name, SPEC[plural]);
const make = (plural: Plural, name: string) =>
  rig.client.create(resourceType(KIND[plural]), manifest(plural, name), 'test');
const remove = (plural: Plural, name: string) =>
  rig.client.delete(resourceType(KIND[plural]), { name, namespace: 'default' });
/** While the API server reads a changed kind anew it gives nothing. */
const readable = (plural: Plural) =>
  waitFor(
    `the ${plural}`,
    async () => (await rig.client.list(resourceType(KIND[plural]))).items.map(({ metadata }) => metadata.name).sort(),
    { timeout: 60_000 },
  );

/** One API server takes a changed kind sooner than several. */
const clock = { ...systemClock, sleep: (ms: number) => (slept.push(ms), systemClock.sleep(Math.min(ms, 5_000))) };
const say = (line: string): void => void said.push(line);
/** With exactly the rights that the chart gives its job. */
async function accountOfJob(): Promise<KubeClient> {
  await ensureBinaries(['helm'], noLog);
  const role = (await rendered()).find(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('crd-upgrade'),
  ) as unknown as { readonly rules: readonly PolicyRule[] };
  return createClient(await rig.serviceAccount('crd-upgrade', { cluster: role.rules }));
}
/** What the job of a release does whose Stores have these versions, the first of them stored. */
const release = (...versions: string[]) =>
  bringTo([kindOfRelease('stores', ...versions) as Crd & Intent], { client: job, clock, say });

function migrate(client: MigrationSurroundings['client'] = rig.client): Promise<void> {
  return migrateStored(PLURALS.map(crdOf), { client, clock, say });
}

/** The client, with something else in place of one of its verbs. */
const withOther = (other: Partial<MigrationSurroundings['client']>): MigrationSurroundings['client'] => {
  const { client } = rig;
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    jsonPatch: (...args) => client.jsonPatch(...args),
    applyStatus: (...args) => client.applyStatus(...args),
    ...other,
  };
};

/** The old version goes; the API server cannot read any more what was left in it. */
async function readableWithout(plural: Plural): Promise<string[]> {
  await stage(plural, NEW);
  await until(`${plural} without ${OLD}`, async () => {
    const old = { ...resourceType(KIND[plural]), apiVersion: `${GROUP}/${OLD}` };
    return rig.client.list(old).then(
      () => false,
      (error: ApiError) => error.reason === 'NotFound',
    );
  });
  return readable(plural);
}

it('what is deleted and made anew while the others are written keeps nothing from its end', async () => {
  for (const name of ['gone', 'anew', 'stays']) await make('stores', name);
  await stage('stores', NEW, OLD);
  await migrate(
    withOther({
      async list<T extends KubeObject>(...args: Parameters<KubeClient['list']>) {
        const page = await rig.client.list<T>(...args);
        await remove('stores', 'gone');
        await remove('stores', 'anew');
        await make('stores', 'anew');
        return page;
      },
    }),
  );
  expect(said).toEqual([`${crdOf('stores')}: 2 stored as ${NEW}`]);
  expect(await storedVersions('stores')).toEqual([NEW]);
  expect(await readableWithout('stores')).toEqual(['anew', 'stays']);
});

it('a kind that has no objects is put right, too', async () => {
  await stage('stores', NEW, OLD);
  await migrate();
  expect([said, await storedVersions('stores')]).toEqual([[`${crdOf('stores')}: 0 stored as ${NEW}`], [NEW]]);
});

it('interrupted half way it begins anew, and waits once for all kinds', async () => {
  const made = Array.from({ length: MANY }, (_, index) => `many-${String(index).padStart(4, '0')}`);
  for (const name of made) await make('credentials', name);
  await make('stores', 'one');
  for (const plural of PLURALS) await stage(plural, NEW, OLD);
  let left = MANY / 2;
  const interrupted = withOther({
    jsonPatch(...args) {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return rig.client.jsonPatch(...args);
    },
  });
  await expect(migrate(interrupted)).rejects.toThrow('killed');
  expect(await storedVersions('credentials')).toEqual([OLD, NEW]);
  [said, slept] = [[], []];
  await migrate();
  expect(said).toContain(`${crdOf('credentials')}: ${MANY} stored as ${NEW}`);
  expect(slept).toEqual([10_000]);
  expect(await readableWithout('credentials')).toEqual(made);
  // And nothing more is to do.
  [said, slept] = [[], []];
  await migrate();
  expect([said, slept]).toEqual([[], []]);
});

it('a kind that it has no right to write is named with what to do, and the others are done', async () => {
  await make('stores', 'one');
  await make('credentials', 'one');
  for (const plural of PLURALS) await stage(plural, NEW, OLD);
  const config = await rig.serviceAccount('half-a-job', {
    cluster: [
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get'] },
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions/status'], verbs: ['patch'] },
      { apiGroups: [GROUP], resources: ['stores', 'credentials'], verbs: ['list'] },
      { apiGroups: [GROUP], resources: ['credentials'], verbs: ['patch'] },
    ],
  });
  const client = createClient(config);
  await expect(migrate(client).finally(() => client.close())).rejects.toThrow(
    `not written anew: 1 of ${crdOf('stores')}. They hold on to a version that goes: mend what is named above`,
  );
  expect(said).toEqual([
    expect.stringMatching(/^Store default\/one: .*half-a-job" cannot patch resource "stores"/),
    `${crdOf('credentials')}: 1 stored as ${NEW}`,
  ]);
  expect(await storedVersions('stores')).toContain(OLD);
});

describe('who applied in a version that goes', () => {
  const condition = (type: string) => ({
    ...{ type, status: 'True', reason: 'Said', message: 'It is so.', observedGeneration: 1 },
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const storeIn = (version: string) => ({ ...resourceType('Store'), apiVersion: `${GROUP}/${version}` });
  const intent = (version: string, name: string, more: object): Intent => ({
    ...{ apiVersion: `${GROUP}/${version}`, kind: 'Store', metadata: { name, namespace: 'default' } },
    ...more,
  });
  /** What a repository has, and what an operator says, each applied in that version. */
  async function write(version: string, name: string, aliases: string[], conditions: string[]): Promise<void> {
    const spec = { skuAliases: Object.fromEntries(aliases.map((alias) => [alias, 'TEE'])) };
    await rig.client.apply(storeIn(version), intent(version, name, { spec }), { manager: 'gitops' });
    const status = { observedGeneration: 1, conditions: conditions.map(condition) };
    await rig.client.applyStatus(storeIn(version), intent(version, name, { status }), { manager: 'operator' });
  }
  const seen = async (version: string, name: string) => {
    const { spec, status } = await rig.client.get<
      KubeObject & { spec: { skuAliases: object }; status: { conditions: { type: string }[] } }
    >(storeIn(version), name, 'default');
    return [Object.keys(spec.skuAliases), status.conditions.map(({ type }) => type)];
  };
  const goneIs = (version: string) =>
    until(`${version} to go`, () =>
      rig.client.list(storeIn(version)).then(
        () => false,
        (error: ApiError) => error.reason === 'NotFound',
      ),
    );

  it('can apply on after it has gone, and take back what was applied; also who wrote in it until the last', async () => {
    await write(OLD, 'early', ['a', 'b'], ['Ready', 'Stalled']);
    await expect(release(NEW)).rejects.toThrow(
      `${crdOf('stores')}: objects may still be stored in ${OLD}, which this release does not have: upgrade to the release before it first`,
    );
    await release(NEW, OLD);
    await write(OLD, 'late', ['a', 'b'], ['Ready', 'Stalled']);
    await release(NEW);
    await goneIs(OLD);
    expect(said.at(-1)).toBe(`${crdOf('stores')}: 1 had fields of a version that is not served any more`);
    for (const name of ['early', 'late']) {
      await write(NEW, name, ['a'], ['Ready']);
      expect([name, await seen(NEW, name)]).toEqual([name, [['a'], ['Ready']]]);
    }
    said = [];
    await release(NEW);
    expect(said).toEqual([`${crdOf('stores')} applied`]);
  });

  it('can apply on where the kinds of the release before are put back', async () => {
    await release(OLD, NEW);
    await write(NEW, 'new', ['a', 'b'], ['Ready', 'Stalled']);
    await release(OLD);
    await goneIs(NEW);
    await write(OLD, 'new', ['a'], ['Ready']);
    expect(await seen(OLD, 'new')).toEqual([['a'], ['Ready']]);
  });
});
