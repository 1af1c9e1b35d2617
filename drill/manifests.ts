import { API_VERSION, type Resource } from '../crds/index.ts';
import type { Intent } from '../kit/kube/objects.ts';
import type { FeedType } from '../model/feeds.ts';
import { BASE_PATH } from '../simulator/wires/generic.ts';
import { PATHS } from './control.ts';
import type { Installation } from './installation.ts';
import { CONTROL_SECRET, COUNTERPART, DRILL_LABEL, PORT, SHOP_SECRET, STORE_NAME, type DrillNames } from './names.ts';
import type { DrillSettings } from './settings.ts';

const FEEDS: readonly FeedType[] = [
  'ProductImport',
  'StockImport',
  'OrderImport',
  'OrderUpdate',
  'ShipmentExport',
  'StockExport',
];
/** Of the simulated shop, and of the counterpart's control routes. */
export interface DrillKeys {
  readonly shop: string;
  readonly control: string;
}

/** Small pages and short pauses: many effects to be hit, and an early second try. */
const FEED_SPEC = {
  schedule: '* * * * *',
  batchSize: 2,
  retry: { initialDelay: '1s', maxDelay: '2s', maxAttempts: 20 },
} as const;
/** Of every order there is. */
const EARLIEST_ORDER = '2020-01-01T00:00:00Z';
const DIRS = {
  shop: '/etc/supercargo/shop',
  control: '/etc/supercargo/control',
  developer: '/etc/supercargo/developer',
} as const;
const LABELS = {
  'app.kubernetes.io/name': COUNTERPART,
  'app.kubernetes.io/component': 'drill',
  'app.kubernetes.io/part-of': 'supercargo',
} as const;
const SELECTOR = { 'app.kubernetes.io/name': COUNTERPART } as const;

export const counterpartSelector = `app.kubernetes.io/name=${COUNTERPART}`;
/** Name of the Feed that is asked to run when orders were placed. */
export const ORDERS_FEED = feedName('OrderImport');

export function namespaceManifest({ namespace }: DrillNames): Intent {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        [DRILL_LABEL]: 'true',
        'app.kubernetes.io/part-of': 'supercargo',
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
    },
  };
}

/** Made anew for each drill, and ending with it. Two, since the sync pod gets the shop's key alone. */
export function secretManifests({ namespace }: DrillNames, keys: DrillKeys): Intent[] {
  const secret = (name: string, stringData: Record<string, string>): Intent => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData,
  });
  return [secret(SHOP_SECRET, { apiKey: keys.shop }), secret(CONTROL_SECRET, { controlKey: keys.control })];
}

export function serviceManifest({ namespace }: DrillNames): Intent {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: COUNTERPART, namespace, labels: LABELS },
    spec: { selector: SELECTOR, ports: [{ name: 'http', port: PORT, targetPort: 'http', protocol: 'TCP' }] },
  };
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/**
 * Who may reach the counterpart, and whom it may reach. In this namespace alone; where the cluster forbids by default,
 * it allows just this.
 */
export function networkManifest({ namespace }: DrillNames, installation: Installation): Intent {
  const dns = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  const tcp = (...ports: number[]) => [...new Set(ports)].map((port) => ({ protocol: 'TCP', port }));
  const system = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': installation.namespace } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: COUNTERPART, namespace, labels: LABELS },
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: tcp(PORT), from: [{ podSelector: {} }, system] }],
      // 80 and 443: the shop's own webhooks go to the hub's public address, where it has one.
      egress: [{ ports: dns }, { ports: tcp(80, 443, PORT, portOf(new URL(installation.hubUrl))) }],
    },
  };
}

export function storeManifest(names: DrillNames, clusterIp: string): Resource {
  return resource(names, 'Store', STORE_NAME, {
    title: 'Drill',
    orderWebhooks: [{ name: names.endpoint, url: `${serviceUrl(names)}${PATHS.webhook}` }],
    allowedPrivateNetworks: [`${clusterIp}/${clusterIp.includes(':') ? 128 : 32}`],
  });
}

export function deploymentManifest(
  names: DrillNames,
  installation: Installation,
  settings: DrillSettings,
  developerSecret: string,
): Intent {
  const env = {
    SUPERCARGO_HUB_URL: installation.hubUrl,
    ...(installation.hubCa ? { SUPERCARGO_HUB_CA: installation.hubCa } : {}),
    SUPERCARGO_HTTP_PORT: String(PORT),
    SUPERCARGO_DRILL_SEED: String(settings.seed),
    SUPERCARGO_DRILL_FAULTS: settings.faults.join(','),
    SUPERCARGO_DRILL_CONNECTION: `${names.namespace}/${names.connection}`,
    SUPERCARGO_DRILL_SHOP: names.shopId,
    SUPERCARGO_DRILL_ENDPOINT: names.endpoint,
    SUPERCARGO_DRILL_SHOP_DIR: DIRS.shop,
    SUPERCARGO_DRILL_CONTROL_DIR: DIRS.control,
    SUPERCARGO_DRILL_DEVELOPER_DIR: DIRS.developer,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: COUNTERPART, namespace: names.namespace, labels: LABELS },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          securityContext: { runAsNonRoot: true, ...installation.user, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'counterpart',
              image: installation.image,
              imagePullPolicy: installation.imagePullPolicy,
              args: ['drill'],
              env: Object.entries(env).map(([name, value]) => ({ name, value })),
              ports: [{ name: 'http', containerPort: PORT, protocol: 'TCP' }],
              readinessProbe: { httpGet: { path: PATHS.health, port: 'http' }, periodSeconds: 1 },
              resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '256Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: Object.entries(DIRS).map(([name, mountPath]) => ({ name, mountPath, readOnly: true })),
            },
          ],
          volumes: Object.entries({ shop: SHOP_SECRET, control: CONTROL_SECRET, developer: developerSecret }).map(
            ([name, secretName]) => ({ name, secret: { secretName } }),
          ),
        },
      },
    },
  };
}

/** With Delete the hub forgets what the drill left there. */
export function connectionManifests(names: DrillNames): Resource[] {
  return [
    resource(names, 'Credential', STORE_NAME, { driver: 'generic', secretRef: { name: SHOP_SECRET } }),
    resource(names, 'Connection', names.connection, {
      storeRef: { name: STORE_NAME },
      driver: 'generic',
      credentialRef: { name: STORE_NAME },
      settings: { url: serviceUrl(names) + BASE_PATH },
      mode: 'Production',
      earliestOrderDate: EARLIEST_ORDER,
      deletionPolicy: 'Delete',
    }),
    ...FEEDS.map((type) =>
      resource(names, 'Feed', feedName(type), { connectionRef: { name: names.connection }, type, ...FEED_SPEC }),
    ),
  ];
}

function resource({ namespace }: DrillNames, kind: string, name: string, spec: Record<string, unknown>): Resource {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec };
}

function serviceUrl({ namespace }: DrillNames): string {
  return `http://${COUNTERPART}.${namespace}.svc:${PORT}`;
}

function feedName(type: FeedType): string {
  return type.toLowerCase();
}
