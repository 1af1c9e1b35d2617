import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderRecord } from '../../model/records.ts';
import { HubRig, receiver, until, type Receiver, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

let rig: HubRig;
let store: TestStore;
let pod: TestPod;
let endpoint: Receiver;
let seconds = 0;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  endpoint = await receiver();
}, 60_000);
afterAll(async () => {
  await rig?.stop();
  await endpoint?.close();
});
beforeEach(async () => {
  store = await rig.store({
    orderWebhooks: [{ name: 'wms', url: endpoint.url }],
    allowedPrivateNetworks: ['127.0.0.0/8'],
    promotionalCodes: ['GIFTWRAP'],
  });
  pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['TEE', 'MUG', 'GIFTWRAP'])]);
});

/** The order as the shop has it now, newer than before. */
const now = (number: string, parts: Partial<OrderRecord> = {}) =>
  order(number, {
    lines: [line('1', 'TEE', 3), line('2', 'MUG', 1)],
    ...parts,
    updatedAt: new Date(Date.UTC(2026, 4, 2) + ++seconds * 1000).toISOString(),
  });
const seen = async (number: string) => (await store.api('GET', `/orders?intake=All&number=${number}`)).body.items[0];
const path = async (number: string, rest: string) => `/orders/${(await seen(number)).id}${rest}`;
const told = (number: string) =>
  endpoint.received.filter(({ event }) => event.data.cust_po_no === number).map(({ event }) => event.type);
const ship = async (number: string, body: object = {}) =>
  store.api('POST', await path(number, '/shipments'), { carrier: 'DHL', trackingCode: 'T', ...body });
const decide = async (number: string, decision: 'Accept' | 'Ignore') =>
  store.api('POST', await path(number, '/changes'), { decision });
const content = ({ lines }: { lines: { sku: string; quantity: number }[] }) =>
  lines.map(({ sku, quantity }) => `${quantity} ${sku}`);

/** In the hub, and taken by the back office. */
async function exported(number: string): Promise<void> {
  await pod.send('OrderImport', [now(number)]);
  await until(() => told(number).length === 1, 'order.created');
  await until(async () => (await seen(number)).exportedAt !== null, 'exported');
}

/** As if its webhook had only just been taken, however long the test needs, or a while ago. */
const taken = (number: string, when: 'just now' | 'before') =>
  rig.db.query(`UPDATE orders SET exported_at = now() + $2::interval WHERE number = $1`, [
    number,
    when === 'just now' ? '1 hour' : '-4 s',
  ]);

async function change(number: string, parts: Partial<OrderRecord>): Promise<void> {
  await pod.send('OrderUpdate', [now(number, parts)]);
}

const FOUR_MUGS = { lines: [line('1', 'TEE', 3), line('2', 'MUG', 4)] };

describe('an order that changed at the shop after it was exported', () => {
  it('shows what would change before anybody decides, and keeps what was exported beside it', async () => {
    await exported('A1');
    await change('A1', { ...FOUR_MUGS, note: 'ring twice', shippingTotal: 900 });
    const shown = await seen('A1');
    expect(shown.changePending).toBe(true);
    expect(content(shown)).toEqual(['3 TEE', '1 MUG']);
    expect(content(shown.pendingChange)).toEqual(['3 TEE', '4 MUG']);
    expect(shown.pendingChange).toMatchObject({ note: 'ring twice', shippingTotal: 900 });
    expect((await ship('A1')).body).toMatchObject({ type: 'ChangePending' });
  });

  it('Accept gives the new content at once, by the answer and by a webhook; nothing ships until it was taken', async () => {
    await exported('A2');
    await change('A2', FOUR_MUGS);
    await until(() => told('A2').includes('order.changed_after_export'), 'the change is told');
    const path2 = await path('A2', '');
    const answer = await decide('A2', 'Accept');
    expect([answer.status, content(answer.body), answer.body.changePending, answer.body.pendingChange]).toEqual([
      200,
      ['3 TEE', '4 MUG'],
      false,
      null,
    ]);
    await until(() => told('A2').includes('order.updated'), 'the new content is told');
    await until(async () => (await store.api('GET', path2)).body.exportedAt !== null, 'taken');
    // Packed before the webhook came, whatever the order of the two at the hub.
    await taken('A2', 'just now');
    expect((await ship('A2')).body).toMatchObject({ type: 'ChangeNotTaken', detail: expect.stringContaining('A2') });
    await taken('A2', 'before');
    expect((await ship('A2')).status).toBe(201);
    await change('A2', { lines: [line('1', 'TEE', 3), line('2', 'MUG', 4)] });
    expect((await seen('A2')).changePending).toBe(false);
  });

  it('after Accept a parcel is refused while nobody has had the new content', async () => {
    const quiet = await rig.store();
    const other = await quiet.connect();
    await other.send('ProductImport', [product('p', ['TEE', 'MUG'])]);
    await other.send('OrderImport', [now('Q1')]);
    const { id } = (await quiet.api('GET', '/orders')).body.items[0];
    await quiet.api('POST', `/orders/${id}/acknowledge`, {});
    await other.send('OrderUpdate', [now('Q1', FOUR_MUGS)]);
    await quiet.api('POST', `/orders/${id}/changes`, { decision: 'Accept' });
    const parcel = () => quiet.api('POST', `/orders/${id}/shipments`, { trackingCode: 'T' });
    expect(await parcel()).toMatchObject({ status: 409, body: { type: 'ChangeNotTaken' } });
    await quiet.api('POST', `/orders/${id}/acknowledge`, {});
    expect((await parcel()).status).toBe(201);
  });

  it('after Accept a parcel is taken at once from who acknowledged the new content', async () => {
    await exported('A9');
    await change('A9', FOUR_MUGS);
    await decide('A9', 'Accept');
    await store.api('POST', await path('A9', '/acknowledge'), {});
    expect((await ship('A9')).status).toBe(201);
  });

  it('a second change is told again; one that goes back to what was exported is none any more', async () => {
    await exported('A3');
    await change('A3', FOUR_MUGS);
    await change('A3', { lines: [line('1', 'TEE', 3), line('2', 'MUG', 9)] });
    await until(() => told('A3').filter((type) => type === 'order.changed_after_export').length === 2, 'both are told');
    await change('A3', {});
    expect(await seen('A3')).toMatchObject({ changePending: false, pendingChange: null });
  });

  it('Ignore is remembered for that content: our own parcel does not raise it anew, another change does', async () => {
    await exported('A4');
    await change('A4', FOUR_MUGS);
    await decide('A4', 'Ignore');
    await change('A4', {
      lines: [line('1', 'TEE', 3, { fulfilledQuantity: 1 }), line('2', 'MUG', 4)],
      fulfilmentState: 'PartiallyFulfilled',
    });
    expect((await seen('A4')).changePending).toBe(false);
    expect((await ship('A4', { lines: [{ sku: 'TEE', quantity: 1 }] })).status).toBe(201);
    await change('A4', { lines: [line('1', 'TEE', 3), line('2', 'MUG', 5)] });
    expect((await seen('A4')).changePending).toBe(true);
  });

  it.each<[string, Partial<OrderRecord>]>([
    ['the shipping method', { shippingMethodCode: 'express' }],
    ['the price of shipping', { shippingTotal: 1500 }],
    ['the note', { note: 'leave it at number 7' }],
    ['the street', { shippingAddress: { name: 'Ada', street1: 'Other Street 2', city: 'Berlin', country: 'DE' } }],
  ])('%s is told', async (what, parts) => {
    const number = `M-${what.length}`;
    await exported(number);
    await change(number, parts);
    await until(() => told(number).includes('order.changed_after_export'), what);
    expect((await seen(number)).changePending).toBe(true);
  });

  it.each<[string, Partial<OrderRecord>]>([
    ['lines in another sequence', { lines: [line('2', 'MUG', 1), line('1', 'TEE', 3)] }],
    ['pieces that were fulfilled', { lines: [line('1', 'TEE', 3, { fulfilledQuantity: 2 }), line('2', 'MUG', 1)] }],
  ])('%s are none', async (what, parts) => {
    const number = `N-${what.length}`;
    await exported(number);
    await change(number, parts);
    expect((await seen(number)).changePending).toBe(false);
  });
});

