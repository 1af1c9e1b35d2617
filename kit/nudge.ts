/** Nobody reads it. Without one each abort makes an error with a stack, and loops are woken often. */
const WOKEN = 'woken';

/** Wakes a loop that sleeps. What comes while the loop is at work is not missed: the signal was taken before. */
export class Nudge {
  #controller = new AbortController();

  wake(): void {
    this.#controller.abort(WOKEN);
  }

  /** Of what comes from now on: taken before the loop looks at what there is to do. */
  next(): AbortSignal {
    this.#controller = new AbortController();
    return this.#controller.signal;
  }
}
