import { describe, expect, it } from '@jest/globals';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import type { Delivery } from '../../simulator/desk/hooks.ts';
import { Random } from '../../simulator/random.ts';
import { SimulatedStore } from '../../simulator/store.ts';
import { PERMISSIONS } from '../../simulator/desk/permissions.ts';
import type { Paging } from '../../simulator/desk/pages.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { memoryVault, retry, type Driver, type StoreHttp, type StoreRequest } from '../contract/index.ts';
import { generic } from '../generic/index.ts';
import { describeDriver, type Access, type ConformanceStore } from './describe-driver.ts';

const BASE = 'http://shop.example/v1';
const FEEDS = ['ProductImport', 'OrderImport', 'StockExport', 'ShipmentExport'] as const;

class Subject implements ConformanceStore {
  readonly store: SimulatedStore;
  readonly #clock = new ManualClock();
  readonly #sent: Delivery[] = [];
  #failing = 0;

  private constructor(paging: Paging) {
    this.store = new SimulatedStore({ clock: this.#clock, paging, pageCap: 5, sendHook: (delivery) => this.#sent.push(delivery) });
    this.store.keys.fixed.set('good', PERMISSIONS).set('withoutOrders', PERMISSIONS.filter((permission) => permission !== 'orders:read'));
  }

  static async open(paging: Paging): Promise<Subject> {
    const subject = new Subject(paging);
    const random = new Random(5);
    for (let count = 0; count < 5; count++) addProduct(subject.store.shop, random);
    for (let count = 0; count < 8; count++) {
      await subject.#clock.advance(60_000);
      addOrder(subject.store.shop, random);
    }
    return subject;
  }

  /** Nothing is repeated here: one call, one answer. */
  http(): StoreHttp {
    const call = async ({ method, url, headers, body, signal, auth }: StoreRequest) => {
      signal?.throwIfAborted();
      if (!url.startsWith(BASE)) return answer(404, 'text/html', '<html></html>');
      const fails = this.#failing > 0;
      if (fails) {
        this.#failing--;
        this.store.truth.requests.push('failed');
        return answer(503, 'application/json', '{}');
      }
      const given = this.store.handle({ method, path: url.slice(BASE.length), headers: { ...headers, ...(await auth?.headers({ method, url, body }, signal ?? new AbortController().signal)) }, body });
      if (given.broken) throw retry('ConnectionFailed', 'the connection broke');
      return { ...answer(given.status, 'application/json', given.body), headers: given.headers };
    };
    return { read: call, write: call, observe: () => undefined };
  }

  now = () => this.#clock.now();
  orderIds = () => this.store.truth.orders().map(({ id }) => id);
  productIds = () => this.store.truth.products().map(({ id }) => id);
  loseNextAnswer = () => this.store.faults.force('lost-ack');
  fail = (times: number) => { this.#failing = times; };
  effects = () => this.store.truth.effects.length;
  requests = () => this.store.truth.requests.length;
  levels = () => this.store.truth.levels().filter(({ locationId }) => locationId === 'main').map(({ variantId, sku, locationId }) => ({ variantId, sku, locationId }));

  shippable = () => {
    const { id, number } = this.store.truth.orders()[0]!;
    return { orderId: id, orderNumber: number };
  };

  tie = () => {
    for (const order of this.store.truth.orders()) this.store.shop.saveOrder({ ...order, updatedAt: '2025-12-31T12:00:00.000Z' });
  };

  touchFirst = () => {
    const [first] = [...this.store.truth.orders()].sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
    this.store.shop.saveOrder({ ...first!, updatedAt: this.store.shop.stamp() });
  };

  async hook(driver: Driver, secondsOld: number) {
    await driver.hooks!.ensure('https://hub.example/hooks/1', ['OrderImport'], new AbortController().signal);
    const [{ id } = { id: '' }] = this.store.truth.orders();
    this.store.hooks.tell({ type: 'order.updated', id });
    const { headers, body } = this.#sent.at(-1)!;
    return { headers, body: Buffer.from(body), receivedAt: new Date(this.now().getTime() + secondsOld * 1000) };
  }
}

const answer = (status: number, type: string, body: string) => ({
  status, headers: { 'content-type': type } as Record<string, string>, text: async () => body,
  json: async (): Promise<unknown> => {
    try {
      return JSON.parse(body);
    } catch {
      throw retry('UnexpectedPayload', 'no JSON');
    }
  },
});

function connect(store: ConformanceStore, { key = 'good', url = 'good' }: Access): Driver {
  const subject = store as Subject;
  return generic.connect({ credential: { apiKey: key }, settings: { url: url === 'good' ? BASE : 'http://shop.example/other' }, http: subject.http(), now: subject.now, tokens: memoryVault() });
}

for (const paging of ['keyset', 'offset'] as const) describeDriver({ name: `generic (${paging})`, feeds: FEEDS, store: () => Subject.open(paging), connect });

describe('a store that gives the last page again and again', () => {
  it('ends the run with an error instead of reading for ever', async () => {
    const subject = await Subject.open('keyset');
    subject.store.faults.on('repeat-last-page');
    const read = async () => { for await (const _page of connect(subject, {}).read({ feed: 'OrderImport', pageSize: 3, signal: new AbortController().signal })); };
    await expect(read()).rejects.toMatchObject({ details: { reason: 'PageRepeated', behaviour: 'retry' } });
  });
});

describe('orders placed before they are of use', () => {
  it.each(['keyset', 'offset'] as const)('are not asked for (%s)', async (paging) => {
    const subject = await Subject.open(paging);
    const times = subject.store.truth.orders().map(({ placedAt }) => placedAt!).sort();
    const from = times[times.length >> 1]!;
    const read: string[] = [];
    for await (const page of connect(subject, {}).read({ feed: 'OrderImport', pageSize: 2, placedFrom: from, signal: new AbortController().signal })) {
      for (const record of page.records) if (record.kind === 'order') read.push(record.placedAt!);
    }
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((placedAt) => Date.parse(placedAt) < Date.parse(from))).toEqual([]);
  });
});
