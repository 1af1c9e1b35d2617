import type { ChildProcess } from 'node:child_process';
import type { StoreSpec } from '../../crds/index.ts';
import type { FeedType } from '../../model/feeds.ts';
import { SMALL_HEAP_ENV } from '../../kit/memory-limits.ts';
import { startChild, stopChild } from './children.ts';
import type { PodAnswer, PodCommand } from './pod-process.ts';
import { cpuSeconds, peakRss } from './processes.ts';

export interface FeedSpec {
  readonly type: FeedType;
  readonly schedule: string;
}
export type RunView = NonNullable<PodAnswer['run']>;

const TOKEN = 'bench-pod-token';
const API_KEY = 'sck_bench';

/** Never by itself: runs are asked for. */
export const NEVER = '0 0 1 1 *';

/** Options of Node for each process. */
export interface Profile {
  readonly hub: readonly string[];
  readonly pod: readonly string[];
}

/** A built-in driver, as a Connection and its Credential name it. */
export interface DriverChoice {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: Readonly<Record<string, string>>;
  /** Waits for the budget that its manifest declares. */
  readonly unhurried?: boolean;
}

export interface SupercargoOptions {
  /** In place of the benchmark's own. */
  readonly driver?: DriverChoice;
  readonly profile?: Profile;
  readonly store?: StoreSpec;
  /** The store may send webhooks. */
  readonly hooks?: boolean;
}

/** Hub and pod, each in its own process, on a database. */
export class Supercargo {
  readonly hubPid: number;
  readonly podPid: number;
  readonly hubUrl: string;
  readonly startCpu: number;
  readonly #hub: ChildProcess;
  readonly #pod: ChildProcess;
  #id = 0;

  private constructor(hub: ChildProcess, hubUrl: string, pod: ChildProcess) {
    this.#hub = hub;
    this.#pod = pod;
    this.hubUrl = hubUrl;
    this.hubPid = hub.pid!;
    this.podPid = pod.pid!;
    this.startCpu = cpuSeconds(this.hubPid) + cpuSeconds(this.podPid);
  }

  /** `database`: the URL of one, or the folder in which the hub makes its own. */
  static async start(
    database: string | { readonly dataDir: string },
    shopUrl: string,
    { profile, store, hooks, driver }: SupercargoOptions = {},
  ): Promise<Supercargo> {
    const env = {
      NODE_ENV: 'production',
      BENCH_TOKEN: TOKEN,
      BENCH_API_KEY: API_KEY,
      ...(typeof database === 'string' ? { BENCH_DATABASE_URL: database } : { BENCH_DATA_DIR: database.dataDir }),
      BENCH_SHOP_URL: shopUrl,
      BENCH_STORE: JSON.stringify(store ?? {}),
      BENCH_HOOKS: hooks ? '1' : '0',
      BENCH_DRIVER: driver ? JSON.stringify(driver) : '',
    };
    const hub = await startChild<{ url: string }>('hub-process', env, profile?.hub);
    const pod = await startChild<PodAnswer>(
      'pod-process',
      { ...env, ...SMALL_HEAP_ENV, BENCH_HUB_URL: hub.first.url },
      profile?.pod,
    );
    return new Supercargo(hub.child, hub.first.url, pod.child);
  }

  #command(
    command: { feeds: readonly FeedSpec[]; awaited?: FeedType } | { run: FeedType },
  ): Promise<RunView | undefined> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      const listen = (answer: PodAnswer) => {
        if (answer.id !== id) return;
        this.#pod.off('message', listen);
        resolve(answer.run);
      };
      this.#pod.on('message', listen);
      this.#pod.send({ id, ...command } satisfies PodCommand);
    });
  }

  /** Puts exactly these feeds in force; with `awaited`, resolves when that one has run. */
  feeds(feeds: readonly FeedSpec[], awaited?: FeedType): Promise<RunView | undefined> {
    return this.#command({ feeds, awaited });
  }

  run(feed: FeedType): Promise<RunView | undefined> {
    return this.#command({ run: feed });
  }

  /** As the back office. */
  async api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.hubUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  peaks(): { hub: number; pod: number } {
    return { hub: peakRss(this.hubPid), pod: peakRss(this.podPid) };
  }

  async stop(): Promise<void> {
    await stopChild(this.#pod);
    await stopChild(this.#hub);
  }
}
