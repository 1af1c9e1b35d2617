/* eslint-disable @typescript-eslint/no-explicit-any -- pods are changed in any of their fields */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeConfig } from '@kubernetes/client-node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABELS, LONGEST_CONNECTION_NAME, resourceType } from '../crds/index.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import type { Intent, KubeObject, ResourceType } from '../kit/kube/objects.ts';
import { CHILD_TYPES, type ChildKind } from '../operator/resources.ts';
import { OPERATOR_CLUSTER_RULES, OPERATOR_LEASE_RULES, OPERATOR_NAMESPACE_RULES } from '../operator/rbac.ts';
import { BUILD_PATIENCE_MS } from '../test/cluster/index.ts';
import { createCa } from '../test/support/certificates.ts';
import { installPolicies } from '../test/support/chart-policies.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';

jest.setTimeout(60_000);

const NS = 'tenant';
const SECRETS: ResourceType = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const EVENTS: ResourceType = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true };

/** Everything that the owner of a cluster can say of sync pods; of what is a list more than one. */
const OWNER = {
  imagePullSecrets: [{ name: 'regcred' }, { name: 'mirror' }],
  nodeSelector: { pool: 'sync' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] } },
      ],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  priorityClassName: 'shops',
  runtimeClassName: 'gvisor',
  podLabels: { 'sidecar.istio.io/inject': 'false' },
  podAnnotations: { 'example.com/team': 'shops' },
  extraEnv: { TZ: 'UTC', EMPTY: '' },
  proxy: { httpsProxy: 'http://proxy.corp:3128', noProxy: ['shop.corp'], loginSecret: 'proxy-login' },
  trust: { configMap: 'corporate-ca' },
  logLevel: 'debug',
};

const HUB_URL = 'https://supercargo-hub.default.svc:8080';
const HUB_CA = createCa().cert.trim();
/** Sets a variable of a pod's container. */
const setEnv = (spec: any, name: string, value: string) =>
  (spec.containers[0].env = [...spec.containers[0].env.filter((one: any) => one.name !== name), { name, value }]);

let rig: OperatorRig;
let folder: string;
let ownerSays: string;
let operator: RunningOperator;
/** What somebody has who stole the operator's token. */
let thief: KubeClient;
let shop: Seen;
/** A connection's, made before there were policies. */
const TOO_LONG = 'x'.repeat(LONGEST_CONNECTION_NAME + 1);
const CONNECTION_SPEC = {
  storeRef: { name: 'main' },
  credentialRef: { name: 'key' },
  ...{ driver: 'vendure', earliestOrderDate: '2026-01-01T00:00:00Z' },
};

beforeAll(async () => {
  rig = await OperatorRig.start({ controllers: ['namespace-controller'] });
  await rig.client.create(resourceType('Connection'), rig.manifest('Connection', 'default', TOO_LONG, CONNECTION_SPEC));
  folder = await mkdtemp(join(tmpdir(), 'supercargo-values-'));
  await install();
  const account = await rig.serviceAccount('supercargo-operator', {
    cluster: [...OPERATOR_NAMESPACE_RULES, ...OPERATOR_CLUSTER_RULES],
    namespaces: { default: OPERATOR_LEASE_RULES },
  });
  thief = createClient(account);
  const caFile = join(folder, 'ca.crt');
  await writeFile(caFile, HUB_CA);
  operator = await rig.startOperator(
    { SUPERCARGO_SYNC_PODS: ownerSays, SUPERCARGO_HUB_URL: HUB_URL, SUPERCARGO_HUB_CA_FILE: caFile },
    account,
  );
  const manifest = await rig.namespace(NS);
  shop = await rig.apply('Connection', NS, 'shop', manifest['spec'] as object);
  await until('the policies', async () => {
    const answer = await refusal(thief.create(SECRETS, { ...secret('probe'), type: 'example.com/probe' }));
    return answer?.includes('developer API keys') ?? false;
  });
}, BUILD_PATIENCE_MS);
afterAll(async () => {
  await operator?.stop();
  await thief?.close();
  await rig?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The chart's policies, as Helm renders them. */
async function install(): Promise<void> {
  const rendered = await installPolicies(rig.client, {
    sync: OWNER,
    image: { repository: 'supercargo', tag: 'test' },
    credentials: { requireUse: true },
    hub: { tls: { secretName: 'hub-tls' } },
  });
  const named = rendered.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'supercargo-operator');
  ownerSays = syncPodsOf(named);
}

/** What the chart tells the operator of the values above. */
function syncPodsOf(operator: any): string {
  const env: { name: string; value: string }[] = operator.spec.template.spec.containers[0].env;
  return env.find(({ name }) => name === 'SUPERCARGO_SYNC_PODS')!.value;
}

/** What the API server says to a write; undefined where it takes it. */
async function refusal(write: Promise<unknown>): Promise<string | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const secret = (name: string, fields: object = {}): Intent => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: NS, ...fields },
});
const owner = () => ({
  apiVersion: shop.apiVersion,
  kind: 'Connection',
  name: 'shop',
  uid: shop.metadata.uid!,
  controller: true,
});

