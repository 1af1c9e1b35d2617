import { deliverDue } from '../../hub/webhooks/deliver.ts';
import type { Database } from '../../hub/storage/database.ts';
import type { Effects } from './effects.ts';
import type { HubWorld } from './hub-world.ts';
import { Process } from './process.ts';

/** Longer than the claim of a delivery. */
const CLAIM_MS = 70_000;
const MOST_TRIES = 40;
const BATCH = 20;

/** The hub's webhook worker, which may die or be stopped at each of its steps. */
export class Delivery {
  readonly #hub: HubWorld;
  readonly #effects: Effects;
  readonly #storeId: number;
  /** One at a time is stopped. */
  #stopping = false;

  constructor(hub: HubWorld, effects: Effects, storeId: number) {
    this.#hub = hub;
    this.#effects = effects;
    this.#storeId = storeId;
  }

  /** Until nothing waits. */
  async all(): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const [row] = await this.#hub.db.query<{ count: number }>(
        `SELECT count(*) AS count FROM deliveries WHERE store_id = $1 AND state = 'Pending'`,
        [this.#storeId],
      );
      if (row!.count === 0) return;
      const sent = await this.#once();
      if (sent === 'died' || sent === 0) this.#hub.clock.advance(CLAIM_MS);
    }
    throw new Error('webhooks were not delivered');
  }

  async #once(): Promise<number | 'died'> {
    const process = new Process();
    const stop = new AbortController();
    const { context, master } = this.#hub;
    const sent = await process.run(
      deliverDue(
        { ...context, clock: process.clock(context.clock), db: this.#mortalDatabase(process) },
        master,
        BATCH,
        stop.signal,
      ),
    );
    if (sent === 'died') stop.abort();
    return sent;
  }

  /** Stops the worker for longer than its claims; another delivers what it had. */
  async #stop(process: Process): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await process.stopped(async () => {
      this.#hub.clock.advance(CLAIM_MS);
      for (let sent: number | 'died' = 1; sent !== 0 && sent !== 'died';) sent = await this.#once();
    });
    this.#stopping = false;
  }

  #mortalDatabase(process: Process): Database {
    const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      await process.awake();
      if (process.dead) return process.die();
      const mode = this.#effects.next('worker', what);
      if (mode === 'die-before') return process.die();
      if (mode === 'stop-before') await this.#stop(process);
      const result = await work();
      if (mode === 'die-after' || process.dead) return process.die();
      if (mode === 'stop-after') await this.#stop(process);
      await process.awake();
      return result;
    };
    const { db } = this.#hub;
    return {
      ...db,
      query: (sql, params) =>
        /^\s*SELECT/.test(sql) ? db.query(sql, params) : step('query', () => db.query(sql, params)),
      transaction: (work, settings) => step('transaction', () => db.transaction(work, settings)),
    };
  }
}
