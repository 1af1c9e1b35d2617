import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { errorsWith, terminal } from '../../drivers/contract/index.ts';
import { migrate } from '../../hub/storage/migrate.ts';
import { MIGRATIONS } from '../../hub/storage/migrations/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { FeedType } from '../../model/feeds.ts';
import { LocalRig, type RigOptions } from '../support/local-rig.ts';
import { level, line, MemoryStore, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(90_000);

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
let rig: LocalRig | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
});
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
}, 30_000);

async function synced(store: MemoryStore, options: Partial<RigOptions> = {}): Promise<LocalRig> {
  const db = openPostgres({ url: await postgres.createDatabase(`faults_${++count}`) });
  const started = await LocalRig.start({ db, definition: store.definition(), feeds: FEEDS, ...options });
  rig = started;
  started.startEngine();
  await started.until(() => started.condition('Synced')?.status === 'True', 'the initial sync');
  return started;
}

function goods(): MemoryStore {
  const store = new MemoryStore();
  store.products = [product('p1', ['A', 'B', 'C'])];
  store.stock = [level('A', 10), level('B', 10), level('C', 10)];
  store.orders = [order('1001')];
  return store;
}

const outbox = async (started: LocalRig) =>
  started.db.query<{ kind: string; state: string }>('SELECT kind, state FROM outbox ORDER BY id');

describe('a shop that hangs', () => {
  it('does not keep a feed from saying that its data is too old', async () => {
    const store = goods();
    const started = await synced(store, { freshness: '20s' });
    const fresh = () =>
      (started.feed('OrderImport')['conditions'] as { type: string; status: string }[]).find(
        ({ type }) => type === 'Fresh',
      )?.status;
    await started.run('OrderImport');
    expect(fresh()).toBe('True');
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      store.beforeCheck = () => {
        resolve();
        return new Promise((answered) => (answer = answered));
      };
    });
    started.world.annotate('Connection', 'default', 'shop', { 'supercargo.dev/test-requested-at': 'now' });
    await asked;
    await started.until(() => fresh() === 'False', 'the feed to say that its data is too old', 60_000);
    store.beforeCheck = () => {};
    answer();
  });
});

describe('a key that the store refuses once', () => {
  it('rejects nothing of what waits, and all goes out by itself once the key is good', async () => {
    const store = goods();
    const started = await synced(store);
    const accepted = store.checkReport;
    store.beforeWrite = () => {
      throw terminal('KeyRefused', 'the key is not accepted');
    };
    store.checkReport = {
      ...accepted,
      credential: { status: 'False', reason: 'KeyRefused', message: 'the key is not accepted' },
    };
    expect(
      (
        await started.api(
          'POST',
          '/stock',
          {
            levels: [
              { sku: 'A', quantity: 7 },
              { sku: 'B', quantity: 8 },
            ],
          },
          { 'idempotency-key': 'k1' },
        )
      ).status,
    ).toBeLessThan(300);
    const [found] = (await started.api('GET', '/orders')).body.items as { id: string }[];
    const parcel = await started.api(
      'POST',
      `/orders/${found!.id}/shipments`,
      { trackingCode: 'T1', carrier: 'DHL' },
      { 'idempotency-key': 'k2' },
    );
    expect(parcel.status).toBe(201);
    await started.until(
      () => started.condition('CredentialValid')?.status === 'False',
      'the refused key to be noticed',
    );
    expect((await outbox(started)).map(({ state }) => state)).not.toContain('Rejected');
    expect((await started.api('GET', '/problems')).body.items).toEqual([]);

    store.beforeWrite = () => {};
    store.checkReport = accepted;
    await started.until(
      () => store.shipped.length === 1 && store.stockWrites.length >= 2,
      'what waited to go out by itself',
      60_000,
    );
    expect(Object.fromEntries(store.stockWrites.map(({ sku, quantity }) => [sku, quantity]))).toEqual({
      // The parcel of two went first; it was reported after the level was counted.
      A: 5,
      B: 8,
    });
    await started.until(
      async () => (await outbox(started)).every(({ state }) => state === 'Applied'),
      'every entry to be applied',
    );
  });
});

describe('a key that the store refuses and that was encoded twice', () => {
  it('is said to be so: it is not the store where something has to be changed', async () => {
    const store = goods();
    store.checkReport = {
      ...store.checkReport,
      credential: { status: 'False', reason: 'KeyRefused', message: 'the key is not accepted' },
    };
    const db = openPostgres({ url: await postgres.createDatabase(`faults_${++count}`) });
    const secret = { apiKey: Buffer.from('the-key-of-the-shop').toString('base64') };
    rig = await LocalRig.start({ db, definition: store.definition(), feeds: FEEDS, secret });
    rig.startEngine();
    const said = () => rig!.condition('CredentialValid');
    await rig.until(() => said()?.reason === 'KeyRefused', 'the key to be refused');
    expect(said()!.message).toMatch(/^the key is not accepted\. The value of "apiKey" .* base64-encoded twice/);
  });
});

