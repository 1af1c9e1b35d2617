import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConnectionKey } from '../crds/index.ts';
import { RUN_RESULTS } from '../crds/kinds/feed.ts';
import { partRegistry } from '../kit/part-registry.ts';
import { FEED_CLASSES, type FeedClass } from '../model/feeds.ts';
import { waitingCalls, type BudgetView } from './budget/budget.ts';
import type { RunOutcome } from './outcome.ts';

/**
 * Metrics of one sync pod. Every series has the connection's namespace and name, by which operator and hub have them
 * too; beside these, feeds are the only label that grows.
 */
export class SyncMetrics {
  readonly registry: Registry;
  readonly #runs: Counter;
  readonly #read: Counter;
  readonly #changed: Counter;
  readonly #requests: Counter;
  readonly #latency: Histogram;
  readonly #throttledSeconds: Counter;
  readonly #hooks: Counter;
  readonly #duration: Histogram;
  readonly #success: Gauge;
  readonly #up: Gauge;
  readonly #budgetRemaining: Gauge;
  readonly #budgetWaiting: Gauge;
  readonly #credentialExpires: Gauge;
  readonly #skew: Gauge;

  /**
   * Without a connection the series have no labels of their own: for tests. In a process with others the registry says
   * nothing of the process.
   */
  constructor(connection?: Pick<ConnectionKey, 'namespace' | 'name'>, registry: Registry = partRegistry('sync')) {
    this.registry = registry;
    if (connection) registry.setDefaultLabels({ namespace: connection.namespace, connection: connection.name });
    const registers = [this.registry];
    const counter = (name: string, help: string, labelNames: string[]) =>
      new Counter({ name, help, labelNames, registers });
    const gauge = (name: string, help: string, labelNames: string[] = []) =>
      new Gauge({ name, help, labelNames, registers });
    const ofFeed = ['feed', 'type'];
    this.#runs = counter('supercargo_feed_runs_total', 'Runs by result.', [...ofFeed, 'result']);
    this.#read = counter(
      'supercargo_feed_records_read_total',
      'Records read from the store or taken from the outbox.',
      ofFeed,
    );
    this.#changed = counter('supercargo_feed_records_changed_total', 'Records written.', ofFeed);
    this.#requests = counter(
      'supercargo_store_requests_total',
      'Calls to the store by status and intent (read, write); code is the reason where no answer came (Timeout, ConnectionFailed).',
      ['code', 'intent'],
    );
    this.#latency = new Histogram({
      name: 'supercargo_store_request_duration_seconds',
      help: 'Time until the store answered, by intent, without the wait for its budget. Calls that had no answer are not in it.',
      labelNames: ['intent'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#throttledSeconds = counter(
      'supercargo_store_throttled_seconds_total',
      "Seconds that calls waited for the store's rate limit, by class of feed.",
      ['class'],
    );
    this.#duration = new Histogram({
      name: 'supercargo_feed_run_duration_seconds',
      help: 'Duration of runs.',
      labelNames: ofFeed,
      buckets: [0.1, 0.5, 2, 10, 60, 300, 1800, 7200],
      registers,
    });
    this.#success = gauge(
      'supercargo_feed_last_success_timestamp_seconds',
      'End of the last run that succeeded since the pod started.',
      ofFeed,
    );
    this.#up = gauge(
      'supercargo_connection_up',
      '1 when the store is reachable and the credential valid, once it was asked.',
    );
    this.#hooks = counter(
      'supercargo_store_webhooks_total',
      'Webhooks of the store that came in, by outcome: accepted, or why it was refused.',
      ['outcome'],
    );
    this.#budgetRemaining = gauge(
      'supercargo_store_budget_remaining',
      "Calls, or the platform's points, left in the budget; of an operation that the platform counts by itself with its bucket. No series where the platform says nothing.",
      ['bucket'],
    );
    this.#budgetWaiting = gauge(
      'supercargo_store_budget_waiting',
      'Calls that wait for the budget, by class of feed.',
      ['class'],
    );
    this.#credentialExpires = gauge(
      'supercargo_credential_expiry_timestamp_seconds',
      'When the credential or its refresh token expires. No series where it does not, or nobody knows.',
    );
    this.#skew = gauge('supercargo_store_clock_skew_seconds', "The store's clock less ours, once it answered.");
    // A gauge without labels is 0 from its start: a lie until it is known.
    for (const unknown of [this.#up, this.#skew, this.#credentialExpires]) unknown.remove();
    for (const feedClass of FEED_CLASSES) {
      this.#throttledSeconds.inc({ class: feedClass }, 0);
      this.#budgetWaiting.set({ class: feedClass }, 0);
    }
    this.#hooks.inc({ outcome: 'accepted' }, 0);
  }

  /** A feed that this pod runs: its series begin at 0, or the first run of each result would be no increase. */
  feed(feed: string, type: string): void {
    for (const result of RUN_RESULTS) if (result !== 'Running') this.#runs.inc({ feed, type, result }, 0);
    this.#read.inc({ feed, type }, 0);
    this.#changed.inc({ feed, type }, 0);
  }

  /** A feed that this pod runs no more. */
  feedGone(feed: string, type: string): void {
    for (const result of RUN_RESULTS) this.#runs.remove({ feed, type, result });
    for (const each of [this.#read, this.#changed, this.#duration, this.#success]) each.remove({ feed, type });
  }

  run(feed: string, type: string, outcome: RunOutcome, seconds: number, at: Date): void {
    this.#runs.inc({ feed, type, result: outcome.result });
    this.#read.inc({ feed, type }, outcome.read);
    this.#changed.inc({ feed, type }, outcome.changed);
    this.#duration.observe({ feed, type }, seconds);
    this.rode(feed, type, outcome, at);
  }

  /** Of a feed whose records came with the run of another: it was served, without a run of its own. */
  rode(feed: string, type: string, { result }: RunOutcome, at: Date): void {
    if (result === 'Succeeded' || result === 'Empty') this.#success.set({ feed, type }, at.getTime() / 1000);
  }

  /** A call to the store: the status of its answer and how long it took, or why none came. */
  storeRequest(code: number | string, intent: string, tookMs?: number): void {
    this.#requests.inc({ code: String(code), intent });
    if (tookMs !== undefined) this.#latency.observe({ intent }, tookMs / 1000);
  }

  throttled(ms: number, feedClass: FeedClass): void {
    this.#throttledSeconds.inc({ class: feedClass }, ms / 1000);
  }

  /** A webhook of the store: `accepted`, or why it was refused. */
  hook(outcome: string): void {
    this.#hooks.inc({ outcome });
  }

  /** As of the last report. */
  budget(view: BudgetView): void {
    if (view.remaining !== undefined) this.#budgetRemaining.set({ bucket: '' }, view.remaining);
    for (const [bucket, { remaining }] of Object.entries(view.buckets))
      if (remaining !== undefined) this.#budgetRemaining.set({ bucket }, remaining);
    const waiting = waitingCalls(view);
    for (const feedClass of FEED_CLASSES) this.#budgetWaiting.set({ class: feedClass }, waiting[feedClass]);
  }

  credentialExpires(at: string | undefined): void {
    if (at) this.#credentialExpires.set(Date.parse(at) / 1000);
    // 0 would be 1970: no expiry is no series.
    else this.#credentialExpires.remove();
  }

  connection(up: boolean, skewMs: number | undefined): void {
    this.#up.set(up ? 1 : 0);
    if (skewMs !== undefined) this.#skew.set(Math.round(skewMs) / 1000);
  }
}
