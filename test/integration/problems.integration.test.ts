import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

const problem = (record: string, reason = 'PoisonedRecord', payload?: string) => ({
  severity: 'Error' as const,
  reason,
  record,
  message: `record ${record}`,
  payload,
});
const problems = async (store: TestStore, query = '') => (await store.api('GET', `/problems${query}`)).body;
const metric = async (pod: { key: { name: string } }, severity: string) =>
  new RegExp(
    `supercargo_problems_open\\{namespace="test",connection="${pod.key.name}",feed="\\w+",severity="${severity}",reason="\\w+"\\} (\\d+)`,
  ).exec(await rig.metrics())?.[1];

describe('an order whose totals do not add up', () => {
  it('is a problem of severity Info with the size of the difference, and none once they do', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [
      order('1'),
      order('2', { grandTotal: 2501 }),
      order('3', { itemsTotal: 1900, grandTotal: 2400, currency: 'JPY' }),
    ]);
    const found = (await problems(store)).items;
    expect(
      found
        .map(
          (p: { severity: string; reason: string; record: string; number: string }) =>
            `${p.severity} ${p.reason} ${p.record} ${p.number}`,
        )
        .sort(),
    ).toEqual(['Info TotalsMismatch o-2 2', 'Info TotalsMismatch o-3 3']);
    expect(found.find((p: { record: string }) => p.record === 'o-2').message).toContain(
      'a difference of 1 minor units (0.01 EUR)',
    );
    expect(found.find((p: { record: string }) => p.record === 'o-3').message).toContain(
      'a difference of -100 minor units (-100 JPY)',
    );
    expect(await metric(pod, 'Info')).toBe('2');
    await pod.send('OrderUpdate', [order('2', { updatedAt: '2026-02-03T00:00:00Z' })]);
    expect((await problems(store)).items.map((p: { record: string }) => p.record)).toEqual(['o-3']);
    expect(await metric(pod, 'Info')).toBe('1');
  });

  it('stays a problem when the order is read again unchanged', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    for (const _ of [1, 2]) await pod.send('OrderImport', [order('1', { grandTotal: 2400 })]);
    expect((await problems(store)).items).toMatchObject([{ reason: 'TotalsMismatch', count: 1 }]);
  });
});

describe('quarantine', () => {
  it('keeps the payload of a problem until it resolves', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [], [problem('p1', 'PoisonedRecord', '{"id":"p1"}'), problem('p2')]);
    expect(
      (await problems(store)).items.map((p: { record: string; payload: boolean }) => [p.record, p.payload]).sort(),
    ).toEqual([
      ['p1', true],
      ['p2', false],
    ]);
    const path = `/problems/payload?connection=${encodeURIComponent(pod.connection)}&feed=ProductImport&reason=PoisonedRecord&record=`;
    expect((await store.api('GET', `${path}p1`)).body.payload).toBe('{"id":"p1"}');
    expect(await store.api('GET', `${path}p2`)).toMatchObject({ status: 404 });
    const other = await rig.store();
    expect(await other.api('GET', `${path}p1`)).toMatchObject({ status: 404 });
    await rig.db.query('UPDATE problems SET resolved_at = now() WHERE connection_id = $1', [pod.connectionId]);
    expect(await store.api('GET', `${path}p1`)).toMatchObject({ status: 404 });
  });

  it('is bounded: the newest thousand of a connection, thirty days', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [], [problem('old', 'PoisonedRecord', 'x')]);
    await rig.db.query(`UPDATE quarantine SET at = now() - interval '31 days' WHERE connection_id = $1`, [
      pod.connectionId,
    ]);
    for (const part of [0, 1])
      await pod.send(
        'ProductImport',
        [],
        Array.from({ length: 600 }, (_, index) => problem(`p${part}-${index}`, 'PoisonedRecord', 'x')),
      );
    const kept = await rig.db.query<{ record: string }>('SELECT record FROM quarantine WHERE connection_id = $1', [
      pod.connectionId,
    ]);
    expect(kept.length).toBe(1000);
    expect(kept.some(({ record }) => record === 'old')).toBe(false);
    expect(kept.filter(({ record }) => record.startsWith('p1-'))).toHaveLength(600);
  });
});

