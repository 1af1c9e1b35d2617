import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectionKey, StoreSpec } from '../../crds/index.ts';
import type { Identity } from '../../hub/auth/identity.ts';
import { staticTokens } from '../../hub/auth/identity.ts';
import type { HubContext } from '../../hub/context.ts';
import { HintBoard } from '../../hub/ingest/hints.ts';
import type { App } from '../../hub/rest/app.ts';
import { buildServer } from '../../hub/server.ts';
import type { Database, Transaction } from '../../hub/storage/database.ts';
import { migrate } from '../../hub/storage/migrate.ts';
import { saveStore } from '../../hub/stores/rules.ts';
import { webhookMasterKey } from '../../hub/webhooks/secrets.ts';
import { createLogger } from '../../kit/log.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import { emptyingStages, openSimDatabase, START, type SimDatabase } from './sim-database.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Thrown in place of a commit: the hub died before it. */
class NotCommitted extends Error {}

/** Rows of seeds that are over are thrown away after so many: nothing gets slower. */
const SWEEP_EVERY = 100;
const KEPT_TABLES = new Set(['schema_migrations', 'hub_secret']);

/** What the receiver of order webhooks got. */
export interface Received { readonly id: string; readonly type: string; readonly order: string }

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
  receiverUrl!: string;
  #receiver!: Server;
  #opened!: SimDatabase;
  #raw!: Database;
  #shown = '';
  #ids = 0;
  #seeds = 0;

  static async start(engine: 'postgresql' | 'pglite' = 'postgresql'): Promise<HubWorld> {
    const world = new HubWorld();
    world.#opened = await openSimDatabase(engine);
    world.#raw = world.#opened.db;
    await migrate(world.#raw);
    world.db = world.#database();
    const log = createLogger('hub', 'silent');
    const clock = { now: () => world.clock.now(), sleep: (ms: number, signal?: AbortSignal) => world.clock.background.sleep(ms, signal) };
    const publicUrl = () => 'http://hub.example';
    world.context = { db: world.db, clock, log, newId: () => `id-${++world.#ids}`, publicUrl, tellStore: () => undefined, wakePod: () => undefined, wakeDeliveries: () => undefined };
    world.app = await buildServer({ hub: world.context, authenticator: staticTokens(world.tokens), hints: new HintBoard(clock), version: 'simulation' });
    await world.app.ready();
    world.master = await webhookMasterKey(world.#raw);
    await world.#startReceiver();
    return world;
  }

  async stop(): Promise<void> {
    this.#receiver.closeAllConnections();
    await new Promise((resolve) => this.#receiver.close(resolve));
    await this.app.close();
    await this.#opened.stop();
  }

  /** A store and the token of its one connection, with the clock set back. */
  async newSeed(spec: (path: string) => StoreSpec): Promise<{ key: ConnectionKey; token: string; apiKey: string; path: string; storeId: number }> {
    if (++this.#seeds % SWEEP_EVERY === 0) await this.#sweep();
    this.clock = new VirtualClock(START);
    this.tokens.clear();
    this.received.clear();
    this.failCommit = false;
    const name = `seed-${this.#seeds}`;
    const key: ConnectionKey = { kind: 'Connection', namespace: 'simulation', name };
    const token = `token-${name}`;
    const apiKey = `sck_${name}`;
    this.tokens.set(token, { role: 'sync', connection: key });
    const { id } = await this.db.transaction((tx) => saveStore(tx, { namespace: 'simulation', name, spec: spec(`/${name}`), keyHash: createHash('sha256').update(apiKey).digest('hex') }));
    return { key, token, apiKey, path: `/${name}`, storeId: id };
  }

  #database(): Database {
    const raw = this.#raw;
    return {
      engine: raw.engine,
      query: async (sql, params) => {
        await this.#showTime();
        return raw.query(sql, params);
      },
      transaction: async (work, settings) => {
        await this.#showTime();
        return raw.transaction(async (bare: Transaction) => {
          const stages = raw.engine === 'postgresql' ? emptyingStages(bare) : undefined;
          const result = await work(stages?.tx ?? bare);
          await stages?.empty();
          if (this.failCommit) {
            this.failCommit = false;
            throw new NotCommitted('the hub died');
          }
          return result;
        }, settings);
      },
      execute: (sql) => raw.execute(sql),
      close: () => raw.close(),
    };
  }

  async #showTime(): Promise<void> {
    // Whole seconds: the hub's clock need not be finer, and each change costs a query.
    const now = this.clock.now().toISOString().slice(0, -4) + '000Z';
    if (now === this.#shown) return;
    this.#shown = now;
    await this.#raw.query(`SELECT set_config('sim.now', $1, false)`, [now]);
  }

  async #sweep(): Promise<void> {
    const tables = await this.#raw.query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'sim' OR tablename LIKE 'stage\\_%'`);
    await this.#raw.execute(`TRUNCATE ${tables.map(({ name }) => name).filter((name) => !KEPT_TABLES.has(name)).join(', ')}`);
  }

  async #startReceiver(): Promise<void> {
    this.#receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { type, data } = JSON.parse(Buffer.concat(chunks).toString()) as { type: string; data: { id: string } };
        const list = this.received.get(request.url!) ?? [];
        list.push({ id: String(request.headers['webhook-id']), type, order: data.id });
        this.received.set(request.url!, list);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => this.#receiver.listen(0, '127.0.0.1', resolve));
    this.receiverUrl = `http://127.0.0.1:${(this.#receiver.address() as AddressInfo).port}`;
  }
}
