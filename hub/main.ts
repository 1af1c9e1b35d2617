import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { z } from 'zod';
import { systemClock } from '../kit/clock.ts';
import { EventRecorder } from '../kit/events.ts';
import { createPodClient } from '../kit/kube/in-cluster.ts';
import { createLogger } from '../kit/log.ts';
import { reachOf } from '../kit/net/addresses.ts';
import { tokenReviewAuthenticator } from './auth/token-review.ts';
import { DEFAULT_LIMITS } from './http/limits.ts';
import { readCertificate } from './http/certificate.ts';
import { watchConnections } from './declared.ts';
import { startHub } from './hub.ts';
import { databaseAddress, databaseVariables } from './storage/database-address.ts';
import { openEmbedded } from './storage/embedded/index.ts';
import { openPostgres } from './storage/postgres.ts';
import { storeEvents, watchStores } from './store-watch.ts';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  );

/** A misspelt network ends the start: it is the installation's own word. */
const networks = z
  .string()
  .default('')
  .transform((text, context) => {
    const { reach, unreadable } = reachOf(
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    );
    for (const one of unreadable)
      context.addIssue(`"${one}" is no network: write it as CIDR, for example "10.20.0.0/16"`);
    return { ...reach, loopback: false };
  });

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
  /** "true": Stores take over what a Store of their name left, whatever its uid. */
  SUPERCARGO_ADOPT_BY_NAME: z.stringbool().default(false),
  SUPERCARGO_WATCH_NAMESPACES: list,
  SUPERCARGO_NAMESPACE: z.string().min(1),
  SUPERCARGO_OPERATOR_SERVICE_ACCOUNT: z.string().default('supercargo-operator'),
  SUPERCARGO_LOG_LEVEL: z.string().default('info'),
  /** https address under which stores on the Internet reach the hub. */
  SUPERCARGO_PUBLIC_URL: z.union([z.literal('').transform(() => undefined), z.url()]).optional(),
  /** Networks in CIDR notation, separated by commas, that Stores may have webhooks sent to. */
  SUPERCARGO_WEBHOOK_PRIVATE_NETWORKS: networks,
  /** "true": order webhooks may go over http:// out of the cluster. */
  SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP: z.stringbool().default(false),
  SUPERCARGO_VERSION: z.string().default('0.0.0'),
});

/** A kubelet takes about a minute to show a new Secret. */
const RENEWAL_LOOK_MS = 10_000;

/** The hub in a cluster, until SIGTERM. */
export async function runHub(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const config = environment.parse(env);
  const tlsFolder = config.SUPERCARGO_TLS_DIR;
  const log = createLogger('hub', config.SUPERCARGO_LOG_LEVEL);
  const client = await createPodClient(env, { userAgent: 'supercargo-hub' });
  const external = databaseAddress(config);
  const db = external
    ? openPostgres({ url: external, onIdleError: (error) => log.warn({ err: error }, 'a database connection broke') })
    : await openEmbedded({
        folder: config.SUPERCARGO_DATA_DIR,
        binaries: config.SUPERCARGO_POSTGRES,
        clock: systemClock,
        log,
        signal,
      });
  const recorder = new EventRecorder({
    client,
    clock: systemClock,
    log,
    controller: 'supercargo.dev/hub',
    instance: hostname(),
  });
  const watched = { client, namespaces: config.SUPERCARGO_WATCH_NAMESPACES, clock: systemClock, log };
  const connections = watchConnections(watched);
  const restored = new AbortController();
  const hub = await startHub({
    declared: (key) => connections.declared(key),
    onRestored: () => restored.abort(),
    emitStoreEvent: storeEvents({ client, recorder, log }),
    db,
    log,
    clock: systemClock,
    newId: randomUUID,
    host: '0.0.0.0',
    port: config.SUPERCARGO_HTTP_PORT,
    tls: tlsFolder ? { read: () => readCertificate(tlsFolder), everyMs: RENEWAL_LOOK_MS } : undefined,
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
    authenticator: tokenReviewAuthenticator({
      client,
      clock: systemClock,
      operator: `${config.SUPERCARGO_NAMESPACE}/${config.SUPERCARGO_OPERATOR_SERVICE_ACCOUNT}`,
    }),
  });
  const stores = watchStores({ ...watched, hub });
  const ending = AbortSignal.any([signal, restored.signal]);
  const watching = Promise.all([stores.run(ending), connections.run(ending)]);
  if (!ending.aborted) await once(ending, 'abort');
  await watching;
  await hub.stop();
  await recorder.flush();
  await client.close();
}
