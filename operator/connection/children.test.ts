import { describe, expect, it } from '@jest/globals';
import { LABELS } from '../../crds/index.ts';
import { aConnection, aCredential, aDriver, aStore } from '../../test/support/operator-fixtures.ts';
import {
  OPERATOR_CLUSTER_RULES,
  OPERATOR_LIMITED_CLUSTER_RULES,
  OPERATOR_NAMESPACE_RULES,
  type PolicyRule,
} from '../rbac.ts';
import { childrenOf } from './children.ts';
import { PLAIN_POD } from '../pod-template.ts';
import type { ChildrenInput } from './children-input.ts';
import { labelValue } from './labels.ts';
import { canonicalQuantity } from './quantity.ts';

const POD = {
  image: 'supercargo:1',
  imagePullPolicy: 'IfNotPresent' as const,
  hubUrl: 'http://hub.supercargo:8090',
  installation: 'one',
  shardKeys: [],
  hubNamespace: 'supercargo-system',
  apiServerPorts: [443, 6443],
  allowPlainHttp: false,
  privateNetworks: [] as readonly string[],
  template: PLAIN_POD,
  apiServerHost: '10.96.0.1',
};
const input = (over: Partial<ChildrenInput> = {}): ChildrenInput => ({
  connection: aConnection(),
  store: aStore(),
  driver: aDriver(),
  credential: aCredential(),
  replicas: 1,
  pod: POD,
  ...over,
});
const child = (kind: string, over: Partial<ChildrenInput> = {}) =>
  childrenOf(input(over)).find((candidate) => candidate.kind === kind)?.intent as any; // eslint-disable-line @typescript-eslint/no-explicit-any -- children are of any kind; tests assert on them
const container = (over: Partial<ChildrenInput> = {}) => child('Deployment', over).spec.template.spec.containers[0];