describe('an order that must not be shipped any more', () => {
  it.each<[string, Partial<OrderRecord>, string]>([
    ['refunded', { paymentState: 'Refunded' }, 'Refunded'],
    ['charged back', { paymentState: 'Failed' }, 'PaymentFailed'],
    ['not paid any more', { paymentState: 'Unpaid' }, 'NotPaid'],
    ['put on hold', { state: 'Draft' }, 'OnHold'],
  ])('%s: told, its parcel refused, also after Accept', async (_what, parts, reason) => {
    await exported(reason);
    await change(reason, parts);
    await until(() => told(reason).includes('order.changed_after_export'), 'it is told');
    expect(await seen(reason)).toMatchObject({ stopReason: reason, changePending: true });
    expect((await ship(reason)).body.type).toBe('ChangePending');
    await decide(reason, 'Accept');
    await store.api('POST', await path(reason, '/acknowledge'), {});
    expect(await ship(reason)).toMatchObject({
      status: 409,
      body: { type: 'OrderStopped', detail: expect.stringContaining(reason) },
    });
    await change(reason, {});
    expect((await ship(reason)).status).toBe(201);
  });

  it('Ignore ships it all the same, until it is stopped for another reason', async () => {
    await exported('S1');
    await change('S1', { state: 'Draft' });
    await decide('S1', 'Ignore');
    expect((await ship('S1', { lines: [{ sku: 'TEE', quantity: 1 }] })).status).toBe(201);
    await change('S1', { paymentState: 'Refunded' });
    expect((await ship('S1')).status).toBe(409);
  });

  it('refunded after it was shipped: nothing to stop', async () => {
    await exported('S2');
    await change('S2', { paymentState: 'Refunded', fulfilmentState: 'Fulfilled' });
    expect(await seen('S2')).toMatchObject({ stopReason: null, changePending: false });
  });

  it('cancelled and opened again is told', async () => {
    await exported('S3');
    await change('S3', { state: 'Cancelled' });
    await until(() => told('S3').includes('order.cancelled'), 'the cancellation');
    await change('S3', { state: 'Open' });
    await until(() => told('S3').includes('order.updated'), 'the order is open again');
    expect((await ship('S3')).status).toBe(201);
  });
});

describe('the last parcel', () => {
  it('tells the shop of the lines that are no goods, and no earlier one does', async () => {
    await pod.send('OrderImport', [now('W1', { lines: [line('1', 'TEE', 2), line('9', 'GIFTWRAP', 1)] })]);
    const first = await ship('W1', { lines: [{ sku: 'TEE', quantity: 1 }] });
    expect(first.body.lines).toEqual([{ lineId: '1', quantity: 1 }]);
    const last = await ship('W1', { lines: [{ sku: 'TEE', quantity: 1 }] });
    expect(last.body.lines).toEqual([
      { lineId: '1', quantity: 1 },
      { lineId: '9', quantity: 1 },
    ]);
  });
});
