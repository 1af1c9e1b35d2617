import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { endWhatIsOver } from '../../hub/retention/keeper.ts';
import type { OutboxKind } from '../../model/sync-api.ts';
import { HubRig, receiver, until, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

const NOTE = 'by hand, Ada Miller';
const dismiss = async (store: TestStore, body: object, headers: Record<string, string> = {}) =>
  (await store.api('POST', '/problems/dismiss', { note: NOTE, ...body }, headers)).body;
const dismissed = (count: number, matched = count) => ({ matched, dismissed: count, dryRun: false });
const open = async (store: TestStore) => (await store.api('GET', '/problems')).body.items;
const notes = async (store: TestStore) =>
  (await store.api('GET', '/problems?resolved=true')).body.items.map(
    ({ record, note }: { record: string; note: string | null }) => [record, note],
  );
const idOf = async (store: TestStore, number: string) =>
  (await store.api('GET', '/orders?intake=All')).body.items.find(
    (found: { cust_po_no: string }) => found.cust_po_no === number,
  ).id as string;
const seen = async (store: TestStore, number: string) =>
  (await store.api('GET', `/orders/${await idOf(store, number)}`)).body;
const history = async (store: TestStore, number: string) =>
  (await store.api('GET', `/orders/${await idOf(store, number)}/history`)).body.steps.map(
    ({ what, detail }: { what: string; detail: string | null }) => `${what}: ${detail}`,
  );
/** Of a figure, the series of a connection that have these labels. */
const figure = async (name: string, of: { key: { name: string } } | undefined, labels: string) =>
  (await rig.metrics())
    .split('\n')
    .filter((row) => row.startsWith(`${name}{`) && row.includes(labels) && (!of || row.includes(of.key.name)))
    .map((row) => row.split(' ').at(-1));

async function shop(store: TestStore, name = 'shop'): Promise<TestPod> {
  const pod = await store.connect(name);
  await pod.send('ProductImport', [product('p', ['A', 'B'])]);
  await pod.send('StockImport', [level('A', 5), level('B', 5)]);
  return pod;
}

async function refuse(pod: TestPod, kind: OutboxKind, reason = 'StoreRefused'): Promise<void> {
  const { entries } = await pod.claim(kind, 100);
  await pod.results(
    kind,
    entries.map(({ id }) => ({ id, outcome: 'Rejected', reason, message: 'no such order' })),
  );
}

async function refusedParcel(store: TestStore, pod: TestPod, number = '1', trackingCode = 'T-1'): Promise<string> {
  await pod.send('OrderImport', [order(number, { lines: [line('1', 'A', 1)] })]);
  const id = await idOf(store, number);
  const parcel = (await store.api('POST', `/orders/${id}/shipments`, { trackingCode })).body.id as string;
  await refuse(pod, 'shipment');
  return `/orders/${id}/shipments/${parcel}`;
}

describe('a refused write that a person dealt with', () => {
  it('is counted no more, its note is found again, and a second dismissal does nothing', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await refusedParcel(store, pod);
    const counted = () => figure('supercargo_outbox_entries', pod, 'state="Rejected"');
    expect(await counted()).toEqual(['1']);
    const what = { reason: 'StoreRefused', record: '1' };
    expect(await dismiss(store, { ...what, dryRun: true })).toEqual({ matched: 1, dismissed: 1, dryRun: true });
    expect([await counted(), await open(store)]).toMatchObject([['1'], [{ reason: 'StoreRefused', note: null }]]);
    expect(await dismiss(store, { ...what, record: '2' })).toEqual(dismissed(0));
    expect(await dismiss(store, what)).toEqual(dismissed(1));
    expect([await counted(), await open(store)]).toEqual([[], []]);
    expect(await notes(store)).toEqual([['o-1', NOTE]]);
    const steps = await history(store, '1');
    expect(steps).toContain('shipment rejected at the store: no such order');
    expect(steps).toContain(`problem StoreRefused: dismissed: ${NOTE}`);
    expect(await dismiss(store, what)).toEqual(dismissed(0));
    expect(await history(store, '1')).toEqual(steps);
    expect((await pod.claim('shipment', 10)).entries).toEqual([]);
  });

  it('of a parcel goes out whole when its numbers are corrected later: the shop never had it', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    const path = await refusedParcel(store, pod);
    await dismiss(store, { reason: 'StoreRefused' });
    await store.api('PATCH', path, { trackingCode: 'T-2' });
    const sent = await pod.apply('shipment');
    expect(sent).toMatchObject([{ trackingCode: 'T-2', lines: [{ lineId: '1' }] }]);
    expect(sent[0]).not.toHaveProperty('corrects');
  });

  it('of a level keeps no later one from being sent, and is not what the shop has', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    const post = (quantity: number) => store.api('POST', '/stock', { levels: [{ sku: 'A', quantity }] });
    await post(3);
    await refuse(pod, 'stock');
    expect(await dismiss(store, { reason: 'StoreRefused', record: 'B@main' })).toEqual(dismissed(0));
    expect(await dismiss(store, { reason: 'StoreRefused', record: 'A@main' })).toEqual(dismissed(1));
    expect((await store.api('POST', '/problems/replay', { reason: 'StoreRefused' })).body.matched).toBe(0);
    // The shop has 5 still: what was dismissed is posted again and goes out.
    expect((await post(5)).body).toMatchObject({ queued: 0, unchanged: 1 });
    expect((await post(3)).body).toMatchObject({ queued: 1 });
    expect(await pod.apply('stock')).toMatchObject([{ sku: 'A', quantity: 3 }]);
  });

  it('of a level is not sent again each night by the look at what the shop has, only when it is posted again', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    const post = (quantity: number) => store.api('POST', '/stock', { levels: [{ sku: 'A', quantity }] });
    const night = () => pod.send('StockCheck', [level('A', 5), level('B', 5)]);
    await post(3);
    await refuse(pod, 'stock');
    await night();
    await refuse(pod, 'stock'); // It is sent again each night until somebody says that this is dealt with.
    await dismiss(store, { reason: 'StoreRefused', record: 'A@main' });
    await night();
    expect((await pod.claim('stock', 10)).entries).toEqual([]);
    expect(await open(store)).toMatchObject([
      { reason: 'StockNeverArrived', message: expect.stringContaining('was dismissed: post the level again') },
    ]);
    expect(await figure('supercargo_outbox_entries', pod, 'state="Rejected"')).toEqual([]);
    await post(4);
    expect((await pod.claim('stock', 10)).entries).toHaveLength(1);
  });

  it('is a problem again when it happens again, without the old note', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    for (const quantity of [3, 2]) {
      await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity }] });
      await refuse(pod, 'stock');
      expect(await open(store)).toMatchObject([{ record: 'A@main', note: null }]);
      await dismiss(store, { reason: 'StoreRefused' });
    }
    expect(await notes(store)).toEqual([['A@main', NOTE]]);
  });

  it('is kept as long as other writes that are done', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 3 }] });
    await refuse(pod, 'stock');
    await dismiss(store, { reason: 'StoreRefused' });
    const kept = async (days: number) => {
      await rig.db.query(`UPDATE outbox SET done_at = now() - make_interval(days => $2) WHERE connection_id = $1`, [
        ...[pod.connectionId, days],
      ]);
      await endWhatIsOver(rig.db, new Map());
      return rig.db.query('SELECT state FROM outbox WHERE connection_id = $1', [pod.connectionId]);
    };
    expect(await kept(89)).toEqual([{ state: 'Dismissed' }]);
    expect(await kept(91)).toEqual([]);
  });

  it('is not touched while a pod is sending it: what becomes of it counts', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await refusedParcel(store, pod);
    await store.api('POST', '/problems/replay', { reason: 'StoreRefused' });
    const { entries } = await pod.claim('shipment', 10);
    expect(await dismiss(store, { reason: 'StoreRefused' })).toEqual(dismissed(0, 1));
    expect(await open(store)).toHaveLength(1);
    await pod.results('shipment', [{ id: entries[0]!.id, outcome: 'Applied', result: { externalId: 'f-1' } }]);
    expect(await open(store)).toEqual([]);
    expect(await dismiss(store, { reason: 'StoreRefused' })).toEqual(dismissed(0));
  });
});

