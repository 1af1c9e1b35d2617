import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import type { Database } from '../../hub/storage/database.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { OrderView } from '../../hub/orders/order-view.ts';
import { LocalRig, type RigOptions } from '../support/local-rig.ts';
import { level, line, MemoryStore, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

const FEEDS: readonly FeedType[] = [
  'ProductImport',
  'StockImport',
  'OrderImport',
  'OrderUpdate',
  'ShipmentExport',
  'StockExport',
];

let postgres: TestPostgres;
let count = 0;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
});

const openDatabase = async (): Promise<Database> =>
  openPostgres({ url: await postgres.createDatabase(`test_${++count}`) });

describe('engine and hub', () => {
  let rig: LocalRig | undefined;

  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  }, 30_000);

  async function start(
    store: MemoryStore,
    options: Partial<RigOptions> & { definition?: DriverDefinition } = {},
  ): Promise<LocalRig> {
    rig = await LocalRig.start({ db: await openDatabase(), definition: store.definition(), feeds: FEEDS, ...options });
    rig.startEngine();
    return rig;
  }

  async function synced(store: MemoryStore, options: Partial<RigOptions> = {}): Promise<LocalRig> {
    const started = await start(store, options);
    await started.until(() => started.condition('Synced')?.status === 'True', 'the initial sync');
    return started;
  }

  const orders = async (started: LocalRig, query = 'intake=All') =>
    (await started.api('GET', `/orders?${query}`)).body.items as OrderView[];

  it('runs the initial sync in order of dependency, products before the orders that refer to them', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1001')];
    await synced(store);
    const first = (feed: FeedType) => store.reads.findIndex((read) => read.feed === feed);
    expect(first('ProductImport')).toBeLessThan(first('StockImport'));
    expect(first('StockImport')).toBeLessThan(first('OrderImport'));
  });

  it('takes paid open orders, keeps the others with the reason, and names unknown SKUs', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [
      order('1001'),
      order('1002', { lines: [line('1', 'A', 1), line('2', 'NOPE', 1)] }),
      order('1003', { paymentState: 'Unpaid', placedAt: new Date().toISOString() }),
      order('1004', { fulfilmentState: 'Fulfilled' }),
      order('1005', { placedAt: '2025-12-31T23:59:59Z' }),
      order('1006', { state: 'Cancelled' }),
      order('1007', { state: 'Draft', placedAt: undefined }),
    ];
    const started = await synced(store);
    const found = Object.fromEntries(
      (await orders(started)).map((o) => [o.cust_po_no, `${o.intake} ${o.intakeReason}`]),
    );
    expect(found).toEqual({
      1001: 'Accepted null',
      1002: 'Rejected UnknownSku',
      1003: 'Held Unpaid',
      1004: 'Skipped AlreadyShipped',
      1005: 'Skipped TooOld',
      1006: 'Skipped Cancelled',
      1007: 'Skipped NotPlaced',
    });
    const [problem] = (await started.api('GET', '/problems')).body.items;
    expect(problem).toMatchObject({
      severity: 'Error',
      reason: 'UnknownSku',
      record: 'o-1002',
      number: '1002',
      message: expect.stringContaining('"NOPE"'),
    });
    expect(started.feed('OrderImport')['problems']).toEqual({ info: 0, retry: 0, error: 1 });
  });

  it('tells by an Event of a problem that a person must act on, once however often the feed runs', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1', { lines: [line('1', 'NOPE', 1)] }), order('2', { paymentState: 'Unpaid' })];
    const started = await synced(store);
    await started.run('OrderImport');
    const told = started.events.filter((text) => text.includes('Feed/orderimport'));
    expect(told).toEqual([expect.stringMatching(/^Warning UnknownSku Feed\/orderimport: .*"NOPE"/)]);
  });

  it('re-drives exactly the orders that an added alias heals, and resolves their problem', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1', { lines: [line('1', 'OLD-A', 1)] }), order('2', { lines: [line('1', 'NOPE', 1)] })];
    const started = await synced(store);
    const readsBefore = store.reads.length;
    await started.putStore({ skuAliases: { 'OLD-A': 'A' } });
    const found = Object.fromEntries((await orders(started)).map((o) => [o.cust_po_no, o.intake]));
    expect(found).toEqual({ 1: 'Accepted', 2: 'Rejected' });
    expect((await orders(started)).find((o) => o.cust_po_no === '1')!.lines[0]).toMatchObject({
      sku: 'A',
      orderedSku: 'OLD-A',
    });
    expect((await started.api('GET', '/problems')).body.items.map((p: { number: string }) => p.number)).toEqual(['2']);
    expect(store.reads.length).toBe(readsBefore);
  });

  it('refuses unmapped shipping methods by name, and takes the order when the mapping is added', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1', { shippingMethodCode: 'drone' })];
    const started = await synced(store, { store: { shippingMethods: { standard: 'STD' } } });
    expect((await orders(started))[0]).toMatchObject({
      intake: 'Rejected',
      intakeReason: 'UnknownShippingMethod',
      intakeMessage: expect.stringContaining('"drone"'),
    });
    await started.putStore({ shippingMethods: { standard: 'STD', drone: 'DRN' } });
    expect((await orders(started))[0]).toMatchObject({ intake: 'Accepted', shippingMethod: 'DRN' });
  });

  it('takes a rejected order by itself when its product arrives', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1', { lines: [line('1', 'LATE', 1)] })];
    const started = await synced(store);
    store.products.push(product('p2', ['LATE'], '2026-03-01T00:00:00Z'));
    await started.run('ProductImport');
    expect((await orders(started))[0]!.intake).toBe('Accepted');
  });

  it('writes nothing when nothing changed, and only what changed when something did', async () => {
    const store = new MemoryStore();
    store.products = Array.from({ length: 250 }, (_, index) => product(`p${index}`, [`S${index}`]));
    store.orders = [order('1', { lines: [line('1', 'S1', 1)] })];
    const started = await synced(store);
    expect((await started.run('ProductImport'))['lastRun']).toMatchObject({ read: 250, changed: 0 });
    store.products[7] = { ...store.products[7]!, title: 'New title', updatedAt: '2026-05-01T00:00:00Z' };
    expect((await started.run('ProductImport'))['lastRun']).toMatchObject({ changed: 1 });
    expect(store.reads.at(-1)?.since).toBeDefined();
  });

  it('delivers order.created once with a signature that the Standard Webhooks library accepts', async () => {
    const received: { headers: Record<string, string>; body: string }[] = [];
    let failures = 1;
    const receiver = await listen((headers, body) => {
      if (failures-- > 0) return 503;
      received.push({ headers, body });
      return 200;
    });
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1001')];
    const started = await synced(store, {
      store: { orderWebhooks: [{ name: 'wms', url: receiver.url }], allowedPrivateNetworks: ['127.0.0.0/8'] },
    });
    await started.until(() => received.length > 0, 'the webhook after a refused one', 40_000);
    const [endpoint] = (await started.api('GET', '/webhooks')).body.items;
    const [{ headers, body }] = received as [{ headers: Record<string, string>; body: string }];
    const payload = new Webhook(endpoint.secret).verify(body, headers) as {
      type: string;
      data: { cust_po_no: string };
    };
    expect(payload).toMatchObject({ type: 'order.created', data: { cust_po_no: '1001' } });
    expect(() => new Webhook(endpoint.secret).verify(body.replace('1001', '1002'), headers)).toThrow();
    await started.run('OrderUpdate');
    expect(received.length).toBe(1);
    await receiver.close();
  });

  it('sends no webhook to a private address that the Store does not allow', async () => {
    let called = false;
    const receiver = await listen(() => {
      called = true;
      return 200;
    });
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1')];
    const started = await synced(store, { store: { orderWebhooks: [{ name: 'inside', url: receiver.url }] } });
    await started.until(
      async () => (await started.db.query(`SELECT 1 FROM deliveries WHERE last_error LIKE '%not public%'`)).length > 0,
      'the refused delivery',
    );
    expect(called).toBe(false);
    await receiver.close();
  });

  it('ships through the hub, once for a repeated request, and confirms it', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1001')];
    const started = await synced(store);
    const [found] = await orders(started, '');
    const parcel = { carrier: 'dhl', trackingCode: 'T-1', lines: [{ sku: 'A', quantity: 1 }] };
    const first = await started.api('POST', `/orders/${found!.id}/shipments`, parcel, { 'idempotency-key': 'k1' });
    const second = await started.api('POST', `/orders/${found!.id}/shipments`, parcel, { 'idempotency-key': 'k1' });
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
    expect(
      (
        await started.api(
          'POST',
          `/orders/${found!.id}/shipments`,
          { ...parcel, trackingCode: 'T-2' },
          { 'idempotency-key': 'k1' },
        )
      ).status,
    ).toBe(422);
    expect(
      (await started.api('POST', `/orders/${found!.id}/shipments`, { lines: [{ sku: 'A', quantity: 2 }] })).body,
    ).toMatchObject({ type: 'TooManyShipped' });
    await started.until(
      async () => (await started.api('GET', `/orders/${found!.id}`)).body.shipments[0].confirmedAt !== null,
      'the confirmation',
    );
    expect(store.shipped).toMatchObject([
      { orderId: 'o-1001', trackingCode: 'T-1', lines: [{ lineId: '1', quantity: 1 }] },
    ]);
  });

  it('repeats a shipment whose answer was lost without shipping twice', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1001')];
    let lose = true;
    store.afterWrite = () => {
      if (!lose) return;
      lose = false;
      throw new Error('connection reset after the store took it');
    };
    const started = await synced(store);
    const [found] = await orders(started, '');
    await started.api('POST', `/orders/${found!.id}/shipments`, { trackingCode: 'T-1' });
    await started.until(() => store.shipped.length === 1 && !lose, 'the lost answer');
    await started.db.query('UPDATE outbox SET not_before = now()');
    await started.until(async () => {
      started.requestRun('ShipmentExport');
      await new Promise((resolve) => setTimeout(resolve, 200));
      return (await started.db.query<{ state: string }>('SELECT state FROM outbox'))[0]?.state === 'Applied';
    }, 'the repeat');
    expect(store.shipped.length).toBe(1);
  });

  it('holds writes in Test mode with the exact request, and sends them when the mode changes', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.stock = [level('A', 5)];
    store.orders = [order('1001')];
    const started = await synced(store, { connection: { mode: 'Test' } });
    const [found] = await orders(started, '');
    await started.api('POST', `/orders/${found!.id}/shipments`, { trackingCode: 'T-1' });
    await started.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 3 }] });
    await started.until(
      async () => (await started.db.query(`SELECT 1 FROM outbox WHERE state = 'Held'`)).length === 2,
      'both writes held',
    );
    expect(store.shipped.length + store.stockWrites.length).toBe(0);
    const [held] = await started.db.query<{ held_request: { body: string } }>(
      `SELECT held_request FROM outbox WHERE kind = 'shipment'`,
    );
    expect(held!.held_request.body).toContain('T-1');
    await started.until(
      () =>
        (started.feed('ShipmentExport')['conditions'] as { type: string; reason: string }[]).some(
          ({ type, reason }) => type === 'Held' && reason === 'TestMode',
        ),
      'the condition Held',
    );
    started.apply({ mode: 'Production' });
    await started.until(() => started.condition('CredentialValid')?.status === 'True', 'the new session');
    await started.run('ShipmentExport');
    await started.run('StockExport');
    expect(store.shipped.length).toBe(1);
    expect(store.stockWrites).toMatchObject([{ sku: 'A', quantity: 3 }]);
  });

  it('brakes a stock run that would zero too much, and lets exactly that plan go', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.stock = Array.from({ length: 30 }, (_, index) => level(`S${index}`, 5));
    const started = await synced(store, { store: { brakes: { maxZeroedPercent: 10 } } });
    await started.api('POST', '/stock', { levels: store.stock.map(({ sku }) => ({ sku, quantity: 0 })) });
    await started.until(() => started.feed('StockExport')['heldPlan'] !== undefined, 'the brake');
    expect(store.stockWrites.length).toBe(0);
    const { digest, summary } = started.feed('StockExport')['heldPlan'] as { digest: string; summary: string };
    expect(summary).toContain('30 of 30');
    started.world.annotate('Feed', 'default', 'stockexport', { 'supercargo.dev/release': digest });
    await started.run('StockExport');
    expect(store.stockWrites.length).toBe(30);
  });

  it('replays rejected orders by reason when a FeedRun asks', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1', { lines: [line('1', 'OLD', 1)] })];
    const started = await synced(store);
    await started.db.query(`INSERT INTO sku_aliases (store_id, alias, sku) SELECT id, 'OLD', 'A' FROM stores`);
    started.apply({}, [['again', { feedRef: { name: 'orderimport' }, replay: { reason: 'UnknownSku' } }]]);
    await started.until(
      () => started.world.get('FeedRun', 'default', 'again')?.status?.['finishedAt'] !== undefined,
      'the replay',
    );
    expect(started.world.get('FeedRun', 'default', 'again')?.status).toMatchObject({ result: 'Succeeded', changed: 1 });
    expect((await orders(started))[0]!.intake).toBe('Accepted');
  });

  it('sends a level that is set back to what was first read', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.stock = [level('A', 5)];
    const started = await synced(store);
    await started.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 3 }] });
    await started.until(() => store.stockWrites.length === 1, 'the first level');
    await started.until(
      async () => (await started.db.query(`SELECT 1 FROM outbox WHERE state = 'Applied'`)).length === 1,
      'its result',
    );
    expect((await started.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 5 }] })).body).toMatchObject({
      queued: 1,
      unchanged: 0,
    });
    await started.until(() => store.stockWrites.length === 2, 'the level set back');
  });

  it('goes on after the last whole page when a run is interrupted', async () => {
    const store = new MemoryStore();
    store.products = Array.from({ length: 500 }, (_, index) => product(`p${index}`, [`S${index}`]));
    let interrupted = false;
    const started = await start(store);
    store.beforePage = async (page, feed) => {
      if (feed !== 'ProductImport' || page !== 3 || interrupted) return;
      interrupted = true;
      throw new Error('the store went away');
    };
    await started.until(() => started.condition('Synced')?.status === 'True', 'the initial sync');
    const reads = store.reads.filter(({ feed }) => feed === 'ProductImport');
    expect(reads.map(({ resume }) => resume)).toEqual([undefined, '300']);
    const [row] = await started.db.query<{ count: number }>('SELECT count(*) AS count FROM products');
    expect(row!.count).toBe(500);
  });

  it('sets a record aside that the database cannot hold, and takes the rest of its page', async () => {
    const store = new MemoryStore();
    store.products = Array.from({ length: 20 }, (_, index) => product(`p${index}`, [`S${index}`]));
    store.products[13] = { ...store.products[13]!, updatedAt: 'not a time' };
    const started = await start(store);
    await started.until(() => started.feed('ProductImport')['lastRun'] !== undefined, 'the first run');
    const [row] = await started.db.query<{ count: number }>('SELECT count(*) AS count FROM products');
    expect(row!.count).toBe(19);
    expect((await started.api('GET', '/problems')).body.items).toMatchObject([
      { reason: 'PoisonedRecord', record: 'p13' },
    ]);
  });

  it('tells the back office of a change after export, and holds the shipment until it is answered', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A', 'B'])];
    store.orders = [order('1001')];
    const started = await synced(store);
    const [found] = await orders(started, '');
    await started.api('POST', `/orders/${found!.id}/acknowledge`, { reference: 'WMS-7' });
    store.orders = [
      order('1001', {
        shippingAddress: { name: 'Jane Doe', street1: 'Other Street 2', city: 'Berlin', country: 'DE' },
      }),
    ];
    await started.run('OrderUpdate');
    const changed = (await started.api('GET', `/orders/${found!.id}`)).body;
    expect(changed).toMatchObject({
      changePending: true,
      shippingAddress: { street1: 'Main Street 1' },
      acknowledgedReference: 'WMS-7',
    });
    expect((await started.api('POST', `/orders/${found!.id}/shipments`, {})).body).toMatchObject({
      type: 'ChangePending',
    });
    const accepted = (await started.api('POST', `/orders/${found!.id}/changes`, { decision: 'Accept' })).body;
    expect(accepted).toMatchObject({ changePending: false, shippingAddress: { street1: 'Other Street 2' } });
    await started.run('OrderUpdate');
    expect((await started.api('GET', `/orders/${found!.id}`)).body).toMatchObject({
      changePending: false,
      shippingAddress: { street1: 'Other Street 2' },
    });
    await started.api('POST', `/orders/${found!.id}/acknowledge`, {});
    expect((await started.api('POST', `/orders/${found!.id}/shipments`, {})).status).toBe(201);
  });

  it('says which key of which Secret is missing, and goes on by itself when it is there', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    const started = await start(store, { secret: { token: 'x' } });
    await started.until(() => started.condition('CredentialValid')?.reason === 'SecretKeyMissing', 'the condition');
    expect(started.condition('CredentialValid')?.message).toContain('Secret "shop-key" lacks the key "apiKey"');
    started.secret = { apiKey: 'k' };
    await started.until(() => started.condition('Synced')?.status === 'True', 'the sync');
  });

  it('syncs again when the content of the Secret changes', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    const started = await synced(store);
    const before = store.reads.filter(({ feed }) => feed === 'ProductImport').length;
    await started.until(
      () => started.world.get('Connection', 'default', 'shop')?.status?.['syncedCredentialHash'] !== undefined,
      'the hash',
    );
    started.secret = { apiKey: 'another' };
    await started.until(
      () => store.reads.filter(({ feed }) => feed === 'ProductImport').length > before,
      'another sync',
      40_000,
    );
  });

  it('drains when disabled, keeps everything, and resumes when enabled', async () => {
    const store = new MemoryStore();
    store.products = [product('p1', ['A'])];
    store.orders = [order('1')];
    const started = await synced(store);
    started.apply({ enabled: false });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = store.reads.length;
    started.requestRun('ProductImport');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(store.reads.length).toBe(before);
    started.apply({ enabled: true });
    await started.until(() => store.reads.length > before, 'the run after enabling');
    expect((await orders(started)).length).toBe(1);
  });

  it('answers every bad request of the back office with a problem document, never a stack', async () => {
    const started = await synced(new MemoryStore());
    for (const [method, path, body, status] of [
      ['GET', '/orders/999.x', undefined, 404],
      ['GET', '/orders/nonsense', undefined, 404],
      ['GET', '/orders?limit=0', undefined, 400],
      ['GET', '/orders?after=abc', undefined, 400],
      ['POST', '/stock', { levels: [{ sku: 'A', quantity: -1 }] }, 400],
      ['POST', '/orders/1.x/shipments', { lines: [{ quantity: 1 }] }, 400],
      ['GET', '/nothing', undefined, 404],
    ] as const) {
      const answer = await started.api(method, path, body);
      expect([path, answer.status]).toEqual([path, status]);
      expect(JSON.stringify(answer.body)).not.toContain('at ');
    }
    expect((await started.api('GET', '/orders', undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
  });
});

async function listen(
  handle: (headers: Record<string, string>, body: string) => number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => response.writeHead(handle(request.headers as Record<string, string>, body)).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
