import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { Reach } from '../kit/net/addresses.ts';
import type { Authenticator } from './auth/identity.ts';
import type { DeclaredConnections, HubContext, EmitStoreEvent } from './base/context.ts';
import type { CarryWebhook } from './base/webhook-transport.ts';
import { followCertificate, type Certificate, type CertificateSource } from '../kit/net/certificate.ts';
import type { Route } from './http/doors.ts';
import type { Limits } from './http/limits.ts';
import { buildServer, type HubServer } from './server.ts';
import type { Database } from './storage/database.ts';
import { watchEpoch } from './storage/epoch.ts';
import { migrate } from './storage/migrate.ts';
import { claimDatabase, refuseForeign, type DatabaseClaim } from './storage/owner.ts';
import { databaseAnswers } from './storage/wait.ts';
import { forgetStore, saveStore, type ConnectionRow, type StoreRecord } from './stores/rules.ts';
import { hint, HintLongPoll } from './runs/hints.ts';
import { storableSpec } from './stores/storable-spec.ts';
import type { Succession } from './stores/succession.ts';
import { readAnew } from './orders/read-anew.ts';
import { redriveRejected } from './orders/redrive.ts';
import { enableMoved } from './webhooks/endpoints.ts';
import { startKeeper } from './retention/keeper.ts';
import { startDeliveryWorker } from './webhooks/worker.ts';

export interface HubOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  readonly authenticator: Authenticator;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly version: string;
  /** Address under which stores reach this hub; `local`: the one it listens on (store and hub on one machine). */
  readonly publicUrl?: string;
  /** Which addresses beside public ones order webhooks may go to. */
  readonly webhookReach: Reach;
  /** Order webhooks may go out of the cluster in clear. */
  readonly webhookPlainHttp?: boolean;
  /** How order webhooks travel; absent: by sockets. */
  readonly carryWebhook?: CarryWebhook;
  /** How long a request may take to arrive; 30,000 if absent. */
  readonly requestTimeoutMs?: number;
  /** How much one caller may ask of the hub; DEFAULT_LIMITS if absent. */
  readonly limits?: Limits;
  /** Where metrics and probes listen; absent: on `port`, as everything else. */
  readonly metricsPort?: number;
  /** Present: `port` speaks https, with what this gives; asked again every `everyMs`, for renewals. */
  readonly tls?: CertificateSource;
  /** Present: `metricsPort` speaks https. */
  readonly metricsTls?: CertificateSource;
  /** How long gathered figures are good for, in milliseconds; 5,000 if absent. */
  readonly figuresFreshMs?: number;
  /** What else the process has to say at /metrics: in `up` it is not the hub alone. */
  readonly otherFigures?: () => Promise<string>;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  /** Every Store is who has its name, whatever its uid: an installation that was made anew from its manifests. */
  readonly adoptByName?: boolean;
  /** What Connection resources say; absent in tests alone: then a pod is believed. */
  readonly declared?: DeclaredConnections;
  /** Absent: it is logged alone. */
  readonly emitStoreEvent?: EmitStoreEvent;
  /** Whose the database is to be; absent: it is not asked (one beside the hub, that nobody else reaches). */
  readonly claim?: DatabaseClaim | undefined;
  /** The database was restored under this hub, or taken over: end it, and start it anew. */
  readonly onRestored?: () => void;
}

export interface Hub {
  readonly url: string;
  /** Where it has metrics and says whether it is ready. */
  readonly probesUrl: string;
  /** Every route that it answers on. */
  readonly routes: readonly Route[];
  /** A Store was made or changed: its rules take force, and orders rejected for what was mended are judged again. */
  putStore(store: StoreRecord): Promise<void>;
  forgetStore(namespace: string, name: string): Promise<void>;
  /** Stops to listen, finishes what is under way, closes the database. */
  stop(): Promise<void>;
}

