import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import { purgeConnection } from '../../hub/pods/purge.ts';
import type { CreditRecord, OrderRecord } from '../../model/records.ts';
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
const spec = (more: StoreSpec = {}): StoreSpec => ({
  orderWebhooks: [{ name: 'wms', url: endpoint.url }],
  allowedPrivateNetworks: ['127.0.0.0/8'],
  ...more,
});
beforeEach(async () => {
  store = await rig.store(spec());
  pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['TEE', 'MUG'])]);
});

/** The order as the shop has it now, newer than before. */
const now = (number: string, parts: Partial<OrderRecord> = {}) =>
  order(number, {
    lines: [line('1', 'TEE', 3), line('2', 'MUG', 1)],
    ...parts,
    updatedAt: new Date(Date.UTC(2026, 4, 2) + ++seconds * 1000).toISOString(),
  });
const take = (number: string, parts: Partial<OrderRecord> = {}) => pod.send('OrderImport', [now(number, parts)]);
const change = (number: string, parts: Partial<OrderRecord> = {}) => pod.send('OrderUpdate', [now(number, parts)]);
const seen = async (number: string) => (await store.api('GET', `/orders?intake=All&number=${number}`)).body.items[0];
const told = (number: string) =>
  endpoint.received.filter(({ event }) => event.data.cust_po_no === number).map(({ event }) => event.type);
const problems = async () =>
  ((await store.api('GET', '/problems')).body.items as { reason: string; message: string }[]).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );

async function exported(number: string, parts: Partial<OrderRecord> = {}): Promise<void> {
  await take(number, parts);
  await until(async () => (await seen(number)).exportedAt !== null, 'exported');
}

describe('an order that is not paid before it is sent', () => {
  const AT_THE_DOOR = { paymentState: 'Unpaid', paymentTerms: 'OnDelivery' } as const;

  it('is put aside by a Store that does not take it, with the word to add; adding it takes the order at once', async () => {
    await take('D1', AT_THE_DOOR);
    expect(await seen('D1')).toMatchObject({
      intake: 'Held',
      intakeReason: 'Unpaid',
      intakeMessage: expect.stringContaining('add OnDelivery to spec.orders.accept'),
      payment: { terms: 'OnDelivery', acceptedAs: null, due: 4500, dueOnDelivery: 4500 },
    });
    await store.put(spec({ orders: { accept: ['Paid', 'OnDelivery'] } }));
    expect(await seen('D1')).toMatchObject({
      intake: 'Accepted',
      intakeReason: null,
      payment: {
        state: 'Unpaid',
        terms: 'OnDelivery',
        acceptedAs: 'OnDelivery',
        paid: 0,
        due: 4500,
        dueOnDelivery: 4500,
      },
    });
    await until(() => told('D1').includes('order.created'), 'told');
    await take('D2', AT_THE_DOOR);
    expect((await seen('D2')).payment.acceptedAs).toBe('OnDelivery');
  });

  it('says what is left to collect, also when that changes after it was exported', async () => {
    await store.put(spec({ orders: { accept: ['OnDelivery', 'Invoice'] } }));
    await exported('D3', { ...AT_THE_DOOR, paymentState: 'PartiallyPaid', paidTotal: 1000 });
    expect((await seen('D3')).payment).toMatchObject({ paid: 1000, due: 3500, dueOnDelivery: 3500 });
    await change('D3', { ...AT_THE_DOOR, paymentState: 'PartiallyPaid', paidTotal: 3000 });
    expect(await seen('D3')).toMatchObject({ changePending: false, payment: { paid: 3000, dueOnDelivery: 1500 } });
    await until(() => told('D3').includes('order.updated'), 'told');
    await change('D3', { ...AT_THE_DOOR, paymentState: 'Paid', paidTotal: 4500 });
    expect((await seen('D3')).payment).toMatchObject({ due: 0, dueOnDelivery: 0 });
  });

  it('says that it does not know what was paid in part where the shop does not say', async () => {
    await store.put(spec({ orders: { accept: ['OnDelivery'] } }));
    await take('D4', { ...AT_THE_DOOR, paymentState: 'PartiallyPaid' });
    expect((await seen('D4')).payment).toMatchObject({ paid: null, due: null, dueOnDelivery: null });
  });

  it.each<[string, Partial<OrderRecord>, object]>([
    ['paid', {}, { acceptedAs: 'Paid', paid: 4500, due: 0, dueOnDelivery: 0 }],
    ['free', { paymentState: 'Unpaid', grandTotal: 0 }, { acceptedAs: 'Free', paid: 0, due: 0 }],
    [
      'refunded in part: nothing is due again',
      { paymentState: 'PartiallyRefunded', paidTotal: 4500, refundedTotal: 700 },
      { acceptedAs: 'PartiallyRefunded', paid: 4500, refunded: 700, due: 0 },
    ],
  ])('(no: %s) says why it was taken', async (_what, parts, payment) => {
    const number = `E${++seconds}`;
    await take(number, parts);
    expect(await seen(number)).toMatchObject({ intake: 'Accepted', payment });
  });
});

