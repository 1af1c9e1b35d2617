import { z } from 'zod';
import { parseDuration } from '../crds/index.ts';
import { selectorKeys } from '../kit/kube/label-selector.ts';
import type { CertificateSource } from '../kit/net/certificate.ts';
import { metricsTls, metricsTlsVariables } from '../kit/net/metrics-tls.ts';
import { networkList } from '../kit/net/network-list.ts';
import type { Amount, RolloutLimits } from './waves/limit.ts';
import { syncPodTemplate, type SyncPodTemplate } from './pod-template.ts';

const flag = (ifAbsent: boolean) =>
  z
    .enum(['true', 'false'], 'must be "true" or "false"')
    .default(ifAbsent ? 'true' : 'false')
    .transform((text) => text === 'true');
const list = (ifAbsent: string) =>
  z
    .string()
    .default(ifAbsent)
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    );

const duration = (ifAbsent: string) =>
  z
    .string()
    .default(ifAbsent)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined)
        context.addIssue({ code: 'custom', message: `"${text}" is not a duration: write for example "60s" or "2m"` });
      return ms ?? 0;
    });

const amount = (ifAbsent: Amount) =>
  z
    .string()
    .regex(/^([1-9][0-9]{0,5}|([1-9][0-9]?|100)%)$/, 'is not a number or a share: write for example "1" or "10%"')
    .default(ifAbsent)
    .transform((text) => text as Amount);

const environment = z.object({
  SUPERCARGO_WATCH_NAMESPACES: list('').describe(
    'Namespaces that it looks after, with commas; empty: the whole cluster.',
  ),
  SUPERCARGO_WATCH_SELECTOR: z
    .string()
    .trim()
    .refine(
      (text) => text === '' || selectorKeys(text) !== undefined,
      'is not a label selector: write for example "supercargo.dev/shard=a" or "!supercargo.dev/shard"',
    )
    .transform((text) => text || undefined)
    .optional()
    .describe('Label selector of the connections that it looks after, a shard; all if absent.'),
  SUPERCARGO_INSTALLATION: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/, 'must be a label value: a-z, 0-9, "-" and ".", at most 63 of them')
    .optional()
    .describe(
      "Under which it claims what it looks after, apart from every other installation's; its namespace if absent.",
    ),
  SUPERCARGO_NAMESPACE: z
    .string('is required: the namespace the operator runs in')
    .min(1, 'must not be empty')
    .describe('The namespace that it runs in.'),
  SUPERCARGO_HUB_URL: z
    .url('must be the URL of the hub, for example http://supercargo-hub:8080')
    .describe('The hub, as operator and sync pods reach it.'),
  // No file there: a CA that everybody knows.
  SUPERCARGO_HUB_CA_FILE: z
    .string()
    .optional()
    .describe("File with the CA of the hub's certificate; absent: the hub speaks http."),
  SUPERCARGO_HUB_CA_LOOK: duration('10s').describe('How often that file is looked at.'),
  SUPERCARGO_HUB_TOKEN_FILE: z
    .string()
    .default('/var/run/secrets/supercargo/hub/token')
    .describe('File with the token by which the hub knows it.'),
  SUPERCARGO_SYNC_IMAGE: z
    .string('is required: the image of sync pods')
    .min(1, 'must not be empty')
    .describe('The image of sync pods.'),
  SUPERCARGO_IMAGE_PULL_POLICY: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('IfNotPresent')
    .describe('`imagePullPolicy` of sync pods.'),
  SUPERCARGO_REQUIRE_LICENSE: flag(false).describe('Whether a connection runs only with a seat of a License.'),
  SUPERCARGO_LICENSE_GRACE_PERIOD: duration('14d').describe('How long a connection that runs goes on without a seat.'),
  SUPERCARGO_LEADER_ELECTION: flag(true).describe(
    '`false`: it does not ask for the lease; for one replica on its own.',
  ),
  SUPERCARGO_LEASE: z
    .string()
    .min(1)
    .default('supercargo-operator')
    .describe('Name of the Lease: two installations of one namespace each have their own.'),
  // Under client-go's names.
  SUPERCARGO_LEASE_DURATION: duration('12s').describe('How long others wait for a leader, in whole seconds.'),
  SUPERCARGO_RENEW_DEADLINE: duration('8s').describe('How long a leader goes on without a renewal.'),
  SUPERCARGO_RETRY_PERIOD: duration('2s').describe('How often it renews, or tries to lead.'),
  SUPERCARGO_HTTP_PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('Port of metrics and probes.'),
  ...metricsTlsVariables,
  SUPERCARGO_DELETION_DEADLINE: duration('60s').describe('How long a deletion waits for the shop and the hub.'),
  SUPERCARGO_API_SERVER_PORTS: list('443,6443')
    .transform((ports) => ports.map(Number))
    .describe("Ports of the API server as pods reach it: the Service's, and the one behind it."),
  SUPERCARGO_SYNC_PRIVATE_NETWORKS: networkList
    .transform(({ texts }) => texts)
    .describe('Where sync pods may go beside public addresses: CIDR, with commas.'),
  SUPERCARGO_SYNC_ALLOW_PLAIN_HTTP: flag(false).describe('Whether credentials may go to shops over http://.'),
  SUPERCARGO_SYNC_PODS: syncPodTemplate.describe(
    "The owner's part of sync pods, JSON: what the chart has under `sync`.",
  ),
  SUPERCARGO_SYNC_ROLLOUT_FIRST: amount('1').describe(
    'How many sync pods another image or other settings go to first: a number, or a share.',
  ),
  SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: amount('10%').describe(
    'How many of them may be not Ready at once after that.',
  ),
  KUBERNETES_SERVICE_HOST: z.string().default('').describe('The API server; Kubernetes sets it in every pod.'),
  SUPERCARGO_WORKERS: z.coerce.number().int().min(1).max(64).default(8).describe('Reconciles of a kind at a time.'),
  SUPERCARGO_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('trace, debug, info, warn or error.'),
  POD_NAME: z.string().default('supercargo-operator').describe('Its name in the Lease and in Events.'),
});

