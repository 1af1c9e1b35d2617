import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalWorld } from '../../cli/local/world.ts';
import { localResources } from '../../cli/local/own-resources.ts';
import {
  API_VERSION,
  type ConnectionKey,
  type FeedRunSpec,
  type FeedSpec,
  type Resource,
  type StoreSpec,
} from '../../crds/index.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { staticTokens, type Identity } from '../../hub/auth/identity.ts';
import { startHub, type Hub } from '../../hub/hub.ts';
import type { Database } from '../../hub/storage/database.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger, type Logger } from '../../kit/log.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import type { FeedType } from '../../model/feeds.ts';
import { runEngine } from '../../sync/engine.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import { SyncMetrics } from '../../sync/metrics.ts';

const KEY: ConnectionKey = { kind: 'Connection', namespace: 'default', name: 'shop' };
const API_KEY = 'sck_test';

export interface RigOptions {
  readonly db: Database;
  readonly definition: DriverDefinition;
  readonly feeds: readonly FeedType[];
  /** Of each feed. */
  readonly freshness?: string;
  readonly store?: StoreSpec;
  readonly connection?: Record<string, unknown>;
  readonly secret?: Record<string, string>;
  /** How long the hub's figures are good for. */
  readonly figuresFreshMs?: number;
  /** Of hub and engine; TEST_LOG if absent. */
  readonly log?: Logger;
}

/** Hub and engine in one process against a given driver, as `supercargo up` runs them. */
export class LocalRig {
  readonly world: LocalWorld;
  readonly db: Database;
  hub!: Hub;
  events: string[] = [];
  readonly metrics = new SyncMetrics(KEY);
  secret: Record<string, string>;
  readonly #options: RigOptions;
  readonly #tokens = new Map<string, Identity>();
  /** Its own: where `up` would keep its state. */
  readonly directory: string;
  #engine: { stop: AbortController; done: Promise<void> } | undefined;
  #storeSpec: StoreSpec;
  #connection: Record<string, unknown>;

  private constructor(options: RigOptions, directory: string) {
    this.#options = options;
    this.directory = directory;
    this.db = options.db;
    this.secret = options.secret ?? { apiKey: 'k' };
    this.world = new LocalWorld(join(directory, 'resources.json'), () => new Date());
    this.#storeSpec = options.store ?? {};
    this.#connection = { mode: 'Production', earliestOrderDate: '2026-01-01T00:00:00Z', ...options.connection };
  }

  static async start(options: RigOptions): Promise<LocalRig> {
    const rig = new LocalRig(options, await mkdtemp(join(tmpdir(), 'supercargo-rig-')));
    await rig.startHub();
    rig.apply();
    return rig;
  }

  async startHub(): Promise<void> {
    this.hub = await startHub({
      db: this.db,
      clock: systemClock,
      log: this.#options.log ?? createLogger('hub', process.env['TEST_LOG'] ?? 'silent'),
      newId: randomUUID,
      authenticator: staticTokens(this.#tokens),
      host: '127.0.0.1',
      port: 0,
      webhookReach: OWN_MACHINE,
      publicUrl: 'local',
      version: 'test',
      figuresFreshMs: this.#options.figuresFreshMs,
    });
    await this.putStore(this.#storeSpec);
  }

  async putStore(spec: StoreSpec): Promise<void> {
    this.#storeSpec = spec;
    await this.hub.putStore({
      namespace: 'default',
      name: 'main',
      spec,
      keyHash: createHash('sha256').update(API_KEY).digest('hex'),
    });
  }

  /** Puts the connection and its feeds in force; `change` edits the connection's spec. */
  apply(change: Record<string, unknown> = {}, runs: readonly (readonly [string, FeedRunSpec])[] = []): void {
    this.#connection = { ...this.#connection, ...change };
    const resource = (kind: string, name: string, spec: unknown): Resource => ({
      apiVersion: API_VERSION,
      kind,
      metadata: { name, namespace: 'default' },
      spec,
    });
    this.world.apply({
      secrets: [],
      faults: [],
      resources: [
        resource('Connection', 'shop', {
          storeRef: { name: 'main' },
          driver: 'memory',
          credentialRef: { name: 'c' },
          ...this.#connection,
        }),
        ...this.#options.feeds.map((type) =>
          resource('Feed', type.toLowerCase(), {
            connectionRef: { name: 'shop' },
            type,
            schedule: '0 0 1 1 *',
            freshness: this.#options.freshness,
          } satisfies FeedSpec),
        ),
        ...runs.map(([name, spec]) => resource('FeedRun', name, spec)),
      ],
    });
  }

  startEngine(): void {
    const stop = new AbortController();
    const token = randomUUID();
    this.#tokens.set(token, { role: 'sync', connection: KEY });
    const done = runEngine(
      {
        key: KEY,
        definition: this.#options.definition,
        resources: localResources(this.world, KEY, (text) => this.events.push(text)),
        hub: createHubClient({ url: this.hub.url, clock: systemClock, token: async () => token }),
        readSecret: async () => this.secret,
        credential: { secretName: 'shop-key', keys: {}, recheckMs: 3_600_000 },
        reach: OWN_MACHINE,
        clock: systemClock,
        random: () => 0.5,
        freshness: new FreshnessRule(),
        log: this.#options.log ?? createLogger('sync', process.env['TEST_LOG'] ?? 'silent'),
        holder: `rig/${randomUUID()}`,
        metrics: this.metrics,
      },
      stop.signal,
    );
    this.#engine = { stop, done };
  }

  async stopEngine(): Promise<void> {
    this.#engine?.stop.abort();
    await this.#engine?.done;
    this.#engine = undefined;
  }

  requestRun(type: FeedType): string {
    const value = randomUUID();
    this.world.annotate('Feed', 'default', type.toLowerCase(), { 'supercargo.dev/run-requested-at': value });
    return value;
  }

  /** Runs a feed now and waits until its status says so. */
  async run(type: FeedType): Promise<Record<string, unknown>> {
    const value = this.requestRun(type);
    await this.until(() => this.feed(type)['lastHandledRunRequest'] === value, `run of ${type}`);
    return this.feed(type);
  }

  feed(type: FeedType): Record<string, unknown> {
    return this.world.get('Feed', 'default', type.toLowerCase())?.status ?? {};
  }

  condition(type: string): { status: string; reason: string; message: string } | undefined {
    return this.world
      .get('Connection', 'default', 'shop')
      ?.status?.conditions?.find((condition) => condition.type === type);
  }

  async until(check: () => boolean | Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await check())) {
      if (Date.now() > deadline)
        throw new Error(`waited ${timeoutMs} ms for: ${what}\n${JSON.stringify(this.world.list(), null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The back office. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are whatever the route gives; tests assert on them
  ): Promise<{ status: number; body: any }> {
    const answer = await fetch(`${this.hub.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  async stop(): Promise<void> {
    await this.stopEngine();
    await this.hub.stop();
    await this.world.flush();
    await rm(this.directory, { recursive: true, force: true });
  }
}