const FACTS = {
  channel: 'market',
  references: { purchaseOrder: '4711' },
  shipBy: '2026-05-03T10:00:00Z',
  deliverBy: '2026-05-05T10:00:00Z',
  giftMessage: 'All the best\n„山“',
  pickupPoint: { id: 'PS1', name: 'Kiosk', carrier: 'DHL', address: { street1: 'Corner 1', postalCode: '10115' } },
  taxes: [{ rate: 20, amount: 400 }],
  discounts: [{ code: 'SPRING', amount: 100 }],
  payments: [{ method: 'card', amount: 4500, state: 'Paid', reference: 'T1' }],
  custom: { campaign: 'x', long: 'y'.repeat(600) },
} as const satisfies Partial<OrderRecord>;

describe('what an order says beside its columns', () => {
  it('is shown, with what was cut, and absent where there is none of it', async () => {
    await take('F1', FACTS);
    expect(await seen('F1')).toMatchObject({
      ...FACTS,
      pickupPoint: { id: 'PS1', name: 'Kiosk', carrier: 'DHL', address: { street1: 'Corner 1', name: null } },
      taxes: [{ rate: 20, amount: 400, title: null }],
      custom: { campaign: 'x', long: 'y'.repeat(500) },
      customCut: ['long'],
      test: false,
      hold: null,
      fulfilledBy: 'Merchant',
      deliveries: [],
    });
    await take('F2');
    expect(await seen('F2')).toMatchObject({
      channel: null,
      references: {},
      giftMessage: null,
      custom: {},
      payments: [],
    });
  });

  it.each<[string, Partial<OrderRecord>, string, string]>([
    ['a test', { test: true }, 'Skipped', 'TestOrder'],
    ['shipped by the marketplace', { fulfilledBy: 'Platform' }, 'Skipped', 'FulfilledByPlatform'],
    ['held back', { hold: { reason: 'FraudCheck', message: 'Looks odd' } }, 'Held', 'OnHold'],
    ['nothing to pack', { lines: [line('1', '', 1, { kind: 'GiftCard' })] }, 'Skipped', 'NoGoods'],
  ])('(%s) keeps it from the back office, and it is kept for reading', async (_what, parts, intake, reason) => {
    const number = `G${++seconds}`;
    await take(number, { ...FACTS, ...parts });
    expect(await seen(number)).toMatchObject({ intake, intakeReason: reason, channel: 'market' });
    expect((await store.api('GET', '/orders')).body.items).toEqual([]);
  });

  it('is taken from an order whose personal data the shop erased, and that is no change', async () => {
    await exported('F3', FACTS);
    await change('F3', { ...FACTS, redacted: true, giftMessage: 'erased', custom: { campaign: 'erased' } });
    expect(await seen('F3')).toMatchObject({ changePending: false, giftMessage: 'All the best\n„山“' });
  });
});