/** Migrates, delivers and listens. Where stores and identities come from is the caller's (Kubernetes, or `up`). */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { db, clock, log, newId, tls, metricsTls } = options;
  // First: a hub that cannot be reached need not migrate.
  const certificate = await tls?.read();
  const probesCertificate = await metricsTls?.read();
  const unfit = await databaseAnswers(db, clock, log);
  if (options.claim) await refuseForeign(db, options.claim);
  for (const name of await migrate(db)) log.info({ migration: name }, 'schema migrated');
  if (options.claim) await claimDatabase(db, options.claim);
  const epoch = await watchEpoch(db, clock, log, options.onRestored ?? (() => undefined));
  const hints = new HintLongPoll(db, clock);
  const emitStoreEvent: EmitStoreEvent = (namespace, name, type, reason, message) => {
    log.warn({ store: `${namespace}/${name}`, reason }, message);
    options.emitStoreEvent?.(namespace, name, type, reason, message);
  };
  const listening: { url?: string } = {};
  const publicUrl = () => (options.publicUrl === 'local' ? listening.url : options.publicUrl);
  const parts = {
    db,
    clock,
    log,
    newId,
    emitStoreEvent,
    publicUrl,
    webhookReach: options.webhookReach,
    webhookPlainHttp: options.webhookPlainHttp ?? false,
    carryWebhook: options.carryWebhook,
    declared: options.declared,
    wakePod: (connectionId: number) => hints.wake(connectionId),
  };
  const worker = startDeliveryWorker(parts);
  const keeper = startKeeper(db, clock, log);
  const hub: HubContext = { ...parts, wakeDeliveries: worker.wake };
  const server = await buildServer({
    hub,
    authenticator: options.authenticator,
    hints,
    version: options.version,
    unfit,
    isSameDatabase: epoch.isSame,
    requestTimeoutMs: options.requestTimeoutMs,
    limits: options.limits,
    trustedProxies: options.trustedProxies,
    ended: keeper.ended,
    figuresFreshMs: options.figuresFreshMs,
    otherFigures: options.otherFigures,
    certificate,
    probesCertificate,
    hasOwnProbes: options.metricsPort !== undefined,
  });
  const rest = async () => {
    await server.close();
    await worker.stop();
    await keeper.stop();
    await epoch.stop();
  };
  const { probesUrl, url } = await listen(server, options).catch(async (error: unknown) => {
    // What goes on by itself would keep a process that has failed alive.
    await rest();
    throw error;
  });
  listening.url = url;
  const ending = new AbortController();
  const follow = async (
    of: { readonly server: unknown } | undefined,
    source?: CertificateSource,
    current?: Certificate,
  ) => {
    if (!of || !source || !current) return;
    await followCertificate(of.server, { ...source, current, whose: 'the hub', clock, log }, ending.signal);
  };
  const renewals = [follow(server, tls, certificate), follow(server.probes, metricsTls, probesCertificate)];
  log.info({ url, probes: probesUrl, database: db.where }, 'hub listens');
  return {
    url,
    probesUrl: probesUrl ?? url,
    routes: server.routes,
    putStore: (store) => putStore(hub, store, options.adoptByName ?? false),
    forgetStore: (namespace, name) => forgetStore(db, namespace, name),
    async stop() {
      ending.abort();
      await Promise.all(renewals);
      await rest();
      await db.close();
    },
  };
}

async function listen(
  server: HubServer,
  { host, port, metricsPort }: Pick<HubOptions, 'host' | 'port' | 'metricsPort'>,
): Promise<{ readonly probesUrl: string | undefined; readonly url: string }> {
  const probesUrl = await server.probes?.listen({ host, port: metricsPort });
  return { probesUrl, url: await server.listen({ host, port }) };
}

async function putStore(hub: HubContext, given: StoreRecord, adoptByName: boolean): Promise<void> {
  const { spec, left } = storableSpec(given.spec);
  const store = left.length > 0 ? { ...given, spec } : given;
  await hub.db.transaction(async (tx) => {
    const { id, before, orderRulesChanged, succession } = await saveStore(tx, store, adoptByName);
    tx.afterCommit(() => tellOf(hub, store, succession));
    if (left.length > 0) tx.afterCommit(() => tellLeft(hub, store, left));
    await enableMoved(tx, id, before, store.spec);
    tx.afterCommit(hub.wakeDeliveries);
    if (!orderRulesChanged) return;
    const anew = before ? await readAnew(tx, id, before, store.spec) : [];
    for (const connection of new Set(anew)) await hint(tx, connection, 'OrderImport');
    if (anew.length > 0)
      hub.log.info(
        { store: `${store.namespace}/${store.name}`, orders: anew.length },
        'orders put aside are read again by new rules',
      );
    for (const connection of await tx.query<ConnectionRow & Record<string, unknown>>(
      'SELECT * FROM connections WHERE store_id = $1',
      [id],
    )) {
      const changed = await redriveRejected(tx, connection);
      if (changed > 0)
        hub.log.info(
          { store: `${store.namespace}/${store.name}`, orders: changed },
          'rejected orders judged again by new rules',
        );
    }
  });
}

function tellLeft(
  { log, emitStoreEvent }: HubContext,
  { namespace, name }: StoreRecord,
  left: readonly string[],
): void {
  const message = `${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''} of the Store cannot be stored and was left out: take the control character out of it`;
  log.warn({ store: `${namespace}/${name}`, reason: 'SpecUnusable' }, message);
  emitStoreEvent(namespace, name, 'Warning', 'SpecUnusable', message);
}

/** Of a name that was somebody's before. The uid, which opens the data, is told to the installation alone. */
function tellOf({ log, emitStoreEvent }: HubContext, { namespace, name }: StoreRecord, succession: Succession): void {
  if (succession.is === 'itself') return;
  const { reason, message } =
    succession.is === 'another'
      ? {
          reason: 'NameTaken',
          message:
            'a Store of this name was here before: this one starts empty. To take over what the other left, set the annotation supercargo.dev/adopt to its uid, which stands in the log of the hub',
        }
      : { reason: 'Adopted', message: 'the data of the former Store of this name was taken over' };
  log.warn(
    {
      store: `${namespace}/${name}`,
      reason,
      formerUid: succession.is === 'another' ? succession.before : succession.of,
    },
    message,
  );
  emitStoreEvent(namespace, name, succession.is === 'another' ? 'Warning' : 'Normal', reason, message);
}
