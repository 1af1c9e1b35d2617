import { setImmediate } from 'node:timers/promises';

/**
 * Lets the event loop turn once every few milliseconds. Work that finds everything in caches never waits for I/O, so
 * without it a queue of ten thousand keys would be worked off before the next watch event, probe or lease renewal is
 * read (measured: 38 s from a change to its Deployment while two thousand keys were worked off).
 *
 * One is for all who work beside each other: they pause together. Each with a turn of its own would go on for as long
 * before the loop turns once, sixteen workers sixteen times as long.
 */
export class Breather {
  readonly #everyMs: number;
  readonly #now: () => number;
  #since: number;
  #turn: Promise<void> | undefined;

  constructor(everyMs = 5, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs;
    this.#now = now;
    this.#since = now();
  }

  async pause(): Promise<void> {
    if (this.#now() - this.#since < this.#everyMs) return;
    await (this.#turn ??= this.#turnOnce());
  }

  async #turnOnce(): Promise<void> {
    await setImmediate();
    this.#since = this.#now();
    this.#turn = undefined;
  }
}