describe('lines that are no goods', () => {
  const LINES = [
    line('1', 'TEE', 2),
    line('2', '', 1, { kind: 'Fee', title: 'Gift wrap', total: 300 }),
    line('3', 'GC-50', 1, { kind: 'GiftCard', total: 5000 }),
    line('4', '', 1, { kind: 'Discount', total: -500, unitPrice: -500 }),
    line('5', 'SET', 1, { total: 900 }),
    line('6', 'MUG', 1, { parentId: '5', total: 0 }),
  ];

  it('are not looked up, are shown as what they are, and their totals tie out', async () => {
    await take('L1', { lines: LINES });
    const shown = await seen('L1');
    expect(shown.intake).toBe('Accepted');
    expect(
      shown.lines.map((each: Record<string, unknown>) => [each['kind'], each['promotional'], each['parentId']]),
    ).toEqual([
      ['Goods', false, null],
      ['Fee', true, null],
      ['GiftCard', true, null],
      ['Discount', true, null],
      ['Bundle', true, null],
      ['Goods', false, '5'],
    ]);
    expect(await problems()).toEqual([]);
    await take('L2', { lines: [line('1', '', 1)] });
    expect(await seen('L2')).toMatchObject({ intake: 'Rejected', intakeReason: 'UnknownSku' });
  });

  it('complete with the last parcel; a fee and a discount are told to no shop', async () => {
    await take('L3', { lines: LINES });
    const { id } = await seen('L3');
    const first = await store.api('POST', `/orders/${id}/shipments`, { lines: [{ sku: 'TEE', quantity: 2 }] });
    expect(first.body.lines).toEqual([{ lineId: '1', quantity: 2 }]);
    const last = await store.api('POST', `/orders/${id}/shipments`, {});
    expect(last.body.lines).toEqual([
      { lineId: '6', quantity: 1 },
      { lineId: '3', quantity: 1 },
      { lineId: '5', quantity: 1 },
    ]);
  });

  it('take the short way into the database, too', async () => {
    await take('L4', { lines: LINES });
    await take('L5', { lines: [...LINES.slice(1), line('7', 'NOT-THERE', 1)] });
    expect([(await seen('L4')).intake, (await seen('L5')).intakeReason]).toEqual(['Accepted', 'UnknownSku']);
  });
});

describe('an order that goes to several addresses', () => {
  const TWO: Partial<OrderRecord> = {
    deliveries: [
      { id: 'a', address: { street1: 'Here 1' }, methodCode: 'standard' },
      { id: 'b', address: { street1: 'There 2' }, methodCode: 'express', locationId: 'w1' },
    ],
    lines: [line('1', 'TEE', 3, { deliveryId: 'a' }), line('2', 'MUG', 1, { deliveryId: 'b' })],
  };

  it('is refused with what to do, until the Store says that the back office packs by delivery', async () => {
    await take('M1', TWO);
    expect(await seen('M1')).toMatchObject({ intake: 'Rejected', intakeReason: 'SeveralDeliveries' });
    expect(await problems()).toEqual([
      'SeveralDeliveries: order M1: it goes to 2 addresses: split it at the shop, or set spec.orders.severalDeliveries of the Store to Accept once the back office packs by deliveryId',
    ]);
    await store.put(spec({ orders: { severalDeliveries: 'Accept' } }));
    const shown = await seen('M1');
    expect(shown).toMatchObject({
      intake: 'Accepted',
      deliveries: [
        { id: 'a', address: { street1: 'Here 1' } },
        { id: 'b', methodCode: 'express', locationId: 'w1' },
      ],
      lines: [{ deliveryId: 'a' }, { deliveryId: 'b' }],
    });
    expect(await problems()).toEqual([]);
    await until(async () => (await seen('M1')).exportedAt !== null, 'exported');
    const ship = (body: object) => store.api('POST', `/orders/${shown.id}/shipments`, body);
    expect(await ship({ trackingCode: 'T1' })).toMatchObject({ status: 409, body: { type: 'SeveralDeliveries' } });
    expect(await ship({ trackingCode: 'T1', deliveryId: 'b' })).toMatchObject({
      status: 201,
      body: { completes: false, lines: [{ lineId: '2', quantity: 1 }] },
    });
    await change('M1', { ...TWO, lines: TWO.lines!.map((each) => ({ ...each, deliveryId: 'b' })) });
    expect((await seen('M1')).changePending).toBe(true);
  });
});

describe('an order without a shipping method', () => {
  it('passes where nothing is mapped, is refused where it is, and gets the code that the Store gives to none', async () => {
    const none = { shippingMethodCode: undefined };
    await take('S1', none);
    expect(await seen('S1')).toMatchObject({ intake: 'Accepted', shippingMethod: null });
    await store.put(spec({ shippingMethods: { standard: 'DHL' } }));
    await take('S2', none);
    expect(await seen('S2')).toMatchObject({
      intake: 'Rejected',
      intakeMessage:
        'the order names no shipping method: add "" (empty) with the code to use for such orders to spec.shippingMethods of the Store',
    });
    await store.put(spec({ shippingMethods: { standard: 'DHL', '': 'PICKUP' } }));
    expect(await seen('S2')).toMatchObject({ intake: 'Accepted', shippingMethod: 'PICKUP' });
  });
});