describe('a rejected order that a person dealt with', () => {
  const unknown = (number: string, changes = {}) =>
    order(number, { lines: [line('1', 'NONE', number.length)], ...changes });

  it('is skipped with the note, and stays so when it is read again, changed or not', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await pod.send('OrderImport', [unknown('1'), unknown('2')]);
    const rejected = () => figure('supercargo_orders', pod, 'intake="Rejected"');
    expect(await rejected()).toEqual(['2']);
    expect(await dismiss(store, { reason: 'UnknownSku', record: '1' })).toEqual(dismissed(1));
    expect(await rejected()).toEqual(['1']);
    const skipped = { intake: 'Skipped', intakeReason: 'Dismissed', intakeMessage: `dismissed: ${NOTE}` };
    expect(await seen(store, '1')).toMatchObject(skipped);
    expect((await open(store)).map(({ number }: { number: string }) => number)).toEqual(['2']);
    const steps = await history(store, '1');
    expect(steps).toContain(`skipped: dismissed: ${NOTE}`);
    // Read as it was, it is no change: lists would give it again, and its person would never be over.
    const { cursor } = await seen(store, '1');
    await pod.send('OrderUpdate', [unknown('1')]);
    expect((await seen(store, '1')).cursor).toBe(cursor);
    const changed = [
      { updatedAt: '2026-05-01T00:00:00Z', grandTotal: 2600, paymentState: 'Unpaid' },
      { updatedAt: '2026-05-02T00:00:00Z', grandTotal: 2600 },
    ];
    for (const changes of changed) await pod.send('OrderUpdate', [unknown('1', changes)]);
    expect(await seen(store, '1')).toMatchObject(skipped);
    expect((await history(store, '1')).filter((step: string) => step.startsWith('skipped'))).toHaveLength(1);
    // Nor does the product that it named make an order of it.
    await pod.send('ProductImport', [product('q', ['NONE'])]);
    expect([(await seen(store, '1')).intake, (await seen(store, '2')).intake]).toEqual(['Skipped', 'Accepted']);
    expect((await open(store)).filter(({ reason }: { reason: string }) => reason === 'UnknownSku')).toEqual([]);
    expect(await pod.client.openRecords('OrderImport', '')).toEqual([]);
  });

  it('is read again for a replay, and judged by what it is by then', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await pod.send('OrderImport', [unknown('1'), unknown('2')]);
    await dismiss(store, { reason: 'UnknownSku' });
    await pod.send('OrderUpdate', [unknown('2', { state: 'Cancelled', updatedAt: '2026-05-01T00:00:00Z' })]);
    await pod.send('ProductImport', [product('q', ['NONE'])]);
    const replay = async (dryRun: boolean) =>
      (await store.api('POST', '/problems/replay', { reason: 'Dismissed', dryRun })).body;
    const waiting = () => pod.client.openRecords('OrderImport', '');
    expect(await replay(true)).toEqual({ matched: 2, changed: 2, dryRun: true });
    expect(await waiting()).toEqual([]);
    expect(await replay(false)).toEqual({ matched: 2, changed: 2, dryRun: false });
    expect(await waiting()).toEqual(['o-1', 'o-2']);
    await pod.send('OrderImport', [
      unknown('1'),
      unknown('2', { state: 'Cancelled', updatedAt: '2026-05-01T00:00:00Z' }),
    ]);
    expect([await seen(store, '1'), await seen(store, '2')]).toMatchObject([
      { intake: 'Accepted', intakeReason: null, intakeMessage: null },
      { intake: 'Skipped', intakeReason: 'Cancelled' },
    ]);
    expect(await waiting()).toEqual([]);
  });

  it('that could never be read is not taken from nothing by a replay', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    const unreadable = {
      ...{ severity: 'Error' as const, reason: 'Unreadable', record: 'o-7', message: 'order 7 is not readable' },
      order: { id: 'o-7', number: '7' },
    };
    await pod.send('OrderImport', [], [unreadable]);
    expect(await dismiss(store, { reason: 'Unreadable', record: '7' })).toEqual(dismissed(1));
    expect([await open(store), (await seen(store, '7')).intakeReason]).toEqual([[], 'Dismissed']);
    await store.api('POST', '/problems/replay', { reason: 'Dismissed' });
    expect((await seen(store, '7')).intake).toBe('Skipped');
    await pod.send('OrderImport', [order('7', { lines: [line('1', 'A', 1)] })]);
    expect(await seen(store, '7')).toMatchObject({ intake: 'Accepted', lines: [{ sku: 'A' }] });
  });
});