describe('the sync pod', () => {
  it('never runs twice: one replica, replaced and not rolled', () => {
    expect(child('Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('meets the restricted Pod Security Standard with a read-only root file system', () => {
    const { securityContext } = child('Deployment').spec.template.spec;
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('names no user where the platform gives each namespace its own, and is never root', () => {
    const template = { ...PLAIN_POD, user: {} };
    expect(child('Deployment', { pod: { ...POD, template } }).spec.template.spec.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  it('gets its Secret as files, optional, and no secret in its environment', () => {
    expect(child('Deployment').spec.template.spec.volumes[0]).toEqual({
      name: 'credential',
      secret: { secretName: 'vendure-key', optional: true },
    });
    const env = Object.fromEntries(
      container({ credential: aCredential({ keys: { apiKey: 'token' }, recheckAfter: '5m' }) }).env.map(
        ({ name, value }: { name: string; value: string }) => [name, value],
      ),
    );
    expect(JSON.parse(env.SUPERCARGO_CREDENTIAL)).toEqual({
      name: 'key',
      secretName: 'vendure-key',
      keys: { apiKey: 'token' },
      recheckAfter: '5m',
    });
    expect(env).toMatchObject({
      SUPERCARGO_CONNECTION_KIND: 'Connection',
      SUPERCARGO_CONNECTION_NAME: 'shop',
      SUPERCARGO_NAMESPACE: 'acme',
      SUPERCARGO_DRIVER: 'vendure',
      SUPERCARGO_STORE: 'main',
      SUPERCARGO_HUB_URL: POD.hubUrl,
    });
  });

  it('proves itself to the hub with a token of an hour for the hub alone', () => {
    expect(child('Deployment').spec.template.spec.volumes[1].projected.sources).toEqual([
      { serviceAccountToken: { audience: 'supercargo-hub', expirationSeconds: 3600, path: 'token' } },
    ]);
  });

  it('runs the image of the driver where that has one', () => {
    expect([container().image, container({ driver: aDriver({ image: 'other:2' }) }).image]).toEqual([
      'supercargo:1',
      'other:2',
    ]);
  });

  it('has modest resources, or those the connection asks for, as the API server writes them back', () => {
    expect(container().resources).toEqual({ requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } });
    const connection = aConnection({ resources: { requests: { cpu: '1000m' }, limits: { memory: '1024Mi' } } });
    expect(container({ connection }).resources).toEqual({
      requests: { cpu: '1', memory: '96Mi' },
      limits: { memory: '1Gi' },
    });
  });

  it.each([
    ['a limit below the usual request', { limits: { memory: '64Mi' } }, { memory: ['64Mi', '64Mi'] }],
    ['a request above the usual limit', { requests: { memory: '512Mi' } }, { memory: ['512Mi', '512Mi'] }],
    ['a limit of CPU below the usual request', { limits: { cpu: '20m' } }, { cpu: ['20m', '20m'] }],
    ['a limit in other units above it', { limits: { cpu: '0.5', memory: '1G' } }, { cpu: ['50m', '500m'], memory: ['96Mi', '1G'] }], // prettier-ignore
    ['both, as they are', { requests: { memory: '1Gi' }, limits: { memory: '64Mi' } }, { memory: ['1Gi', '64Mi'] }],
  ])('has no default that contradicts what the connection says: %s', (_what, resources, expected) => {
    const { requests, limits } = container({ connection: aConnection({ resources }) }).resources;
    for (const [name, both] of Object.entries(expected)) expect([requests[name], limits[name]]).toEqual(both);
  });

  it('selects its pods by labels that never change', () => {
    const selector = (over: Partial<ChildrenInput>) => child('Deployment', over).spec.selector;
    expect(selector({})).toEqual(
      selector({ store: aStore({ client: 'other' }), connection: aConnection({ warehouse: 'berlin' }) }),
    );
  });
});

describe('its network policy', () => {
  const egress = (over: Partial<ChildrenInput> = {}) =>
    child('NetworkPolicy', over).spec.egress as {
      ports: { port: number }[];
      to?: { ipBlock?: { cidr: string; except?: string[] }; namespaceSelector?: object; podSelector?: object }[];
    }[];
  const ports = (over: Partial<ChildrenInput> = {}) => egress(over)[3]!.ports.map(({ port }) => port);
  const reaching = (privateNetworks: readonly string[]) => ({ pod: { ...POD, privateNetworks } });
  const block = (cidr: string, over: Partial<ChildrenInput> = {}, rule = 3) =>
    egress(over)[rule]!.to!.find(({ ipBlock }) => ipBlock?.cidr === cidr)?.ipBlock;

  it('opens the ports of the hosts that the driver names, from whichever setting, and no other', () => {
    const driver = aDriver({ hosts: ['settings.shopDomain', 'api.example.com:8443'] });
    expect(ports({ driver, connection: aConnection({ settings: { shopDomain: 'https://shop.acme:3000' } }) })).toEqual([
      3000, 8443,
    ]);
  });

  it('opens the web and the port of settings.url where a driver names none', () => {
    expect(ports()).toEqual([80, 443]);
    expect(ports({ connection: aConnection({ settings: { url: 'http://shop.acme:3000/admin-api' } }) })).toEqual([
      80, 443, 3000,
    ]);
  });

  it('opens the ports of hub and API server for these alone', () => {
    expect(egress()[1]).toEqual({
      ports: [8080, 8090].map((port) => ({ protocol: 'TCP', port })),
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'supercargo-system' } },
          podSelector: {
            matchLabels: { 'app.kubernetes.io/name': 'supercargo', 'app.kubernetes.io/component': 'hub' },
          },
        },
      ],
    });
    expect(egress()[2]!.ports.map(({ port }) => port)).toEqual([443, 6443]);
  });

  it('keeps it from private networks, from link-local addresses and from what clouds tell a machine, in both families', () => {
    expect(block('0.0.0.0/0')!.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '168.63.129.16/32']), // prettier-ignore
    );
    expect(block('::/0')!.except).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10']));
    expect(block('0.0.0.0/0', {}, 2)!.except).toContain('169.254.0.0/16');
    expect(block('::/0', {}, 2)!.except).toEqual(expect.arrayContaining(['fe80::/10', 'fd00:ec2::254/128']));
  });

  it('opens the private networks that the installation names, but never these', () => {
    expect(block('10.20.0.0/16', reaching(['10.20.0.0/16']))).toEqual({ cidr: '10.20.0.0/16' });
    expect(block('100.64.0.0/10', reaching(['100.64.0.0/10']))!.except).toEqual(['100.100.100.200/32']);
    expect(block('fd00::/8', reaching(['fd00::/8']))!.except).toEqual(['fd00:ec2::254/128', 'fd20:ce::254/128']);
    expect(block('169.254.169.254/32', reaching(['169.254.169.254/32']))).toBeUndefined();
  });

  it('tells the pod the same networks', () => {
    expect(container(reaching(['10.20.0.0/16', 'fd00::/8'])).env).toContainEqual({
      name: 'SUPERCARGO_PRIVATE_NETWORKS',
      value: '10.20.0.0/16,fd00::/8',
    });
  });
});