describe('after export', () => {
  it.each<[string, Partial<OrderRecord>]>([
    ['the gift message', { giftMessage: 'Get well' }],
    ['the day to ship', { shipBy: '2026-05-04T10:00:00Z' }],
    ['the day of delivery', { deliverBy: '2026-05-09T10:00:00Z' }],
    ['that there is none any more', { deliverBy: undefined }],
    ['the pick-up point', { pickupPoint: { id: 'PS2' } }],
    ['that it goes to the address after all', { pickupPoint: undefined }],
    ['the terms of payment', { paymentTerms: 'Invoice' }],
  ])('%s is told as a change, and Accept brings it', async (_what, parts) => {
    const number = `C${++seconds}`;
    await exported(number, FACTS);
    await change(number, { ...FACTS, ...parts });
    const shown = await seen(number);
    expect(shown.changePending).toBe(true);
    const pending = shown.pendingChange;
    await until(() => told(number).includes('order.changed_after_export'), 'told');
    const { body } = await store.api('POST', `/orders/${shown.id}/changes`, { decision: 'Accept' });
    for (const name of ['shipBy', 'deliverBy', 'giftMessage', 'pickupPoint']) expect(body[name]).toEqual(pending[name]);
    expect(body.payment.terms).toBe(pending.paymentTerms);
    const [name, wanted] = Object.entries(parts)[0]!;
    if (name !== 'paymentTerms') expect(body).toMatchObject({ [name]: wanted ?? null });
  });

  it('a hold stops it with the words of the shop, and the shop lets it go again', async () => {
    await exported('C1', FACTS);
    await change('C1', { ...FACTS, hold: { reason: 'Fraud', message: 'Chargeback feared' } });
    const held = await seen('C1');
    expect(held).toMatchObject({
      changePending: true,
      stopReason: 'OnHold',
      hold: { reason: 'Fraud', message: 'Chargeback feared' },
    });
    expect((await store.api('POST', `/orders/${held.id}/shipments`, {})).status).toBe(409);
    await change('C1', FACTS);
    expect(await seen('C1')).toMatchObject({ changePending: false, stopReason: null, hold: null });
  });

  it('payments, references, taxes and fields of the shop are no change', async () => {
    await exported('C2', FACTS);
    await change('C2', {
      ...FACTS,
      payments: [],
      references: { other: '1' },
      taxes: [],
      discounts: [],
      custom: { campaign: 'y' },
      channel: 'web',
      lines: [line('1', 'TEE', 3), line('2', 'MUG', 1), line('3', '', 1, { kind: 'Fee' })],
    });
    expect((await seen('C2')).changePending).toBe(false);
  });
});

const REFUND: CreditRecord = {
  id: 'r1',
  at: '2026-05-02T12:00:00Z',
  lines: [{ lineId: '2', quantity: 1, amount: 1000 }],
  amount: 1490,
  shippingAmount: 490,
  reason: 'broken',
};
const REFUNDED: Partial<OrderRecord> = { paymentState: 'PartiallyRefunded', refundedTotal: 1490, refunds: [REFUND] };

