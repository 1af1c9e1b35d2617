import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LEASES } from '../kit/leader.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';
import { OPERATOR_LEASE_RULES, OPERATOR_LIMITED_CLUSTER_RULES, OPERATOR_NAMESPACE_RULES } from './rbac.ts';
import { CHILD_TYPES } from './resources.ts';

// Longer than the waits within, which say what they saw instead.
jest.setTimeout(60_000);

let rig: OperatorRig;
let operator: RunningOperator;
let account: Awaited<ReturnType<OperatorRig['serviceAccount']>>;

beforeAll(async () => {
  rig = await OperatorRig.start();
  for (const namespace of ['ours', 'also-ours', 'theirs']) {
    const manifest = await rig.namespace(namespace);
    await rig.apply('Connection', namespace, 'shop', manifest['spec'] as object);
  }
  account = await rig.serviceAccount('limited', {
    cluster: OPERATOR_LIMITED_CLUSTER_RULES,
    namespaces: {
      ours: OPERATOR_NAMESPACE_RULES,
      'also-ours': OPERATOR_NAMESPACE_RULES,
      default: OPERATOR_LEASE_RULES,
    },
  });
  operator = await rig.startOperator(
    { SUPERCARGO_WATCH_NAMESPACES: 'ours, also-ours', SUPERCARGO_LEADER_ELECTION: 'true' },
    account,
  );
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

describe('an operator limited to two namespaces, with Roles there and nothing cluster-wide but the catalogue to read', () => {
  it('runs the connections of both', async () => {
    for (const namespace of ['ours', 'also-ours']) {
      await rig.runPods(namespace, 'shop');
      await rig.podSays('Connection', namespace, 'shop', {
        CredentialValid: 'True',
        Reachable: 'True',
        Synced: 'True',
        Fresh: 'True',
      });
      await rig.eventually('Connection', namespace, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
    }
  });

  it('leaves other namespaces alone', async () => {
    expect((await rig.get('Connection', 'theirs', 'shop'))?.status?.conditions).toBeUndefined();
    expect(await rig.deployment('theirs', 'shop')).toBeUndefined();
  });

  it('hands over to a second replica at once: the lease is given back on shutdown', async () => {
    const env = { SUPERCARGO_WATCH_NAMESPACES: 'ours, also-ours', SUPERCARGO_LEADER_ELECTION: 'true' };
    const second = await rig.startOperator(env, account);
    expect(await leads(second)).toBe(0);
    const first = await holder();
    await operator.stop();
    // Not once it has run out, which takes twelve seconds.
    expect(await holder()).not.toBe(first);
    await until('the second to lead', async () => (await leads(second)) === 1);
    operator = second;
    await rig.client.delete(CHILD_TYPES.NetworkPolicy, { name: 'sync-shop', namespace: 'ours' });
    await until(
      'the NetworkPolicy',
      async () => (await rig.client.find(CHILD_TYPES.NetworkPolicy, 'sync-shop', 'ours')) !== undefined,
    );
  });

  it('is refused nothing: no request of it ends with 403', async () => {
    await until('a few writes', async () => (await rig.operatorWrites()).length > 5);
    expect(await operator.registry.getMetricsAsJSON().then(codesOfRequests)).not.toContain('403');
  });
});

const holder = async () =>
  (await rig.client.get<Seen>(LEASES, 'supercargo-operator', 'default')).spec['holderIdentity'];

async function leads({ registry }: RunningOperator): Promise<number | undefined> {
  return (await registry.getSingleMetric('leader_election_master_status')?.get())?.values[0]?.value;
}

function codesOfRequests(metrics: { name: string; values?: { labels: Record<string, unknown> }[] }[]): unknown[] {
  return (
    metrics.find(({ name }) => name === 'rest_client_requests_total')?.values?.map(({ labels }) => labels['code']) ?? []
  );
}
