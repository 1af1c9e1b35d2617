import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { LocalRig } from '../support/local-rig.ts';
import { MemoryStore, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
}, 120_000);
afterAll(async () => rig.stop());

const price = (sku: string, amount: number, more: Record<string, unknown> = {}) => ({
  sku,
  price: amount,
  currency: 'EUR',
  ...more,
});
const post = async (store: TestStore, prices: readonly unknown[], headers?: Record<string, string>) =>
  store.api('POST', '/prices', { prices }, headers);
const waiting = async (store: TestStore, query = '') => (await store.api('GET', `/prices${query}`)).body.items;

/** A shop with SKUs that cost 10.00 EUR each. */
async function shopWith(skus: readonly string[], spec = {}) {
  const store = await rig.store(spec);
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', skus)]);
  return { store, pod };
}

describe('POST /prices', () => {
  it('answers for each price: on its way, there already, or why not', async () => {
    const { store, pod } = await shopWith(['A', 'B', 'C']);
    await pod.send('ProductImport', [
      product('q', ['D']),
      { ...product('r', ['D']), variants: [{ ...product('r', ['D']).variants[0]!, id: 'v-D2' }] },
    ]);
    const { status, body } = await post(store, [
      price('A', 1200),
      price('B', 1000),
      price('C', 900, { currency: 'USD' }),
      price('D', 5),
      price('NONE', 5),
    ]);
    expect(status).toBe(202);
    expect(body).toMatchObject({ queued: 1, unchanged: 1 });
    expect(body.items).toEqual([
      { sku: 'A', queued: 1, unchanged: 0, refused: [] },
      { sku: 'B', queued: 0, unchanged: 1, refused: [] },
      {
        sku: 'C',
        queued: 0,
        unchanged: 0,
        refused: [
          {
            connection: pod.connection,
            reason: 'OtherCurrency',
            message: expect.stringContaining('in EUR, not in USD'),
          },
        ],
      },
      {
        sku: 'D',
        queued: 0,
        unchanged: 0,
        refused: [{ connection: pod.connection, reason: 'SharedSku', message: expect.any(String) }],
      },
      {
        sku: 'NONE',
        queued: 0,
        unchanged: 0,
        refused: [{ connection: null, reason: 'UnknownSku', message: expect.any(String) }],
      },
    ]);
    expect(await pod.apply('price')).toEqual([
      { variantId: 'v-A', sku: 'A', price: 1200, currency: 'EUR', includesTax: true },
    ]);
  });

  it('goes to every shop of the Store that has a feed for it', async () => {
    const { store } = await shopWith(['A']);
    const other = await store.connect('other');
    const without = await store.connect('without', { exports: ['StockExport'] });
    for (const pod of [other, without]) await pod.send('ProductImport', [product('p', ['A'])]);
    const { body } = await post(store, [price('A', 900)]);
    expect(body.items).toEqual([
      {
        sku: 'A',
        queued: 2,
        unchanged: 0,
        refused: [
          {
            connection: without.connection,
            reason: 'NoPriceFeed',
            message: expect.stringContaining('Feed of type PriceExport'),
          },
        ],
      },
    ]);
    expect((await without.claim('price', 10)).entries).toEqual([]);
  });

  it('does it once for one Idempotency-Key', async () => {
    const { store, pod } = await shopWith(['A']);
    const key = { 'idempotency-key': 'sale-1' };
    const first = await post(store, [price('A', 800)], key);
    await pod.apply('price');
    expect((await post(store, [price('A', 800)], key)).body).toEqual(first.body);
    expect((await post(store, [price('A', 700)], key)).status).toBe(422);
    expect((await pod.claim('price', 10)).entries).toEqual([]);
  });

  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['more than five thousand', Array.from({ length: 5001 }, (_, index) => price(`S${index}`, 1))],
    ['a SKU twice', [price('A', 1), price('A', 2)]],
    ['half a cent', [price('A', 1.5)]],
    ['a price below nothing', [price('A', -1)]],
    ['a currency that is none', [price('A', 1, { currency: 'euro' })]],
  ])('refuses %s', async (_what, prices) => {
    expect((await post((await shopWith(['A'])).store, prices)).status).toBe(400);
  });

  it('lets the last word count: of a waiting price, and of one that is set back while it is on its way', async () => {
    const { store, pod } = await shopWith(['A']);
    await post(store, [price('A', 1100)]);
    await post(store, [price('A', 1200, { compareAt: 1500 })]);
    const {
      entries: [sent, ...more],
    } = await pod.claim('price', 10);
    expect(more).toEqual([]);
    expect(sent!.payload).toMatchObject({ price: 1200, compareAt: 1500 });
    await post(store, [price('A', 1000)]);
    await pod.results('price', [{ id: sent!.id, outcome: 'Applied' }]);
    expect(await pod.apply('price')).toMatchObject([{ price: 1000 }]);
  });

  it('remembers what the shop took: set back to what was read is a change, and the next reading is merged whatever it says', async () => {
    const { store, pod } = await shopWith(['A']);
    await post(store, [price('A', 1200)]);
    await pod.apply('price');
    const shown = async () => (await store.api('GET', '/products?sku=A')).body.items[0].variants[0].price;
    expect(await shown()).toBe(1200);
    expect((await post(store, [price('A', 1200)])).body).toMatchObject({ queued: 0, unchanged: 1 });
    await pod.send('ProductImport', [product('p', ['A'])]);
    expect(await shown()).toBe(1000);
  });

  it('keeps net prices apart from the gross ones that are read', async () => {
    const { store, pod } = await shopWith(['A']);
    await post(store, [price('A', 1000, { includesTax: false })]);
    expect(await pod.apply('price')).toMatchObject([{ price: 1000, includesTax: false }]);
    expect((await store.api('GET', '/products?sku=A')).body.items[0].variants[0].price).toBe(1000);
    expect((await post(store, [price('A', 900, { includesTax: false })])).body).toMatchObject({ queued: 1 });
    expect(await waiting(store)).toMatchObject([{ price: 900, before: 1000, includesTax: false }]);
  });
});