describe('dead letters', () => {
  const endpoint = (url: string) => ({
    orderWebhooks: [{ name: 'wms', url }],
    allowedPrivateNetworks: ['127.0.0.0/8'],
  });
  const dead = (store: TestStore) =>
    figure('supercargo_webhook_deliveries', undefined, `"${store.name}",endpoint="wms",state="Dead"`);

  /** An order whose webhook to an endpoint of `store` is given up. */
  async function deadLetter(store: TestStore, pod: TestPod): Promise<void> {
    await pod.send('OrderImport', [order('1')]);
    const waits = `SELECT 1 FROM deliveries WHERE connection_id = $1 AND last_error IS NOT NULL`;
    await until(async () => (await rig.db.query(waits, [pod.connectionId])).length > 0, 'the first failure');
    await rig.db.query(
      `UPDATE deliveries SET attempts = 99, next_attempt_at = now(), claimed_until = NULL WHERE connection_id = $1`,
      [pod.connectionId],
    );
    await until(async () => (await dead(store)).length > 0, 'the dead letter');
  }

  it('that a person dealt with are counted no more, and sent again only where that is asked for', async () => {
    let well = false;
    const hook = await receiver(() => (well ? 200 : 503));
    const store = await rig.store(endpoint(hook.url));
    await deadLetter(store, await store.connect('shop', { catalogue: false }));
    const what = { reason: 'WebhookUndeliverable', record: '1' };
    expect(await dismiss(store, what)).toEqual(dismissed(1));
    expect([await dead(store), await open(store), await notes(store)]).toEqual([[], [], [['o-1', NOTE]]]);
    expect(await history(store, '1')).toContain(`problem WebhookUndeliverable: dismissed: ${NOTE}`);
    const again = async (states?: string[]) =>
      (await store.api('POST', '/webhooks/wms/replay', { states })).body.replayed as number;
    expect(await again()).toBe(0);
    well = true;
    expect(await again(['Dismissed'])).toBe(1);
    await until(async () => (await store.api('GET', '/webhooks')).body.items[0].pending === 0, 'the delivery');
    await hook.close();
  });

  it('are of the Store whose endpoint it is; the problem at the order goes with them', async () => {
    const hook = await receiver(() => 503);
    const warehouse = await rig.store(endpoint(hook.url));
    const one = await rig.store({ developerApi: { keyOf: { name: warehouse.name } } });
    await deadLetter(warehouse, await one.connect('shop', { catalogue: false }));
    const as = (store: TestStore) =>
      dismiss(warehouse, { reason: 'WebhookUndeliverable' }, { 'supercargo-store': `test/${store.name}` });
    expect(await as(one)).toEqual(dismissed(0, 1));
    expect([await dead(warehouse), await open(warehouse)]).toMatchObject([['1'], [{ record: 'o-1' }]]);
    expect(await as(warehouse)).toEqual(dismissed(1));
    expect([await dead(warehouse), await open(warehouse)]).toEqual([[], []]);
    await hook.close();
  });
});

