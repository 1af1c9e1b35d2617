import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waiting } from '../../drivers/contract/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { FeedType } from '../../model/feeds.ts';
import { LocalRig, type RigOptions } from '../support/local-rig.ts';
import { level, MemoryStore, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

const FEEDS: readonly FeedType[] = ['ProductImport', 'StockImport', 'OrderImport', 'StockExport', 'StockCheck'];

let postgres: TestPostgres;
let rig: LocalRig | undefined;
let count = 0;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => postgres?.stop());
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
}, 30_000);

function shop(): MemoryStore {
  const store = new MemoryStore();
  store.products = [product('p1', ['A', 'B'])];
  store.stock = [level('A', 5), level('B', 5)];
  return store;
}

async function synced(store: MemoryStore, options: Partial<RigOptions> = {}): Promise<LocalRig> {
  rig = await LocalRig.start({
    db: openPostgres({ url: await postgres.createDatabase(`side_${++count}`) }),
    definition: store.definition(),
    feeds: FEEDS,
    ...options,
  });
  rig.startEngine();
  await rig.until(() => rig!.condition('Synced')?.status === 'True', 'the initial sync');
  return rig;
}

const orders = async (started: LocalRig) =>
  (await started.api('GET', '/orders?intake=All')).body.items as { cust_po_no: string; intake: string }[];
