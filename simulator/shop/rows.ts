/** A row with what readers see of it: a change that is committed late shows its older self until then. */
interface Row<T> {
  current: T | undefined;
  seen: T | undefined;
  visibleAt: number;
}

/** Rows of one kind, as readers see them at a moment. */
export class Rows<T extends { readonly id: string }> {
  readonly #rows = new Map<string, Row<T>>();

  /** `visibleAt`: when the change is committed. */
  put(value: T, now: number, visibleAt: number): void {
    const row = this.#rows.get(value.id);
    this.#rows.set(value.id, { current: value, seen: row ? viewOf(row, now) : undefined, visibleAt });
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  /** What is true, committed or not. */
  get(id: string): T | undefined {
    return this.#rows.get(id)?.current;
  }

  all(): T[] {
    return [...this.#rows.values()].flatMap(({ current }) => (current ? [current] : []));
  }

  /** What a reader sees. */
  seen(now: number): T[] {
    return [...this.#rows.values()].flatMap((row) => viewOf(row, now) ?? []);
  }
}

const viewOf = <T>(row: Row<T>, now: number): T | undefined => (now >= row.visibleAt ? row.current : row.seen);