describe('the list of problems', () => {
  it('pages by keyset: each problem once, also those of one instant and those seen again meanwhile', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send(
      'ProductImport',
      [],
      Array.from({ length: 25 }, (_, index) => problem(`p${index}`)),
    );
    await pod.send(
      'ProductImport',
      [],
      Array.from({ length: 5 }, (_, index) => problem(`q${index}`)),
    );
    const seen: string[] = [];
    let after = '';
    do {
      const answer = await problems(store, `?limit=7${after && `&after=${after}`}`);
      seen.push(...answer.items.map((p: { record: string }) => p.record));
      after = answer.nextCursor;
      await pod.send('ProductImport', [], [problem('p3')]);
    } while (after);
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect(seen.slice(0, 5).every((record) => record.startsWith('q'))).toBe(true);
    expect(await store.api('GET', '/problems?after=abc')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('nextCursor') },
    });
  });

  it('counts by reason, worst first, with a sample and what to do', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send(
      'ProductImport',
      [product('p', ['A'])],
      [
        { ...problem('a', 'Odd'), severity: 'Info' },
        { ...problem('b', 'Odd'), severity: 'Info' },
      ],
    );
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'X', 1)] })]);
    expect((await problems(store, '?group=reason')).items).toMatchObject([
      {
        reason: 'UnknownSku',
        severity: 'Error',
        count: 1,
        sample: { record: 'o-1', number: '1', connection: pod.connection },
        remedy: expect.stringContaining('spec.skuAliases'),
      },
      { reason: 'Odd', severity: 'Info', count: 2 },
    ]);
  });
});

describe('what a problem is about', () => {
  const about = async (store: TestStore, query = '') =>
    (await problems(store, query)).items.map(
      (p: { feed: string | null; reason: string; kind: string; record: string; number: string | null }) => [
        p.feed,
        p.reason,
        p.kind,
        p.record,
        p.number,
      ],
    );

  it("has one id, whoever notices: an order the shop's id with its number beside, a stock level SKU@location", async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('StockImport', [level('A', 5)]);
    await pod.send('OrderImport', [order('1'), order('2', { lines: [line('1', 'NONE', 1)] })]);
    const [id] = (await store.api('GET', '/orders')).body.items.map((o: { id: string }) => o.id);
    await store.api('POST', `/orders/${id}/shipments`, {});
    const [parcel] = (await pod.claim('shipment', 1)).entries;
    await pod.results('shipment', [{ id: parcel!.id, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' }]);
    await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 3 }] });
    const [write] = (await pod.claim('stock', 1)).entries;
    await pod.results('stock', [{ id: write!.id, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' }]);
    await pod.send('OrderUpdate', [], [problem('o-1', 'UnexpectedPayload')]);
    expect((await about(store)).sort()).toEqual([
      ['OrderImport', 'UnknownSku', 'order', 'o-2', '2'],
      ['OrderUpdate', 'UnexpectedPayload', 'order', 'o-1', '1'],
      ['ShipmentExport', 'StoreRefused', 'order', 'o-1', '1'],
      ['StockExport', 'StoreRefused', 'stockLevel', 'A@main', null],
    ]);
    const byNumber = await about(store, '?record=1');
    expect(byNumber.map(([feed]: string[]) => feed).sort()).toEqual(['OrderUpdate', 'ShipmentExport']);
    expect(await about(store, '?record=o-1')).toEqual(byNumber);
    expect(await about(store, `?record=${encodeURIComponent('A@main')}`)).toHaveLength(1);
  });

  it('of the nightly check sends a level again that never arrived, and asks the pod for the export at once', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('StockImport', [level('A', 5)]);
    await rig.db.query(
      `INSERT INTO stock_targets (store_id, sku, location, quantity) SELECT store_id, 'A', 'main', 7 FROM connections WHERE id = $1`,
      [pod.connectionId],
    );
    await pod.send('StockCheck', [level('A', 5)]);
    expect(await about(store)).toEqual([['StockCheck', 'StockNeverArrived', 'stockLevel', 'A@main', null]]);
    expect(await rig.db.query('SELECT feed_type FROM hints WHERE connection_id = $1', [pod.connectionId])).toEqual([
      { feed_type: 'StockExport' },
    ]);
    expect(await pod.apply('stock')).toMatchObject([{ sku: 'A', quantity: 7 }]);
    await pod.send('StockCheck', [level('A', 7)]);
    expect(await about(store)).toEqual([]);
  });

  it('tells two orders of one number apart: one that passes does not resolve the problem of the other', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('OrderImport', [order('7', { lines: [line('1', 'NONE', 1)] })]);
    await pod.send('OrderImport', [{ ...order('7'), id: 'again' }]);
    expect(await about(store)).toEqual([['OrderImport', 'UnknownSku', 'order', 'o-7', '7']]);
  });

  it('is resolved for a product and a level, too, once the record comes in whole', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('q', ['B'])], [problem('p', 'UnexpectedPayload', '{}'), problem('other')]);
    await pod.send('StockImport', [level('B', 1)], [problem('A@main')]);
    await pod.send('ProductUpdate', [product('p', ['A'])]);
    expect((await about(store)).map(([, , , record]: string[]) => record).sort()).toEqual(['A@main', 'other']);
    await pod.send('StockImport', [level('A', 1)]);
    expect((await about(store)).map(([, , , record]: string[]) => record)).toEqual(['other']);
  });
});

