import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { resourceType } from '../crds/index.ts';
import { CHILD_TYPES } from '../operator/resources.ts';
import { BUILD_PATIENCE_MS } from '../test/cluster/index.ts';
import { installPolicies } from '../test/support/chart-policies.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';

jest.setTimeout(60_000);

const TEST = { manager: 'test' };
/** What is deleted here has a pod that gives nothing back and never ends. */
const DEADLINE = { SUPERCARGO_DELETION_DEADLINE: '4s' };
let rig: OperatorRig;
let operator: RunningOperator;
let ns: string;
let tenants = 0;

beforeAll(async () => {
  rig = await OperatorRig.start({ controllers: ['namespace-controller'] });
  await installPolicies(rig.client, { image: { repository: 'supercargo', tag: 'test' } }, '-in-use');
  await until('the policies', isInForce);
  operator = await rig.startOperator(DEADLINE);
}, BUILD_PATIENCE_MS);
/** Tried on a Driver that says it is in use. */
async function isInForce(): Promise<boolean> {
  const driver = { apiVersion: 'supercargo.dev/v1beta1', kind: 'Driver', metadata: { name: 'probe' } };
  const type = resourceType('Driver');
  await rig.client.apply(type, { ...driver, spec: { title: 'Probe', platformKind: 'Store', feeds: [] } }, TEST);
  await rig.client.applyStatus(type, { ...driver, status: { connections: 2 } }, TEST);
  const answer = await refusal(rig.client.delete(type, { name: 'probe' }));
  if (answer === 'it was taken') return false;
  expect(answer).toMatch(
    /Driver probe is in use by 2 connections \(kubectl get connections -A -l supercargo.dev\/driver=probe\)/,
  );
  return true;
}
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

/** A Connection whose pod runs, in a namespace of its own. */
beforeEach(async () => {
  ns = `tenant-${++tenants}`;
  const manifest = await rig.namespace(ns);
  await rig.apply('Connection', ns, 'shop', manifest['spec'] as object);
  await rig.runPods(ns, 'shop');
  await podSays('True');
  await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
});

const remove = (kind: string, name: string) => rig.client.delete(resourceType(kind), { name, namespace: ns });
const podSays = (Fresh: 'True' | 'False') =>
  rig.podSays('Connection', ns, 'shop', { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh });
const replicas = async () => (await rig.client.get<Seen>(CHILD_TYPES.Deployment, 'sync-shop', ns)).spec['replicas'];
const refusal = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => 'it was taken',
    (error: unknown) => (error as Error).message,
  );
const counted = (kind: string, name: string, connections: number) =>
  rig.eventually(kind, ns, name, ({ status }) => (status as { connections?: number })?.connections === connections);

describe('what a connection uses', () => {
  it('is not deleted by accident: a Store', async () => {
    const [kind, name] = ['Store', 'main'] as const;
    await counted(kind, name, 1);
    expect(await refusal(remove(kind, name))).toMatch(
      new RegExp(`${kind} ${name} is in use by 1 connection \\(kubectl .*\\): delete those first, or annotate it with`),
    );
    await remove('Connection', 'shop');
    await counted(kind, name, 0);
    await remove(kind, name);
  });

  it('is deleted with its connection in one go where it can be had back: a Credential', async () => {
    await counted('Credential', 'key', 1);
    await Promise.all([remove('Connection', 'shop'), remove('Credential', 'key')]);
    await until('both to be gone', async () => {
      const left = [
        rig.client.find(resourceType('Credential'), 'key', ns),
        rig.client.find(resourceType('Connection'), 'shop', ns),
      ];
      return (await Promise.all(left)).every((one) => !one);
    });
  });

  it('goes with its namespace', async () => {
    await counted('Store', 'main', 1);
    await rig.client.delete(
      { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
      { name: ns },
    );
    await until('it to be gone', async () => !(await rig.client.find(resourceType('Store'), 'main', ns)));
  });
});

describe('what was deleted all the same', () => {
  const meant = async (kind: string, name: string) => {
    if (kind === 'Credential') return remove(kind, name);
    await rig.client.apply(
      resourceType(kind),
      {
        ...{ apiVersion: 'supercargo.dev/v1beta1', kind },
        metadata: { name, namespace: ns, annotations: { 'supercargo.dev/delete-in-use': 'true' } },
      },
      { manager: 'somebody' },
    );
    await remove(kind, name);
  };

  it.each([
    ['Store', 'main', 'StoreGone', "the back office's key no longer opens the Store"],
    ['Credential', 'key', 'CredentialGone', 'goes on with the Secret that it has'],
  ])('leaves the pod that runs, and says it loudly: a %s', async (kind, name, reason, effect) => {
    const before = await rig.client.get<Seen>(resourceType(kind), name, ns);
    await meant(kind, name);
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Stalled') === `True ${reason}`);
    const { status } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', ns);
    expect(status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'False', reason });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(effect);
    expect(await replicas()).toBe(1);

    // Still so for an operator that starts now and finds it.
    await operator.stop();
    operator = await rig.startOperator(DEADLINE);
    await podSays('False');
    await rig.atRest();
    expect(await replicas()).toBe(1);

    await rig.apply(kind, ns, name, before.spec);
    await podSays('True');
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
  });

  it('stops the pod once the Connection says anything else: nobody knows what a pod of that would be', async () => {
    await meant('Credential', 'key');
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Stalled') === 'True CredentialGone');
    const { spec } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', ns);
    await rig.apply('Connection', ns, 'shop', { ...spec, mode: 'Production' });
    await until('no replica', async () => (await replicas()) === 0);
  });
});
