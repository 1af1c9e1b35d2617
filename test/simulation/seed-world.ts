import type { StoreSpec } from '../../crds/index.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { generic } from '../../drivers/generic/index.ts';
import { deliverDue } from '../../hub/webhooks/deliver.ts';
import { decodeBatch } from '../../model/batch.ts';
import type { FeedType } from '../../model/feeds.ts';
import { SYNC_API } from '../../model/sync-api.ts';
import type { Delivery } from '../../simulator/hooks.ts';
import { Random } from '../../simulator/random.ts';
import { SimulatedStore, type SimulatedStoreOptions } from '../../simulator/store.ts';
import type { RunOutcome } from '../../sync/feeds/outcome.ts';
import { runFeed, type FeedRunRequest } from '../../sync/feeds/feed-run.ts';
import type { StoreTransport } from '../../sync/http/transport.ts';
import { createHubClient, type HubClient, type HubSend } from '../../sync/hub-client.ts';
import { orderDecider, StoreSession } from '../../sync/store-session.ts';
import { sealedVault } from '../../sync/tokens/sealed-vault.ts';
import { Effects, Process, type Mode } from './effects.ts';
import type { HubWorld } from './hub-world.ts';

const HUB = 'http://hub.example';
const STORE = 'http://shop.example/v1';
/** A call takes so long: time moves even where nobody waits. */
const CALL_MS = 20;
const LEASE_MS = 25_000;
const RESTART_MS = 3000;
const MOST_TRIES = 40;
/** Longer than any late commit. */
export const SETTLED_MS = 150_000;

const SETTLED_RESULTS = new Set(['Succeeded', 'Empty', 'Partial']);

export interface SeedOptions extends Omit<SimulatedStoreOptions, 'clock'> {
  readonly seed: number;
  /** With the platform's own counts, the nightly check repairs what a run passed over: off, so that it cannot hide a bug. */
  readonly census?: boolean;
  readonly credential?: Record<string, string>;
  readonly pageSize?: number;
  /** Something happens in the shop between requests, this often. */
  readonly life?: number;
}

export interface Pod {
  readonly process: Process;
  readonly hub: HubClient;
  readonly session: StoreSession;
  readonly hookUrl: string | undefined;
  readonly decideOrder: ReturnType<typeof orderDecider>;
  readonly holder: string;
}

export class Broken extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** One seed: a simulated store, the hub, and the pod and the webhook worker between them, each of which may die. */
export class SeedWorld {
  readonly effects = new Effects();
  readonly store: SimulatedStore;
  readonly random: Random;
  /** Webhooks of the store that are on their way. */
  readonly mail: Delivery[] = [];
  /** Sum of `read` of the batches that reached the hub, each sequence number once, by run. */
  readonly batches = new Map<string, Map<number, number>>();
  readonly hub: HubWorld;
  readonly seed: Awaited<ReturnType<HubWorld['newSeed']>>;
  readonly #options: SeedOptions;
  readonly #definition: DriverDefinition;
  #pod: Pod | undefined;
  #starts = 0;

  private constructor(hub: HubWorld, seed: SeedWorld['seed'], options: SeedOptions) {
    this.hub = hub;
    this.seed = seed;
    this.#options = options;
    this.random = new Random(options.seed ^ 0x5eed);
    this.store = new SimulatedStore({ apiKey: 'key', ...options, clock: { now: () => hub.clock.now(), sleep: async () => undefined }, orders: 0, products: 0, sendHook: (delivery) => this.mail.push(delivery) });
    this.#definition = options.census ? generic : { ...generic, connect: (context) => ({ ...generic.connect(context), count: undefined, ids: undefined }) };
  }

  static async create(hub: HubWorld, options: SeedOptions): Promise<SeedWorld> {
    const spec = (path: string): StoreSpec => ({ orderWebhooks: [{ name: 'wms', url: hub.receiverUrl + path }], allowedPrivateNetworks: ['127.0.0.0/8'] });
    return new SeedWorld(hub, await hub.newSeed(spec), options);
  }

  async close(): Promise<void> {
    await this.hub.db.query('DELETE FROM deliveries WHERE store_id = $1', [this.seed.storeId]);
  }

  get connectionName(): string {
    return this.seed.key.name;
  }

