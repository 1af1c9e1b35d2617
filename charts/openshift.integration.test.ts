import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeClient } from '../kit/kube/client.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import type { Intent, ResourceType } from '../kit/kube/objects.ts';
import { OPERATOR_CLUSTER_RULES, OPERATOR_LEASE_RULES, OPERATOR_NAMESPACE_RULES } from '../operator/rbac.ts';
import { CHILD_TYPES } from '../operator/resources.ts';
import { BUILD_PATIENCE_MS } from '../test/cluster/index.ts';
import { installPolicies } from '../test/support/chart-policies.ts';
import { conditionOf, OperatorRig, until, type RunningOperator } from '../test/support/operator-rig.ts';

jest.setTimeout(60_000);

const SYSTEM = 'supercargo-system';
const TENANT = 'tenant';
const PROBE = { name: 'c', image: 'i' };
/** As docs/operating.md says. */
const OPENSHIFT = {
  image: { repository: 'supercargo', tag: 'test' },
  podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null },
};
/** Ids that the platform gives each namespace. */
const RANGE = [1_000_680_000, 1_000_689_999] as const;

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}
interface Templated extends Intent {
  readonly spec?: PodSpec & { readonly template?: { readonly spec: PodSpec } };
}
const core = (kind: string, plural: string, namespaced = true): ResourceType => ({
  apiVersion: 'v1',
  kind,
  plural,
  namespaced,
});
const PODS = core('Pod', 'pods');
const policy = (kind: string, plural: string): ResourceType => ({
  ...core(kind, plural, false),
  apiVersion: 'admissionregistration.k8s.io/v1',
});

let rig: OperatorRig;
let operator: RunningOperator;
/** What somebody has who stole the operator's token. */
let thief: KubeClient;
let chart: Templated[];

beforeAll(async () => {
  rig = await OperatorRig.start({
    controllers: ['namespace-controller'],
    // On by default there: whoever lets an owner wait for its children needs a right on the owner.
    apiServerArgs: ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'],
  });
  const manifest = await rig.namespace(TENANT);
  for (const name of [SYSTEM, TENANT])
    await rig.client.apply(
      core('Namespace', 'namespaces', false),
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      },
      { manager: 'test' },
    );
  await rig.client.create(core('ServiceAccount', 'serviceaccounts'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'any', namespace: SYSTEM },
  });
  await idsOfTheNamespaceAlone();
  chart = await installPolicies(rig.client, OPENSHIFT);
  const account = await rig.serviceAccount('supercargo-operator', {
    cluster: [...OPERATOR_NAMESPACE_RULES, ...OPERATOR_CLUSTER_RULES],
    namespaces: { default: OPERATOR_LEASE_RULES },
  });
  thief = createClient(account);
  await until("the chart's policies", isInForce);
  const env = chartEnvironment(chart);
  operator = await rig.startOperator(
    { SUPERCARGO_SYNC_PODS: env['SUPERCARGO_SYNC_PODS']!, SUPERCARGO_HUB_URL: env['SUPERCARGO_HUB_URL']! },
    account,
  );
  await rig.apply('Connection', TENANT, 'shop', manifest['spec'] as object);
}, BUILD_PATIENCE_MS);
afterAll(async () => {
  await operator?.stop();
  await thief?.close();
  await rig?.stop();
});

/** Tried with a Deployment that is no connection's. */
async function isInForce(): Promise<boolean> {
  const labels = { app: 'probe' };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [PROBE] } } };
  const probe = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'probe', namespace: TENANT }, spec };
  const taken = await thief.create(CHILD_TYPES.Deployment, probe as Intent).then(
    () => true,
    () => false,
  );
  if (taken) await rig.client.delete(CHILD_TYPES.Deployment, probe.metadata);
  return !taken;
}

