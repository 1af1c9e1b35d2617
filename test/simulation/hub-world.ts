import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createHash } from 'node:crypto';
import type { ConnectionKey, StoreSpec } from '../../crds/index.ts';
import type { Identity } from '../../hub/auth/identity.ts';
import { staticTokens } from '../../hub/auth/identity.ts';
import type { HubContext } from '../../hub/base/context.ts';
import { takeHints } from '../../hub/runs/hints.ts';
import type { App } from '../../hub/http/app.ts';
import { buildServer } from '../../hub/server.ts';
import type { Database, Row, Transaction, TransactionSettings } from '../../hub/storage/database.ts';
import { migrate } from '../../hub/storage/migrate.ts';
import { saveStore } from '../../hub/stores/rules.ts';
import type { WebhookRequest } from '../../hub/base/webhook-transport.ts';
import { webhookMasterKey } from '../../hub/base/secrets.ts';
import { createLogger } from '../../kit/log.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import type { Session } from './one-session.ts';
import { emptyingStages, openSimDatabase, START, type SimDatabase } from './sim-database.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Thrown in place of a commit: the hub died before it. */
class NotCommitted extends Error {}

/** Rows of seeds that are over are thrown away after so many: nothing gets slower. */
const SWEEP_EVERY = 100;
const REMEMBERED = /^SELECT (\* FROM connections WHERE kind =|id, namespace, name, client, rules FROM stores)/;
const FORGOTTEN = /\b(INTO|UPDATE|FROM) (connections|stores)\b/;
const KEPT_TABLES = new Set(['schema_migrations', 'hub_secret']);

/** What the receiver of order webhooks got. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly order: string;
}

/**
 * The production hub on one database, shared by all seeds: each has a store, a connection and a token of its own. The
 * database's `now()` is the seed's virtual clock.
 */
export class HubWorld {
  readonly metrics = new SyncMetrics();
  clock = new VirtualClock(START);
  readonly tokens = new Map<string, Identity>();
  /** By path: what the receiver got. */
  readonly received = new Map<string, Received[]>();
  /** The next transaction does its work and does not commit. */
  failCommit = false;
  db!: Database;
  app!: App;
  context!: HubContext;
  master!: Buffer;
  readonly receiverUrl = 'http://wms.example';
  #opened!: SimDatabase;
  #raw!: Session;
  #last: Promise<unknown> = Promise.resolve();
  readonly #rows = new Map<string, readonly Row[]>();
  #shown = '';
  #ids = 0;
  #seeds = 0;

