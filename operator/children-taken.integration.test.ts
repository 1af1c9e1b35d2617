import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../kit/kube/objects.ts';
import { conditionOf, OperatorRig, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';
import { CHILD_TYPES, type ChildKind } from './resources.ts';

jest.setTimeout(60_000);

let rig: OperatorRig;
let operator: RunningOperator;

beforeAll(async () => {
  rig = await OperatorRig.start({ controllers: ['garbage-collector-controller'] });
  operator = await rig.startOperator();
}, 120_000);
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

const RULES = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];

/** Somebody else's object. */
async function foreign(kind: ChildKind, namespace: string, fields: object): Promise<KubeObject> {
  const { apiVersion } = CHILD_TYPES[kind];
  const metadata = { name: 'sync-shop', namespace, annotations: { owner: 'somebody else' } };
  return rig.client.create(CHILD_TYPES[kind], { apiVersion, kind, metadata, ...fields }, 'somebody-else');
}

describe('a Connection whose child has the name of an object that is not its own', () => {
  it.each<[ChildKind, string, object]>([
    ['ServiceAccount', 'taken-account', { automountServiceAccountToken: false }],
    ['Role', 'taken-role', { rules: RULES }],
  ])('leaves a %s as it was, says so, and goes on once it is gone', async (kind, namespace, fields) => {
    const manifest = await rig.namespace(namespace);
    const before = await foreign(kind, namespace, fields);
    await rig.apply('Connection', namespace, 'shop', manifest['spec'] as object);
    const seen = await rig.eventually(
      'Connection',
      namespace,
      'shop',
      (now) => conditionOf(now, 'Deployed') === 'False ChildNameTaken',
    );
    const { message } = seen.status!.conditions!.find(({ type }) => type === 'Deployed')!;
    expect(message).toContain(`${kind} ${namespace}/sync-shop exists and was not made for this resource`);
    const after = await rig.client.get<Seen>(CHILD_TYPES[kind], 'sync-shop', namespace);
    expect(after).toEqual(before);
    expect(await rig.client.find(CHILD_TYPES.Deployment, 'sync-shop', namespace)).toBeUndefined();

    await rig.client.delete(CHILD_TYPES[kind], before.metadata);
    await rig.runPods(namespace, 'shop');
    const child = await rig.client.get<Seen>(CHILD_TYPES[kind], 'sync-shop', namespace);
    expect(child.metadata.ownerReferences).toMatchObject([{ kind: 'Connection', name: 'shop', controller: true }]);
  });
});
