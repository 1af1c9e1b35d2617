import { FEED_CLASSES, type FeedClass } from '../../model/feeds.ts';

/** Requests of pods under way at once: of the hub's ten sessions of the database the back office keeps three. */
const MOST = 7;
/** More than this wait nowhere: a pod that is sent away comes again. */
const MOST_WAITING = 5000;
/** Of one pod, which asks for few things at once: one that asks for more takes no place from the others. */
const MOST_WAITING_OF_ONE = 50;
/** Less than what a pod waits for an answer. */
const PATIENCE_MS = 40_000;
/** Of so many turns one is of the classes that are less urgent: they get late, and never stop. */
const EVERY = 4;

interface Waiting {
  readonly owner: string;
  readonly since: number;
  readonly start: (served: boolean) => void;
}

/** How many wait, and how many are served. */
export interface QueueView {
  readonly waiting: Readonly<Record<FeedClass, number>>;
  readonly underWay: number;
}

/**
 * Who may work with the hub when more pods come than it can serve: orders before stock before catalogues, and of a
 * class first those connections of which nothing is under way. Nobody is sent away whom a wait would have served; who
 * waited too long is, with nothing done.
 */
export class PodQueue {
  readonly #lines = Object.fromEntries(FEED_CLASSES.map((one) => [one, [] as Waiting[]])) as Record<
    FeedClass,
    Waiting[]
  >;
  readonly #busy = new Map<string, number>();
  readonly #now: () => number;
  #underWay = 0;
  #turn = 0;

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get view(): QueueView {
    const waiting = Object.fromEntries(FEED_CLASSES.map((one) => [one, this.#lines[one].length]));
    return { waiting: waiting as Record<FeedClass, number>, underWay: this.#underWay };
  }

  #isFull(owner: string): boolean {
    const lines = FEED_CLASSES.map((one) => this.#lines[one]);
    if (lines.reduce((sum, line) => sum + line.length, 0) >= MOST_WAITING) return true;
    return lines.flat().filter((one) => one.owner === owner).length >= MOST_WAITING_OF_ONE;
  }

  /** Resolves when it is its turn, with what ends it; undefined: there is no place left, or it waited too long. */
  async take(owner: string, of: FeedClass, gone: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#isFull(owner)) return undefined;
    const served = await new Promise<boolean>((resolve) => {
      const leave = () => {
        this.#lines[of] = this.#lines[of].filter((one) => one !== waiting);
        waiting.start(false);
      };
      const patience = setTimeout(leave, PATIENCE_MS);
      const waiting: Waiting = {
        owner,
        since: this.#now(),
        start: (now) => {
          clearTimeout(patience);
          gone.removeEventListener('abort', leave);
          resolve(now);
        },
      };
      gone.addEventListener('abort', leave, { once: true });
      this.#lines[of].push(waiting);
      this.#next();
    });
    if (!served) return undefined;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#underWay--;
      const left = (this.#busy.get(owner) ?? 1) - 1;
      if (left > 0) this.#busy.set(owner, left);
      else this.#busy.delete(owner);
      this.#next();
    };
  }

  #next(): void {
    while (this.#underWay < MOST) {
      const line = this.#nextLine();
      if (!line) return;
      const idle = line.findIndex(({ owner }) => !this.#busy.has(owner));
      const [next] = line.splice(Math.max(0, idle), 1);
      if (!next) return;
      this.#underWay++;
      this.#busy.set(next.owner, (this.#busy.get(next.owner) ?? 0) + 1);
      next.start(true);
    }
  }

  /** The most urgent class of which somebody waits; one turn in so many, of the others the one that waits longest. */
  #nextLine(): Waiting[] | undefined {
    const lines = FEED_CLASSES.map((one) => this.#lines[one]).filter((line) => line.length > 0);
    if (lines.length < 2) return lines[0];
    this.#turn = (this.#turn + 1) % EVERY;
    if (this.#turn !== 0) return lines[0];
    return lines.slice(1).reduce((one, other) => (other[0]!.since < one[0]!.since ? other : one));
  }
}
