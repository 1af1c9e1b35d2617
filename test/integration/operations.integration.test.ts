import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

async function hold(pod: TestPod, kind: 'stock' | 'shipment', url = 'https://shop.example/api'): Promise<void> {
  const { entries } = await pod.claim(kind, 500);
  await pod.results(
    kind,
    entries.map(({ id, payload }) => ({
      id,
      outcome: 'Held',
      reason: 'TestMode',
      request: { method: 'PUT', url, body: JSON.stringify(payload) },
    })),
  );
}

const post = (store: TestStore, levels: object[]) => store.api('POST', '/stock', { levels });

describe('Test mode', () => {
  it('gives the exact requests that it keeps back, page by page, without headers and with keys in the URL masked', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { mode: 'Test' });
    await pod.send(
      'StockImport',
      ['A', 'B', 'C'].map((sku) => level(sku, 5)),
    );
    await post(
      store,
      ['A', 'B', 'C'].map((sku) => ({ sku, quantity: 1 })),
    );
    await hold(pod, 'stock', 'https://user:pw@shop.example/api?consumer_secret=cs_1&page=2');
    const first = (await store.api('GET', '/held?limit=2')).body;
    const second = (await store.api('GET', `/held?limit=2&after=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map((held: { subject: string }) => held.subject)).toEqual([
      'A@main',
      'B@main',
      'C@main',
    ]);
    expect(second.nextCursor).toBeNull();
    const [{ request }] = first.items;
    expect(Object.keys(request)).toEqual(['method', 'url', 'body']);
    expect(JSON.parse(request.body)).toMatchObject({ sku: 'A', quantity: 1 });
    expect(request.url).toBe('https://masked@shop.example/api?consumer_secret=masked&page=2');
  });

  it("reports what going live would do: stock, shipments, orders with both sides' codes, problems, brakes", async () => {
    const store = await rig.store({
      skuAliases: { 'OLD-A': 'A' },
      shippingMethods: { standard: 'STD' },
      kits: [{ sku: 'SET', components: [{ sku: 'A', quantity: 2 }] }],
    });
    const pod = await store.connect('shop', { mode: 'Test' });
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send(
      'StockImport',
      Array.from({ length: 30 }, (_, index) => level(`S${index}`, index)),
    );
    await pod.send('OrderImport', [
      order('1', { lines: [line('1', 'OLD-A', 1), line('2', 'SET', 1)] }),
      order('2', { lines: [line('1', 'NOPE', 1)] }),
    ]);
    await post(
      store,
      Array.from({ length: 30 }, (_, index) => ({ sku: `S${index}`, quantity: 90 })),
    );
    await hold(pod, 'stock');
    await post(
      store,
      Array.from({ length: 30 }, (_, index) => ({ sku: `S${index}`, quantity: index < 10 ? 0 : index + 1 })),
    );
    const [{ id }] = (await store.api('GET', '/orders')).body.items;
    await store.api('POST', `/orders/${id}/shipments`, { trackingCode: 'T' });
    await hold(pod, 'shipment');
    const { body } = await store.api('GET', `/go-live?connection=${encodeURIComponent(pod.connection)}`);
    expect(body.items).toHaveLength(1);
    const [report] = body.items;
    expect(report).toMatchObject({
      connection: pod.connection,
      mode: 'Test',
      shipments: 1,
      stock: { changes: 30, toZero: 9 },
      orders: expect.arrayContaining([
        expect.objectContaining({
          number: '1',
          intake: 'Accepted',
          shippingMethod: 'standard',
          shippingCode: 'STD',
          lines: [
            { orderedSku: 'OLD-A', sku: 'A', quantity: 1, components: [] },
            { orderedSku: 'SET', sku: 'SET', quantity: 1, components: [{ sku: 'A', quantity: 2 }] },
          ],
        }),
      ]),
      problems: [{ reason: 'UnknownSku', count: 1, sample: expect.stringContaining('"NOPE"') }],
      brakes: [{ feed: 'StockExport', summary: expect.stringContaining('9 of 30') }],
    });
    expect(report.stock.biggest[0]).toEqual({ sku: 'S9', location: 'main', before: 9, after: 0, change: -9 });

    // It tells the truth: going live holds exactly this plan.
    await pod.session({ mode: 'Production' });
    expect((await pod.claim('stock', 500)).held).toEqual({
      digest: report.brakes[0].digest,
      summary: report.brakes[0].summary,
    });
    // The parcels that wait go first.
    await pod.apply('shipment');
    expect((await pod.claim('stock', 500, report.brakes[0].digest)).entries).toHaveLength(30);
  });

  it('reports warehouses whose levels would wait for ever: no shop of the Store has their location', async () => {
    const store = await rig.store({
      warehouses: [{ name: 'berlin', location: 'b' }, { name: 'paris', location: 'typo' }, { name: 'rome' }],
    });
    const [one, two] = [await store.connect('one', { mode: 'Test' }), await store.connect('two', { mode: 'Test' })];
    const of = async (pod: TestPod) =>
      (await store.api('GET', `/go-live?connection=${encodeURIComponent(pod.connection)}`)).body.items[0].locations;
    expect(await of(one)).toEqual({ unknown: [], known: [] });
    await one.send('DataModelSync', [{ kind: 'location', id: 'b', code: 'b', name: 'Berlin' }]);
    await two.send('DataModelSync', [{ kind: 'location', id: 'rome', code: 'rome', name: 'Rome' }]);
    expect(await of(one)).toEqual({
      unknown: [{ warehouse: 'paris', location: 'typo' }],
      known: [{ id: 'b', name: 'Berlin' }],
    });
    expect(await of(two)).toMatchObject({ known: [{ id: 'rome', name: 'Rome' }] });
  });
});

describe('the brakes', () => {
  /** Zeros last in the order in which they go out. */
  const sku = (index: number) => `S${String(index).padStart(3, '0')}`;

  async function plan(count: number, zeros: number, brakes = {}): Promise<{ store: TestStore; pod: TestPod }> {
    const store = await rig.store({ brakes });
    const pod = await store.connect();
    await pod.send(
      'StockImport',
      Array.from({ length: count }, (_, index) => level(sku(index), 10)),
    );
    await post(
      store,
      Array.from({ length: count }, (_, index) => ({ sku: sku(index), quantity: index < count - zeros ? 11 : 0 })),
    );
    return { store, pod };
  }

  it('release the whole plan by its digest, though it goes out in many claims', async () => {
    const { pod } = await plan(60, 60);
    const { held } = await pod.claim('stock', 20);
    let sent = 0;
    for (
      let claim = await pod.claim('stock', 20, held!.digest);
      claim.entries.length > 0;
      claim = await pod.claim('stock', 20, held!.digest)
    ) {
      await pod.results(
        'stock',
        claim.entries.map(({ id }) => ({ id, outcome: 'Applied' })),
      );
      sent += claim.entries.length;
    }
    expect(sent).toBe(60);
  });

  it('do not hold the tail of a plan that passed, though the tail alone is over the limit', async () => {
    const { pod } = await plan(200, 20);
    const claims = [];
    for (let claim = await pod.claim('stock', 50); claim.entries.length > 0; claim = await pod.claim('stock', 50)) {
      await pod.results(
        'stock',
        claim.entries.map(({ id }) => ({ id, outcome: 'Applied' })),
      );
      claims.push(claim.entries.length);
    }
    expect(claims).toEqual([50, 50, 50, 50]);
  });

  it('hold a plan again that changed after it was held, and what was changed after it was released', async () => {
    const { store, pod } = await plan(40, 40);
    const { held } = await pod.claim('stock', 20);
    await post(store, [{ sku: sku(3), quantity: 1 }]);
    const again = (await pod.claim('stock', 20, held!.digest)).held!;
    expect(again.digest).not.toBe(held!.digest);
    const { entries } = await pod.claim('stock', 1, again.digest);
    expect(entries).toHaveLength(1);
    await post(
      store,
      Array.from({ length: 40 }, (_, index) => ({ sku: sku(index), quantity: index % 2 })),
    );
    expect((await pod.claim('stock', 20)).held).toBeDefined();
  });

  it('hold a run that changes more pieces than the Store allows', async () => {
    const { pod } = await plan(30, 0, { maxStockChangePercent: 9 });
    expect((await pod.claim('stock', 20)).held!.summary).toContain(
      'would change by 30 pieces of 300, the Store allows 9 %',
    );
    const allowed = await plan(30, 0, { maxStockChangePercent: 10 });
    expect((await allowed.pod.claim('stock', 20)).held).toBeUndefined();
  });
});

describe('a SKU that several variants of a shop share', () => {
  it('is a level of each of them', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [level('A', 5), { ...level('A', 6), variantId: 'other' }, level('B', 5)]);
    const { status, body } = await post(store, [
      { sku: 'A', quantity: 3 },
      { sku: 'B', quantity: 4 },
    ]);
    expect([status, body.queued, body.unknown]).toEqual([202, 3, []]);
    expect(
      (await pod.apply('stock')).map(({ variantId, quantity }) => `${String(variantId)}=${String(quantity)}`).sort(),
    ).toEqual(['other=3', 'v-A=3', 'v-B=4']);
  });
});

describe('a write that is claimed again and again, because its pod is killed each time', () => {
  it('is not given up at the first refusal of the store, but tried again', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [level('A', 5)]);
    await post(store, [{ sku: 'A', quantity: 4 }]);
    const claims = [];
    for (let kill = 0; kill < 120; kill++) claims.push(...(await pod.claim('stock', 10)).entries);
    await pod.results('stock', [
      { id: claims[0]!.id, outcome: 'Retry', reason: 'StoreUnavailable', message: 'the store answered 503' },
    ]);
    expect(claims.at(-1)!.attempts).toBe(120);
    expect(await rig.db.query('SELECT state, failures FROM outbox WHERE id = $1', [claims[0]!.id])).toEqual([
      { state: 'Pending', failures: 1 },
    ]);
  });

  it('is a problem for a person once the store has refused it for about a day', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [level('A', 5)]);
    await post(store, [{ sku: 'A', quantity: 4 }]);
    for (let refusal = 0; refusal < 100; refusal++) {
      const {
        entries: [entry],
      } = await pod.claim('stock', 10);
      await pod.results('stock', [
        { id: entry!.id, outcome: 'Retry', reason: 'StoreUnavailable', message: 'the store answered 503' },
      ]);
      await rig.db.query('UPDATE outbox SET not_before = now()');
    }
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([
      { severity: 'Error', reason: 'StoreUnavailable' },
    ]);
    expect((await pod.claim('stock', 10)).entries).toEqual([]);
  });
});

describe('a write that waits for its next try', () => {
  it("keeps later ones of its order behind it, and nobody else's", async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('OrderImport', [order('1'), order('2')]);
    const [one, other] = (await store.api('GET', '/orders')).body.items;
    const ship = (id: string, trackingCode: string) =>
      store.api('POST', `/orders/${id}/shipments`, { trackingCode, lines: [{ sku: 'A', quantity: 1 }] });
    await ship(one.id, 'first');
    await ship(one.id, 'second');
    await ship(other.id, 'other');
    const codes = async () => (await pod.claim('shipment', 10)).entries.map(({ payload }) => payload['trackingCode']);
    const {
      entries: [first],
    } = await pod.claim('shipment', 1);
    await pod.results('shipment', [
      { id: first!.id, outcome: 'Retry', reason: 'StoreUnavailable', message: 'the store answered 503' },
    ]);
    expect(await codes()).toEqual(['other']);
    await rig.db.query('UPDATE outbox SET not_before = now()');
    expect(await codes()).toEqual(['first', 'second', 'other']);
  });
});

describe('a run of an export that was taken over', () => {
  it('can neither take what waits for the store nor say what became of it', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [level('A', 5), level('B', 5)]);
    await post(store, [{ sku: 'A', quantity: 4 }]);
    const {
      entries: [taken],
    } = await pod.claim('stock', 10);
    const { runId } = await pod.client.startRun({
      feed: 'stockexport',
      feedType: 'StockExport',
      trigger: 'Schedule',
      holder: 'test/another',
    });
    expect((await pod.client.claim(runId, 'stock', 10)).entries).toMatchObject([{ id: taken!.id, attempts: 2 }]);
    await expect(pod.claim('stock', 10)).rejects.toMatchObject({ reason: 'LeaseLost' });
    await expect(
      pod.results('stock', [{ id: taken!.id, outcome: 'Retry', reason: 'LeaseUncertain', message: 'late' }]),
    ).rejects.toMatchObject({ reason: 'LeaseLost' });
    await pod.client.results(runId, 'stock', [{ id: taken!.id, outcome: 'Applied' }]);
    expect(await rig.db.query('SELECT state FROM outbox WHERE id = $1', [taken!.id])).toEqual([{ state: 'Applied' }]);
  });

  it('of another feed is no leave to write either', async () => {
    const pod = await (await rig.store()).connect();
    const { runId } = await pod.client.startRun({
      feed: 'shipmentexport',
      feedType: 'ShipmentExport',
      trigger: 'Schedule',
      holder: 'test/x',
    });
    await expect(pod.client.claim(runId, 'stock', 10)).rejects.toMatchObject({ reason: 'LeaseLost' });
  });
});

describe('runs and checkpoints', () => {
  it("are listed with their results, by feed and connection, and nobody else's", async () => {
    const store = await rig.store();
    const shop = await store.connect('shop');
    const other = await store.connect('other');
    await shop.send('ProductImport', [product('p', ['A'])], [], { since: '2026-01-01T00:00:00.000Z' });
    await shop.send('OrderImport', [order('1')]);
    await other.send('ProductImport', [], [{ severity: 'Error', reason: 'X', record: 'r', message: 'm' }]);
    const runs = async (query: string) => (await store.api('GET', `/runs?${query}`)).body;
    expect((await runs('')).items.map((run: { feedType: string }) => run.feedType)).toEqual([
      'ProductImport',
      'OrderImport',
      'ProductImport',
    ]);
    expect((await runs('feed=ProductImport')).items).toMatchObject([
      { connection: other.connection, result: 'Partial', problems: 1 },
      { connection: shop.connection, result: 'Succeeded', read: 1, changed: 1 },
    ]);
    expect((await runs(`connection=${encodeURIComponent(shop.connection)}&feed=OrderImport`)).items).toMatchObject([
      { trigger: 'Requested', finishedAt: expect.any(String) },
    ]);
    const first = await runs('limit=2');
    expect((await runs(`limit=2&after=${first.nextCursor}`)).items).toHaveLength(1);
    expect((await store.api('GET', '/runs?feed=Nonsense')).status).toBe(400);
    expect((await (await rig.store()).api('GET', '/runs')).body.items).toEqual([]);
  });

  it('show how far a feed has read, how old that is, and the last ten places before', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    for (let day = 1; day <= 12; day++)
      await pod.send('ProductImport', [], [], { since: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z` });
    await rig.db.query(`UPDATE checkpoints SET saved_at = now() - interval '90 seconds' WHERE connection_id = $1`, [
      pod.connectionId,
    ]);
    const [{ feedType, current, history }] = (await store.api('GET', '/checkpoints')).body.items;
    expect([feedType, current.position]).toEqual(['ProductImport', '2026-01-12T00:00:00.000Z']);
    expect(current.ageSeconds).toBeGreaterThanOrEqual(90);
    expect(current.token).toMatch(/^[0-9a-f]{12}$/);
    expect(history.map((saved: { position: string }) => saved.position.slice(8, 10))).toEqual([
      '12',
      '11',
      '10',
      '09',
      '08',
      '07',
      '06',
      '05',
      '04',
      '03',
    ]);
    expect(history[0].token).toBe(current.token);
  });
});

