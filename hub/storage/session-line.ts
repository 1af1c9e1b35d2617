/** Less than what a pod waits for an answer. */
const PATIENCE_MS = 45_000;

/** Nothing was done: it may be repeated. */
export class HubBusy extends Error {}

/**
 * Who waits for one of the sessions of the database, in the order of coming. The pool's own line gives up after its
 * time to connect: a hub that is busy with many pods would tell them that the database is away.
 */
export class SessionLine {
  #free: number;
  readonly #patienceMs: number;
  #line: (() => void)[] = [];

  constructor(sessions: number, patienceMs = PATIENCE_MS) {
    this.#free = sessions;
    this.#patienceMs = patienceMs;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Throws HubBusy when it did not come to be its turn for most of a minute. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#line = this.#line.filter((one) => one !== start);
        const seconds = Math.round(this.#patienceMs / 1000);
        reject(
          new HubBusy(
            `the hub has more to do than its database takes: nothing was done in ${seconds} s, repeat it later`,
          ),
        );
      }, this.#patienceMs);
      this.#line.push(start);
    });
  }
}