/** What the operator reads, by name. */
export const OPERATOR_VARIABLES: z.ZodObject = environment;

/** A leader that renews too seldom would lose its lease; one that goes on too long would write beside the next. */
const consistent = environment.superRefine((value, context) => {
  const issue = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
  if (value.SUPERCARGO_LEASE_DURATION % 1000 !== 0)
    issue('SUPERCARGO_LEASE_DURATION', 'must be whole seconds: a Lease says no others');
  if (value.SUPERCARGO_LEASE_DURATION <= value.SUPERCARGO_RENEW_DEADLINE)
    issue('SUPERCARGO_LEASE_DURATION', 'must be longer than SUPERCARGO_RENEW_DEADLINE');
  if (value.SUPERCARGO_RENEW_DEADLINE < 2 * value.SUPERCARGO_RETRY_PERIOD)
    issue('SUPERCARGO_RENEW_DEADLINE', 'must be at least twice SUPERCARGO_RETRY_PERIOD');
  if (value.SUPERCARGO_RETRY_PERIOD < 1000) issue('SUPERCARGO_RETRY_PERIOD', 'must be at least 1s');
});

/** How this operator is installed. */
export interface OperatorConfig {
  /** Empty: the whole cluster. Otherwise it needs Roles in these, and leaves cluster-scoped kinds alone. */
  readonly watchNamespaces: readonly string[];
  /** Label selector of the connections it looks after; absent: all. */
  readonly selector: string | undefined;
  /** The labels it asks of: children get them too, so that they are in view where their connection is. */
  readonly shardKeys: readonly string[];
  readonly installation: string;
  readonly namespace: string;
  readonly hubUrl: string;
  readonly hubCaFile: string | undefined;
  readonly hubCaLookMs: number;
  readonly hubTokenFile: string;
  readonly syncImage: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly requireLicense: boolean;
  readonly licenseGraceMs: number;
  readonly leaderElection: boolean;
  readonly leaseName: string;
  readonly lease: { readonly leaseMs: number; readonly renewDeadlineMs: number; readonly retryMs: number };
  readonly httpPort: number;
  /** Absent: metrics and probes are http. */
  readonly metricsTls: CertificateSource | undefined;
  readonly deletionDeadlineMs: number;
  readonly apiServerPorts: readonly number[];
  readonly privateNetworks: readonly string[];
  readonly allowPlainHttp: boolean;
  readonly syncPods: SyncPodTemplate;
  readonly rollout: RolloutLimits;
  /** As pods reach it; '' outside a cluster. */
  readonly apiServerHost: string;
  readonly workers: number;
  readonly logLevel: string;
  readonly podName: string;
}

