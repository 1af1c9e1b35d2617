import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { API_VERSION, LABELS, resourceType } from '../crds/index.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';

jest.setTimeout(60_000);

const SHARD = 'supercargo.dev/shard';
/** The first has its label, the second the rest. */
const SELECTORS = { a: `${SHARD}=a`, rest: `${SHARD}!=a` } as const;
type Shard = keyof typeof SELECTORS;

let rig: OperatorRig;
const running = new Map<Shard, RunningOperator>();

beforeAll(async () => {
  rig = await OperatorRig.start();
}, 120_000);
afterEach(async () => {
  await Promise.all([...running.keys()].map(stop));
});
afterAll(async () => {
  await rig?.stop();
});

async function start(shard: Shard): Promise<RunningOperator> {
  const operator = await rig.startOperator({
    SUPERCARGO_INSTALLATION: shard,
    SUPERCARGO_WATCH_SELECTOR: SELECTORS[shard],
    SUPERCARGO_SYNC_IMAGE: `supercargo:${shard}`,
  });
  running.set(shard, operator);
  return operator;
}

async function stop(shard: Shard): Promise<void> {
  await running.get(shard)?.stop();
  running.delete(shard);
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 2000));
const imageOf = (deployment: KubeObject | undefined) => /"image":"([^"]*)"/.exec(JSON.stringify(deployment))?.[1];
const deployment = (namespace: string, name = 'shop') => rig.deployment(namespace, name);
const owner = async (namespace: string, name = 'shop') =>
  (await rig.get('Connection', namespace, name))?.status?.['installation'];

/** What a person applies: the labels that are left out go. */
const apply = (namespace: string, name: string, shard: string | undefined, spec: object) =>
  rig.client.apply(
    resourceType('Connection'),
    {
      ...{ apiVersion: API_VERSION, kind: 'Connection', spec },
      metadata: { name, namespace, labels: shard === undefined ? {} : { [SHARD]: shard } },
    },
    { manager: 'person' },
  );

async function connection(namespace: string, name: string, shard: string | undefined): Promise<void> {
  const { spec } = (await rig.namespace(namespace)) as unknown as Seen;
  await apply(namespace, name, shard, spec);
  await rig.runPods(namespace, name);
  await rig.eventually('Connection', namespace, name, (seen) => conditionOf(seen, 'Deployed') === 'True PodRunning');
}

const relabel = async (namespace: string, name: string, shard: string | undefined) =>
  apply(namespace, name, shard, (await rig.get('Connection', namespace, name))!.spec);

/**
 * What shards share is counted half a minute after it changed, which may be at any time in a test: asked for now, and
 * waited for, it writes nothing later.
 */
async function counted(namespace: string, connections: number): Promise<void> {
  const all = (await rig.client.list(resourceType('Connection'))).items.length;
  for (const [kind, name, wanted] of [
    ['Store', 'main', connections],
    ['Credential', 'key', connections],
    ['Driver', 'vendure', all],
  ] as const) {
    const where = kind === 'Driver' ? undefined : namespace;
    const annotations = { 'supercargo.dev/reconcile-requested-at': namespace };
    await rig.client.apply(
      resourceType(kind),
      { ...{ apiVersion: API_VERSION, kind }, metadata: { name, namespace: where, annotations } },
      { manager: 'person' },
    );
    await rig.eventually(kind, where, name, (seen) => seen.status?.['connections'] === wanted);
  }
}

describe('two shards by label', () => {
  it('each have the connections that match, with their Feeds, and count together what they share', async () => {
    const [a] = [await start('a'), await start('rest')];
    await connection('both', 'first', 'a');
    await connection('both', 'second', undefined);
    for (const name of ['first', 'second']) {
      await rig.apply('Feed', 'both', name, { connectionRef: { name }, type: 'OrderImport' });
      await rig.eventually('Feed', 'both', name, (seen) => conditionOf(seen, 'Accepted') === 'True Accepted');
    }
    expect([await owner('both', 'first'), await owner('both', 'second')]).toEqual(['a', 'rest']);
    const [first, second] = [await deployment('both', 'first'), await deployment('both', 'second')];
    expect([imageOf(first), imageOf(second)]).toEqual(['supercargo:a', 'supercargo:rest']);
    expect([first?.metadata.labels?.[SHARD], second?.metadata.labels?.[SHARD]]).toEqual(['a', undefined]);
    await counted('both', 2);
    const writes = await rig.atRest();
    await aWhile();
    expect((await rig.operatorWrites()).slice(writes)).toEqual([]);
    const text = await (await fetch(`http://127.0.0.1:${a.port}/metrics`)).text();
    expect(text).toContain('kind="Feed",namespace="both",name="first"');
    expect(text).not.toContain('name="second"');
  });

  it('say of a Feed without a connection that there is none', async () => {
    await start('a');
    await start('rest');
    await rig.namespace('lonely');
    await rig.apply('Feed', 'lonely', 'orders', { connectionRef: { name: 'none' }, type: 'OrderImport' });
    await rig.eventually(
      'Feed',
      'lonely',
      'orders',
      (seen) => conditionOf(seen, 'Accepted') === 'False ConnectionNotFound',
    );
  });

  it('hand a connection over as its label changes, and back: its Deployment stays, with one roll each way', async () => {
    await start('a');
    await start('rest');
    await connection('moves', 'shop', 'a');
    const before = (await deployment('moves'))!;
    for (const [shard, whose, rolls] of [
      [undefined, 'rest', 1],
      ['a', 'a', 2],
      ['b', 'rest', 3],
    ] as const) {
      await relabel('moves', 'shop', shard);
      await until(`the image of ${whose}`, async () => imageOf(await deployment('moves')) === `supercargo:${whose}`);
      await rig.runPods('moves', 'shop');
      await aWhile();
      const after = (await deployment('moves'))!;
      expect(after.metadata.uid).toBe(before.metadata.uid);
      expect(after.metadata.generation).toBe(before.metadata.generation! + rolls);
      expect(after.metadata.labels).toMatchObject({ [LABELS.installation]: whose });
      expect(after.metadata.labels?.[SHARD]).toBe(shard);
      expect(await owner('moves')).toBe(whose);
    }
    await counted('moves', 1);
    const writes = await rig.atRest();
    await aWhile();
    const now = await rig.operatorWrites();
    expect(now.slice(writes)).toEqual([]);
    expect(now.filter((write) => write.startsWith('delete'))).toEqual([]);
  });

  it('hand over what was labelled for the other while the first was away, once it is back', async () => {
    await start('a');
    await connection('away', 'shop', 'a');
    await stop('a');
    await start('rest');
    await relabel('away', 'shop', undefined);
    await aWhile();
    expect([await owner('away'), imageOf(await deployment('away'))]).toEqual(['a', 'supercargo:a']);
    await start('a');
    await until('the hand-over', async () => imageOf(await deployment('away')) === 'supercargo:rest');
    expect(await owner('away')).toBe('rest');
  });
});
