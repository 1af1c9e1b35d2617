import type { StoreSpec } from '../../crds/index.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { PUBLIC_ONLY } from '../../kit/net/addresses.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { Delivery as Mail } from '../../simulator/desk/hooks.ts';
import { Random } from '../../simulator/random.ts';
import { SimulatedShop, type SimulatedShopOptions } from '../../simulator/simulated-shop.ts';
import type { RunOutcome } from '../../sync/outcome.ts';
import { runFeed, type FeedRunRequest } from '../../sync/feeds/feed-run.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import { orderDecider, ShopSession } from '../../sync/shop-session.ts';
import { sealedVault } from '../../sync/tokens/sealed-vault.ts';
import { Delivery } from './delivery.ts';
import { Effects } from './effects.ts';
import type { HubWorld } from './hub-world.ts';
import { DEFAULT_PLATFORM, platformOf } from './platforms.ts';
import { Pods, type Pod, type Work } from './pods.ts';
import type { Process } from './process.ts';
import { CALL_MS, HUB, Wires } from './wires.ts';
import type { CountedLevel } from './back-office.ts';

const LEASE_MS = 25_000;
const MOST_TRIES = 40;
/**
 * Days that the completeness check looks at. They are looked at one by one, and nothing is carried from one to the next
 * but counts: a whole day and the one that is under way are all the kinds there are, and thirty would be the same 28
 * times more. After a storm one more day has gone by.
 */
const CENSUS_DAYS = 2;
/** Longer than any late commit. */
export const SETTLED_MS = 150_000;

const SETTLED_RESULTS = new Set(['Succeeded', 'Empty', 'Partial']);

export interface SeedOptions extends Omit<SimulatedShopOptions, 'clock'> {
  readonly seed: number;
  /** See platforms.ts. */
  readonly platform?: string;
  readonly credential?: Record<string, string>;
  readonly pageSize?: number;
  /** Something happens in the shop between requests, this often. */
  readonly life?: number;
}

/** One seed: a simulated store, the hub, and the pods and the webhook worker between them, each of which may break. */
export class SeedWorld {
  readonly effects = new Effects();
  readonly store: SimulatedShop;
  readonly random: Random;
  /** Webhooks of the store that are on their way. */
  readonly mail: Mail[] = [];
  /** Orders that the story hides from reading on purpose. */
  readonly hidden: string[] = [];
  /** What the back office counted last. */
  counted: readonly CountedLevel[] = [];
  readonly hub: HubWorld;
  readonly seed: Awaited<ReturnType<HubWorld['newSeed']>>;
  readonly wires: Wires;
  readonly pods: Pods;
  readonly definition: DriverDefinition;
  readonly #options: SeedOptions;
  readonly #delivery: Delivery;
  #starts = 0;

  private constructor(hub: HubWorld, seed: SeedWorld['seed'], options: SeedOptions) {
    this.hub = hub;
    this.seed = seed;
    this.#options = options;
    this.random = new Random(options.seed ^ 0x5eed);
    const { wire, definition } = platformOf(options.platform ?? DEFAULT_PLATFORM);
    this.definition = definition;
    this.store = new SimulatedShop({
      apiKey: 'key',
      wire,
      ...options,
      clock: { now: () => hub.clock.now(), sleep: async () => undefined },
      orders: 0,
      products: 0,
      sendHook: (delivery) => this.mail.push(delivery),
    });
    this.pods = new Pods({
      effects: this.effects,
      advance: (ms) => hub.clock.advance(ms),
      open: (process, moved) => this.#openPod(process, moved),
      goesOn: () => this.#noteRunsThatAreOver(),
    });
    this.wires = new Wires({ hub, store: this.store, effects: this.effects, pods: this.pods, random: this.random });
    this.#delivery = new Delivery(hub, this.effects, seed.storeId);
  }

  static async create(hub: HubWorld, options: SeedOptions): Promise<SeedWorld> {
    const spec = (path: string): StoreSpec => ({ orderWebhooks: [{ name: 'wms', url: hub.receiverUrl + path }] });
    return new SeedWorld(hub, await hub.newSeed(spec), options);
  }

  async close(): Promise<void> {
    await this.hub.db.query('DELETE FROM deliveries WHERE store_id = $1', [this.seed.storeId]);
  }

  /** Things go on happening in the shop while all else breaks. */
  get stormy(): boolean {
    return (this.#options.life ?? 0) > 0;
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
    return this.inPod((pod) => this.runIn(pod, type, extra));
  }

  runIn(
    { hub, session, holder, decideOrder, process }: Pod,
    type: FeedType,
    extra: Partial<FeedRunRequest> = {},
  ): Promise<RunOutcome> {
    const request: FeedRunRequest = {
      feed: type.toLowerCase(),
      type,
      trigger: 'Schedule',
      batchSize: this.#options.pageSize ?? 2,
      ...extra,
    };
    return runFeed(
      request,
      {
        session,
        hub,
        holder,
        decideOrder,
        census: {
          days: CENSUS_DAYS + (this.stormy ? 1 : 0),
          // Small as it is, the shop is looked at day by day in every second seed.
          ...(this.#options.seed % 2 === 0 ? { atOnceUpTo: -1 } : {}),
        },
        clock: process.clock(this.hub.clock.background),
      },
      new AbortController().signal,
    );
  }

  inPod<T>(work: Work<T>): Promise<T | 'died'> {
    return this.pods.do(work);
  }

  /** The hub's webhook worker, until nothing waits. */
  deliver(): Promise<void> {
    return this.#delivery.all();
  }

  async #openPod(process: Process, moved: boolean): Promise<Pod> {
    const { clock } = this.hub;
    const hub = createHubClient({
      url: HUB,
      clock: clock.foreground,
      token: async () => this.seed.token,
      send: this.wires.toHub(process),
    });
    const { subject } = this.store.wire;
    const { definition } = this;
    const credential = this.#options.credential ?? subject.credential('key');
    const answer = await hub.session({
      store: this.seed.key.name,
      driver: definition.manifest.name,
      mode: 'Production',
      catalogue: false,
      credential: this.connectionName,
    });
    const session = new ShopSession({
      definition,
      credential,
      settings: definition.settings.parse(subject.settings(this.wires.storeUrl)),
      testMode: () => false,
      clock: clock.foreground,
      random: () => 0.5,
      metrics: this.hub.metrics,
      tokens: sealedVault(hub, credential, this.connectionName),
      reach: PUBLIC_ONLY,
      transport: this.wires.toStore(process),
      savedBudget: answer.budget,
    });
    const start = ++this.#starts;
    return {
      process,
      hub,
      session,
      hookUrl: answer.hookUrl,
      holder: moved ? `pod-${start}/0` : `pod/${start}`,
      decideOrder: orderDecider(
        `Connection/simulation/${this.connectionName}`,
        new Date('2026-01-01T00:00:00Z'),
        answer.orderNumbers,
      ),
    };
  }

  async #noteRunsThatAreOver(): Promise<void> {
    const rows = await this.hub.db.query<{ id: string }>(
      `SELECT r.id FROM runs r JOIN connections c ON c.id = r.connection_id WHERE c.name = $1 AND r.result <> 'Running'`,
      [this.connectionName],
    );
    this.wires.areOver(rows.map(({ id }) => id));
  }

  /** The back office calls the hub's REST. */
  async backOffice(method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: unknown }> {
    this.hub.clock.advance(CALL_MS);
    const answer = await this.hub.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${this.seed.apiKey}` },
      payload,
    });
    return { status: answer.statusCode, body: JSON.parse(answer.payload) as unknown };
  }
}
