import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { API_VERSION, FINALIZER, LABELS, resourceType } from '../crds/index.ts';
import { EVENTS } from '../kit/events.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';
import { OPERATOR_LEASE_RULES, OPERATOR_LIMITED_CLUSTER_RULES, OPERATOR_NAMESPACE_RULES } from './rbac.ts';
import { CHILD_TYPES } from './resources.ts';

jest.setTimeout(60_000);

const ALL_WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;

let rig: OperatorRig;
const running = new Map<string, RunningOperator>();

beforeAll(async () => {
  rig = await OperatorRig.start();
}, 120_000);
afterEach(async () => {
  for (const name of [...running.keys()]) await stop(name);
});
afterAll(async () => {
  await rig?.stop();
});

/** An operator for the whole cluster, under a name and with an image of its own. */
async function start(
  name: string,
  env: Record<string, string> = {},
  account?: Parameters<typeof rig.startOperator>[1],
) {
  const own = { SUPERCARGO_INSTALLATION: name, SUPERCARGO_SYNC_IMAGE: `supercargo:${name}` };
  const operator = await rig.startOperator({ ...own, ...env }, account);
  running.set(name, operator);
  return operator;
}

async function stop(name: string): Promise<void> {
  await running.get(name)?.stop();
  running.delete(name);
}