describe('with the policies on', () => {
  it('a Connection runs as without them', async () => {
    await rig.runPods(NS, 'shop');
    await rig.podSays('Connection', NS, 'shop', {
      CredentialValid: 'True',
      Reachable: 'True',
      Synced: 'True',
      Fresh: 'True',
    });
    await rig.eventually('Connection', NS, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
    await rig.eventually('Store', NS, 'main', (seen) => conditionOf(seen, 'Ready') === 'True Accepted');
  });

  it('with the hub and the CA of the installation', async () => {
    const { spec } = await rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', NS);
    expect(spec.template.spec.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'SUPERCARGO_HUB_URL', value: HUB_URL },
        { name: 'SUPERCARGO_HUB_CA', value: HUB_CA },
      ]),
    );
  });

  it('with all that the owner of the cluster says of its pod, which is applied once', async () => {
    const read = () => rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', NS);
    const { spec, metadata } = (await read()).spec.template;
    expect(spec).toMatchObject({
      imagePullSecrets: OWNER.imagePullSecrets,
      nodeSelector: OWNER.nodeSelector,
      tolerations: OWNER.tolerations,
      affinity: OWNER.affinity,
      topologySpreadConstraints: OWNER.topologySpreadConstraints,
      priorityClassName: 'shops',
      runtimeClassName: 'gvisor',
    });
    expect(metadata).toMatchObject({ labels: OWNER.podLabels, annotations: OWNER.podAnnotations });
    expect(spec.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'TZ', value: 'UTC' },
        { name: 'EMPTY' },
        { name: 'HTTPS_PROXY', value: 'http://proxy.corp:3128' },
        { name: 'SUPERCARGO_LOG_LEVEL', value: 'debug' },
      ]),
    );
    const { generation } = (await read()).metadata;
    // A change that makes the operator look once more, and changes nothing of the pod.
    const { spec: settled } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
    await rig.apply('Connection', NS, 'shop', { ...settled, deletionPolicy: 'Retain' });
    await until('the operator to look', async () => {
      const { status, metadata: now } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
      const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
      return accepted?.observedGeneration === now.generation;
    });
    expect((await read()).metadata.generation).toBe(generation);
  });

  it('and what its Connection adds, within what the API server and the installation take', async () => {
    const { spec } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
    const pod = {
      nodeSelector: { disk: 'ssd' },
      priorityClassName: 'low',
      tolerations: [{ key: 'x', operator: 'Exists' }],
    };
    await rig.apply('Connection', NS, 'shop', { ...spec, pod });
    await until('the pod to be so', async () => {
      const deployment = await rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', NS);
      const { nodeSelector, priorityClassName, tolerations } = deployment.spec.template.spec;
      return (
        nodeSelector.disk === 'ssd' &&
        nodeSelector.pool === 'sync' &&
        priorityClassName === 'low' &&
        tolerations.length === 2
      );
    });
    const systemClass = rig.apply('Connection', NS, 'shop', {
      ...spec,
      pod: { priorityClassName: 'system-node-critical' },
    });
    await expect(systemClass).rejects.toThrow(/for the cluster itself/);
  });

  it('so does a ClusterConnection', async () => {
    const { spec } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
    await rig.apply('ClusterConnection', undefined, 'wide', { ...spec, namespace: NS });
    await until('its children', async () => Boolean(await rig.client.find(CHILD_TYPES.Deployment, 'csync-wide', NS)));
  });

  it('a connection that is switched off is stopped', async () => {
    const { spec } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
    await rig.apply('Connection', NS, 'shop', { ...spec, enabled: false });
    await until('no replica', async () => {
      const deployment = await rig.client.get<Seen>(CHILD_TYPES.Deployment, 'sync-shop', NS);
      return deployment.spec['replicas'] === 0;
    });
    await rig.apply('Connection', NS, 'shop', { ...spec, enabled: true });
    await until('a replica', async () => {
      const deployment = await rig.client.get<Seen>(CHILD_TYPES.Deployment, 'sync-shop', NS);
      return deployment.spec['replicas'] === 1;
    });
  });
});

