import { z } from 'zod';
import { certificateFrom } from '../kit/net/certificate.ts';
import { metricsTls, metricsTlsVariables } from '../kit/net/metrics-tls.ts';
import { networkList } from '../kit/net/network-list.ts';
import { DEFAULT_LIMITS } from './http/limits.ts';
import type { HubOptions } from './hub.ts';
import { databaseVariables } from './storage/database-address.ts';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  );

const environment = z.object({
  ...databaseVariables,
  SUPERCARGO_DATA_DIR: z.string().default('/var/lib/supercargo').describe('Folder of the embedded database.'),
  SUPERCARGO_POSTGRES: z
    .string()
    .optional()
    .describe('Folder with bin/ of the PostgreSQL to embed; absent: the packaged one.'),
  SUPERCARGO_HTTP_PORT: z.coerce.number().default(8080).describe('Port of the REST API and of sync pods.'),
  SUPERCARGO_TLS_DIR: z.string().optional().describe('Folder with tls.crt and tls.key; absent: it speaks http.'),
  SUPERCARGO_METRICS_PORT: z.coerce.number().default(8081).describe('Port of metrics and probes.'),
  ...metricsTlsVariables,
  SUPERCARGO_KEY_REQUESTS_PER_SECOND: z.coerce
    .number()
    .positive()
    .default(DEFAULT_LIMITS.key.perSecond)
    .describe('Requests a second of one developer key.'),
  SUPERCARGO_KEY_BURST: z.coerce.number().int().min(1).default(DEFAULT_LIMITS.key.burst).describe('At once.'),
  SUPERCARGO_ADDRESS_REQUESTS_PER_SECOND: z.coerce
    .number()
    .positive()
    .default(DEFAULT_LIMITS.address.perSecond)
    .describe('Requests a second of one address whose key is not known.'),
  SUPERCARGO_ADDRESS_BURST: z.coerce.number().int().min(1).default(DEFAULT_LIMITS.address.burst).describe('At once.'),
  SUPERCARGO_TRUSTED_PROXIES: list.describe(
    'Networks of the proxies before it, with commas, whose X-Forwarded-For is believed.',
  ),
  SUPERCARGO_DATABASE_TAKE_OVER_FROM: z
    .string()
    .default('')
    .describe('The installation that gives the database up to this one.'),
  SUPERCARGO_ADOPT_BY_NAME: z
    .stringbool()
    .default(false)
    .describe('Whether Stores take over what a Store of their name left, whatever its uid.'),
  SUPERCARGO_WATCH_NAMESPACES: list.describe('As of the operator.'),
  SUPERCARGO_INSTALLATION: z.string().optional().describe('As of the operator.'),
  SUPERCARGO_NAMESPACE: z.string().min(1).describe('The namespace that it runs in.'),
  SUPERCARGO_OPERATOR_SERVICE_ACCOUNT: z
    .string()
    .default('supercargo-operator')
    .describe('ServiceAccount of the operator, which alone has the data of a deleted connection removed.'),
  SUPERCARGO_LOG_LEVEL: z.string().default('info').describe('trace, debug, info, warn or error.'),
  SUPERCARGO_PUBLIC_URL: z
    .union([z.literal('').transform(() => undefined), z.url()])
    .optional()
    .describe('https address under which stores on the Internet reach it.'),
  SUPERCARGO_WEBHOOK_PRIVATE_NETWORKS: networkList
    .transform(({ reach }) => reach)
    .describe('Where Stores may have webhooks sent beside public addresses: CIDR, with commas.'),
  SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP: z
    .stringbool()
    .default(false)
    .describe('Whether order webhooks may go over http:// out of the cluster.'),
  SUPERCARGO_PROXY_LOGIN_DIR: z
    .string()
    .optional()
    .describe(
      'Folder with username and password for the proxy of HTTP_PROXY and HTTPS_PROXY, by which order webhooks go.',
    ),
  SUPERCARGO_VERSION: z.string().default('0.0.0').describe('Its version in /openapi.json.'),
});

/** What the hub reads, by name. */
export const HUB_VARIABLES: z.ZodObject = environment;

/** The environment of a hub in a cluster. */
export type HubEnvironment = z.output<typeof environment>;

/** What an installation says of its hub by environment. */
type Installed = Pick<
  HubOptions,
  | 'port'
  | 'tls'
  | 'metricsTls'
  | 'metricsPort'
  | 'limits'
  | 'adoptByName'
  | 'trustedProxies'
  | 'version'
  | 'publicUrl'
  | 'webhookReach'
  | 'webhookPlainHttp'
>;

const hubTls = (folder: string | undefined) =>
  folder ? certificateFrom({ folder, whose: 'the hub', setting: 'hub.tls.secretName' }) : undefined;

/** Reads the environment, and what of it the hub itself goes by: the installation's word, above that of any Store. */
export function readHubEnvironment(env: NodeJS.ProcessEnv): {
  readonly config: HubEnvironment;
  readonly installed: Installed;
} {
  const config = environment.parse(env);
  return {
    config,
    installed: {
      port: config.SUPERCARGO_HTTP_PORT,
      tls: hubTls(config.SUPERCARGO_TLS_DIR),
      metricsTls: metricsTls(config, 'the hub'),
      metricsPort: config.SUPERCARGO_METRICS_PORT,
      limits: {
        key: { perSecond: config.SUPERCARGO_KEY_REQUESTS_PER_SECOND, burst: config.SUPERCARGO_KEY_BURST },
        address: { perSecond: config.SUPERCARGO_ADDRESS_REQUESTS_PER_SECOND, burst: config.SUPERCARGO_ADDRESS_BURST },
      },
      adoptByName: config.SUPERCARGO_ADOPT_BY_NAME,
      trustedProxies: config.SUPERCARGO_TRUSTED_PROXIES,
      version: config.SUPERCARGO_VERSION,
      publicUrl: config.SUPERCARGO_PUBLIC_URL,
      webhookReach: config.SUPERCARGO_WEBHOOK_PRIVATE_NETWORKS,
      webhookPlainHttp: config.SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP,
    },
  };
}
