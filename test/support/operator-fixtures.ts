import {
  API_VERSION,
  type ConnectionResource,
  type CredentialResource,
  type DriverResource,
  type FeedResource,
  type LicenseResource,
  type StoreResource,
} from '../../crds/index.ts';
import type { Condition } from '../../kit/conditions.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import type { ConnectionSnapshot } from '../../operator/connection/gather.ts';
import type { DeploymentView } from '../../operator/resources.ts';

const metadata = (name: string) => ({
  name,
  namespace: 'acme',
  uid: `uid-${name}`,
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
});

/** Resources in which nothing is wrong; a test changes what it is about. */
export const aConnection = (
  over: Partial<ConnectionResource['spec']> = {},
  rest: Partial<ConnectionResource> = {},
): ConnectionResource => ({
  apiVersion: API_VERSION,
  kind: 'Connection',
  metadata: metadata('shop'),
  spec: {
    storeRef: { name: 'main' },
    driver: 'vendure',
    credentialRef: { name: 'key' },
    settings: { url: 'https://shop.example/admin-api' },
    ...over,
  },
  ...rest,
});

export const aStore = (over: Partial<StoreResource['spec']> = {}): StoreResource => ({
  apiVersion: API_VERSION,
  kind: 'Store',
  metadata: metadata('main'),
  spec: { client: 'acme', warehouses: [{ name: 'berlin' }], ...over },
});

export const aCredential = (over: Partial<CredentialResource['spec']> = {}): CredentialResource => ({
  apiVersion: API_VERSION,
  kind: 'Credential',
  metadata: metadata('key'),
  spec: { driver: 'vendure', secretRef: { name: 'vendure-key' }, ...over },
});

export const aDriver = (over: Partial<DriverResource['spec']> = {}): DriverResource => ({
  apiVersion: API_VERSION,
  kind: 'Driver',
  metadata: { name: 'vendure', uid: 'uid-vendure', generation: 1 },
  spec: {
    title: 'Vendure',
    platformKind: 'Store',
    feeds: [{ type: 'OrderImport' }, { type: 'StockExport' }],
    settingsSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: { url: { type: 'string' }, region: { enum: ['eu', 'us'] } },
    },
    ...over,
  },
});

export const aFeed = (
  over: Partial<FeedResource['spec']> = {},
  conditions: Condition[] = [],
  name = 'orders',
): FeedResource => ({
  apiVersion: API_VERSION,
  kind: 'Feed',
  metadata: metadata(name),
  spec: { connectionRef: { name: 'shop' }, type: 'OrderImport', ...over },
  status: { conditions },
});

export const aLicense = (
  over: Partial<LicenseResource['spec']> = {},
  status: LicenseResource['status'] = {},
): LicenseResource => ({
  apiVersion: API_VERSION,
  kind: 'License',
  metadata: { name: 'team', uid: 'uid-team', generation: 1 },
  spec: { plan: 'team', seats: 2, ...over },
  status,
});

export const aDeployment = (
  over: Partial<NonNullable<DeploymentView['status']>> = {},
  replicas = 1,
): DeploymentView => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sync-shop', namespace: 'acme', generation: 1 },
  spec: { replicas },
  status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: replicas, ...over },
});

export const aPod = (
  status: PodView['status'],
  creationTimestamp = '2026-05-31T23:59:55Z',
  name = 'sync-shop-1',
): PodView => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'acme', creationTimestamp }, status });

export const aCondition = (type: string, status: Condition['status'], over: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason: `${type}${status}`,
  message: `${type} is ${status}`,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
  ...over,
});

/** What a pod says when all is well. */
export const ALL_WELL = ['CredentialValid', 'Reachable', 'Synced', 'Fresh'].map((type) => aCondition(type, 'True'));

/** A connection that is Ready. */
export const aSnapshot = (over: Partial<ConnectionSnapshot> = {}): ConnectionSnapshot => ({
  connection: aConnection({}, { status: { conditions: ALL_WELL } }),
  now: new Date('2026-06-01T00:00:00Z'),
  allowPlainHttp: false,
  driver: aDriver(),
  store: aStore(),
  credential: aCredential(),
  license: {
    storeKey: 'acme/main',
    driver: 'vendure',
    now: new Date('2026-06-01T00:00:00Z'),
    required: false,
    any: false,
    assigned: [],
  },
  licenseGraceMs: 14 * 86_400_000,
  sameShop: [],
  feeds: [],
  deployment: aDeployment(),
  pods: [],
  ...over,
});