it('a pod of an earlier image, which waits for its turn in a roll-out, can be stopped, and changed into no other', async () => {
  const { spec } = structuredClone(await rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', NS));
  const labels = { app: 'earlier' };
  spec.selector.matchLabels = labels;
  spec.template.metadata.labels = labels;
  spec.template.spec.serviceAccountName = 'sync-earlier';
  spec.template.spec.containers[0].image = 'supercargo:earlier';
  const metadata = { name: 'sync-earlier', namespace: NS, ownerReferences: [{ ...owner(), name: 'earlier' }] };
  // Without the label of a connection the operator does not look after it.
  await rig.client.create(CHILD_TYPES.Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  const patch = (path: string, value: unknown) =>
    refusal(thief.jsonPatch(CHILD_TYPES.Deployment, metadata, [{ op: 'replace', path, value }]));
  expect(await patch('/spec/replicas', 0)).toBeUndefined();
  expect(await patch('/spec/template/spec/containers/0/image', 'evil:1')).toMatch(
    /does not belong to this installation/,
  );
});

describe("somebody with the operator's token", () => {
  const child = (kind: ChildKind, name: string, namespace: string | undefined, fields: object, owners: object[] = []) =>
    thief.apply(
      CHILD_TYPES[kind],
      {
        apiVersion: CHILD_TYPES[kind].apiVersion,
        kind,
        metadata: { name, namespace, ownerReferences: owners },
        ...fields,
      } as Intent,
      { manager: 'thief' },
    );
  const pod = async (change: (spec: any) => void) => {
    const live = await rig.client.get<any>(CHILD_TYPES.Deployment, 'sync-shop', NS);
    const spec = structuredClone(live.spec);
    change(spec.template.spec);
    return refusal(child('Deployment', 'sync-shop', NS, { spec }, [owner()]));
  };

  it('changes nothing in a real pod that is none of the operator’s to change', async () => {
    expect(await pod(() => undefined)).toBeUndefined();
  });

  it.each<[string, (spec: any) => void, RegExp]>([
    ['of another account', (spec) => (spec.serviceAccountName = 'admin'), /own account/],
    ['of the host network', (spec) => (spec.hostNetwork = true), /node's/],
    ['with the processes of its node', (spec) => (spec.hostPID = true), /node's/],
    [
      'with the disk of its node',
      (spec) => spec.volumes.push({ name: 'root', hostPath: { path: '/' } }),
      /mounts one Secret/,
    ],
    [
      'with another Secret',
      (spec) => spec.volumes.push({ name: 'more', secret: { secretName: 'payroll' } }),
      /mounts one Secret/,
    ],
    [
      'with a token for the API server',
      (spec) =>
        spec.volumes.push({
          name: 't',
          projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'https://kubernetes.default.svc' } }] },
        }),
      /mounts one Secret/,
    ],
    [
      'with a second container',
      (spec) => spec.containers.push({ ...spec.containers[0], name: 'two' }),
      /one container/,
    ],
    [
      'with a first container before it',
      (spec) => (spec.initContainers = [{ name: 'first', image: 'supercargo:test' }]),
      /one container/,
    ],
    [
      'that tells its token and orders to another hub',
      (spec) => setEnv(spec, 'SUPERCARGO_HUB_URL', 'https://evil.example'),
      /this installation's hub/,
    ],
    [
      'that talks to its hub in clear',
      (spec) => setEnv(spec, 'SUPERCARGO_HUB_URL', HUB_URL.replace('https', 'http')),
      /this installation's hub/,
    ],
    ['that trusts what is no CA', (spec) => setEnv(spec, 'SUPERCARGO_HUB_CA', 'anything'), /this installation's hub/],
    ['with another command', (spec) => (spec.containers[0].command = ['sh']), /one container/],
    [
      'with a Secret in its environment',
      (spec) => spec.containers[0].env.push({ name: 'X', valueFrom: { secretKeyRef: { name: 'payroll', key: 'k' } } }),
      /one container/,
    ],
    [
      'with more than it needs',
      (spec) => (spec.containers[0].securityContext.privileged = true),
      /one container|privileged/,
    ],
    ['of another user', (spec) => (spec.securityContext.runAsUser = 1000), /podSecurityContext/],
    ['of another group', (spec) => (spec.securityContext.fsGroup = 0), /podSecurityContext/],
    ['of more groups', (spec) => (spec.securityContext.supplementalGroups = [0]), /podSecurityContext/],
    [
      'whose container may be root',
      (spec) => (spec.containers[0].securityContext.runAsNonRoot = false),
      /podSecurityContext/,
    ],
    ['whose container is root', (spec) => (spec.containers[0].securityContext.runAsUser = 0), /podSecurityContext/],
    [
      'with another login for the proxy',
      (spec) => (spec.volumes.find(({ name }: any) => name === 'proxy').secret.secretName = 'payroll'),
      /mounts/,
    ],
    [
      'that trusts others',
      (spec) => (spec.volumes.find(({ name }: any) => name === 'trust').configMap.name = 'evil-ca'),
      /mounts/,
    ],
    [
      'that trusts others by its environment',
      (spec) => (spec.containers[0].env.find(({ name }: any) => name === 'NODE_EXTRA_CA_CERTS').value = '/tmp/evil'),
      /environment/,
    ],
    ['of other pull Secrets', (spec) => (spec.imagePullSecrets = [{ name: 'payroll' }]), /sync\.imagePullSecrets/],
    ['of another runtime', (spec) => (spec.runtimeClassName = 'privileged-vm'), /place it/],
    ['on other nodes', (spec) => (spec.nodeSelector = { pool: 'control-plane' }), /place it/],
    [
      'drawn to other pods',
      (spec) => (spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight = 100),
      /place it/,
    ],
    ['spread in another way', (spec) => (spec.topologySpreadConstraints[0].maxSkew = 9), /place it/],
    ['before all others', (spec) => (spec.priorityClassName = 'system-node-critical'), /place it/],
    [
      'by another proxy',
      (spec) => (spec.containers[0].env.find(({ name }: any) => name === 'HTTPS_PROXY').value = 'http://evil:1'),
      /environment/,
    ],
    [
      'with code of its own',
      (spec) => (spec.containers[0].env.find(({ name }: any) => name === 'NODE_OPTIONS').value = '--require=/x'),
      /environment/,
    ],
    [
      'with another variable',
      (spec) => spec.containers[0].env.push({ name: 'LD_PRELOAD', value: '/x' }),
      /environment/,
    ],
    ['of another image', (spec) => (spec.containers[0].image = 'evil:1'), /drivers\.images/],
  ])('makes no pod %s', async (_what, change, words) => {
    expect(await pod(change)).toMatch(words);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'Deployment of its own in kube-system',
      () =>
        child('Deployment', 'x', 'kube-system', {
          spec: {
            selector: { matchLabels: { a: 'b' } },
            template: {
              metadata: { labels: { a: 'b' } },
              spec: { serviceAccountName: 'x', containers: [{ name: 'c', image: 'supercargo:test' }] },
            },
          },
        }),
      /controls, and no others|node's/,
    ],
    [
      'NetworkPolicy for pods of others',
      () =>
        child('NetworkPolicy', 'sync-shop', NS, { spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } }, [
          owner(),
        ]),
      /of no others/,
    ],
    [
      'NetworkPolicy for pods of another connection',
      () =>
        child(
          'NetworkPolicy',
          'sync-shop',
          NS,
          {
            spec: {
              podSelector: {
                matchLabels: {
                  'app.kubernetes.io/name': 'supercargo-sync',
                  [LABELS.connection]: 'shop',
                  [LABELS.connectionKind]: 'ClusterConnection',
                },
              },
            },
          },
          [owner()],
        ),
      /of no others/,
    ],
    ['ServiceAccount of its own', () => child('ServiceAccount', 'mine', NS, {}), /controls, and no others/],
    [
      'Role that reads Secrets',
      () =>
        child('Role', 'sync-shop', NS, { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }] }, [
          owner(),
        ]),
      /no more/,
    ],
    [
      'Role that writes specs',
      () =>
        child(
          'Role',
          'sync-shop',
          NS,
          { rules: [{ apiGroups: ['supercargo.dev'], resources: ['connections'], verbs: ['patch'] }] },
          [owner()],
        ),
      /no more/,
    ],
    [
      'binding of another role',
      () =>
        child(
          'RoleBinding',
          'sync-shop',
          NS,
          {
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'supercargo-operator' },
            subjects: [{ kind: 'ServiceAccount', name: 'sync-shop', namespace: NS }],
          },
          [owner()],
        ),
      /immutable/,
    ],
    [
      "binding of a connection's role to another account",
      () =>
        child(
          'RoleBinding',
          'sync-shop',
          NS,
          {
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'sync-shop' },
            subjects: [{ kind: 'ServiceAccount', name: 'mallory', namespace: NS }],
          },
          [owner()],
        ),
      /own role/,
    ],
    [
      'change of cluster-admin',
      () => child('ClusterRole', 'cluster-admin', undefined, { rules: [] }),
      /controls, and no others/,
    ],
    ['child of another name', () => child('ServiceAccount', 'gateway', NS, {}, [owner()]), /named after it/],
    [
      'Secret that is a token',
      () =>
        thief.create(SECRETS, {
          ...secret('t', { annotations: { 'kubernetes.io/service-account.name': 'admin' } }),
          type: 'kubernetes.io/service-account-token',
        }),
      /developer API keys/,
    ],
    ['Secret of its own', () => thief.create(SECRETS, secret('mine')), /developer API keys/],
    [
      'change of a spec',
      () =>
        thief.apply(
          resourceType('Connection'),
          {
            apiVersion: shop.apiVersion,
            kind: 'Connection',
            metadata: { name: 'shop', namespace: NS },
            spec: { deletionPolicy: 'Delete' },
          },
          { manager: 'thief' },
        ),
      /changes no spec/,
    ],
    [
      'change of a Driver',
      () =>
        thief.apply(
          resourceType('Driver'),
          { apiVersion: shop.apiVersion, kind: 'Driver', metadata: { name: 'vendure' }, spec: { image: 'evil:1' } },
          { manager: 'thief' },
        ),
      /changes no spec/,
    ],
  ])('makes no %s', async (_what, write, words) => {
    expect(await refusal(write())).toMatch(words);
  });

  it("takes over nobody's object", async () => {
    await rig.client.create(CHILD_TYPES.ServiceAccount, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'sync-gateway', namespace: NS },
    });
    const gateway = { ...owner(), name: 'gateway' };
    expect(await refusal(child('ServiceAccount', 'sync-gateway', NS, {}, [gateway]))).toMatch(/takes over nothing/);
  });
});

