import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ResourceType } from '../../kit/kube/objects.ts';
import { conditionOf, OperatorRig, until, type RunningOperator } from '../../test/support/operator-rig.ts';
import { CHILD_TYPES } from '../resources.ts';

jest.setTimeout(120_000);

const NAMESPACE = 'shops';
const ALL_WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;
const ADMISSION = { apiVersion: 'admissionregistration.k8s.io/v1', namespaced: false } as const;
const POLICY: ResourceType = {
  ...ADMISSION,
  ...{ kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies' },
};
const BINDING: ResourceType = {
  ...ADMISSION,
  ...{ kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings' },
};

let rig: OperatorRig;
let operator: RunningOperator | undefined;

beforeAll(async () => {
  rig = await OperatorRig.start();
  operator = await rig.startOperator({ SUPERCARGO_SYNC_IMAGE: 'supercargo:1' });
  const spec = (await rig.namespace(NAMESPACE))['spec'] as object;
  await rig.apply('Connection', NAMESPACE, 'shop', spec);
  await rig.runPods(NAMESPACE, 'shop');
  await rig.podSays('Connection', NAMESPACE, 'shop', ALL_WELL);
  await ready('True Running');
}, 120_000);
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

const ready = (expected: string) =>
  rig.eventually('Connection', NAMESPACE, 'shop', (seen) => conditionOf(seen, 'Ready') === expected);

const typed = ({ apiVersion, kind }: ResourceType) => ({ apiVersion, kind });
const metadata = { name: 'no-other-image' };

/** As that of the chart, which knows the images of its installation. */
async function refuseImage(image: string): Promise<void> {
  const manager = { manager: 'test' };
  const resourceRules = [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
  ];
  const expression = `object.spec.template.spec.containers.all(one, one.image != '${image}')`;
  const spec = { matchConstraints: { resourceRules }, validations: [{ expression, message: 'list the image' }] };
  await rig.client.apply(POLICY, { ...typed(POLICY), metadata, spec }, manager);
  const bound = { policyName: metadata.name, validationActions: ['Deny'] };
  await rig.client.apply(BINDING, { ...typed(BINDING), metadata, spec: bound }, manager);
  const labels = { app: 'probe' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'one', image }] } };
  const probe = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'probe', namespace: 'default' } },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  };
  await until('the policy', () =>
    rig.client.apply(CHILD_TYPES.Deployment, probe, manager).then(
      () => false,
      () => true,
    ),
  );
}

it('a roll that the API server refuses is said all the while, and tried again in seconds, not at once', async () => {
  await refuseImage('supercargo:2');
  await operator?.stop();
  operator = await rig.startOperator({ SUPERCARGO_SYNC_IMAGE: 'supercargo:2' });
  const before = await ready('False ChildRefused');
  // More than one try.
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  const after = await ready('False ChildRefused');
  expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  await rig.client.delete(BINDING, metadata);
  await until('the roll', async () => {
    const deployment = (await rig.deployment(NAMESPACE, 'shop')) as unknown as {
      spec: { template: { spec: { containers: [{ image: string }] } } };
    };
    return deployment.spec.template.spec.containers[0].image === 'supercargo:2';
  });
});
