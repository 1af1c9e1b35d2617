import { describe, expect, it } from '@jest/globals';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { DriverError, type Driver, type InboundHook, type Page, type ReadRequest, type StockWrite } from '../contract/index.ts';

/** How a driver's key and address are set up for one test. */
export interface Access {
  readonly key?: 'good' | 'wrong' | 'withoutOrders';
  readonly url?: 'good' | 'wrong';
}

/** A store with a little in it, real or simulated; each test gets a new one. */
export interface ConformanceStore {
  /** Of all orders, at least five, and of all products. */
  orderIds(): readonly string[] | Promise<readonly string[]>;
  productIds(): readonly string[] | Promise<readonly string[]>;
  /** Several orders of one time of change; absent where the platform cannot be made to. */
  tie?(): void | Promise<void>;
  /** An order that stands early in the list changes now. */
  touchFirst?(): void | Promise<void>;
  /** Levels that can be set: two of them known, at places that exist. */
  levels(): readonly Omit<StockWrite, 'entryId' | 'quantity'>[] | Promise<readonly Omit<StockWrite, 'entryId' | 'quantity'>[]>;
  /** An open, paid order with one open line. */
  shippable(): { readonly orderId: string; readonly orderNumber: string } | Promise<{ readonly orderId: string; readonly orderNumber: string }>;
  /** The next write takes effect, and its answer is lost. */
  loseNextAnswer(): void;
  /** The next call is answered with 503, `times` times. */
  fail(times: number): void;
  /** Writes that took effect. */
  effects(): number | Promise<number>;
  requests(): number;
  /** A webhook as the store signs it, about an order; `secondsOld` is its age. Absent: the driver has no hooks. */
  hook?(driver: Driver, secondsOld: number): InboundHook | Promise<InboundHook>;
  close?(): Promise<void>;
}

export interface Conformance {
  readonly name: string;
  /** Feeds to check the key for. */
  readonly feeds: readonly FeedType[];
  readonly store: () => ConformanceStore | Promise<ConformanceStore>;
  /** The driver, over an HTTP that repeats nothing: what a driver repeats itself would be seen. */
  readonly connect: (store: ConformanceStore, access: Access) => Driver;
}

const never = (): AbortSignal => new AbortController().signal;

