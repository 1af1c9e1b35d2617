import type { FeedType } from '../../model/feeds.ts';
import type { Clock } from '../../kit/clock.ts';
import { Nudge } from '../../kit/nudge.ts';
import { IN_SESSION, noSession } from './in-session.ts';
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

const NOTHING: Found = { feeds: [], hooks: 0 };

/** Takes what waits for a connection. Refused where it is not in session: its pod has to open one. */
export async function takeHints(db: Queryable, connectionId: number): Promise<Found> {
  const [row] = await db.query<{ feeds: FeedType[]; hooks: number; known: boolean }>(
    `WITH taken AS (DELETE FROM hints WHERE connection_id IN (SELECT id FROM connections WHERE id = $1 AND ${IN_SESSION}) RETURNING feed_type)
     SELECT coalesce((SELECT jsonb_agg(feed_type) FROM taken), '[]') AS feeds, (SELECT count(*) FROM inbound_hooks WHERE connection_id = $1 AND state = 'Pending') AS hooks,
       EXISTS (SELECT 1 FROM connections WHERE id = $1 AND ${IN_SESSION}) AS known`,
    [connectionId],
    'take-hints',
  );
  const { known, ...found } = row!;
  if (!known) throw noSession();
  return found;
}

/** Of these connections, those for which something waits, and those that a restore has made unknown. */
async function haveHints(db: Queryable, connectionIds: readonly number[]): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT w.id FROM unnest($1::int[]) AS w(id)
     WHERE NOT EXISTS (SELECT 1 FROM connections c WHERE c.id = w.id AND c.registered AND NOT c.retired)
        OR EXISTS (SELECT 1 FROM hints h WHERE h.connection_id = w.id)
        OR EXISTS (SELECT 1 FROM inbound_hooks i WHERE i.connection_id = w.id AND i.state = 'Pending')`,
    [connectionIds],
    'have-hints',
  );
  return rows.map(({ id }) => id);
}

/** Where the long poll of sync pods waits. */
export interface Hints {
  /** Hints of the connection as soon as there are any, at the latest after `waitMs` (then none). */
  wait(db: Database, connectionId: number, waitMs: number, signal: AbortSignal): Promise<Found>;
}

/** Another replica may have taken the hint: the database is looked at this often, once for all that wait. */
const LOOK_EVERY_MS = 1000;
/** Pods that come at the same time are looked for together. */
const GATHER_MS = 20;

/**
 * The long poll of sync pods: an in-process wake-up for speed, the database for truth. However many pods wait, a hub
 * looks once a second for all of them, and at once for who has just come.
 */
export class HintLongPoll implements Hints {
  readonly #db: Queryable;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Set<() => void>>();
  /** Those who came since the last look. */
  #new = new Set<number>();
  #looking = false;
  readonly #nudge = new Nudge();

  constructor(db: Queryable, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  wake(connectionId: number): void {
    for (const resume of this.#waiting.get(connectionId) ?? []) resume();
  }

  async wait(db: Database, connectionId: number, waitMs: number, signal: AbortSignal): Promise<Found> {
    const deadline = this.#clock.now().getTime() + waitMs;
    for (;;) {
      const left = deadline - this.#clock.now().getTime();
      if (left <= 0 || signal.aborted) return NOTHING;
      // Listening begins before the look: what comes in between must not wait for the next.
      const { woken, leave } = this.#listen(connectionId);
      try {
        await this.#clock.sleep(left, AbortSignal.any([signal, woken]));
      } finally {
        leave();
      }
      if (!woken.aborted || signal.aborted) return NOTHING;
      const found = await takeHints(db, connectionId);
      if (found.feeds.length > 0 || found.hooks > 0) return found;
    }
  }

  #listen(connectionId: number): { woken: AbortSignal; leave: () => void } {
    const controller = new AbortController();
    const resume = () => controller.abort('woken');
    const waiters = this.#waiting.get(connectionId) ?? new Set();
    this.#waiting.set(connectionId, waiters.add(resume));
    this.#new.add(connectionId);
    this.#nudge.wake();
    if (!this.#looking) void this.#look();
    return {
      woken: controller.signal,
      leave: () => {
        waiters.delete(resume);
        if (waiters.size === 0 && this.#waiting.get(connectionId) === waiters) this.#waiting.delete(connectionId);
      },
    };
  }

  /** As long as anybody waits. A database that is away is looked at again: what waits there stays. */
  async #look(): Promise<void> {
    this.#looking = true;
    let allAt = this.#clock.now().getTime() + LOOK_EVERY_MS;
    while (this.#waiting.size > 0) {
      const woken = this.#nudge.next();
      if (this.#new.size > 0) {
        await this.#clock.sleep(GATHER_MS);
        const came = [...this.#new];
        this.#new = new Set();
        await this.#wakeThose(came);
      }
      if (this.#clock.now().getTime() >= allAt) {
        allAt = this.#clock.now().getTime() + LOOK_EVERY_MS;
        await this.#wakeThose([...this.#waiting.keys()]);
      }
      if (this.#new.size > 0) continue;
      await this.#clock.sleep(Math.max(1, allAt - this.#clock.now().getTime()), woken);
    }
    this.#looking = false;
  }

  async #wakeThose(connectionIds: readonly number[]): Promise<void> {
    const waiting = connectionIds.filter((id) => this.#waiting.has(id));
    if (waiting.length === 0) return;
    for (const id of await haveHints(this.#db, waiting).catch(() => [])) this.wake(id);
  }
}
