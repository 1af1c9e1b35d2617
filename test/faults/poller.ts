/** A row of a list with a position, as far as the poller cares. */
interface Listed {
  readonly id: string;
  readonly cursor: string;
}

/** Answers with one page of the list; undefined where the hub does not answer now. */
export type ReadPage = (after: string, limit: number) => Promise<{ readonly items: readonly Listed[] } | undefined>;

/** The most that one question asks for. */
const WHOLE_LIST_PAGE = 500;

/**
 * Reads a list as a warehouse does that has no webhooks: by the cursor of the last item it has seen, again and again.
 * At the end it counts what the list has and was never shown to it in the state in which it now is.
 */
export class Poller {
  /** id -> the position under which it was shown last. */
  readonly #seen = new Map<string, string>();
  readonly #read: ReadPage;
  #after = '0';
  polls = 0;

  constructor(read: ReadPage) {
    this.#read = read;
  }

  get seen(): number {
    return this.#seen.size;
  }

  /** One page. Returns how many items it had. */
  async poll(limit: number): Promise<number> {
    const page = await this.#read(this.#after, limit);
    this.polls++;
    for (const { id, cursor } of page?.items ?? []) {
      this.#seen.set(id, cursor);
      this.#after = cursor;
    }
    return page?.items.length ?? 0;
  }

  /** Polls until the signal aborts. `pause` between two pages. */
  async work(signal: AbortSignal, limit: number, pause: () => Promise<void>): Promise<void> {
    while (!signal.aborted) if ((await this.poll(limit)) === 0) await pause();
  }

  /** To be called once nothing is written any more: what the list has, and the ids of what was never shown. */
  async count(): Promise<{ readonly listed: number; readonly missed: string[] }> {
    while ((await this.poll(WHOLE_LIST_PAGE)) > 0);
    const all: Listed[] = [];
    for (let after = '0'; ;) {
      const items = (await this.#read(after, WHOLE_LIST_PAGE))?.items ?? [];
      if (items.length === 0) break;
      all.push(...items);
      after = items.at(-1)!.cursor;
    }
    return {
      listed: all.length,
      missed: all.filter(({ id, cursor }) => this.#seen.get(id) !== cursor).map(({ id }) => id),
    };
  }
}