describe('who makes a Credential', () => {
  const credential = (as: KubeClient, name: string, secretName: string) =>
    refusal(
      as.create(resourceType('Credential'), {
        ...rig.manifest('Credential', NS, name, { driver: 'vendure', secretRef: { name: secretName } }),
      }),
    );
  const connection = async (as: KubeClient, name: string, credentialName: string) => {
    const { spec } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', NS);
    return refusal(
      as.create(
        resourceType('Connection'),
        rig.manifest('Connection', NS, name, { ...spec, credentialRef: { name: credentialName } }),
      ),
    );
  };
  const tenant = async (
    name: string,
    more: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[],
  ): Promise<KubeClient> =>
    createClient(
      (await rig.serviceAccount(name, {
        namespaces: {
          [NS]: [
            {
              apiGroups: ['supercargo.dev'],
              resources: ['connections', 'credentials'],
              verbs: ['create', 'get', 'patch'],
            },
            ...more,
          ],
        },
      })) satisfies KubeConfig,
    );

  it('must be allowed to read its Secret', async () => {
    const mallory = await tenant('mallory', []);
    expect(await credential(mallory, 'stolen', 'payroll-db')).toMatch(
      /you may not read Secret payroll-db in namespace tenant/,
    );
    await mallory.close();
  });

  it('is let through with the right to read that Secret, and that one alone', async () => {
    const alice = await tenant('alice', [
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['shop-key'], verbs: ['get'] },
    ]);
    expect(await credential(alice, 'mine', 'shop-key')).toBeUndefined();
    expect(await credential(alice, 'other', 'payroll-db')).toMatch(/you may not read Secret/);
    expect(await connection(alice, 'no-use', 'mine')).toMatch(/you may not use Credential mine/);
    await alice.close();
  });

  it('and who uses it needs the verb use, where the installation asks for it', async () => {
    const bob = await tenant('bob', [
      { apiGroups: ['supercargo.dev'], resources: ['credentials'], resourceNames: ['key'], verbs: ['use'] },
    ]);
    expect(await connection(bob, 'with-use', 'key')).toBeUndefined();
    await bob.close();
  });
});

