import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueueObserver } from './queue.ts';

/** Told what a controller does. */
export interface ControllerMetrics {
  readonly queue: QueueObserver;
  /** Read at scrape time: how long each key in work has been so, and how many wait for a worker. */
  watchWork(workingMs: () => readonly number[], depth: () => number): void;
  workers(count: number): void;
  active(change: 1 | -1): void;
  reconciled(result: ReconcileResult, ms: number): void;
  failed(kind: 'error' | 'terminal' | 'panic'): void;
}

export const RECONCILE_RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;
export type ReconcileResult = (typeof RECONCILE_RESULTS)[number];

interface Watched {
  readonly workingMs: () => readonly number[];
  readonly depth: () => number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LONG_SECONDS = [0.001, 0.01, 0.1, 1, 10, 60, 300, 1000];

/**
 * Metrics under the names of controller-runtime and client-go, so that the dashboards and alerts people have for Go
 * operators work unchanged. Every series starts at zero: an alert on a counter that does not exist yet never fires.
 */
export class MetricsFactory {
  readonly #watched = new Map<string, Watched>();
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #failures: Record<'error' | 'terminal' | 'panic', Counter<'controller'>>;
  readonly #time: Histogram<'controller'>;
  readonly #active: Gauge<'controller'>;
  readonly #workers: Gauge<'controller'>;
  readonly #adds: Counter<'name'>;
  readonly #retries: Counter<'name'>;
  readonly #queueTime: Histogram<'name'>;
  readonly #workTime: Histogram<'name'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const controller = ['controller'] as const;
    const name = ['name'] as const;
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles by result.',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.#failures = {
      error: new Counter({
        name: 'controller_runtime_reconcile_errors_total',
        help: 'Reconciles that failed.',
        labelNames: controller,
        registers,
      }),
      terminal: new Counter({
        name: 'controller_runtime_terminal_reconcile_errors_total',
        help: 'Reconciles that failed for good.',
        labelNames: controller,
        registers,
      }),
      panic: new Counter({
        name: 'controller_runtime_reconcile_panics_total',
        help: 'Reconciles that failed by a bug.',
        labelNames: controller,
        registers,
      }),
    };
    this.#time = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a reconcile.',
      labelNames: controller,
      buckets: SECONDS,
      registers,
    });
    this.#active = new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Workers that are busy.',
      labelNames: controller,
      registers,
    });
    this.#workers = new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Workers there are.',
      labelNames: controller,
      registers,
    });
    new Gauge({
      name: 'workqueue_depth',
      help: 'Keys that wait for a worker; not those that are due later.',
      labelNames: name,
      registers,
      collect: this.#eachQueue(({ depth }) => depth()),
    });
    this.#adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added.', labelNames: name, registers });
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys added after a failure.',
      labelNames: name,
      registers,
    });
    this.#queueTime = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long a key was ready before a worker took it.',
      labelNames: name,
      buckets: LONG_SECONDS,
      registers,
    });
    this.#workTime = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long a key was worked on.',
      labelNames: name,
      buckets: LONG_SECONDS,
      registers,
    });
    this.#ageGauges(registry);
  }

  /** The metrics of one controller; all its series exist from now on. */
  forController(controller: string): ControllerMetrics {
    const name = { name: controller };
    for (const result of RECONCILE_RESULTS) this.#reconciles.inc({ controller, result }, 0);
    for (const counter of Object.values(this.#failures)) counter.inc({ controller }, 0);
    for (const gauge of [this.#active, this.#workers]) gauge.set({ controller }, 0);
    for (const counter of [this.#adds, this.#retries]) counter.inc(name, 0);
    for (const histogram of [this.#queueTime, this.#workTime]) histogram.zero(name);
    this.#time.zero({ controller });
    return {
      queue: {
        added: () => this.#adds.inc(name),
        taken: (waitedMs) => this.#queueTime.observe(name, waitedMs / 1000),
        finished: (workedMs) => this.#workTime.observe(name, workedMs / 1000),
        retried: () => this.#retries.inc(name),
      },
      watchWork: (workingMs, depth) => void this.#watched.set(controller, { workingMs, depth }),
      workers: (count) => this.#workers.set({ controller }, count),
      active: (change) => this.#active.inc({ controller }, change),
      reconciled: (result, ms) => {
        this.#reconciles.inc({ controller, result });
        this.#time.observe({ controller }, ms / 1000);
      },
      failed: (kind) => this.#failures[kind].inc({ controller }),
    };
  }

  #ageGauges(registry: Registry): void {
    const gauge = (metric: string, help: string, value: (workingMs: readonly number[]) => number) =>
      new Gauge({
        name: metric,
        help,
        labelNames: ['name'],
        registers: [registry],
        collect: this.#eachQueue(({ workingMs }) => value(workingMs()) / 1000),
      });
    gauge('workqueue_unfinished_work_seconds', 'Sum of the time that keys in work have taken so far.', (ms) =>
      ms.reduce((sum, value) => sum + value, 0),
    );
    gauge('workqueue_longest_running_processor_seconds', 'The longest that a key in work has taken so far.', (ms) =>
      Math.max(0, ...ms),
    );
  }

  /** Of a gauge with a value for each queue: what it does when it is read. */
  #eachQueue(value: (queue: Watched) => number): (this: Gauge<'name'>) => void {
    const watched = this.#watched;
    return function (this: Gauge<'name'>) {
      for (const [name, queue] of watched) this.set({ name }, value(queue));
    };
  }
}