const problems = async (started: LocalRig, query = '') =>
  (await started.api('GET', `/problems${query}`)).body.items as {
    feed: string;
    reason: string;
    record: string;
    severity: string;
    message: string;
  }[];
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe('a webhook of the store', () => {
  const send = (url: string, body: unknown, headers: Record<string, string> = { 'x-signature': 'good' }) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  async function subscribed(store: MemoryStore): Promise<LocalRig> {
    const started = await synced(store);
    await started.until(() => store.subscribed !== undefined, 'the subscription at the store');
    return started;
  }

  it('brings in exactly the order that it names, without waiting for the schedule', async () => {
    const store = shop();
    const started = await subscribed(store);
    store.orders = [
      order('1', { placedAt: new Date().toISOString(), updatedAt: new Date().toISOString() }),
      order('2'),
    ];
    expect((await send(store.subscribed!, { id: 'o-1' })).status).toBe(202);
    await started.until(async () => (await orders(started)).length > 0, 'the order');
    expect((await orders(started)).map((found) => found.cust_po_no)).toEqual(['1']);
    expect(store.reads.at(-1)?.ids).toEqual(['o-1']);
    expect(await started.db.query('SELECT orders_by_hint, orders_by_poll FROM connections')).toEqual([
      { orders_by_hint: 1, orders_by_poll: 0 },
    ]);
    await started.until(
      async () => (await started.db.query(`SELECT 1 FROM inbound_hooks WHERE state = 'Accepted'`)).length === 1,
      'the webhook to be settled',
    );
    expect(
      await started.db
        .query('SELECT body, headers FROM inbound_hooks')
        .then(([row]) => [Buffer.from(row!['body'] as Uint8Array).length, row!['headers']]),
    ).toEqual([0, {}]);
  });

  it('leaves the position of the feed and its freshness as they were', async () => {
    const store = shop();
    const started = await subscribed(store);
    const before = started.feed('OrderImport');
    store.orders = [order('1', { updatedAt: new Date(Date.now() + 60_000).toISOString() })];
    await send(store.subscribed!, { id: 'o-1' });
    await started.until(async () => (await orders(started)).length > 0, 'the order');
    await started.run('OrderImport');
    expect(before['lastSuccessAt']).toBeDefined();
    expect(
      store.reads.filter((read) => read.feed === 'OrderImport' && read.ids === undefined).at(-1)?.since,
    ).toBeUndefined();
  });

  it('is counted as lost when polling sees the order first', async () => {
    const store = shop();
    const started = await subscribed(store);
    store.orders = [order('1', { placedAt: new Date(Date.now() + 1000).toISOString() })];
    await started.run('OrderImport');
    expect(await started.db.query('SELECT orders_by_hint, orders_by_poll FROM connections')).toEqual([
      { orders_by_hint: 0, orders_by_poll: 1 },
    ]);
    expect(await (await fetch(`${started.hub.url}/metrics`)).text()).toContain(
      'supercargo_orders_first_seen_total{namespace="default",connection="shop",by="poll"} 1',
    );
  });

  it('is not due for an order that was placed before it was asked for: polling brings that', async () => {
    const store = shop();
    const started = await subscribed(store);
    store.orders = [order('1', { placedAt: daysAgo(1) })];
    await started.run('OrderImport');
    expect(await orders(started)).toHaveLength(1);
    expect(await started.db.query('SELECT orders_by_hint, orders_by_poll FROM connections')).toEqual([
      { orders_by_hint: 0, orders_by_poll: 0 },
    ]);
  });

  it('is asked for anew at once when a person tests the connection', async () => {
    const store = shop();
    const started = await subscribed(store);
    await started.until(
      async () => (await started.db.query('SELECT 1 FROM connections WHERE hooks_since IS NOT NULL')).length > 0,
      'the hub to hear of it',
    );
    store.subscribed = undefined;
    started.world.annotate('Connection', 'default', 'shop', { 'supercargo.dev/test-requested-at': 'now' });
    await started.until(() => store.subscribed !== undefined, 'the subscription made again');
  });

  it('acts once however often the store repeats it', async () => {
    const store = shop();
    const started = await subscribed(store);
    store.orders = [order('1')];
    const answers = await Promise.all(
      [1, 2, 3].map(() => send(store.subscribed!, { id: 'o-1' }, { 'x-signature': 'good', 'webhook-id': 'msg_1' })),
    );
    expect(
      (await Promise.all(answers.map(async (answer) => ((await answer.json()) as { status: string }).status))).sort(),
    ).toEqual(['duplicate', 'duplicate', 'queued']);
    await started.until(async () => (await orders(started)).length > 0, 'the order');
    expect(store.reads.filter((read) => read.ids)).toHaveLength(1);
  });

  it('does nothing when its signature is wrong', async () => {
    const store = shop();
    const started = await subscribed(store);
    store.orders = [order('1')];
    await send(store.subscribed!, { id: 'o-1' }, { 'x-signature': 'forged' });
    await started.until(
      async () =>
        (await started.db.query(`SELECT 1 FROM inbound_hooks WHERE state = 'Refused' AND reason = 'SignatureInvalid'`))
          .length === 1,
      'the refusal',
    );
    expect(store.reads.filter((read) => read.ids)).toHaveLength(0);
  });

  it('does not even reach the queue without the address that the store was given', async () => {
    const store = shop();
    const started = await subscribed(store);
    expect((await send(store.subscribed!.slice(0, -1) + 'x', { id: 'o-1' })).status).toBe(404);
    expect(await started.db.query('SELECT 1 FROM inbound_hooks')).toEqual([]);
  });

  it('is asked for anew when the connection goes live, and never in Test mode', async () => {
    const store = shop();
    const started = await synced(store, { connection: { mode: 'Test' } });
    expect([
      store.subscribed,
      (started.world.get('Connection', 'default', 'shop')!.status as { hooks?: unknown }).hooks,
    ]).toEqual([undefined, expect.objectContaining({ state: 'TestMode' })]);
    started.apply({ mode: 'Production' });
    await started.until(() => store.subscribed !== undefined, 'the subscription');
  });
});

