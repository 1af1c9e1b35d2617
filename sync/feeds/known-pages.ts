import { createHash } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';
import type { BatchSegment } from '../../model/batch.ts';

/** Sent all the same after so long: whatever the hub has come to by itself since, it looks at the page once more. */
const SENT_AGAIN_MS = 15 * 60_000;
/** More are not remembered: a poll that reads so much again is not quiet. */
const REMEMBERED = 32;

/**
 * Pages, as they are encoded for the hub, of which it has said that they change nothing. A poll reads the newest
 * records again each time; while they are the same as in the last run, the hub need not be told. Lives as long as the
 * session: a hub that was restored knows no session.
 */
export class KnownPages {
  readonly #clock: Clock;
  #sentAt: ReadonlyMap<string, number> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A run's pages are remembered together, in place of those of the run before. */
  begin(): PagesOfRun {
    const before = this.#sentAt;
    // One that fails on its way leaves nothing: what it sent may have changed what the hub has.
    this.#sentAt = new Map();
    const seen = new Map<string, number>();
    const now = this.#clock.now().getTime();
    return {
      has(page) {
        const at = before.get(page);
        if (at === undefined || now - at >= SENT_AGAIN_MS) return false;
        seen.set(page, at);
        return true;
      },
      sent: (page) => void seen.set(page, now),
      end: (changed) => {
        this.#sentAt = changed || seen.size > REMEMBERED ? new Map() : seen;
      },
    };
  }
}

export interface PagesOfRun {
  /** The hub has it. */
  has(page: string): boolean;
  sent(page: string): void;
  /** The run came to its end. What has changed may change what other pages mean: then none is remembered. */
  end(changed: boolean): void;
}

/** Equal for equal pages. */
export function pageDigest(segments: readonly BatchSegment[]): string {
  const digest = createHash('sha256');
  for (const { table, rows, data } of segments) digest.update(`${table} ${rows} ${data.length}\n`).update(data);
  return digest.digest('base64');
}