  static async start(): Promise<HubWorld> {
    const world = new HubWorld();
    world.#opened = await openSimDatabase();
    world.#raw = world.#opened.db;
    await migrate(world.#raw);
    world.db = world.#database();
    const log = createLogger('hub', 'silent');
    const clock = {
      now: () => world.clock.now(),
      sleep: (ms: number, signal?: AbortSignal) => world.clock.background.sleep(ms, signal),
    };
    const publicUrl = () => 'http://hub.example';
    world.context = {
      db: world.db,
      clock,
      log,
      newId: () => `id-${++world.#ids}`,
      publicUrl,
      emitStoreEvent: () => undefined,
      webhookReach: OWN_MACHINE,
      webhookPlainHttp: true,
      wakePod: () => undefined,
      wakeDeliveries: () => undefined,
      carryWebhook: async (request) => world.#receive(request),
    };
    world.app = await buildServer({
      hub: world.context,
      authenticator: staticTokens(world.tokens),
      // Nobody waits where time is made: who asks gets what is there.
      hints: { wait: takeHints },
      version: 'simulation',
      unfit: [],
      isSameDatabase: async () => true,
    });
    await world.app.ready();
    world.master = await webhookMasterKey(world.#raw);
    return world;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.#opened.stop();
  }

  /** A store and the token of its one connection, with the clock set back. */
  async newSeed(
    spec: (path: string) => StoreSpec,
  ): Promise<{ key: ConnectionKey; token: string; apiKey: string; path: string; storeId: number }> {
    if (++this.#seeds % SWEEP_EVERY === 0) await this.#sweep();
    this.#rows.clear();
    this.clock = new VirtualClock(START);
    this.tokens.clear();
    this.received.clear();
    this.failCommit = false;
    const name = `seed-${this.#seeds}`;
    const key: ConnectionKey = { kind: 'Connection', namespace: 'simulation', name };
    const token = `token-${name}`;
    const apiKey = `sck_${name}`;
    this.tokens.set(token, { role: 'sync', connection: key });
    const { id } = await this.db.transaction((tx) =>
      saveStore(tx, {
        namespace: 'simulation',
        name,
        spec: spec(`/${name}`),
        keyHash: createHash('sha256').update(apiKey).digest('hex'),
      }),
    );
    return { key, token, apiKey, path: `/${name}`, storeId: id };
  }

  #database(): Database {
    const plain = this.#remembering({
      query: (sql, params) => this.#raw.query(sql, params),
      copy: () => Promise.reject(new Error('only in a transaction')),
      afterCommit: (action) => action(),
    });
    return {
      where: 'external',
      query: (sql, params) => this.#inTurn(() => plain.query(sql, params)),
      transaction: (work, settings) => this.#inTurn(() => this.#transaction(work, settings)),
      execute: (sql) => this.#raw.execute(sql),
      close: () => this.#raw.close(),
    };
  }

  /** One after the other in the order in which they are asked for. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = () => {
      this.#showTime();
      return work();
    };
    const next = this.#last.then(turn, turn);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #transaction<T>(work: (tx: Transaction) => Promise<T>, settings: TransactionSettings = {}): Promise<T> {
    // Plans are those of the whole session (sim-database.ts).
    const own = Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('supercargo.')));
    return this.#raw
      .transaction(async (bare) => {
        const stages = emptyingStages(bare);
        const result = await work(this.#remembering(stages.tx));
        await stages.empty();
        if (this.failCommit) {
          this.failCommit = false;
          throw new NotCommitted('the hub died');
        }
        return result;
      }, own)
      .catch((error: unknown) => {
        this.#rows.clear();
        throw error;
      });
  }

  /** The rows of connection and store are asked for with every call and hardly ever change: one statement in seven. */
  #remembering(tx: Transaction): Transaction {
    return {
      ...tx,
      query: async <R extends Row>(sql: string, params: readonly unknown[] = []) => {
        if (!REMEMBERED.test(sql)) {
          if (FORGOTTEN.test(sql)) this.#rows.clear();
          return tx.query<R>(sql, params);
        }
        const key = `${sql} ${JSON.stringify(params)}`;
        const rows = this.#rows.get(key) ?? (await tx.query(sql, params));
        this.#rows.set(key, rows);
        return structuredClone(rows) as R[];
      },
    };
  }

  #showTime(): void {
    // Whole seconds: the hub's clock need not be finer, and each change costs a query.
    const now = this.clock.now().toISOString().slice(0, -4) + '000Z';
    if (now === this.#shown) return;
    this.#shown = now;
    this.#raw.set('sim.now', now);
  }

  async #sweep(): Promise<void> {
    const tables = await this.#raw.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'sim' OR tablename LIKE 'stage\\_%'`,
    );
    await this.#raw.execute(
      `TRUNCATE ${tables
        .map(({ name }) => name)
        .filter((name) => !KEPT_TABLES.has(name))
        .join(', ')}`,
    );
  }

  /** The receiver of order webhooks: takes all of them. */
  #receive({ url, headers, body }: WebhookRequest): number {
    const path = new URL(url).pathname;
    const { type, data } = JSON.parse(body) as { type: string; data: { id: string } };
    const list = this.received.get(path) ?? [];
    list.push({ id: headers['webhook-id']!, type, order: data.id });
    this.received.set(path, list);
    return 204;
  }
}
