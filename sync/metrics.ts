import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FEED_CLASSES, type FeedClass } from '../model/feeds.ts';
import { waitingCalls, type BudgetView } from './budget/budget.ts';
import type { RunOutcome } from './outcome.ts';

/** Metrics of one sync pod: the connection is the pod's, so feeds are the only label that grows. */
export class SyncMetrics {
  readonly registry = new Registry();
  readonly #runs = this.#counter('supercargo_feed_runs_total', 'Runs by result.', ['feed', 'type', 'result']);
  readonly #read = this.#counter(
    'supercargo_feed_records_read_total',
    'Records read from the store or taken from the outbox.',
    ['feed', 'type'],
  );
  readonly #changed = this.#counter('supercargo_feed_records_changed_total', 'Records written.', ['feed', 'type']);
  readonly #requests = this.#counter('supercargo_store_requests_total', 'Calls to the store by status and intent.', [
    'code',
    'intent',
  ]);
  readonly #throttledSeconds = this.#counter(
    'supercargo_store_throttled_seconds_total',
    "Seconds that calls waited for the store's rate limit, by class of feed.",
    ['class'],
  );
  readonly #duration = new Histogram({
    name: 'supercargo_feed_run_duration_seconds',
    help: 'Duration of runs.',
    labelNames: ['feed', 'type'],
    buckets: [0.1, 0.5, 2, 10, 60, 300, 1800, 7200],
    registers: [this.registry],
  });
  readonly #success = this.#gauge(
    'supercargo_feed_last_success_timestamp_seconds',
    'End of the last run that succeeded.',
    ['feed', 'type'],
  );
  readonly #up = this.#gauge('supercargo_connection_up', '1 when the store is reachable and the credential valid.', []);
  readonly #hooks = this.#counter(
    'supercargo_store_webhooks_total',
    'Webhooks of the store that came in, by outcome.',
    ['outcome'],
  );
  readonly #budgetRemaining = this.#gauge(
    'supercargo_store_budget_remaining',
    "Calls, or the platform's points, left in the budget; of an operation that the platform counts by itself with its bucket.",
    ['bucket'],
  );
  readonly #budgetWaiting = this.#gauge(
    'supercargo_store_budget_waiting',
    'Calls that wait for the budget, by class of feed.',
    ['class'],
  );
  readonly #credentialExpires = this.#gauge(
    'supercargo_credential_expiry_timestamp_seconds',
    'When the credential or its refresh token expires.',
    [],
  );
  readonly #skew = this.#gauge('supercargo_store_clock_skew_seconds', "The store's clock less ours.", []);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#credentialExpires.remove();
    for (const feedClass of FEED_CLASSES) this.#throttledSeconds.inc({ class: feedClass }, 0);
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

  storeRequest(status: number, intent: string): void {
    this.#requests.inc({ code: String(status), intent });
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
    if (view.remaining !== undefined) this.#budgetRemaining.set(view.remaining);
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

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
