import { ManualClock } from './manual-clock.ts';

/** A machine whose two clocks can be moved apart. */
export class MachineClock extends ManualClock {
  #setBy = 0;
  #stoodStill = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.#setBy);
  }

  monotonic(): number {
    return super.now().getTime() - this.#stoodStill;
  }

  /** Someone sets its clock. */
  set(ms: number): void {
    this.#setBy += ms;
  }

  /** Time goes by while no timer of the process runs; `asleep`: nor its monotonic clock. */
  stop(ms: number, asleep = false): void {
    if (asleep) this.#stoodStill += ms;
    this.skip(ms);
  }
}