describe('what waits', () => {
  it('is shown with what the shop has, by SKU and connection, page by page, and not once it is done', async () => {
    const { store, pod } = await shopWith(['A', 'B']);
    await post(store, [price('A', 1100), price('B', 1200, { compareAt: 1300 })]);
    const { body } = await store.api('GET', '/prices?limit=1');
    expect(body.items).toEqual([
      {
        store: `test/${store.name}`,
        connection: pod.connection,
        sku: 'A',
        variantId: 'v-A',
        price: 1100,
        compareAt: null,
        currency: 'EUR',
        includesTax: true,
        before: 1000,
        state: 'Pending',
        attempts: 0,
        message: null,
        cursor: expect.any(String),
      },
    ]);
    expect(await waiting(store, `?after=${body.nextCursor}`)).toMatchObject([{ sku: 'B', compareAt: 1300 }]);
    expect(await waiting(store, '?sku=B')).toHaveLength(1);
    expect(await waiting(store, '?connection=test/none')).toEqual([]);
    expect(await waiting(await rig.store())).toEqual([]);
    await pod.apply('price');
    expect(await waiting(store)).toEqual([]);
  });

  it('that is refused is a problem of the variant, by its SKU, and is sent again by a replay', async () => {
    const { store, pod } = await shopWith(['A']);
    await post(store, [price('A', 1100)]);
    const {
      entries: [entry],
    } = await pod.claim('price', 10);
    await pod.results('price', [{ id: entry!.id, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' }]);
    expect((await store.api('GET', '/problems?record=A')).body.items).toMatchObject([
      { feed: 'PriceExport', kind: 'variant', record: 'v-A', number: 'A', reason: 'StoreRefused' },
    ]);
    expect((await store.api('POST', '/problems/replay', { reason: 'StoreRefused' })).body).toMatchObject({
      matched: 1,
      changed: 1,
    });
    expect(await rig.db.query('SELECT feed_type FROM hints WHERE connection_id = $1', [pod.connectionId])).toEqual([
      { feed_type: 'PriceExport' },
    ]);
    await pod.apply('price');
    expect((await store.api('GET', '/problems')).body.items).toEqual([]);
  });

  it('is counted by kind in the metrics', async () => {
    const { store, pod } = await shopWith(['A']);
    await post(store, [price('A', 1100)]);
    expect(await rig.metrics()).toContain(
      `supercargo_outbox_entries{namespace="test",connection="${pod.key.name}",kind="price",state="Pending"} 1`,
    );
  });
});

describe('the brake of prices', () => {
  it('holds a plan in which one price would change too much, and lets exactly that plan go', async () => {
    const { store, pod } = await shopWith(['A', 'B'], { brakes: { maxPriceChangePercent: 30 } });
    await post(store, [price('A', 1100), price('B', 10)]);
    const { held, entries } = await pod.claim('price', 10);
    expect(entries).toEqual([]);
    expect(held!.summary).toBe(
      '1 of 2 prices would change by more than the 30 % that the Store allows (brakes.maxPriceChangePercent), most of all SKU B: 10.00 -> 0.10 EUR',
    );
    await post(store, [price('B', 11)]);
    expect((await pod.claim('price', 10, held!.digest)).held).toMatchObject({
      digest: expect.not.stringMatching(held!.digest),
    });
    const { held: now } = await pod.claim('price', 10);
    expect((await pod.claim('price', 1, now!.digest)).entries).toMatchObject([{ payload: { sku: 'A' } }]);
    // What is left of a plan that was let go is not judged as if it were the plan.
    expect((await pod.claim('price', 10)).entries.map(({ payload }) => payload['sku'])).toEqual(['A', 'B']);
  });

  it('judges a price that comes while another of its variant is on its way', async () => {
    const { store, pod } = await shopWith(['A'], { brakes: { maxPriceChangePercent: 40 } });
    await post(store, [price('A', 1200)]);
    const {
      entries: [sent],
    } = await pod.claim('price', 10);
    await post(store, [price('A', 12)]);
    await pod.results('price', [{ id: sent!.id, outcome: 'Applied' }]);
    expect((await pod.claim('price', 10)).held).toMatchObject({
      summary: expect.stringContaining('12.00 -> 0.12 EUR'),
    });
  });

  it('lets pass what changes less, and everything where the Store says nothing', async () => {
    const { store, pod } = await shopWith(['A', 'B'], { brakes: { maxPriceChangePercent: 30 } });
    await post(store, [price('A', 1300), price('B', 700)]);
    expect((await pod.claim('price', 10)).entries).toHaveLength(2);
    const free = await shopWith(['A']);
    await post(free.store, [price('A', 1)]);
    expect((await free.pod.claim('price', 10)).entries).toHaveLength(1);
  });
});

describe('Test mode', () => {
  it('keeps the requests, and the go-live report has the prices and what the brake would hold', async () => {
    const store = await rig.store({ brakes: { maxPriceChangePercent: 50 } });
    const pod = await store.connect('shop', { mode: 'Test' });
    await pod.send('ProductImport', [product('p', ['A', 'B'])]);
    await post(store, [price('A', 1100)]);
    const {
      entries: [first],
    } = await pod.claim('price', 10);
    await pod.results('price', [
      {
        id: first!.id,
        outcome: 'Held',
        reason: 'TestMode',
        request: { method: 'POST', url: 'https://shop.example/prices', body: '{}' },
      },
    ]);
    expect((await store.api('GET', '/held?kind=price')).body.items).toMatchObject([
      { kind: 'price', subject: 'v-A', request: { url: 'https://shop.example/prices' } },
    ]);
    expect(await waiting(store)).toMatchObject([{ sku: 'A', state: 'Held' }]);
    // A newer word while the older is kept back.
    await post(store, [price('A', 100), price('B', 1200)]);
    const {
      body: {
        items: [report],
      },
    } = await store.api('GET', '/go-live');
    expect(report.prices).toEqual({
      changes: 2,
      biggest: [
        { sku: 'A', currency: 'EUR', before: 1000, after: 100, changePercent: -90 },
        { sku: 'B', currency: 'EUR', before: 1000, after: 1200, changePercent: 20 },
      ],
    });
    expect(report.brakes).toEqual([
      { feed: 'PriceExport', digest: expect.any(String), summary: expect.stringContaining('SKU A: 10.00 -> 1.00 EUR') },
    ]);
    // Live: the older price is not sent after the newer.
    await pod.session({ mode: 'Production' });
    const { entries } = await pod.claim('price', 10, report.brakes[0].digest);
    expect(entries.map(({ payload }) => [payload['sku'], payload['price']])).toEqual([
      ['A', 100],
      ['B', 1200],
    ]);
  });
});

describe('from the back office to a shop', () => {
  let started: LocalRig | undefined;
  afterEach(async () => {
    await started?.stop();
  });

  it("prices are kept in Test mode, held by the brake, released by its digest, and then the shop's", async () => {
    const shop = new MemoryStore();
    shop.products = [product('p', ['A', 'B'])];
    started = await LocalRig.start({
      db: await ownDatabase(),
      definition: shop.definition(),
      feeds: ['ProductImport', 'PriceExport'],
      store: { brakes: { maxPriceChangePercent: 40 } },
      connection: { mode: 'Test' },
    });
    const api = started.api.bind(started);
    started.startEngine();
    await started.until(() => started!.feed('ProductImport')['lastSuccessAt'] !== undefined, 'the products');
    expect((await api('POST', '/prices', { prices: [price('A', 1200), price('B', 900)] })).body).toMatchObject({
      queued: 2,
    });
    await started.until(
      async () => (await api('GET', '/held?kind=price')).body.items.length === 2,
      'the kept requests',
    );
    expect(shop.priceWrites).toEqual([]);
    started.apply({ mode: 'Production' });
    await started.until(
      async () => (await api('GET', '/prices')).body.items.every(({ state }: { state: string }) => state !== 'Held'),
      'the release of what was kept',
    );
    await started.run('PriceExport');
    expect(shop.priceWrites.map(({ sku, price: amount, includesTax }) => [sku, amount, includesTax])).toEqual([
      ['A', 1200, true],
      ['B', 900, true],
    ]);

    await api('POST', '/prices', { prices: [price('A', 12)] });
    await started.until(() => started!.feed('PriceExport')['heldPlan'] !== undefined, 'the brake');
    const { digest } = started.feed('PriceExport')['heldPlan'] as { digest: string };
    expect(shop.priceWrites).toHaveLength(2);
    started.world.annotate('Feed', 'default', 'priceexport', { 'supercargo.dev/release': digest });
    await started.run('PriceExport');
    expect(shop.priceWrites.at(-1)).toMatchObject({ sku: 'A', variantId: 'v-A', price: 12, currency: 'EUR' });
    expect((await api('GET', '/prices')).body.items).toEqual([]);
  }, 60_000);
});
