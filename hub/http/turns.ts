/** Heavy work under way at once, of all owners together: each holds one of the hub's ten sessions of the database. */
const MOST = 3;
/** How many of one owner may wait for the one that is under way. */
const WAITING = 4;

interface Waiting {
  readonly owner: string;
  readonly start: () => void;
}

/** One at a time for each owner, some at a time in all; who came first goes first. */
export class Turns {
  readonly #busy = new Set<string>();
  #line: Waiting[] = [];

  /** Resolves once it is this owner's turn, with what ends it; undefined at once where too many of the owner wait. */
  async take(owner: string, gone: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#line.filter((one) => one.owner === owner).length >= WAITING) return undefined;
    const hasTurn = await new Promise<boolean>((resolve) => {
      const waiting: Waiting = { owner, start: () => resolve(true) };
      this.#line.push(waiting);
      gone.addEventListener('abort', () => {
        this.#line = this.#line.filter((one) => one !== waiting);
        resolve(false);
      });
      this.#next();
    });
    let ended = !hasTurn;
    return () => {
      if (ended) return;
      ended = true;
      this.#busy.delete(owner);
      this.#next();
    };
  }

  #next(): void {
    while (this.#busy.size < MOST) {
      const next = this.#line.find(({ owner }) => !this.#busy.has(owner));
      if (!next) return;
      this.#line = this.#line.filter((one) => one !== next);
      this.#busy.add(next.owner);
      next.start();
    }
  }
}