describe('a replay by reason', () => {
  it('says how many in a dry run and changes nothing; then judges them again', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('OrderImport', [
      order('1', { lines: [line('1', 'OLD', 1)] }),
      order('2', { lines: [line('1', 'NOPE', 1)] }),
    ]);
    await rig.db.query(
      `INSERT INTO sku_aliases (store_id, alias, sku) SELECT id, 'OLD', 'A' FROM stores WHERE name = $1`,
      [store.name],
    );
    const accepted = async () =>
      (await store.api('GET', '/orders')).body.items.map((o: { cust_po_no: string }) => o.cust_po_no);
    expect((await store.api('POST', '/problems/replay', { reason: 'UnknownSku', dryRun: true })).body).toEqual({
      matched: 2,
      changed: 1,
      dryRun: true,
    });
    expect(await accepted()).toEqual([]);
    expect((await store.api('POST', '/problems/replay', { reason: 'UnknownSku' })).body).toEqual({
      matched: 2,
      changed: 1,
      dryRun: false,
    });
    expect(await accepted()).toEqual(['1']);
  });

  it('queues writes again that the shop refused: of a stock level the newest alone', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A'])]);
    await pod.send('StockImport', [level('A', 5)]);
    for (const quantity of [3, 4]) {
      await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity }] });
      const { entries } = await pod.claim('stock', 10);
      await pod.results(
        'stock',
        entries.map(({ id }) => ({ id, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' })),
      );
    }
    expect((await problems(store)).items).toMatchObject([{ reason: 'StoreRefused' }]);
    expect((await store.api('POST', '/problems/replay', { reason: 'StoreRefused', dryRun: true })).body).toMatchObject({
      matched: 1,
      changed: 1,
    });
    expect((await pod.claim('stock', 10)).entries).toEqual([]);
    await store.api('POST', '/problems/replay', { reason: 'StoreRefused' });
    expect(await pod.apply('stock')).toMatchObject([{ sku: 'A', quantity: 4 }]);
    expect((await problems(store)).items).toEqual([]);
    // The older one would be counted as refused, and an alert go on, with nothing left to mend.
    expect(
      await rig.db.query('SELECT state FROM outbox WHERE connection_id = $1 ORDER BY id', [pod.connectionId]),
    ).toEqual([{ state: 'Superseded' }, { state: 'Applied' }]);
  });
});