describe('what is dismissed', () => {
  const broken = (record: string) => ({
    ...{ severity: 'Error' as const, reason: 'PoisonedRecord', record, message: `record ${record}`, payload: '{}' },
  });

  it('is of the connection and the record that are named, of this Store alone', async () => {
    const warehouse = await rig.store();
    const keyOf = { developerApi: { keyOf: { name: warehouse.name } } };
    const [one, two] = [await rig.store(keyOf), await rig.store(keyOf)];
    const [a, b, c] = [await shop(one, 'a'), await shop(one, 'b'), await shop(two)];
    for (const pod of [a, b, c]) await pod.send('ProductImport', [], [broken('x'), broken('y')]);
    const left = async () =>
      (await open(warehouse)).map((p: { connection: string; record: string }) => `${p.connection} ${p.record}`).sort();
    const of = (store: TestStore) => ({ 'supercargo-store': `test/${store.name}` });
    const reason = 'PoisonedRecord';
    expect(await dismiss(warehouse, { reason })).toMatchObject({ type: 'StoreNotNamed' });
    expect(await dismiss(warehouse, { reason, record: 'x', connection: a.connection }, of(one))).toEqual(dismissed(1));
    expect(await dismiss(warehouse, { reason, connection: c.connection }, of(one))).toEqual(dismissed(0));
    expect(await left()).toEqual(
      [`${a.connection} y`, ...[b, c].flatMap((pod) => [`${pod.connection} x`, `${pod.connection} y`])].sort(),
    );
    expect(await dismiss(warehouse, { reason }, of(one))).toEqual(dismissed(3));
    expect(await left()).toEqual([`${c.connection} x`, `${c.connection} y`]);
    const path = `/problems/payload?connection=${encodeURIComponent(a.connection)}&feed=ProductImport&reason=${reason}&record=x`;
    expect((await warehouse.api('GET', path, undefined, of(one))).status).toBe(404);
    await a.send('ProductImport', [], [broken('x')]);
    expect(await left()).toContain(`${a.connection} x`);
  });

  it('needs a note, is done once for a repeated request, and may be a problem of the Store', async () => {
    const store = await rig.store();
    const reason = 'StockForgotten';
    await rig.db.query(
      `INSERT INTO problems (store_id, kind, record, reason, severity, message) SELECT id, 'record', 'stock', $2, 'Error', 'post' FROM stores WHERE name = $1`,
      [store.name, reason],
    );
    for (const note of [undefined, '', 'x'.repeat(501)])
      expect(await store.api('POST', '/problems/dismiss', { reason, note })).toMatchObject({ status: 400 });
    expect(await dismiss(store, { reason, connection: 'test/none' })).toEqual(dismissed(0));
    for (const _ of [1, 2])
      expect(await dismiss(store, { reason }, { 'idempotency-key': `dismiss-${store.name}` })).toEqual(dismissed(1));
    expect(await notes(store)).toEqual([['stock', NOTE]]);
  });

  it('is kept without the note once the person of the order is forgotten', async () => {
    const store = await rig.store();
    const pod = await shop(store);
    await refusedParcel(store, pod, '1');
    await pod.send('OrderImport', [order('2', { lines: [line('1', 'NONE', 1)] })]);
    for (const reason of ['StoreRefused', 'UnknownSku']) await dismiss(store, { reason });
    await pod.send('OrderUpdate', [order('1', { state: 'Cancelled', updatedAt: '2026-05-01T00:00:00Z' })]);
    for (const number of ['1', '2'])
      expect((await store.api('POST', '/forget', { order: number })).body.forgotten).toEqual([number]);
    const kept = async () => JSON.stringify(await everything());
    const everything = async () =>
      Promise.all([
        rig.db.query('SELECT * FROM orders WHERE connection_id = $1', [pod.connectionId]),
        rig.db.query('SELECT * FROM order_history WHERE connection_id = $1', [pod.connectionId]),
        rig.db.query('SELECT * FROM problems WHERE connection_id = $1', [pod.connectionId]),
        rig.db.query('SELECT * FROM outbox WHERE connection_id = $1', [pod.connectionId]),
        rig.db.query('SELECT * FROM idempotency_keys'),
      ]);
    expect(await kept()).not.toContain('Ada');
    expect(await seen(store, '2')).toMatchObject({ intakeReason: 'Dismissed', intakeMessage: 'dismissed' });
    // Nor does one come back with what is dismissed of a forgotten order, or its order with a replay.
    await pod.send('OrderUpdate', [], [{ ...broken('o-1'), payload: undefined }]);
    expect(await dismiss(store, { reason: 'PoisonedRecord' })).toEqual(dismissed(1));
    expect(await kept()).not.toContain('Ada');
    expect((await store.api('POST', '/problems/replay', { reason: 'Dismissed' })).body).toMatchObject({
      ...{ matched: 1, changed: 0 },
    });
  });
});