describe('the completeness check', () => {
  it('fetches what the store has and the hub has not, names what is gone, and says so', async () => {
    const store = shop();
    store.orders = [
      order('1', { placedAt: daysAgo(3) }),
      order('2', { placedAt: daysAgo(3) }),
      order('3', { placedAt: daysAgo(1) }),
    ];
    store.hidden.add('o-2');
    const started = await synced(store);
    await started.db.query(`UPDATE checkpoints SET value = value - 'censusAt' WHERE feed_type = 'OrderImport'`);
    expect((await orders(started)).map((found) => found.cust_po_no).sort()).toEqual(['1', '2', '3']);
    expect(await problems(started, '?severity=Info')).toMatchObject([
      { reason: 'FoundByCompletenessCheck', record: 'o-2' },
    ]);
    store.orders = store.orders.filter(({ number }) => number !== '3');
    const status = await started.run('OrderImport');
    expect((status['lastRun'] as { message: string }).message).toContain('1 are gone at the store');
    expect(await problems(started, '?reason=GoneAtStore')).toMatchObject([{ record: 'o-3', severity: 'Info' }]);
    expect((await orders(started)).length).toBe(3);
  });

  it('costs nothing more until the next night', async () => {
    const store = shop();
    const started = await synced(store);
    const [before] = await started.db.query<{ value: { censusAt?: string } }>(
      `SELECT value FROM checkpoints WHERE feed_type = 'OrderImport'`,
    );
    await started.run('OrderImport');
    const [after] = await started.db.query<{ value: { censusAt?: string } }>(
      `SELECT value FROM checkpoints WHERE feed_type = 'OrderImport'`,
    );
    expect(before!.value.censusAt).toBeDefined();
    expect(after!.value.censusAt).toBe(before!.value.censusAt);
  });
});

describe('StockCheck', () => {
  it('names a level that changed at the store, sends one again that never arrived, and resolves both when they tie out', async () => {
    const store = shop();
    const started = await synced(store);
    await started.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 9 }] });
    // What is on its way is not judged: its result must be at the hub.
    await started.until(
      async () => (await started.db.query(`SELECT 1 FROM outbox WHERE state = 'Applied'`)).length === 1,
      'the first level',
    );
    store.stock = [level('A', 8), level('B', 5)];
    await started.db.query(
      `INSERT INTO stock_targets (store_id, sku, location, quantity) SELECT store_id, 'B', 'main', 7 FROM connections`,
    );
    await started.run('StockCheck');
    expect((await problems(started, '?severity=Info')).map(({ reason, record }) => [reason, record]).sort()).toEqual([
      ['StockDiffers', 'A@main'],
      ['StockNeverArrived', 'B@main'],
    ]);
    await started.run('StockExport');
    expect(store.stockWrites.at(-1)).toMatchObject({ sku: 'B', quantity: 7 });
    store.stock = [level('A', 9), level('B', 7)];
    await started.run('StockCheck');
    expect(await problems(started)).toEqual([]);
  });
});

describe('a store that asks to wait', () => {
  it('is left alone until then, and is asked again', async () => {
    const store = shop();
    const started = await synced(store);
    let asked = false;
    store.beforePage = () => {
      if (asked) return;
      asked = true;
      throw waiting('RateLimited', 'the store asks to wait 1 s', 1000);
    };
    started.requestRun('OrderImport');
    await started.until(
      () =>
        (started.feed('OrderImport')['recentRuns'] as { result: string }[] | undefined)?.some(
          ({ result }) => result === 'Waiting',
        ) === true,
      'the run that was told to wait',
    );
    await started.until(
      () => (started.feed('OrderImport')['lastRun'] as { result: string }).result !== 'Waiting',
      'the run after the wait',
    );
    const { items } = (await started.api('GET', '/runs?feed=OrderImport')).body as {
      items: { result: string; startedAt: string; goesOnAt: string | null }[];
    };
    const [waited] = items.filter(({ result }) => result === 'Waiting');
    // It was told to wait a second after it began, whenever that was; what it says later may come late.
    expect(Date.parse(waited!.goesOnAt!) - Date.parse(waited!.startedAt)).toBeGreaterThan(990);
    expect(items.find(({ result }) => result !== 'Waiting')!.goesOnAt).toBeNull();
  });
});