describe('a reason that only its driver has', () => {
  it('is shown with the remedy of its manifest', async () => {
    const store = goods();
    const own = { GoodsAreOdd: { scope: 'record', remedy: 'make them even' } } as const;
    const definition = store.definition();
    const started = await synced(store, {
      definition: { ...definition, manifest: { ...definition.manifest, reasons: own } },
    });
    store.beforeWrite = () => {
      throw errorsWith(own).terminal('GoodsAreOdd', 'seven is odd');
    };
    await started.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 7 }] }, { 'idempotency-key': 'odd' });
    const group = async () =>
      ((await started.api('GET', '/problems?group=reason')).body.items as { reason: string; remedy: string }[]).find(
        ({ reason }) => reason === 'GoodsAreOdd',
      );
    await started.until(async () => (await group()) !== undefined, 'the problem');
    expect((await group())!.remedy).toBe('make them even');
  });
});

describe('personal data that the store erased', () => {
  it('is no change after export: the parcel goes out; a true change is still one', async () => {
    const store = goods();
    store.orders = [order('1'), order('2'), order('3'), order('4')];
    const started = await synced(store);
    const found = (await started.api('GET', '/orders')).body.items as { id: string; cust_po_no: string }[];
    const idOf = (number: string) => found.find(({ cust_po_no }) => cust_po_no === number)?.id ?? '';
    for (const { id } of found) await started.api('POST', `/orders/${id}/acknowledge`, { reference: `WMS-${id}` });
    const later = { updatedAt: '2026-02-03T08:00:00Z' };
    store.orders = [
      order('1', {
        ...later,
        customerName: undefined,
        customerEmail: undefined,
        shippingAddress: { city: 'Berlin', country: 'DE' },
      }),
      order('2', {
        ...later,
        redacted: true,
        customerName: 'REDACTED',
        shippingAddress: { name: 'REDACTED', street1: '***', city: 'Berlin', country: 'DE' },
      }),
      order('3', { ...later, shippingAddress: { city: 'Berlin', country: 'DE' }, lines: [line('1', 'A', 1)] }),
      order('4', { ...later, shippingAddress: { name: 'Jane Doe', city: 'Hamburg', country: 'DE' } }),
    ];
    await started.run('OrderUpdate');
    const pending = Object.fromEntries(
      await Promise.all(
        ['1', '2', '3', '4'].map(async (number) => [
          number,
          (await started.api('GET', `/orders/${idOf(number)}`)).body.changePending,
        ]),
      ),
    );
    expect(pending).toEqual({ 1: false, 2: false, 3: true, 4: true });
    expect((await started.api('GET', `/orders/${idOf('2')}`)).body.shippingAddress).toMatchObject({
      street1: 'Main Street 1',
    });
    expect((await started.api('POST', `/orders/${idOf('1')}/shipments`, { trackingCode: 'T' })).status).toBe(201);
  });
});

describe('an order that stays unpaid', () => {
  it('is looked at for as long as the Store says, and is taken when it is paid after all', async () => {
    const store = goods();
    const days = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
    store.orders = [
      order('1', { placedAt: days(3), paymentState: 'Unpaid' }),
      order('2', { placedAt: days(1), paymentState: 'Unpaid' }),
      order('3', { placedAt: days(1), paymentState: 'Failed' }),
    ];
    const started = await synced(store, { store: { orders: { unpaidDays: 2 } } });
    const intake = async () =>
      Object.fromEntries(
        (
          (await started.api('GET', '/orders?intake=All')).body.items as {
            cust_po_no: string;
            intake: string;
            intakeReason: string;
          }[]
        ).map((each) => [each.cust_po_no, `${each.intake} ${each.intakeReason}`]),
      );
    expect(await intake()).toEqual({ 1: 'Skipped NeverPaid', 2: 'Held Unpaid', 3: 'Skipped PaymentFailed' });
    store.orders = [order('1', { placedAt: days(3), updatedAt: new Date().toISOString() })];
    await started.run('OrderUpdate');
    expect((await intake())['1']).toBe('Accepted null');
  });
});

