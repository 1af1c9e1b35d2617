import { z } from 'zod';
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
  SUPERCARGO_DATA_DIR: z.string().default('/var/lib/supercargo'),
  /** Folder with bin/ of the PostgreSQL to embed; absent: the packaged one. */
  SUPERCARGO_POSTGRES: z.string().optional(),
  SUPERCARGO_HTTP_PORT: z.coerce.number().default(8080),
  /** Folder with tls.crt and tls.key; absent: the hub speaks http. */
  SUPERCARGO_TLS_DIR: z.string().optional(),
  /** Of metrics and probes. */
  SUPERCARGO_METRICS_PORT: z.coerce.number().default(8081),
  /** Requests a second, and at once: of one developer key; of one address whose key is not known. */
  SUPERCARGO_KEY_REQUESTS_PER_SECOND: z.coerce.number().positive().default(DEFAULT_LIMITS.key.perSecond),
  SUPERCARGO_KEY_BURST: z.coerce.number().int().min(1).default(DEFAULT_LIMITS.key.burst),
  SUPERCARGO_ADDRESS_REQUESTS_PER_SECOND: z.coerce.number().positive().default(DEFAULT_LIMITS.address.perSecond),
  SUPERCARGO_ADDRESS_BURST: z.coerce.number().int().min(1).default(DEFAULT_LIMITS.address.burst),
  /** Networks of the proxies before the hub, whose X-Forwarded-For is believed. */
  SUPERCARGO_TRUSTED_PROXIES: list,
  /** The installation that gives this database up to this one. */
  SUPERCARGO_DATABASE_TAKE_OVER_FROM: z.string().default(''),
  /** "true": Stores take over what a Store of their name left, whatever its uid. */
  SUPERCARGO_ADOPT_BY_NAME: z.stringbool().default(false),
  SUPERCARGO_WATCH_NAMESPACES: list,
  SUPERCARGO_INSTALLATION: z.string().optional(),
  SUPERCARGO_NAMESPACE: z.string().min(1),
  SUPERCARGO_OPERATOR_SERVICE_ACCOUNT: z.string().default('supercargo-operator'),
  SUPERCARGO_LOG_LEVEL: z.string().default('info'),
  /** https address under which stores on the Internet reach the hub. */
  SUPERCARGO_PUBLIC_URL: z.union([z.literal('').transform(() => undefined), z.url()]).optional(),
  /** Networks in CIDR notation, separated by commas, that Stores may have webhooks sent to. */
  SUPERCARGO_WEBHOOK_PRIVATE_NETWORKS: networkList.transform(({ reach }) => reach),
  /** "true": order webhooks may go over http:// out of the cluster. */
  SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP: z.stringbool().default(false),
  /** Folder with username and password for the proxy of HTTP_PROXY and HTTPS_PROXY, by which order webhooks go. */
  SUPERCARGO_PROXY_LOGIN_DIR: z.string().optional(),
  SUPERCARGO_VERSION: z.string().default('0.0.0'),
});

/** The environment of a hub in a cluster. */
export type HubEnvironment = z.output<typeof environment>;

/** What an installation says of its hub by environment. */
type Installed = Pick<
  HubOptions,
  | 'port'
  | 'metricsPort'
  | 'limits'
  | 'adoptByName'
  | 'trustedProxies'
  | 'version'
  | 'publicUrl'
  | 'webhookReach'
  | 'webhookPlainHttp'
>;

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