describe('the life line of an order', () => {
  it('tells when and why it was held and rejected, when it was taken, and the id of each request', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('OrderImport', [order('1', { paymentState: 'Unpaid', lines: [line('1', 'OLD', 1)] })]);
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'OLD', 1)], updatedAt: '2026-02-02T00:00:00Z' })]);
    await store.put({ skuAliases: { OLD: 'A' } });
    const [{ id }] = (await store.api('GET', '/orders')).body.items;
    const acknowledged = await store.api('POST', `/orders/${id}/acknowledge`, { reference: 'WMS-1' });
    await store.api('POST', `/orders/${id}/shipments`, { trackingCode: 'T-1' });
    await pod.apply('shipment');
    const { steps } = (await store.api('GET', `/orders/${id}/history`)).body;
    expect(steps.map((step: { what: string }) => step.what)).toEqual([
      'placed at the store',
      'first seen',
      'held',
      'rejected',
      'accepted',
      'acknowledged by the back office',
      'shipment reported',
      'shipment applied at the store',
    ]);
    expect(steps[2].detail).toContain('Unpaid');
    expect(steps[3].detail).toContain('"OLD"');
    expect(steps[5]).toMatchObject({ detail: 'WMS-1', requestId: acknowledged.headers.get('x-request-id') });
    expect(steps[7].requestId).toMatch(/^s-\d+$/);
  });
});

describe('a request without a body', () => {
  it('is enough to take an order; where one is needed, the answer names it and nothing else', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'A', 1)] })]);
    const [{ id }] = (await store.api('GET', '/orders')).body.items;
    expect(await store.api('POST', `/orders/${id}/acknowledge`)).toMatchObject({ status: 200 });
    expect((await store.api('GET', `/orders/${id}`)).body.acknowledgedAt).toMatch(/^20/);
    const refused = await store.api('POST', `/orders/${id}/changes`);
    expect(refused).toMatchObject({ status: 400, body: { title: 'InvalidRequest' } });
    expect(refused.body.detail).toMatch(/^body: /);
  });
});