describe('an order that the shop deleted', () => {
  it('before it could be taken is looked for no more, and its problem is over; what was accepted stays', async () => {
    const store = goods();
    const twice = order('2', { lines: [line('l1', 'A', 1), line('l1', 'A', 1)] });
    store.orders = [order('1', { paymentState: 'Unpaid', placedAt: new Date().toISOString() }), twice, order('3')];
    const started = await synced(store);
    const intake = async () =>
      (
        await started.db.query<{ said: string }>(
          `SELECT number || ' ' || intake || ' ' || coalesce(intake_reason, '') AS said FROM orders ORDER BY number`,
        )
      ).map(({ said }) => said);
    const open = async () =>
      ((await started.api('GET', '/problems?severity=Error')).body.items as { record: string }[]).map(
        ({ record }) => record,
      );
    expect(await intake()).toEqual(['1 Held Unpaid', '2 Rejected Unreadable', '3 Accepted ']);
    expect(new Set(await open())).toEqual(new Set([twice.id]));
    // Still there, still unreadable: nothing changes.
    await started.db.query(`UPDATE orders SET look_again_at = now() WHERE intake <> 'Accepted'`);
    await started.run('OrderImport');
    expect(new Set(await open())).toEqual(new Set([twice.id]));
    store.orders = [];
    await started.db.query(`UPDATE orders SET look_again_at = now() WHERE intake <> 'Accepted'`);
    await started.run('OrderImport');
    await started.run('OrderUpdate');
    expect(await intake()).toEqual(['1 Skipped GoneAtStore', '2 Skipped GoneAtStore', '3 Accepted ']);
    expect(await open()).toEqual([]);
    const asked = store.reads.length;
    await started.run('OrderImport');
    expect(store.reads.slice(asked).flatMap(({ ids }) => ids ?? [])).toEqual([]);
  });
});

describe('the reference of an order', () => {
  const references = async (started: LocalRig) =>
    Object.fromEntries(
      (
        await started.db.query<{ external_id: string; cust_ref: string }>('SELECT external_id, cust_ref FROM orders')
      ).map((row) => [row.external_id, row.cust_ref]),
    );

  it('is unique in its Store, where the shop gives one number to several orders, in one page or another, and stays what it was', async () => {
    const store = goods();
    store.orders = [order('77', { id: 'first' }), order('77', { id: 'twin' }), order('78', { id: 'other' })];
    const started = await synced(store);
    const before = await references(started);
    expect(before).toMatchObject({ first: '77', other: '78' });
    expect(new Set(Object.values(before)).size).toBe(3);
    expect(before['twin']).toMatch(/^[0-9A-Z]{20}$/);

    const later = { updatedAt: new Date().toISOString() };
    store.orders = [
      ...store.orders.map((each) => ({ ...each, ...later, note: 'changed' })),
      order('78', { id: 'late', ...later }),
    ];
    await started.run('OrderUpdate');
    const after = await references(started);
    expect(after).toMatchObject(before);
    expect(new Set(Object.values(after)).size).toBe(4);
    await expect(started.db.query(`UPDATE orders SET cust_ref = '77'`)).rejects.toThrow(/unique/);
  });

  it('is made unique where an older release gave one to several: who was exported keeps it', async () => {
    const db = openPostgres({ url: await postgres.createDatabase(`faults_${++count}`) });
    try {
      await migrate(db);
      await db.query('DROP INDEX orders_ref');
      await db.query('CREATE INDEX orders_ref ON orders (store_id, cust_ref)');
      await db.query(
        `INSERT INTO stores (namespace, name, client, rules) VALUES ('default', 'main', 'c', '{"orderNumbers":{"prefix":"AC-","maxLength":9}}')`,
      );
      await db.query(
        `INSERT INTO connections (kind, namespace, name, store_id, driver, mode) SELECT 'Connection', 'default', 'shop', id, 'memory', 'Production' FROM stores`,
      );
      for (const [id, exported] of [
        ['a', null],
        ['b', '2026-01-01'],
        ['c', null],
      ]) {
        await db.query(
          `INSERT INTO orders (connection_id, external_id, number, cust_ref, state, currency, exponent, intake, goods_hash, hash, store_id, exported_at)
           SELECT 1, $1, '7', 'AC-7', 'Open', 'EUR', 2, 'Accepted', gen_random_uuid(), gen_random_uuid(), id, $2::timestamptz FROM stores`,
          [id, exported],
        );
      }
      await db.execute(MIGRATIONS.find(({ name }) => name === '0016-references')!.sql);
      const rows = await db.query<{ external_id: string; cust_ref: string }>(
        'SELECT external_id, cust_ref FROM orders ORDER BY external_id',
      );
      expect(rows[1]!.cust_ref).toBe('AC-7');
      expect(new Set(rows.map(({ cust_ref }) => cust_ref)).size).toBe(3);
      for (const { cust_ref } of rows) expect(cust_ref).toMatch(/^AC-[0-9]{1,6}$/);
    } finally {
      await db.close();
    }
  });
});
