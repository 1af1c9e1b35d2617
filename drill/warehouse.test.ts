import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../kit/clock.ts';
import { Warehouse } from './warehouse.ts';

interface Order {
  readonly id: string;
  readonly cust_po_no: string;
  readonly cursor: string;
  readonly shipments: { confirmedAt: string | null }[];
}

/** A hub with orders whose parcels reach the shop when the test says so. */
class FakeHub {
  readonly orders: Order[] = [];
  /** Of each level that was set: how many parcels were on their way then. */
  readonly counts: number[] = [];
  readonly #server: Server = createServer((request, response) => {
    const { method, url = '' } = request;
    request.resume();
    request.on('end', () => {
      const [, id] = /orders\/(\w+)\/shipments/.exec(url) ?? [];
      if (id) this.orders.find((order) => order.id === id)!.shipments.push({ confirmedAt: null });
      else if (method === 'POST') this.counts.push(this.onTheirWay);
      const after = new URL(url, 'http://hub').searchParams.get('after') ?? '0';
      const items = url.includes('/stock')
        ? [{ location: 'main' }]
        : this.orders.filter(({ cursor }) => cursor > after);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items, nextCursor: null }));
    });
  });

  get onTheirWay(): number {
    return this.orders.flatMap(({ shipments }) => shipments).filter(({ confirmedAt }) => confirmedAt === null).length;
  }

  place(): void {
    const number = this.orders.length + 1;
    this.orders.push({ id: `o${number}`, cust_po_no: `S-${number}`, cursor: `${number}`, shipments: [] });
  }

  arrive(): void {
    for (const shipment of this.orders.flatMap(({ shipments }) => shipments)) shipment.confirmedAt = 'now';
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe("a drill's warehouse in peace", () => {
  const hub = new FakeHub();
  const ended = new AbortController();
  afterEach(() => {
    ended.abort();
    hub.stop();
  });

  it('counts once more when no parcel is on its way, and again after one that followed: packed pieces leave a level that waits', async () => {
    let rounds = 0;
    const waiting: (() => void)[] = [];
    const clock = {
      ...systemClock,
      // A round ends when the test lets it.
      sleep: () => new Promise<void>((resolve) => (rounds++, waiting.push(resolve))),
    };
    const warehouse = new Warehouse({ hub: await hub.start(), apiKey: 'k', clock, sku: 'A', luck: () => 'take' });
    const work = warehouse.work(ended.signal);
    const round = async () => {
      const before = rounds;
      waiting.shift()?.();
      while (rounds === before) await new Promise((resolve) => setImmediate(resolve));
    };
    while (rounds === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(hub.counts).toHaveLength(1);
    hub.place();
    warehouse.calm = true;
    await round(); // packs it
    await round();
    expect([hub.onTheirWay, hub.counts.length]).toEqual([1, 1]);
    hub.arrive();
    await round();
    await round();
    expect(hub.counts).toEqual([0, 0]);
    hub.place();
    await round();
    hub.arrive();
    await round();
    await round();
    expect(hub.counts).toEqual([0, 0, 0]);
    ended.abort();
    waiting.shift()?.();
    await work;
  });
});