/** Long enough for many looks: two that quarrelled wrote 141 times a second. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 3000));

const owner = async (namespace: string, name = 'shop') =>
  (await rig.get('Connection', namespace, name))?.status?.['installation'];
const image = (deployment: KubeObject | undefined) => /"image":"([^"]*)"/.exec(JSON.stringify(deployment))?.[1];

/** A connection that runs and is well, with a feed. */
async function runningConnection(namespace: string): Promise<void> {
  const manifest = await rig.namespace(namespace);
  await rig.apply('Connection', namespace, 'shop', manifest['spec'] as object);
  await rig.apply('Feed', namespace, 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' });
  await rig.runPods(namespace, 'shop');
  await rig.podSays('Connection', namespace, 'shop', ALL_WELL);
  await rig.eventually('Feed', namespace, 'orders', (seen) => conditionOf(seen, 'Accepted') === 'True Accepted');
  await rig.eventually(
    'Connection',
    namespace,
    'shop',
    (seen) =>
      (seen.status?.['feeds'] as { total: number }).total === 1 && conditionOf(seen, 'Deployed') === 'True PodRunning',
  );
}

/** What a person states. */
const state = (namespace: string, installation: string, name = 'shop') =>
  rig.client.apply(
    resourceType('Connection'),
    {
      ...{ apiVersion: API_VERSION, kind: 'Connection' },
      metadata: { name, namespace, labels: { [LABELS.installation]: installation } },
    },
    { manager: 'person' },
  );

const metric = async (operator: RunningOperator, name: string): Promise<string[]> => {
  const text = await (await fetch(`http://127.0.0.1:${operator.port}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
};

describe('two installations for the whole cluster, with another image each', () => {
  it('do not write a single time about one connection at rest, and the second says whose it is', async () => {
    await start('one');
    await runningConnection('rest');
    await rig.atRest();
    const before = {
      deployment: await rig.deployment('rest', 'shop'),
      connection: await rig.get('Connection', 'rest', 'shop'),
    };
    const second = await start('two');
    const writes = await rig.atRest();
    // Both look at it again.
    await rig.client.delete(CHILD_TYPES.NetworkPolicy, { name: 'sync-shop', namespace: 'rest' });
    await until('the first to put it right', async () => (await rig.operatorWrites()).length > writes);
    await aWhile();
    expect((await rig.operatorWrites()).slice(writes)).toEqual(['patch networkpolicies/ rest/sync-shop']);
    expect((await rig.deployment('rest', 'shop'))?.metadata.generation).toBe(before.deployment?.metadata.generation);
    expect(await rig.get('Connection', 'rest', 'shop')).toEqual(before.connection);
    expect(await metric(second, 'supercargo_operator_foreign_connections')).toEqual([
      'supercargo_operator_foreign_connections{installation="one",claimed="true"} 1',
    ]);
    expect(await metric(second, 'supercargo_connections')).toEqual([]);
    expect((await metric(second, 'supercargo_resource_condition')).join('\n')).not.toContain('kind="Feed"');
    expect(await metric(running.get('one')!, 'supercargo_connections')).toHaveLength(1);
  });

  it('hand a connection over as a person states: its Deployment stays, with one roll', async () => {
    await start('one');
    await start('two');
    await runningConnection('moved');
    const first = await owner('moved');
    const other = first === 'one' ? 'two' : 'one';
    const before = await rig.deployment('moved', 'shop');
    await state('moved', other);
    await until('the other image', async () => image(await rig.deployment('moved', 'shop')) === `supercargo:${other}`);
    await aWhile();
    const after = await rig.deployment('moved', 'shop');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.metadata.generation).toBe(before!.metadata.generation! + 1);
    expect(after?.metadata.labels?.[LABELS.installation]).toBe(other);
    expect(await owner('moved')).toBe(other);
    await until('the Event', async () => (await events('moved')).some(({ reason }) => reason === 'TakenOver'));
    const quiet = await rig.atRest();
    await aWhile();
    expect((await rig.operatorWrites()).slice(quiet)).toEqual([]);
  });

  it('race for twenty new connections: each has one of them alone, and one Deployment that was made once', async () => {
    await start('one');
    await start('two');
    const names = Array.from({ length: 20 }, (_, index) => `shop-${index}`);
    const { spec } = (await rig.namespace('race')) as unknown as Seen;
    await Promise.all(names.map((name) => rig.apply('Connection', 'race', name, spec)));
    await until('all Deployments', async () =>
      (await Promise.all(names.map((name) => rig.deployment('race', name)))).every(Boolean),
    );
    await aWhile();
    for (const name of names) {
      const [whose, deployment] = [await owner('race', name), await rig.deployment('race', name)];
      expect(['one', 'two']).toContain(whose);
      expect(image(deployment)).toBe(`supercargo:${String(whose)}`);
      expect(deployment?.metadata.generation).toBe(1);
    }
    const made = (await rig.operatorWrites()).filter((write) => write.includes('deployments/ race/'));
    expect(made).toHaveLength(names.length);
    const quiet = await rig.atRest();
    await aWhile();
    expect((await rig.operatorWrites()).slice(quiet)).toEqual([]);
  });

  it('a connection is deleted by its own alone; of one that is gone, by whom a person names', async () => {
    await start('one');
    await runningConnection('deleted');
    await stop('one');
    await start('two');
    await rig.client.delete(resourceType('Connection'), { name: 'shop', namespace: 'deleted' });
    const before = await rig.get('Connection', 'deleted', 'shop');
    await aWhile();
    expect(await rig.get('Connection', 'deleted', 'shop')).toEqual(before);
    expect(before?.metadata.finalizers).toEqual([FINALIZER]);
    expect((await rig.deployment('deleted', 'shop'))?.spec.replicas).toBe(1);
    await state('deleted', 'two');
    await rig.podSays('Connection', 'deleted', 'shop', { Deregistered: 'True' });
    await until('the end of the pod', async () => (await rig.deployment('deleted', 'shop'))?.spec.replicas === 0);
    await rig.runPods('deleted', 'shop');
    await until('the deletion', async () => (await rig.get('Connection', 'deleted', 'shop')) === undefined);
  });

  it('count a connection as nobody looks after, where a person named one that is not there', async () => {
    const first = await start('one');
    await runningConnection('typo');
    await state('typo', 'oen');
    await until('the metric', async () =>
      (await metric(first, 'supercargo_operator_foreign_connections')).some((line) =>
        line.includes('installation="oen",claimed="false"'),
      ),
    );
  });
});

describe('an installation for one namespace beside one for the whole cluster', () => {
  it('leave each other alone, also with a Feed of a ClusterConnection in that namespace', async () => {
    await rig.namespace('ours');
    const account = await rig.serviceAccount('limited', {
      cluster: OPERATOR_LIMITED_CLUSTER_RULES,
      namespaces: { ours: OPERATOR_NAMESPACE_RULES, default: OPERATOR_LEASE_RULES },
    });
    const limited = await start('limited', { SUPERCARGO_WATCH_NAMESPACES: 'ours' }, account);
    await runningConnection('ours');
    await start('one');
    const spec = (await rig.get('Connection', 'ours', 'shop'))!.spec;
    await rig.apply('ClusterConnection', undefined, 'wide', { ...spec, namespace: 'ours' });
    await rig.apply('Feed', 'ours', 'wide-orders', {
      connectionRef: { kind: 'ClusterConnection', name: 'wide' },
      type: 'OrderImport',
    });
    await rig.eventually('Feed', 'ours', 'wide-orders', (seen) => conditionOf(seen, 'Accepted') === 'True Accepted');
    await until('a Deployment', async () => (await rig.deployment('ours', 'wide', 'ClusterConnection')) !== undefined);
    const quiet = await rig.atRest();
    const before = await rig.deployment('ours', 'shop');
    await aWhile();
    expect((await rig.operatorWrites()).slice(quiet)).toEqual([]);
    expect(image(before)).toBe('supercargo:limited');
    expect(before?.metadata.generation).toBe(1);
    expect(image(await rig.deployment('ours', 'wide', 'ClusterConnection'))).toBe('supercargo:one');
    const codes = (await limited.registry.getMetricsAsJSON()).find(({ name }) => name === 'rest_client_requests_total');
    expect(JSON.stringify(codes)).not.toContain('"403"');
  });
});

async function events(namespace: string) {
  const { items } = await rig.client.list<KubeObject & { reason: string }>(EVENTS, { namespace });
  return items;
}