describe('http:// out of the cluster', () => {
  it.each([true, false])('is told to the pod as the installation has it: %s', (allowPlainHttp) => {
    const { env } = container({ pod: { ...POD, allowPlainHttp } });
    expect(env).toContainEqual({ name: 'SUPERCARGO_ALLOW_PLAIN_HTTP', value: String(allowPlainHttp) });
  });
});

describe('rights', () => {
  const rules = (kind: string, over: Partial<ChildrenInput> = {}) => child(kind, over).rules as PolicyRule[];
  const clusterConnection = {
    ...aConnection(),
    kind: 'ClusterConnection',
    metadata: { ...aConnection().metadata, namespace: undefined },
    spec: { ...aConnection().spec, namespace: 'acme' },
  } as unknown as ChildrenInput['connection'];

  it('of a sync pod end at its own connection and name no Secret', () => {
    const own = rules('Role').filter(({ resources }) =>
      resources.some((resource) => resource.startsWith('connections')),
    );
    expect(own.every(({ resourceNames }) => JSON.stringify(resourceNames) === '["shop"]')).toBe(true);
    expect(JSON.stringify([rules('Role'), rules('ClusterRole', { connection: clusterConnection })])).not.toContain(
      'secrets',
    );
  });

  it("of a ClusterConnection's pod reach its own resource by a ClusterRole", () => {
    expect(rules('ClusterRole', { connection: clusterConnection })[0]).toMatchObject({
      resources: ['clusterconnections'],
      resourceNames: ['shop'],
    });
    expect(childrenOf(input()).map(({ kind }) => kind)).not.toContain('ClusterRole');
  });

  it('of the operator on Secrets are to create them, alone', () => {
    const onSecrets = [
      ...OPERATOR_NAMESPACE_RULES,
      ...OPERATOR_CLUSTER_RULES,
      ...OPERATOR_LIMITED_CLUSTER_RULES,
    ].filter(({ resources }) => resources.some((resource) => resource === 'secrets' || resource === '*'));
    expect(onSecrets.map(({ verbs }) => verbs)).toEqual([['create']]);
  });
});

describe('labels', () => {
  it('say whose child it is', () => {
    expect(child('ServiceAccount', { connection: aConnection({ warehouse: 'berlin' }) }).metadata.labels).toMatchObject(
      {
        [LABELS.client]: 'acme',
        [LABELS.store]: 'main',
        [LABELS.driver]: 'vendure',
        [LABELS.warehouse]: 'berlin',
        [LABELS.platformKind]: 'Store',
        [LABELS.connection]: 'shop',
        // By it a PodMonitor of this installation finds the pod.
        [LABELS.installation]: 'one',
        [LABELS.connectionKind]: 'Connection',
      },
    );
  });

  it('hold names that are too long, cut and told apart', () => {
    const [a, b] = [labelValue(`${'x'.repeat(80)}a`), labelValue(`${'x'.repeat(80)}b`)];
    expect([a.length, b.length, a === b]).toEqual([63, 63, false]);
  });
});

describe('canonicalQuantity', () => {
  it.each([
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['1', '1'],
    ['100m', '100m'],
    ['2000', '2k'],
    ['1024Mi', '1Gi'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['256Mi', '256Mi'],
    ['1000M', '1G'],
    ['0', '0'],
    [1, '1'],
    [134_217_728, '134217728'],
    [2_000_000_000, '2G'],
    ['1Ti', '1Ti'],
    ['2048Gi', '2Ti'],
    ['1e9', '1G'],
    ['128E6', '128M'],
    ['15e-1', '1500m'],
    ['5e2', '500'],
    ['1e+3', '1k'],
    ['2P', '2P'],
    ['1024Pi', '1Ei'],
    ['16.1', '16100m'],
    ['16.1G', '16100M'],
    ['1.3Ki', '1331200m'],
    ['1.953125Ki', '2k'],
    ['4.35E', '4350P'],
    ['123456789G', '123456789G'],
    ['9007199254740993', '9007199254740993'],
    ['8Ei', '9223372036854775807'],
    ['1e18', '1E'],
    ['1e-18', '1m'],
    [1e-7, '1m'],
  ])('%s is %s', (text, expected) => {
    expect(canonicalQuantity(text)).toBe(expected);
  });
});