describe('the name of a connection that is made', () => {
  const made = (kind: string, name: string) => {
    const namespace = kind === 'Connection' ? NS : undefined;
    const spec = { ...CONNECTION_SPEC, ...(namespace ? {} : { namespace: NS }) };
    return refusal(rig.client.create(resourceType(kind), rig.manifest(kind, namespace, name, spec)));
  };

  it.each(['Connection', 'ClusterConnection'])('fits into the labels of its pods: a %s', async (kind) => {
    expect(await made(kind, TOO_LONG)).toMatch(/metadata.name has 59 characters, at most 58 fit .* choose a shorter/);
    expect(await made(kind, TOO_LONG.slice(1))).toBeUndefined();
  });

  it('is told by status where it was made before, and that one can be deleted', async () => {
    const seen = await rig.eventually(
      'Connection',
      'default',
      TOO_LONG,
      (one) => conditionOf(one, 'Accepted')?.startsWith('False') ?? false,
    );
    expect(conditionOf(seen, 'Accepted')).toBe('False NameTooLong');
    const type = resourceType('Connection');
    expect(await refusal(rig.client.delete(type, { name: TOO_LONG, namespace: 'default' }))).toBeUndefined();
    // The operator takes its finalizer off, which is an update.
    await until('it to be gone', async () => !(await rig.client.find(type, TOO_LONG, 'default')));
  });
});

