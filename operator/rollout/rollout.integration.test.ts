import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EVENTS } from '../../kit/events.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../../test/support/operator-rig.ts';
import { CHILD_TYPES } from '../resources.ts';

jest.setTimeout(120_000);

const NAMESPACE = 'shops';
const NAMES = Array.from({ length: 20 }, (_, index) => `shop-${String(index).padStart(2, '0')}`);
const ALL_WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;

let rig: OperatorRig;
let operator: RunningOperator | undefined;
let spec: object;

beforeAll(async () => {
  rig = await OperatorRig.start();
  operator = await rig.startOperator({ SUPERCARGO_SYNC_IMAGE: 'supercargo:1' });
  spec = (await rig.namespace(NAMESPACE))['spec'] as object;
  for (const name of NAMES) await rig.apply('Connection', NAMESPACE, name, spec);
  for (const name of NAMES) {
    await rig.runPods(NAMESPACE, name);
    await rig.podSays('Connection', NAMESPACE, name, ALL_WELL);
  }
  for (const name of NAMES) await eventuallyReady(name);
}, 180_000);
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

const eventuallyReady = (name: string) =>
  rig.eventually('Connection', NAMESPACE, name, (seen) => conditionOf(seen, 'Ready') === 'True Running');

/** An upgrade of the chart: the operator is another process, with another image for its pods. */
async function upgrade(image: string, env: Record<string, string> = {}): Promise<void> {
  await operator?.stop();
  operator = await rig.startOperator({ SUPERCARGO_SYNC_IMAGE: image, ...env });
}

interface Deployed extends KubeObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly image: string }] } };
  };
}
/** Names of the connections whose Deployment has this image. */
async function having(image: string): Promise<string[]> {
  const { items } = await rig.client.list<Deployed>(CHILD_TYPES.Deployment, { namespace: NAMESPACE });
  return items
    .filter(({ spec: { template } }) => template.spec.containers[0].image === image)
    .map(({ metadata }) => metadata.name.replace(/^sync-/, ''))
    .sort();
}

const count = (image: string, wanted: number) =>
  until(`${wanted} with ${image}`, async () => (await having(image)).length === wanted);

/** Long enough for many looks at the roll-out, each of which would have let somebody through. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1500));

/** What the Deployment's controller says when a pod does not get Ready by its deadline. */
async function missesDeadline(name: string): Promise<void> {
  const deployment = await rig.deployment(NAMESPACE, name);
  await rig.client.applyStatus(
    CHILD_TYPES.Deployment,
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
      metadata: { name: `sync-${name}`, namespace: NAMESPACE },
      status: {
        ...{ observedGeneration: deployment?.metadata.generation, replicas: 1, updatedReplicas: 1 },
        conditions: [
          {
            ...{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
            ...{ lastTransitionTime: new Date().toISOString(), lastUpdateTime: new Date().toISOString() },
          },
        ],
      },
    },
    { manager: 'deployment-controller' },
  );
}

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${operator?.port}/metrics`)).text();
  return Number(new RegExp(`^supercargo_operator_rollout_${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1]);
};

const eventsOf = async (reason: string) => {
  const { items } = await rig.client.list<KubeObject & { reason: string; regarding: { name: string } }>(EVENTS, {
    namespace: NAMESPACE,
  });
  return items.filter((event) => event.reason === reason).map(({ regarding }) => regarding.name);
};

