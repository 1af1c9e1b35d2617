import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadAddedDriver } from '../drivers/added/load.ts';
import { loadDriver } from '../drivers/load.ts';
import { systemClock } from '../kit/clock.ts';
import { startHealthServer } from '../kit/health.ts';
import { createPodClient } from '../kit/kube/in-cluster.ts';
import { createLogger } from '../kit/log.ts';
import { collectOnce } from '../kit/memory-limits.ts';
import { networkList } from '../kit/net/network-list.ts';
import { parseDuration } from '../model/duration.ts';
import { DEFAULT_RECHECK_MS, FreshnessRule } from '../model/feed-rules.ts';
import { readSecretFiles } from '../kit/kube/secret-files.ts';
import { runEngine } from './engine.ts';
import { createHubClient } from './hub-client.ts';
import { watchOwnResources } from './kubernetes-resources.ts';
import { proxyFromEnvironment } from '../kit/net/proxy.ts';
import { SyncMetrics } from './metrics.ts';

/** A watch that has seen neither event nor bookmark for this long is dead. */
const WATCH_STALL_MS = 15 * 60_000;

const credentialReference = z.object({
  name: z.string(),
  secretName: z.string(),
  keys: z.record(z.string(), z.string()).optional(),
  recheckAfter: z.string().optional(),
  hosts: z.array(z.string()).optional(),
});

/** What the operator writes into the Deployment; see operator/connection. */
const environment = z.object({
  SUPERCARGO_CONNECTION_KIND: z.enum(['Connection', 'ClusterConnection']).describe('Connection or ClusterConnection.'),
  SUPERCARGO_CONNECTION_NAME: z.string().min(1).describe('Whose pod it is.'),
  SUPERCARGO_NAMESPACE: z.string().min(1).describe('The namespace that it runs in.'),
  SUPERCARGO_DRIVER: z.string().min(1).describe('Name of the driver.'),
  SUPERCARGO_DRIVER_MODULE: z
    .string()
    .optional()
    .describe('Set by an image with a driver of its own: the file of its module.'),
  SUPERCARGO_STORE: z.string().optional().describe('Name of its Store, for who looks at the pod.'),
  SUPERCARGO_HUB_URL: z.url().describe('The hub.'),
  SUPERCARGO_HUB_CA: z.string().optional().describe("PEM of the CA of the hub's certificate."),
  SUPERCARGO_HUB_TOKEN_FILE: z
    .string()
    .default('/var/run/secrets/supercargo/hub/token')
    .describe('File with the token by which the hub knows it.'),
  SUPERCARGO_CREDENTIAL: z
    .string()
    .transform((text) => credentialReference.parse(JSON.parse(text)))
    .describe('What its Credential says, JSON: names alone, no secret.'),
  SUPERCARGO_CREDENTIAL_DIR: z.string().default('/etc/supercargo/credential').describe('Folder of the mounted Secret.'),
  SUPERCARGO_PRIVATE_NETWORKS: networkList
    .transform(({ reach }) => reach)
    .describe('Where it may go beside public addresses: CIDR, with commas.'),
  SUPERCARGO_ALLOW_PLAIN_HTTP: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Whether the credential may go to the shop over http://.'),
  SUPERCARGO_PROXY_LOGIN_DIR: z.string().optional().describe('Folder with username and password for the proxy.'),
  SUPERCARGO_HTTP_PORT: z.coerce.number().default(8080).describe('Port of metrics and probes.'),
  SUPERCARGO_LOG_LEVEL: z.string().default('info').describe('trace, debug, info, warn or error.'),
  POD_NAME: z.string().default('sync').describe('Its name in Events.'),
});

/** What a sync pod reads, by name. */
export const SYNC_VARIABLES: z.ZodObject = environment;

/** The sync pod: one connection, until SIGTERM. */
export async function runSync(env: NodeJS.ProcessEnv, signal: AbortSignal, version: string): Promise<void> {
  const config = environment.parse(env);
  const log = createLogger('sync', config.SUPERCARGO_LOG_LEVEL).child({
    connection: config.SUPERCARGO_CONNECTION_NAME,
  });
  log.info(
    {
      version,
      driver: config.SUPERCARGO_DRIVER,
      namespace: config.SUPERCARGO_NAMESPACE,
      hub: config.SUPERCARGO_HUB_URL,
    },
    'the sync pod starts',
  );
  const added = config.SUPERCARGO_DRIVER_MODULE;
  const definition =
    added === undefined
      ? await loadDriver(config.SUPERCARGO_DRIVER)
      : await loadAddedDriver(config.SUPERCARGO_DRIVER, added);
  if (!definition)
    throw new Error(
      `driver "${config.SUPERCARGO_DRIVER}" is not built into this image: its Driver must name an image that has it`,
    );
  const key = {
    kind: config.SUPERCARGO_CONNECTION_KIND,
    namespace: config.SUPERCARGO_NAMESPACE,
    name: config.SUPERCARGO_CONNECTION_NAME,
  } as const;
  const metrics = new SyncMetrics(key);
  const client = await createPodClient(env, { registry: metrics.registry, userAgent: 'supercargo-sync' });
  const resources = watchOwnResources({ client, key, clock: systemClock, log, podName: config.POD_NAME });
  // The watches outlive the engine, which still writes status while it drains.
  const watching = new AbortController();
  const watches = resources.run(watching.signal);
  const silentFor = () =>
    systemClock.now().getTime() - Math.min(...resources.informers.map((informer) => informer.lastProgressAt));
  const health = await startHealthServer({
    port: config.SUPERCARGO_HTTP_PORT,
    registry: metrics.registry,
    live: [
      {
        name: 'watches',
        check: () => (silentFor() > WATCH_STALL_MS ? 'a watch has been silent for too long' : undefined),
      },
    ],
    ready: [
      {
        name: 'resources',
        check: () =>
          resources.informers.every((informer) => informer.synced) ? undefined : 'the first lists are not in',
      },
    ],
  });
  await resources.whenSynced();
  const { secretName, keys, recheckAfter, hosts } = config.SUPERCARGO_CREDENTIAL;
  const loginDir = config.SUPERCARGO_PROXY_LOGIN_DIR;
  collectOnce();
  await runEngine(
    {
      key,
      resources,
      definition,
      metrics,
      log,
      hub: createHubClient({
        url: config.SUPERCARGO_HUB_URL,
        ca: config.SUPERCARGO_HUB_CA,
        clock: systemClock,
        token: async () => (await readFile(config.SUPERCARGO_HUB_TOKEN_FILE, 'utf8')).trim(),
      }),
      readSecret: () => readSecretFiles(config.SUPERCARGO_CREDENTIAL_DIR),
      credential: {
        ...{ secretName, hosts },
        keys: keys ?? {},
        recheckMs: parseDuration(recheckAfter ?? '') ?? DEFAULT_RECHECK_MS,
      },
      reach: config.SUPERCARGO_PRIVATE_NETWORKS,
      plainHttp: config.SUPERCARGO_ALLOW_PLAIN_HTTP,
      proxy: proxyFromEnvironment(
        env,
        loginDir === undefined
          ? undefined
          : { files: await readSecretFiles(loginDir), value: 'sync.proxy.loginSecret' },
      ),
      clock: systemClock,
      random: Math.random,
      freshness: new FreshnessRule(),
      holder: `${config.POD_NAME}/${randomUUID()}`,
    },
    signal,
  );
  watching.abort();
  await watches;
  await health.close();
  await client.close();
}