describe("a sync pod's account", () => {
  let pod: KubeClient;
  /** Of the ClusterConnection `wide`, in the same namespace. */
  let clusterPod: KubeClient;
  let managers = 0;
  beforeAll(async () => {
    pod = createClient(await rig.podAccount(NS, 'sync-shop'));
    clusterPod = createClient(await rig.podAccount(NS, 'csync-wide'));
    const feed = (name: string, connectionRef: object) =>
      rig.apply('Feed', NS, name, { connectionRef, type: 'OrderImport' });
    await feed('own', { name: 'shop' });
    await feed('of-another', { name: 'other' });
    await feed('of-a-cluster', { name: 'shop', kind: 'ClusterConnection' });
    await feed('of-wide', { name: 'wide', kind: 'ClusterConnection' });
    await feed('of-a-namesake', { name: 'wide' });
    const run = (name: string, connection: string, kind: string) =>
      rig.client.apply(
        resourceType('FeedRun'),
        {
          apiVersion: shop.apiVersion,
          kind: 'FeedRun',
          metadata: { name, namespace: NS, labels: { [LABELS.connection]: connection, [LABELS.connectionKind]: kind } },
          spec: { feedRef: { name: 'no-such-feed' } },
        },
        { manager: 'test' },
      );
    await run('run-own', 'shop', 'Connection');
    await run('run-of-another', 'other', 'Connection');
    await run('run-of-a-cluster', 'shop', 'ClusterConnection');
    await run('run-of-wide', 'wide', 'ClusterConnection');
    await run('run-of-a-namesake', 'wide', 'Connection');
    const refused = async (as: KubeClient, name: string) => ABOUT_OTHERS.test((await event(as, 'Feed', name)) ?? '');
    await until('the policy to know the feeds', () => refused(clusterPod, 'of-a-namesake'));
    // What their roles allow the API server hears of a little later, too.
    for (const [as, own] of [
      [pod, 'own'],
      [clusterPod, 'of-wide'],
    ] as const)
      await until('its own right', async () => (await event(as, 'Feed', own)) === undefined);
  });
  afterAll(async () => {
    await pod?.close();
    await clusterPod?.close();
  });

  const status = (kind: string, name: string, conditions: object[], as = pod) =>
    refusal(
      as.applyStatus(
        resourceType(kind),
        { apiVersion: shop.apiVersion, kind, metadata: { name, namespace: NS }, status: { conditions } },
        { manager: `pod-${++managers}` },
      ),
    );
  const condition = (type: string, value = 'True') => ({
    type,
    status: value,
    reason: 'X',
    message: 'x',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  /** What the API server says to an Event; `namespace`: absent for what is cluster-scoped. */
  const event = (as: KubeClient, kind: string, name: string, namespace: string | undefined = NS, home = namespace) =>
    refusal(
      as.create<KubeObject>(EVENTS, {
        apiVersion: EVENTS.apiVersion,
        kind: 'Event',
        metadata: { name: `e-${Math.random()}`, namespace: home },
        eventTime: new Date().toISOString().replace('Z', '000Z'),
        type: 'Normal',
        reason: 'X',
        action: 'X',
        note: 'x',
        reportingController: 'x/y',
        reportingInstance: 'z',
        regarding: { apiVersion: kind === 'Node' ? 'v1' : shop.apiVersion, kind, name, namespace },
      }),
    );
  const ABOUT_OTHERS = /may write Events about its connection and feeds alone/;

  it("writes its own conditions, and none of the operator's", async () => {
    expect(await status('Connection', 'shop', [condition('Fresh', 'False')])).toBeUndefined();
    for (const type of ['Licensed', 'Accepted', 'Stalled'])
      expect(await status('Connection', 'shop', [condition(type, type === 'Stalled' ? 'True' : 'False')])).toMatch(
        /operator's conditions/,
      );
  });

  it('does not say which installation looks after its connection', async () => {
    const intent = { apiVersion: shop.apiVersion, kind: 'Connection', metadata: { name: 'shop', namespace: NS } };
    const status = { installation: 'mine' };
    expect(
      await refusal(pod.applyStatus(resourceType('Connection'), { ...intent, status }, { manager: 'pod-claims' })),
    ).toMatch(/does not say which installation/);
  });

  it('writes the status of feeds and runs of its own connection alone, of the same kind too', async () => {
    const feeds = [condition('Synced')];
    const runs = [condition('Complete')];
    for (const [as, own] of [
      [pod, 'own'],
      [clusterPod, 'of-wide'],
    ] as const) {
      expect(await status('Feed', own, feeds, as)).toBeUndefined();
      expect(await status('FeedRun', `run-${own}`, runs, as)).toBeUndefined();
      for (const name of ['own', 'of-another', 'of-a-cluster', 'of-wide', 'of-a-namesake'].filter((one) => one !== own))
        for (const said of [await status('Feed', name, feeds, as), await status('FeedRun', `run-${name}`, runs, as)])
          expect([own, name, said]).toEqual([own, name, expect.stringMatching(/its own feeds and runs alone/)]);
    }
  });

  it('writes Events about its own connection and feeds', async () => {
    expect(await event(pod, 'Connection', 'shop')).toBeUndefined();
    expect(await event(pod, 'Feed', 'own')).toBeUndefined();
    expect(await event(clusterPod, 'ClusterConnection', 'wide', undefined, 'default')).toBeUndefined();
    expect(await event(clusterPod, 'Feed', 'of-wide')).toBeUndefined();
  });

  it.each([
    ['another Connection', 'Connection', 'other', NS],
    ['a ClusterConnection of its name', 'ClusterConnection', 'shop', undefined],
    ['a Feed of another Connection', 'Feed', 'of-another', NS],
    ['a Feed of a ClusterConnection of its name', 'Feed', 'of-a-cluster', NS],
    ['a Store', 'Store', 'main', NS],
    ['a FeedRun', 'FeedRun', 'run-own', NS],
    ['a Node', 'Node', 'n', NS],
  ])('writes no Event about %s', async (_what, kind, name, namespace) => {
    expect(await event(pod, kind, name, namespace, NS)).toMatch(ABOUT_OTHERS);
  });

  it.each([
    ['a Connection of its name', 'Connection', 'wide', NS],
    ['a Feed of a Connection of its name', 'Feed', 'of-a-namesake', NS],
    ['another ClusterConnection', 'ClusterConnection', 'other', undefined],
    ['a Feed of another namespace, where its rights reach', 'Feed', 'of-wide', 'default'],
  ])('of a ClusterConnection writes no Event about %s', async (_what, kind, name, namespace) => {
    expect(await event(clusterPod, kind, name, namespace, namespace ?? 'default')).toMatch(ABOUT_OTHERS);
  });
});
