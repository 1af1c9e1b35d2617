import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startChild } from '../sync/children.ts';
import type { DriverChoice } from '../sync/supercargo.ts';
import type { Allowance } from './budget-meter.ts';

/** What a shop of the benchmark is to have. */
export interface WantedShop {
  readonly wire: string;
  readonly kind: 'orders' | 'products';
  readonly count: number;
  readonly budget?: Allowance;
  readonly key: string;
}

export interface WireStats {
  readonly requests: number;
  /** As the platform counts; where it says nothing, a call is one. */
  readonly points: number;
  /** For lack of points. */
  readonly refused: number;
  /** Of the bodies of its answers. */
  readonly bytes: number;
  /** How long the wire worked at its answers: the shop's own time, in no figure. */
  readonly busyMs: number;
  /** Least that was left of the budget since the start. */
  readonly lowest?: number;
}

const KEY = 'bench';

/** A simulated shop in a process of its own. */
export class WireShop {
  readonly url: string;
  readonly choice: DriverChoice;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, choice: DriverChoice) {
    this.#child = child;
    this.url = url;
    this.choice = choice;
  }

  /** With `budget` its driver keeps to it, and is seen doing so; without it is as fast as it can be. */
  static async start(wanted: Omit<WantedShop, 'key'>): Promise<WireShop> {
    const { child, first } = await startChild<{ url: string } & Pick<DriverChoice, 'settings' | 'secret'>>(
      '../drivers/shop-process',
      { BENCH_WIRE: JSON.stringify({ ...wanted, key: KEY } satisfies WantedShop) },
    );
    const { url, settings, secret } = first;
    return new WireShop(child, url, { name: wanted.wire, settings, secret, unhurried: wanted.budget !== undefined });
  }

  /** Since the last time. */
  async takeStats(): Promise<WireStats> {
    const answer = once(this.#child, 'message') as Promise<[WireStats]>;
    this.#child.send('stats');
    return (await answer)[0];
  }

  stop(): void {
    this.#child.disconnect();
  }
}
