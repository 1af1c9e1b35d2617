import type { ChildProcess } from 'node:child_process';
import type { SourceSums } from './catalogue.ts';
import { startChild } from './children.ts';

export interface ShopStats {
  readonly requests: number;
  readonly orders: number;
  readonly products: number;
  readonly writes: number;
  readonly refused: number;
  readonly levels: number;
}

/** The page server and what only the benchmark may ask of it. */
export class Shop {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(records: number, products: number, levels = 0): Promise<Shop> {
    const { child, first } = await startChild<{ url: string }>('page-server', {
      RECORDS: String(records),
      PRODUCTS: String(products),
      LEVELS: String(levels),
    });
    return new Shop(first.url, child);
  }

  async #control<T>(path: string, body: object = {}): Promise<T> {
    const answer = await fetch(`${this.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as T;
  }

  /** As it was at first; every system starts from the same. */
  reset = () => this.#control('reset');
  /** Every `step`th record changes. */
  change = (step: number) => this.#control<{ orders: number; products: number }>('change', { step });
  /** A customer orders; told by webhook where something is subscribed. `at`: by the clock of this machine. */
  placeOrder = () => this.#control<{ id: string; at: number }>('order');
  subscribed = async () => (await this.#control<{ subscribed: boolean }>('subscribed')).subscribed;
  /** Requests since the last time. */
  takeStats = () => this.#control<ShopStats>('stats', { reset: true });
  /** Refused for the limit of requests, since the start. */
  totals = () => this.#control<{ refused: number }>('totals');
  sums = () => this.#control<{ orders: SourceSums; products: SourceSums }>('sums');
  storedLevels = () => this.#control<{ count: number; sum: number }>('stored');

  stop(): void {
    this.#child.disconnect();
  }
}