/** What the restricted constraint of OpenShift says of ids: those of the namespace, or none. */
async function idsOfTheNamespaceAlone(): Promise<void> {
  const inRange = (context: string) =>
    ['runAsUser', 'fsGroup']
      .filter((field) => field === 'runAsUser' || context.startsWith('object.spec.?securityContext'))
      .map((field) => `${context}.?${field}.orValue(${RANGE[0]}) >= ${RANGE[0]}`)
      .join(' && ');
  const name = 'ids-of-the-namespace';
  await rig.client.apply(
    policy('ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
        validations: [
          { expression: inRange('object.spec.?securityContext'), message: `must be in the ranges: ${RANGE.join('-')}` },
          {
            expression: `object.spec.containers.all(c, ${inRange('c.?securityContext')})`,
            message: 'must be in the ranges',
          },
        ],
      },
    },
    { manager: 'test' },
  );
  await rig.client.apply(
    policy('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
    { manager: 'test' },
  );
  for (let left = 60; left > 0; left--) {
    const spec = { containers: [PROBE], securityContext: { runAsUser: 1 } };
    if ((await refusal('probe', spec, 'default'))?.includes('in the ranges')) return;
    await pause(500);
  }
  throw new Error('the policy is not in force');
}

const podOf = ({ kind, spec }: Templated): PodSpec | undefined => (kind === 'Pod' ? spec : spec?.template?.spec);

function chartEnvironment(objects: readonly Templated[]): Readonly<Record<string, string>> {
  const found = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'supercargo-operator')!;
  const { containers } = podOf(found) as unknown as {
    containers: [{ env: readonly { readonly name: string; readonly value: string }[] }];
  };
  return Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
}

/** What the API server says to a pod; undefined where it takes it. */
async function refusal(name: string, spec: object, namespace: string): Promise<string | undefined> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec } as Intent;
  return rig.client.create(PODS, pod).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

/** Every pod of the chart with these values, and what the API server says to it. */
async function podsOf(objects: readonly Templated[], suffix: string): Promise<[string, string | undefined][]> {
  const answers: [string, string | undefined][] = [];
  for (const object of objects) {
    const spec = podOf(object);
    if (!spec) continue;
    const name = `${object.kind.toLowerCase()}-${object.metadata.name}${suffix}`;
    answers.push([name, await refusal(name, { ...spec, serviceAccountName: 'any', restartPolicy: 'Never' }, SYSTEM)]);
  }
  return answers;
}

describe('where a platform gives each namespace ids of its own', () => {
  it('every pod of the chart is taken that names none', async () => {
    const answers = await podsOf(chart, '');
    expect(answers.map(([, answer]) => answer).filter(Boolean)).toEqual([]);
    expect(answers.map(([name]) => name).sort()).toEqual([
      'deployment-supercargo-hub',
      'deployment-supercargo-operator',
      'job-supercargo-connections-must-be-deleted-first',
      'job-supercargo-crd-upgrade',
      'pod-supercargo-test',
    ]);
  });

  it('none is with the ids that the chart has elsewhere, so it is these that were asked', async () => {
    const { image } = OPENSHIFT;
    const usual = (await installPolicies(rig.client, { image }, 'nothing')) as Templated[];
    for (const [name, answer] of await podsOf(usual, '-usual'))
      expect([name, answer]).toEqual([name, expect.stringContaining('in the ranges')]);
  });

  it('a sync pod is made by the operator, with the policies on, and taken', async () => {
    const read = () => rig.client.find<Templated & { metadata: object }>(CHILD_TYPES.Deployment, 'sync-shop', TENANT);
    await until('the Deployment', async () => (await read()) !== undefined);
    const spec = podOf((await read())!)!;
    expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(await refusal('sync-shop', { ...spec, restartPolicy: 'Never' }, TENANT)).toBeUndefined();
    // Said once all its children are made.
    await rig.eventually('Connection', TENANT, 'shop', (seen) => conditionOf(seen, 'Accepted') === 'True Accepted');
  });

  it.each<[string, object, object]>([
    ['an id of its own', { runAsUser: 65532 }, {}],
    ['a group of its own', { fsGroup: 0 }, {}],
    ['a container that is root', {}, { runAsUser: 0 }],
    ['leave to be root', { runAsNonRoot: false }, {}],
  ])('the operator’s token makes no pod with %s', async (_what, ofPod, ofContainer) => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a Deployment is changed in any of its fields
    const found = await rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', TENANT);
    const { spec } = found.spec.template;
    Object.assign(spec.securityContext, ofPod);
    Object.assign(spec.containers[0].securityContext, ofContainer);
    const { name, namespace, labels, ownerReferences } = found.metadata;
    const wanted = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels, ownerReferences },
      spec: found.spec,
    };
    await expect(
      thief.apply(CHILD_TYPES.Deployment, wanted as Intent, { manager: 'thief', force: true }),
    ).rejects.toThrow(/podSecurityContext|node's/);
  });
});