/** What docs/writing-a-driver.md demands of every driver, as tests. */
export function describeDriver({ name, feeds, store: open, connect }: Conformance): void {
  const withStore = (work: (store: ConformanceStore, driver: Driver) => Promise<void>) => async () => {
    const store = await open();
    try {
      await work(store, connect(store, {}));
    } finally {
      await store.close?.();
    }
  };

  describe(`driver ${name}: reading`, () => {
    it.each([1, 2, 3, 100])('gives every order once or more and ends by itself, in pages of %i', (pageSize) => withStore(async (store, driver) => {
      expect(idsOf(await readAll(driver, { feed: 'OrderImport', pageSize }))).toEqual([...(await store.orderIds())].sort());
    })());

    it('gives every product', withStore(async (store, driver) => {
      expect(idsOf(await readAll(driver, { feed: 'ProductImport', pageSize: 2 }))).toEqual([...(await store.productIds())].sort());
    }));

    it('leaves out no row of many with the same time', withStore(async (store, driver) => {
      await store.tie?.();
      expect(idsOf(await readAll(driver, { feed: 'OrderImport', pageSize: 2, since: '2000-01-01T00:00:00Z' }))).toEqual([...(await store.orderIds())].sort());
    }));

    it('leaves out no row while others move on', withStore(async (store, driver) => {
      const seen: CanonicalRecord[] = [];
      let pages = 0;
      for await (const page of driver.read({ feed: 'OrderImport', pageSize: 2, since: '2000-01-01T00:00:00Z', signal: never() })) {
        seen.push(...page.records);
        if (++pages <= 2) await store.touchFirst?.();
      }
      expect(idsOf(seen)).toEqual([...(await store.orderIds())].sort());
    }));

    it('goes on after any page, in another process', withStore(async (store, driver) => {
      const page = await firstPage(driver, { feed: 'OrderImport', pageSize: 2, signal: never() });
      const rest = await readAll(connect(store, {}), { feed: 'OrderImport', pageSize: 2, resume: page.resume });
      expect(idsOf([...page.records, ...rest])).toEqual([...(await store.orderIds())].sort());
      expect(rest.length).toBeLessThan((await store.orderIds()).length);
    }));

    it.each([[2, 3], [3, 2], [2, 100]])('goes on after a page of %i in pages of %i: what is named is a place, not the number of a page', (first, then) => withStore(async (store, driver) => {
      const page = await firstPage(driver, { feed: 'OrderImport', pageSize: first, signal: never() });
      const rest = await readAll(connect(store, {}), { feed: 'OrderImport', pageSize: then, resume: page.resume });
      expect(idsOf([...page.records, ...rest])).toEqual([...(await store.orderIds())].sort());
    })());

    it('never gives two places one name', withStore(async (_store, driver) => {
      const names: string[] = [];
      for await (const page of driver.read({ feed: 'OrderImport', pageSize: 1, signal: never() })) if (!page.end) names.push(page.resume);
      expect(new Set(names).size).toBe(names.length);
    }));

    it('leaves out orders that were placed before they are of use, or gives them all: never another', withStore(async (store, driver) => {
      const all = await readAll(driver, { feed: 'OrderImport', pageSize: 2 });
      const times = all.flatMap((record) => (record.kind === 'order' && record.placedAt !== undefined ? [Date.parse(record.placedAt)] : [])).sort((a, b) => a - b);
      const from = times[times.length >> 1]!;
      for (const feed of ['OrderImport', 'OrderUpdate'] as const) {
        const some = idsOf(await readAll(driver, { feed, pageSize: 2, placedFrom: new Date(from).toISOString() }));
        const wanted = idsOf(all.filter((record) => record.kind === 'order' && record.placedAt !== undefined && Date.parse(record.placedAt) >= from));
        expect(some).toEqual(expect.arrayContaining(wanted));
        expect(idsOf(all)).toEqual(expect.arrayContaining(some));
      }
    }));

    it('reads named orders, and leaves out ids that the store does not know', withStore(async (store, driver) => {
      const [known] = await store.orderIds();
      expect(idsOf(await readAll(driver, { feed: 'OrderImport', pageSize: 10, ids: [known!, '999999999'] }))).toEqual([known]);
    }));

    it('stops when it is told to', withStore(async (_store, driver) => {
      const stop = new AbortController();
      stop.abort();
      await expect(readAll(driver, { feed: 'OrderImport', pageSize: 2, signal: stop.signal })).rejects.toThrow();
    }));

    it('repeats nothing by itself', withStore(async (store, driver) => {
      store.fail(1);
      const before = store.requests();
      await expect(readAll(driver, { feed: 'OrderImport', pageSize: 2 })).rejects.toThrow(DriverError);
      expect(store.requests()).toBe(before + 1);
    }));

    it('counts and lists what it also reads, where it counts', withStore(async (store, driver) => {
      if (!driver.count || !driver.ids) return;
      const window = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
      const listed: string[] = [];
      for await (const ids of driver.ids('OrderImport', window, never())) listed.push(...ids);
      expect(listed.sort()).toEqual([...(await store.orderIds())].sort());
      expect(await driver.count('OrderImport', window, never())).toBe(listed.length);
    }));
  });

  describe(`driver ${name}: writing`, () => {
    it('gives each level a result of its own: one that is unknown does not hold back the others', withStore(async (store, driver) => {
      const [first, second] = await store.levels();
      const results = await driver.writeStock!([
        { ...first!, entryId: '1', quantity: 11 }, { ...first!, variantId: 'no-such-variant', sku: 'NONE', entryId: '2', quantity: 5 }, { ...second!, entryId: '3', quantity: 12 },
      ], never());
      expect(results.map(({ entryId, outcome }) => [entryId, outcome])).toEqual([['1', 'Applied'], ['2', 'Rejected'], ['3', 'Applied']]);
    }));

    it('acts once when an answer is lost and the same levels come again', withStore(async (store, driver) => {
      const [level] = await store.levels();
      const write = () => driver.writeStock!([{ ...level!, entryId: '7', quantity: 21 }], never());
      store.loseNextAnswer();
      await Promise.allSettled([write()]);
      expect((await write())[0]!.outcome).toMatch(/Applied/);
      expect(await store.effects()).toBe(1);
    }));

    it('acts once when an answer is lost and the same shipment comes again', withStore(async (store, driver) => {
      const order = await store.shippable();
      const write = () => driver.writeShipments!([{ ...order, entryId: '9', carrier: 'Post', trackingCode: 'T1' }], never());
      store.loseNextAnswer();
      const [lost] = await write();
      expect(lost!.outcome).toBe('Retry');
      expect((await write())[0]).toMatchObject({ entryId: '9', outcome: 'AlreadyApplied' });
      expect(await store.effects()).toBe(1);
    }));

    it('says of a shipment for an unknown order that repeating cannot help', withStore(async (_store, driver) => {
      const [result] = await driver.writeShipments!([{ entryId: '1', orderId: '999999999', orderNumber: 'X', trackingCode: 'T' }], never());
      expect(result!.outcome).toBe('Rejected');
    }));
  });

  describe(`driver ${name}: checking`, () => {
    const report = async (access: Access) => {
      const store = await open();
      const { reachable, credential } = await connect(store, access).check(feeds, never());
      await store.close?.();
      return [reachable.status, credential.status, reachable.status === 'True' ? credential.reason : reachable.reason];
    };

    it('accepts a good key', async () => expect((await report({})).slice(0, 2)).toEqual(['True', 'True']));

    it('tells a wrong key, a wrong address and a missing permission apart', async () => {
      const [key, url, permission] = [await report({ key: 'wrong' }), await report({ url: 'wrong' }), await report({ key: 'withoutOrders' })];
      expect(key.slice(0, 2)).toEqual(['True', 'False']);
      expect(url.slice(0, 2)).toEqual(['False', 'Unknown']);
      expect(permission).toEqual(['True', 'False', 'PermissionMissing']);
      expect(new Set([key[2], url[2], permission[2]]).size).toBe(3);
    });
  });

  describe(`driver ${name}: webhooks of the store`, () => {
    const judge = async (secondsOld: number, change: (hook: InboundHook) => InboundHook = (hook) => hook) => {
      const store = await open();
      const driver = connect(store, {});
      const reading = store.hook ? driver.hooks!.read(change(await store.hook(driver, secondsOld))) : undefined;
      await store.close?.();
      return reading;
    };

    it('are believed when the signature fits, and say what to read', async () => {
      const reading = await judge(10);
      if (reading) expect(reading).toMatchObject({ valid: true, hints: [{ feed: 'OrderImport' }] });
    });

    it('are refused when a byte of the body is another, or they are older than the replay window', async () => {
      const [forged, old] = [await judge(10, (hook) => ({ ...hook, body: Buffer.concat([hook.body, Buffer.from(' ')]) })), await judge(400)];
      if (forged) expect(forged).toMatchObject({ valid: false, reason: 'SignatureInvalid' });
      if (old) expect(old).toMatchObject({ valid: false, reason: 'TooOld' });
    });

    it('are asked for once, repaired when the store lost them, and taken back', withStore(async (store, driver) => {
      if (!driver.hooks || !store.hook) return;
      const ensure = () => driver.hooks!.ensure('https://hub.example/hooks/1', feeds, never());
      expect((await ensure()).repaired).toBe(true);
      expect((await ensure()).repaired).toBe(false);
      await driver.hooks.remove('https://hub.example/hooks/1', never());
      expect((await ensure()).repaired).toBe(true);
    }));
  });
}

async function firstPage(driver: Driver, request: ReadRequest): Promise<Page> {
  for await (const page of driver.read(request)) return page;
  throw new Error('not one page came');
}

async function readAll(driver: Driver, request: Omit<ReadRequest, 'signal'> & { signal?: AbortSignal }): Promise<CanonicalRecord[]> {
  const records: CanonicalRecord[] = [];
  let ended = false;
  for await (const page of driver.read({ signal: never(), ...request })) {
    expect(ended).toBe(false);
    expect(page.unreadable ?? []).toEqual([]);
    records.push(...page.records);
    ended = page.end;
  }
  expect(ended).toBe(true);
  return records;
}

function idsOf(records: readonly CanonicalRecord[]): string[] {
  return [...new Set(records.map((record) => ('id' in record ? record.id : '')))].sort();
}
