import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { parseDuration, type ConnectionKey } from '../../crds/index.ts';
import { driverResource } from '../../drivers/driver-resource.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { staticTokens, type Identity } from '../../hub/auth/identity.ts';
import { declaredBy } from '../../hub/declared.ts';
import { startHub } from '../../hub/hub.ts';
import { openEmbedded } from '../../hub/storage/embedded/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import { runEngine } from '../../sync/engine.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import type { EngineOptions } from '../../sync/options.ts';
import { connectionId } from '../../operator/resources.ts';
import { LocalMetrics } from './metrics.ts';
import { LocalOperator } from './operator.ts';
import { LocalStores } from './stores.ts';
import { localResources } from './own-resources.ts';
import type { LocalResource, LocalWorld } from './world.ts';

const DEFAULT_RECHECK_MS = 3_600_000;
/** How long the removal of a connection waits for its store. */
const GIVE_BACK_MS = 15_000;
/** After a change of a status; the table is drawn once a second. */
const SETTLE_MS = 200;
/** With many connections a look takes a while: it may have this share of the time, as one in so many. */
const SETTLE_SHARE = 5;

export interface UpOptions {
  readonly world: LocalWorld;
  /** Folder of the database and the keys. */
  readonly stateDir: string;
  /** A PostgreSQL instead of the embedded one. */
  readonly databaseUrl?: string;
  readonly hubPort: number;
  /** Where stores reach the hub with their webhooks; `local` for stores on this machine. */
  readonly publicUrl?: string;
  /** Credentials may go to shops over http://. */
  readonly allowPlainHttp?: boolean;
  readonly version: string;
  readonly log: Logger;
  /** Ends a start that waits for a database. */
  readonly signal: AbortSignal;
  readonly onEvent: (text: string) => void;
  /** The database was restored under it: to be stopped. */
  readonly onRestored: () => void;
}

export interface Up {
  readonly hubUrl: string;
  /** namespace/name of each Store -> its developer API key. */
  readonly keys: ReadonlyMap<string, string>;
  /** Resources were added, changed or removed. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

interface Running {
  readonly key: ConnectionKey;
  /** What it was started with; another: it is started anew, as a pod is. */
  readonly from: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Hub and engines in one process: every line but the place of resources is the cluster's. */
export async function startUp(options: UpOptions): Promise<Up> {
  const { world, stateDir, log } = options;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const db = options.databaseUrl
    ? openPostgres({ url: options.databaseUrl })
    : await openEmbedded({
        folder: stateDir,
        binaries: process.env['SUPERCARGO_POSTGRES'],
        clock: systemClock,
        log: log.child({ part: 'hub' }),
        signal: options.signal,
      });
  const tokens = new Map<string, Identity>();
  const keys = new Map<string, string>();
  const engines = new Map<string, Running>();
  const metrics = new LocalMetrics(world, systemClock);
  const hub = await startHub({
    otherFigures: () => metrics.text(),
    db,
    clock: systemClock,
    log: log.child({ part: 'hub' }),
    newId: randomUUID,
    authenticator: staticTokens(tokens),
    host: '127.0.0.1',
    port: options.hubPort,
    publicUrl: options.publicUrl,
    webhookReach: OWN_MACHINE,
    webhookPlainHttp: options.allowPlainHttp,
    version: options.version,
    declared: (key) => {
      const found = world.get(key.kind, namespaceOf(key), key.name);
      return found && declaredBy(found.spec as unknown as Parameters<typeof declaredBy>[0]);
    },
    onRestored: options.onRestored,
    emitStoreEvent: (namespace, name, type, reason, message) =>
      options.onEvent(`${type} ${reason} Store/${namespace}/${name}: ${message}`),
  }).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });

  const stores = new LocalStores(hub, stateDir, keys);
  const freshness = new FreshnessRule();
  const operator = new LocalOperator({
    world,
    freshness,
    drivers: [...builtinDrivers().values()].map(driverResource),
    now: () => systemClock.now(),
    allowPlainHttp: options.allowPlainHttp,
    runs: (id) => engines.has(id),
  });

  /** Runs what the operator's decisions let run, and nothing else; then says so. */
  async function settle(): Promise<void> {
    const accepted = operator.look();
    const there = new Map<string, LocalResource>();
    for (const connection of [...world.list('Connection'), ...world.list('ClusterConnection')])
      if (!connection.metadata.deletionTimestamp) there.set(connectionId(keyOf(connection)), connection);
    for (const [id, engine] of engines) {
      const connection = there.get(id);
      if (connection && accepted.has(id) && engine.from === startedFrom(world, engine.key, connection)) continue;
      if (!connection) await givenBack(world, engine.key);
      engine.stop.abort();
      await engine.done;
      engines.delete(id);
      if (!connection) world.release(engine.key.kind, namespaceOf(engine.key), engine.key.name);
    }
    for (const [id, connection] of there)
      if (accepted.has(id) && !engines.has(id))
        engines.set(
          id,
          startEngine({ ...options, freshness, metrics }, hub.url, tokens, keyOf(connection), connection),
        );
    operator.look();
  }

  // One at a time, and the engines' own words are summed up a moment after they were written.
  let settling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let pauseMs = SETTLE_MS;
  const settleOnce = async () => {
    if (stopped) return;
    const began = performance.now();
    await settle();
    pauseMs = Math.max(SETTLE_MS, SETTLE_SHARE * (performance.now() - began));
  };
  const settleSoon = () => {
    if (stopped) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      settling = settling
        .then(settleOnce)
        .catch((error: unknown) => log.error({ err: error }, 'decisions could not be made: they are made anew'));
    }, pauseMs);
  };
  const unsubscribe = world.subscribe(settleSoon);

  async function refresh(): Promise<void> {
    for (const line of await stores.follow(world)) options.onEvent(line);
    settling = settling.then(settle);
    await settling;
  }

  const up: Up = {
    hubUrl: hub.url,
    keys,
    refresh,
    async stop() {
      stopped = true;
      unsubscribe();
      clearTimeout(timer);
      await settling.catch(() => undefined);
      for (const engine of engines.values()) engine.stop.abort();
      await Promise.all([...engines.values()].map((engine) => engine.done));
      await hub.stop();
      await world.flush();
    },
  };
  await refresh().catch(async (error: unknown) => {
    await up.stop();
    throw error;
  });
  return up;
}