describe('refunds, returns and cancellations', () => {
  const list = async (path: string) => (await store.api('GET', path)).body;

  it('are shown with their order, in a list of their own, and told; a refund alone is no change', async () => {
    await exported('R1');
    await change('R1', REFUNDED);
    const shown = await seen('R1');
    expect(shown).toMatchObject({
      changePending: false,
      payment: { refunded: 1490, due: 0 },
      refunds: [{ ...REFUND, at: '2026-05-02T12:00:00.000Z', state: 'Done', restocked: null }],
      returns: [],
      cancellations: [],
    });
    expect(await list('/refunds')).toMatchObject({
      items: [
        {
          id: 'r1',
          amount: 1490,
          currency: 'EUR',
          exponent: 2,
          order: { id: shown.id, cust_po_no: 'R1' },
          lines: [{ lineId: '2', quantity: 1, amount: 1000, sku: 'MUG', orderedSku: 'MUG' }],
        },
      ],
    });
    expect((await list('/returns')).items).toEqual([]);
    await until(() => told('R1').includes('order.refunded'), 'told');
    expect(told('R1')).not.toContain('order.changed_after_export');
  });

  it('keep their position until something about them changes', async () => {
    const back: CreditRecord = {
      id: 'b1',
      at: '2026-05-02T12:00:00Z',
      state: 'Requested',
      lines: [{ lineId: '1', quantity: 1 }],
    };
    await exported('R2');
    await change('R2', { returns: [back] });
    const [first] = (await list('/returns')).items;
    expect(first).toMatchObject({ state: 'Requested', amount: null, restocked: null });
    await change('R2', { returns: [back], note: 'looked at' });
    expect((await list(`/returns?after=${first.cursor}`)).items).toEqual([]);
    await change('R2', {
      returns: [
        { ...back, state: 'Done', restocked: true },
        { ...back, id: 'b2' },
      ],
    });
    const next = (await list(`/returns?after=${first.cursor}`)).items;
    expect(next.map((each: { id: string; state: string }) => [each.id, each.state])).toEqual([
      ['b1', 'Done'],
      ['b2', 'Requested'],
    ]);
    await until(() => told('R2').filter((type) => type === 'order.returned').length === 2, 'told twice');
  });

  it('stay as they were told where the shop shows them no more', async () => {
    await exported('R3', REFUNDED);
    await change('R3', { ...REFUNDED, refunds: [] });
    expect((await seen('R3')).refunds).toHaveLength(1);
  });

  it('of pieces are told beside the change that they bring; of the whole order it is order.cancelled alone', async () => {
    const cancelled: CreditRecord = {
      id: 'c1',
      at: '2026-05-02T12:00:00Z',
      lines: [{ lineId: '1', quantity: 1 }],
      restocked: true,
    };
    await exported('R4');
    await change('R4', {
      cancellations: [cancelled],
      lines: [line('1', 'TEE', 2, { cancelledQuantity: 1 }), line('2', 'MUG', 1)],
    });
    await until(() => told('R4').includes('order.lines_cancelled'), 'told');
    await until(() => told('R4').includes('order.changed_after_export'), 'told as a change');
    await change('R4', { state: 'Cancelled', cancellations: [cancelled, { ...cancelled, id: 'c2' }] });
    await until(() => told('R4').includes('order.cancelled'), 'cancelled');
    expect(told('R4').filter((type) => type === 'order.lines_cancelled')).toHaveLength(1);
    expect((await list('/cancellations?number=R4')).items).toHaveLength(2);
  });

  it('of an order that was not accepted come up in the list when it is', async () => {
    await take('R5', { ...REFUNDED, lines: [line('1', 'LATER', 1)] });
    await take('R6', REFUNDED);
    const before = await list('/refunds');
    expect(before.items.map((each: { order: { cust_po_no: string } }) => each.order.cust_po_no)).toEqual(['R6']);
    expect((await list('/refunds?intake=All')).items).toHaveLength(2);
    await pod.send('ProductImport', [product('p2', ['LATER'])]);
    const after = await list(`/refunds?after=${before.items[0].cursor}`);
    expect(after.items.map((each: { order: { cust_po_no: string } }) => each.order.cust_po_no)).toEqual(['R5']);
  });

  it('end with their connection', async () => {
    await take('R7', REFUNDED);
    await purgeConnection(rig.db, pod.key, 'Delete');
    const left = await rig.db.query('SELECT 1 FROM order_credits WHERE connection_id = $1', [pod.connectionId]);
    expect(left).toEqual([]);
  });

  it('of a completed order are asked for once a day for a month: a refund may not move its time of change', async () => {
    const placed = (daysAgo: number) => ({ placedAt: new Date(Date.now() - daysAgo * 86_400_000).toISOString() });
    const completed = { state: 'Completed', fulfilmentState: 'Fulfilled' } as const;
    await take('R8', placed(5));
    await take('R9', placed(50));
    const asked = () => pod.client.openRecords('OrderUpdate', '');
    expect(await asked()).toEqual(['o-R8', 'o-R9']);
    await change('R8', { ...placed(5), ...completed });
    await change('R9', { ...placed(50), ...completed });
    expect(await asked()).toEqual([]);
    await rig.db.query(`UPDATE orders SET look_again_at = look_again_at - interval '1 day' WHERE connection_id = $1`, [
      pod.connectionId,
    ]);
    expect(await asked()).toEqual(['o-R8']);
    await change('R8', { ...placed(5), ...completed });
    expect(await asked()).toEqual([]);
  });
});
