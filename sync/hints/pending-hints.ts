import type { FeedType } from '../../model/feeds.ts';

/** More single records than this are read faster by a run of the whole feed. */
const MOST_IDS = 500;

export interface Hint {
  /** Absent: the feed just runs. */
  readonly ids?: readonly string[];
}

/** Feeds that should run now, and for which records, until the scheduler takes them. Adding twice asks once. */
export class PendingHints {
  readonly #asked = new Map<FeedType, Set<string> | 'all'>();

  add(feed: FeedType, ids?: readonly string[]): void {
    const known = this.#asked.get(feed);
    if (known === 'all') return;
    if (!ids) {
      this.#asked.set(feed, 'all');
      return;
    }
    const all = new Set([...(known ?? []), ...ids]);
    this.#asked.set(feed, all.size > MOST_IDS ? 'all' : all);
  }

  /** What was asked of the feed; it is not asked any more. */
  take(feed: FeedType): Hint | undefined {
    const asked = this.#asked.get(feed);
    this.#asked.delete(feed);
    if (!asked) return undefined;
    return asked === 'all' ? {} : { ids: [...asked] };
  }
}