/** Reads the environment; an error names every variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): OperatorConfig {
  const parsed = consistent.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment of the operator is wrong:\n${lines.join('\n')}`);
  }
  const value = parsed.data;
  return {
    watchNamespaces: value.SUPERCARGO_WATCH_NAMESPACES,
    selector: value.SUPERCARGO_WATCH_SELECTOR,
    shardKeys: selectorKeys(value.SUPERCARGO_WATCH_SELECTOR ?? '') ?? [],
    installation: value.SUPERCARGO_INSTALLATION ?? value.SUPERCARGO_NAMESPACE,
    namespace: value.SUPERCARGO_NAMESPACE,
    hubUrl: value.SUPERCARGO_HUB_URL,
    hubCaFile: value.SUPERCARGO_HUB_CA_FILE,
    hubCaLookMs: value.SUPERCARGO_HUB_CA_LOOK,
    hubTokenFile: value.SUPERCARGO_HUB_TOKEN_FILE,
    syncImage: value.SUPERCARGO_SYNC_IMAGE,
    imagePullPolicy: value.SUPERCARGO_IMAGE_PULL_POLICY,
    requireLicense: value.SUPERCARGO_REQUIRE_LICENSE,
    licenseGraceMs: value.SUPERCARGO_LICENSE_GRACE_PERIOD,
    leaderElection: value.SUPERCARGO_LEADER_ELECTION,
    leaseName: value.SUPERCARGO_LEASE,
    lease: {
      leaseMs: value.SUPERCARGO_LEASE_DURATION,
      renewDeadlineMs: value.SUPERCARGO_RENEW_DEADLINE,
      retryMs: value.SUPERCARGO_RETRY_PERIOD,
    },
    httpPort: value.SUPERCARGO_HTTP_PORT,
    metricsTls: metricsTls(value, 'the operator'),
    deletionDeadlineMs: value.SUPERCARGO_DELETION_DEADLINE,
    apiServerPorts: value.SUPERCARGO_API_SERVER_PORTS,
    privateNetworks: value.SUPERCARGO_SYNC_PRIVATE_NETWORKS,
    allowPlainHttp: value.SUPERCARGO_SYNC_ALLOW_PLAIN_HTTP,
    syncPods: value.SUPERCARGO_SYNC_PODS,
    rollout: {
      first: value.SUPERCARGO_SYNC_ROLLOUT_FIRST,
      maxUnavailable: value.SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE,
    },
    apiServerHost: value.KUBERNETES_SERVICE_HOST,
    workers: value.SUPERCARGO_WORKERS,
    logLevel: value.SUPERCARGO_LOG_LEVEL,
    podName: value.POD_NAME,
  };
}

/** Whether it looks after the whole cluster, or some namespaces. */
export function isClusterWide({ watchNamespaces }: Pick<OperatorConfig, 'watchNamespaces'>): boolean {
  return watchNamespaces.length === 0;
}