  /** Runs a feed until it ends well, however often its pod dies or it fails. */
  async settle(type: FeedType, extra: Partial<FeedRunRequest> = {}): Promise<RunOutcome> {
    let last: RunOutcome | 'died' = 'died';
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      last = await this.runOnce(type, extra);
      if (last !== 'died' && SETTLED_RESULTS.has(last.result)) return last;
      this.hub.clock.advance(LEASE_MS);
    }
    throw new Error(`${type} did not end well in ${MOST_TRIES} runs: ${JSON.stringify(last)}`);
  }

  async runOnce(type: FeedType, extra: Partial<FeedRunRequest> = {}): Promise<RunOutcome | 'died'> {
    return this.inPod(({ hub, session, holder, decideOrder }) =>
      runFeed({ feed: type.toLowerCase(), type, trigger: 'Schedule', batchSize: this.#options.pageSize ?? 2, ...extra }, { session, hub, holder, decideOrder, clock: this.hub.clock.background }, new AbortController().signal));
  }

  /** In the pod that lives, or in a new one; `died` when it did not come to its end. */
  async inPod<T>(work: (pod: Pod) => Promise<T>): Promise<T | 'died'> {
    const pod = await this.#livingPod();
    if (pod === 'died') return 'died';
    const result = await pod.process.run(work(pod));
    if (result === 'died') this.#buryPod();
    return result;
  }

  async #livingPod(): Promise<Pod | 'died'> {
    if (this.#pod) return this.#pod;
    const process = new Process();
    const opened = await process.run(this.#openPod(process).catch(() => 'died' as const));
    if (opened === 'died') this.#buryPod();
    else this.#pod = opened;
    return opened;
  }

  #buryPod(): void {
    this.#pod = undefined;
    this.hub.clock.advance(RESTART_MS);
  }

  async #openPod(process: Process): Promise<Pod> {
    const { clock } = this.hub;
    const hub = createHubClient({ url: HUB, clock: clock.foreground, token: async () => this.seed.token, send: this.#hubSend(process) });
    const credential = this.#options.credential ?? { apiKey: 'key' };
    const answer = await hub.session({ store: this.seed.key.name, driver: 'generic', mode: 'Production', catalogue: false, credential: this.connectionName });
    const session = new StoreSession({
      definition: this.#definition, credential, settings: { url: STORE }, testMode: () => false, clock: clock.foreground, random: () => 0.5, metrics: this.hub.metrics,
      tokens: sealedVault(hub, credential, this.connectionName), transport: this.#storeTransport(process), savedBudget: answer.budget,
    });
    // A container that restarts keeps its pod's name; a pod that is moved has another, and waits for the lease.
    const holder = this.#starts++ % 3 === 2 ? `pod-${this.#starts}/0` : `pod/${this.#starts}`;
    return { process, hub, session, hookUrl: answer.hookUrl, holder, decideOrder: orderDecider(`Connection/simulation/${this.connectionName}`, new Date('2026-01-01T00:00:00Z'), answer.orderNumbers) };
  }

  #hubSend(process: Process): HubSend {
    return async ({ method, url, headers, body }) => {
      if (process.dead) return process.die();
      const path = url.slice(HUB.length);
      const mode = this.effects.next('hub', `${method} ${path.slice(SYNC_API.length).replace(/\?.*|id-\d+/g, '')}`);
      if (mode === 'die-before') return process.die();
      if (mode === 'lost') throw new Broken('ECONNREFUSED');
      const answer = await this.#atHub(mode, { method, url: path, headers: { ...headers }, payload: body });
      if (answer.statusCode < 300 && path.endsWith('/batches')) this.#noteBatch(path, body as Buffer);
      if (mode === 'die-after' || mode === 'all-die' || process.dead) return process.die();
      if (mode === 'answer-lost' || (mode === 'rolled-back' && answer.statusCode < 500)) throw new Broken('ECONNRESET');
      return { status: answer.statusCode, text: answer.payload };
    };
  }

  async #atHub(mode: Mode | undefined, request: { method: 'GET' | 'POST'; url: string; headers: Record<string, string>; payload?: string | Buffer }) {
    this.hub.clock.advance(CALL_MS);
    this.hub.failCommit = mode === 'rolled-back' || mode === 'all-die';
    try {
      return await this.hub.app.inject(request);
    } finally {
      this.hub.failCommit = false;
    }
  }

  #noteBatch(path: string, body: Buffer): void {
    const run = path.split('/')[4]!;
    const { sequence, read } = decodeBatch(body).header;
    const known = this.batches.get(run) ?? new Map<number, number>();
    this.batches.set(run, known.set(sequence, read));
  }

  #storeTransport(process: Process): StoreTransport {
    return {
      send: async ({ method, url, headers, body, signal }) => {
        if (process.dead) return process.die();
        signal?.throwIfAborted();
        const path = url.slice(STORE.length);
        const mode = this.effects.next('store', `${method} ${path.replace(/\?.*/, '')}`);
        if (mode === 'die-before') return process.die();
        if (this.random.chance(this.#options.life ?? 0)) this.store.live();
        const answer = this.store.handle({ method, path, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), body });
        this.hub.clock.advance(CALL_MS + answer.delayMs);
        if (mode === 'die-after' || process.dead) return process.die();
        if (mode === 'answer-lost' || answer.broken) throw new Broken('ECONNRESET');
        return { status: answer.status, headers: answer.headers, text: answer.body };
      },
      close: async () => undefined,
    };
  }

  /** The hub's webhook worker, until nothing waits; it may die at each of its steps. */
  async deliver(): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const [row] = await this.hub.db.query<{ count: number }>(`SELECT count(*) AS count FROM deliveries WHERE store_id = $1 AND state = 'Pending'`, [this.seed.storeId]);
      if (row!.count === 0) return;
      const process = new Process();
      const stop = new AbortController();
      const sent = await process.run(deliverDue({ ...this.hub.context, db: this.#mortalDatabase(process) }, this.hub.master, 20, stop.signal));
      if (sent === 'died') stop.abort();
      if (sent === 'died' || sent === 0) this.hub.clock.advance(70_000);
    }
    throw new Error('webhooks were not delivered');
  }

  #mortalDatabase(process: Process): HubWorld['db'] {
    const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      if (process.dead) return process.die();
      const mode = this.effects.next('worker', what);
      if (mode === 'die-before') return process.die();
      const result = await work();
      return mode === 'die-after' || process.dead ? process.die() : result;
    };
    const { db } = this.hub;
    return { ...db, query: (sql, params) => (/^\s*SELECT/.test(sql) ? db.query(sql, params) : step('query', () => db.query(sql, params))), transaction: (work, settings) => step('transaction', () => db.transaction(work, settings)) };
  }

  /** The back office calls the hub's REST. */
  async backOffice(method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: unknown }> {
    this.hub.clock.advance(CALL_MS);
    const answer = await this.hub.app.inject({ method, url: `/api/v1${path}`, headers: { authorization: `Bearer ${this.seed.apiKey}` }, payload });
    return { status: answer.statusCode, body: JSON.parse(answer.payload) as unknown };
  }
}
