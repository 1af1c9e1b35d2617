import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { systemClock } from '../kit/clock.ts';
import { EventRecorder } from '../kit/events.ts';
import { NAMESPACES } from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { isApiError } from '../kit/kube/errors.ts';
import { createPodClient } from '../kit/kube/in-cluster.ts';
import { readSecretFiles } from '../kit/kube/secret-files.ts';
import { createLogger, type Logger } from '../kit/log.ts';
import { anyAddress } from '../kit/net/listen-address.ts';
import { proxyFromEnvironment } from '../kit/net/proxy.ts';
import { tokenReviewAuthenticator } from './auth/token-review.ts';
import { carryBySocket } from './base/webhook-transport.ts';
import { watchConnections } from './declared.ts';
import { readHubEnvironment, type HubEnvironment } from './env.ts';
import { startHub } from './hub.ts';
import { databaseAddress } from './storage/database-address.ts';
import { openEmbedded } from './storage/embedded/index.ts';
import { ownerName, type DatabaseClaim } from './storage/owner.ts';
import { openPostgres } from './storage/postgres.ts';
import { storeEvents, watchStores } from './store-watch.ts';

/** The hub in a cluster, until SIGTERM. */
export async function runHub(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const { config, installed } = readHubEnvironment(env);
  const loginDir = config.SUPERCARGO_PROXY_LOGIN_DIR;
  const login = loginDir && { files: await readSecretFiles(loginDir), value: 'hub.webhooks.proxy.loginSecret' };
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
  const connections = watchConnections({ ...watched, installation: config.SUPERCARGO_INSTALLATION });
  const restored = new AbortController();
  const hub = await startHub({
    declared: (key) => connections.declared(key),
    onRestored: () => restored.abort(),
    claim: external === undefined ? undefined : await claimOf(config, { client, log }),
    emitStoreEvent: storeEvents({ client, recorder, log }),
    db,
    log,
    clock: systemClock,
    newId: randomUUID,
    ...installed,
    host: await anyAddress(),
    carryWebhook: carryBySocket(proxyFromEnvironment(env, login || undefined)),
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

/** The uid of this namespace is what tells one cluster from another: each has it, and none has that of another. */
const OF_EVERY_CLUSTER = 'kube-system';

/** Undefined where the API server does not say which cluster this is: back offices are served all the same. */
async function claimOf(
  config: HubEnvironment,
  { client, log }: { readonly client: KubeClient; readonly log: Logger },
): Promise<DatabaseClaim | undefined> {
  const cluster = await client.get(NAMESPACES, OF_EVERY_CLUSTER).catch((error: unknown) => {
    const remedy = isApiError(error, 'Forbidden') ? ': give its ServiceAccount "get" on it, as the chart does' : '';
    log.warn(
      { err: error },
      `the hub could not read the namespace kube-system, so until its next start nothing keeps another installation off its database${remedy}`,
    );
    return undefined;
  });
  if (cluster === undefined) return undefined;
  const installation = config.SUPERCARGO_INSTALLATION ?? `${config.SUPERCARGO_NAMESPACE}.supercargo`;
  const takeOverFrom = config.SUPERCARGO_DATABASE_TAKE_OVER_FROM;
  return {
    owner: ownerName(installation, cluster.metadata.uid ?? ''),
    ...(takeOverFrom === '' ? {} : { takeOverFrom }),
  };
}
