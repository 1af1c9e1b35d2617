import type { FeedType } from '../../model/feeds.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Database, Queryable } from '../storage/database.ts';

/** Asks a connection's pod to run a feed now. Kept in the database, so that a hint outlives the hub that took it. */
export async function hint(db: Queryable, connectionId: number, feed: FeedType): Promise<void> {
  await db.query(
    'INSERT INTO hints (connection_id, feed_type) VALUES ($1, $2) ON CONFLICT (connection_id, feed_type) DO NOTHING',
    [connectionId, feed],
  );
}

interface Found {
  readonly feeds: FeedType[];
  /** Webhooks of the store that wait. */
  readonly hooks: number;
}

/** In one statement: every pod that waits asks once a second. */
async function takeHints(db: Queryable, connectionId: number): Promise<Found> {
  const [row] = await db.query<{ feeds: FeedType[]; hooks: number }>(
    `WITH taken AS (DELETE FROM hints WHERE connection_id = $1 RETURNING feed_type)
     SELECT coalesce((SELECT jsonb_agg(feed_type) FROM taken), '[]') AS feeds, (SELECT count(*) FROM inbound_hooks WHERE connection_id = $1 AND state = 'Pending') AS hooks`,
    [connectionId],
    'take-hints',
  );
  return row!;
}

/** Another replica may have taken the hint: a waiting poll looks at the database this often. */
const LOOK_EVERY_MS = 1000;

/** The long poll of sync pods: an in-process wake-up for speed, the database for truth. */
export class HintBoard {
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(connectionId: number): void {
    for (const resume of this.#waiting.get(connectionId) ?? []) resume();
  }

  /** Hints of the connection as soon as there are any, at the latest after `waitMs` (then none). */
  async wait(db: Database, connectionId: number, waitMs: number, signal: AbortSignal): Promise<Found> {
    const deadline = this.#clock.now().getTime() + waitMs;
    for (;;) {
      // Listening begins before the look: what comes in between must not wait for the next.
      const { woken, leave } = this.#listen(connectionId);
      try {
        const { feeds, hooks } = await takeHints(db, connectionId);
        const left = deadline - this.#clock.now().getTime();
        if (feeds.length > 0 || hooks > 0 || left <= 0 || signal.aborted) return { feeds, hooks };
        await this.#clock.sleep(Math.min(left, LOOK_EVERY_MS), AbortSignal.any([signal, woken]));
      } finally {
        leave();
      }
      if (signal.aborted) return { feeds: [], hooks: 0 };
    }
  }

  #listen(connectionId: number): { woken: AbortSignal; leave: () => void } {
    const controller = new AbortController();
    const resume = () => controller.abort();
    const waiters = this.#waiting.get(connectionId) ?? new Set();
    this.#waiting.set(connectionId, waiters.add(resume));
    return {
      woken: controller.signal,
      leave: () => {
        waiters.delete(resume);
        if (waiters.size === 0 && this.#waiting.get(connectionId) === waiters) this.#waiting.delete(connectionId);
      },
    };
  }
}