function keyOf(connection: LocalResource): ConnectionKey {
  if (connection.kind === 'ClusterConnection')
    return {
      kind: 'ClusterConnection',
      namespace: connection.spec['namespace'] as string,
      name: connection.metadata.name,
    };
  return { kind: 'Connection', namespace: connection.metadata.namespace!, name: connection.metadata.name };
}

const namespaceOf = (key: ConnectionKey): string | undefined => (key.kind === 'Connection' ? key.namespace : undefined);

/** Until the engine has taken back what it registered at the store, or it takes too long. */
async function givenBack(world: LocalWorld, key: ConnectionKey): Promise<void> {
  for (const deadline = Date.now() + GIVE_BACK_MS; Date.now() < deadline; await systemClock.sleep(100)) {
    const connection = world.get(key.kind, namespaceOf(key), key.name);
    if (
      !connection?.metadata.deletionTimestamp ||
      connection.status?.conditions?.some(({ type, status }) => type === 'Deregistered' && status === 'True')
    )
      return;
  }
}

function credentialOf(world: LocalWorld, key: ConnectionKey, { spec }: LocalResource): LocalResource | undefined {
  return world.get('Credential', key.namespace, (spec['credentialRef'] as { name: string }).name);
}

/** Driver and Credential: a change of them is another pod. What the Secret holds is read anew by itself. */
const startedFrom = (world: LocalWorld, key: ConnectionKey, connection: LocalResource): string =>
  JSON.stringify([connection.spec['driver'], credentialOf(world, key, connection)?.spec]);

function startEngine(
  options: UpOptions & Pick<EngineOptions, 'freshness'> & { readonly metrics: LocalMetrics },
  hubUrl: string,
  tokens: Map<string, Identity>,
  key: ConnectionKey,
  connection: LocalResource,
): Running {
  const stop = new AbortController();
  const from = startedFrom(options.world, key, connection);
  const definition = builtinDrivers().get(connection.spec['driver'] as string)!;
  const log = options.log.child({ part: 'sync', connection: key.name });
  const token = randomUUID();
  tokens.set(token, { role: 'sync', connection: key });
  const credential = credentialOf(options.world, key, connection);
  const secretName = (credential?.spec['secretRef'] as { name: string } | undefined)?.name ?? '';
  const { metrics, end } = options.metrics.ofEngine(key);
  const engine = runEngine(
    {
      key,
      definition,
      log,
      resources: localResources(options.world, key, options.onEvent),
      hub: createHubClient({ url: hubUrl, clock: systemClock, token: async () => token }),
      readSecret: async () => options.world.secret(key.namespace, secretName),
      credential: {
        secretName,
        keys: (credential?.spec['keys'] as Record<string, string> | undefined) ?? {},
        hosts: credential?.spec['hosts'] as readonly string[] | undefined,
        recheckMs: parseDuration((credential?.spec['recheckAfter'] as string | undefined) ?? '') ?? DEFAULT_RECHECK_MS,
      },
      reach: OWN_MACHINE,
      plainHttp: options.allowPlainHttp,
      clock: systemClock,
      random: Math.random,
      freshness: options.freshness,
      holder: `up/${randomUUID()}`,
      metrics,
    },
    stop.signal,
  );
  const done = engine.catch((error: unknown) => log.error({ err: error }, 'engine ended')).finally(end);
  return { key, from, stop, done };
}