// One story: each step begins where the one before it ended.
describe('another image of the installation', () => {
  it('goes to one of twenty; the others run as they were, are Ready and say that they wait', async () => {
    await upgrade('supercargo:2', { SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: '5' });
    await count('supercargo:2', 1);
    await aWhile();
    expect(await having('supercargo:2')).toEqual(['shop-00']);
    const seen = await rig.eventually(
      'Connection',
      NAMESPACE,
      'shop-07',
      (now) => conditionOf(now, 'Deployed') === 'True WaitsForTurn',
    );
    expect(conditionOf(seen, 'Ready')).toBe('True Running');
    await until('all others to be noted', async () => (await metric('waiting')) === 19);
    expect([await metric('waiting'), await metric('rolling'), await metric('stopped')]).toEqual([19, 1, 0]);
  });

  it('costs those that wait no write while nothing changes', async () => {
    const before = await rig.atRest();
    await aWhile();
    expect((await rig.operatorWrites()).slice(before)).toEqual([]);
  });

  it('goes on in batches once the first one is Ready, as each gets Ready', async () => {
    await rig.runPods(NAMESPACE, 'shop-00');
    await count('supercargo:2', 6);
    await aWhile();
    expect(await having('supercargo:2')).toHaveLength(6);
    await rig.runPods(NAMESPACE, 'shop-01');
    await count('supercargo:2', 7);
  });

  it('is let through to nobody more by an operator that starts anew', async () => {
    await upgrade('supercargo:2', { SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: '5' });
    await until('those that wait', async () => (await metric('waiting')) === 13);
    await aWhile();
    expect(await having('supercargo:2')).toHaveLength(7);
  });

  it('stops at a pod that misses its deadline, and says so at its connection and in the metric', async () => {
    await missesDeadline('shop-02');
    await until('the stop', async () => (await metric('stopped')) === 1);
    for (const name of ['shop-03', 'shop-04', 'shop-05', 'shop-06']) await rig.runPods(NAMESPACE, name);
    await aWhile();
    expect(await having('supercargo:2')).toHaveLength(7);
    await until('the Event', async () => (await eventsOf('RolloutStopped')).includes('shop-02'));
    expect(await eventsOf('RolloutStopped')).toEqual(['shop-02']);
  });

  it('goes at once to a connection that changes its own part, also while it has stopped', async () => {
    await rig.apply('Connection', NAMESPACE, 'shop-15', { ...spec, resources: { limits: { memory: '512Mi' } } });
    await until('the changed one', async () => (await having('supercargo:2')).includes('shop-15'));
    await rig.runPods(NAMESPACE, 'shop-15');
    await aWhile();
    expect(await having('supercargo:2')).toHaveLength(8);
  });

  it('that is taken back goes to the broken one first and at once, then to the others', async () => {
    await upgrade('supercargo:1', { SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: '1' });
    await until('the broken one', async () => (await having('supercargo:1')).includes('shop-02'));
    await aWhile();
    expect(await having('supercargo:2')).toHaveLength(7);
    let next = 'shop-02';
    for (let left = 6; left >= 0; left--) {
      const before = await having('supercargo:2');
      await rig.runPods(NAMESPACE, next);
      await count('supercargo:2', left);
      // Its pod alone: were others Ready as soon as they roll, several could pass between two looks.
      const after = new Set(await having('supercargo:2'));
      [next] = before.filter((name) => !after.has(name)) as [string];
    }
    await rig.runPods(NAMESPACE, next);
    await until('the end', async () => (await metric('waiting')) === 0 && (await metric('rolling')) === 0);
    const seen = await rig.eventually(
      'Connection',
      NAMESPACE,
      'shop-07',
      (now) => conditionOf(now, 'Deployed') === 'True PodRunning',
    );
    expect(conditionOf(seen, 'Ready')).toBe('True Running');
  });

  it('goes on where the pod that stopped it is switched off', async () => {
    await upgrade('supercargo:3', { SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: '100%' });
    await count('supercargo:3', 1);
    const [first] = await having('supercargo:3');
    await missesDeadline(first!);
    await until('the stop', async () => (await metric('stopped')) === 1);
    const { spec: own } = (await rig.get('Connection', NAMESPACE, first!)) as Seen;
    await rig.apply('Connection', NAMESPACE, first!, { ...own, enabled: false });
    await count('supercargo:3', 2);
  });
});
