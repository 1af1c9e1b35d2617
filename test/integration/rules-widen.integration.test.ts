import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import type { OrderRecord } from '../../model/records.ts';
import { HubRig } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
}, 60_000);
afterAll(() => rig?.stop());

const NOW = new Date('2026-06-01T00:00:00Z');
const wants = (number: string, parts: Partial<OrderRecord>) =>
  order(number, { lines: [line('1', 'TEE', 1)], placedAt: '2026-05-01T00:00:00Z', ...parts });

describe('an order that was put aside for good by what the Store said', () => {
  async function shop(orders: StoreSpec['orders']) {
    const store = await rig.store({ orders });
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['TEE'])]);
    const take = (...records: OrderRecord[]) => pod.send('OrderImport', records, [], {}, NOW);
    const asked = () => pod.client.openRecords('OrderImport', '');
    const seen = async () =>
      Object.fromEntries(
        (await store.api('GET', '/orders?intake=All')).body.items.map(
          (item: { cust_po_no: string; intake: string; intakeReason: string | null }) => [
            item.cust_po_no,
            item.intakeReason ?? item.intake,
          ],
        ),
      );
    return { store, pod, take, asked, seen };
  }

  it('and that is gone or unreadable when it is read again is not asked for with every run', async () => {
    const { store, pod, take, asked, seen } = await shop({ channels: ['web'] });
    await take(wants('5', { channel: 'market' }), wants('6', { channel: 'market' }), wants('7', { channel: 'market' }));
    await store.put({ orders: {} });
    expect(await asked()).toEqual(['o-5', 'o-6', 'o-7']);
    await pod.gone('OrderImport', ['o-5']);
    const unreadable = { severity: 'Error', reason: 'UnexpectedPayload', message: 'it cannot be read' } as const;
    await pod.send(
      'OrderImport',
      [],
      [
        { ...unreadable, record: 'o-6' },
        { ...unreadable, record: 'o-7', number: '7', order: { id: 'o-7', number: '7', reference: '7' } },
      ],
    );
    expect(await seen()).toEqual({ 5: 'GoneAtStore', 6: 'OtherChannel', 7: 'OtherChannel' });
    expect(await asked()).toEqual([]);
    // Within the hour, as what was put aside is.
    await rig.db.query(
      `UPDATE orders SET look_again_at = look_again_at - interval '1 hour' WHERE look_again_at IS NOT NULL`,
    );
    expect(await asked()).toEqual(['o-6', 'o-7']);
  });

  it('of another channel is read again, once, when the Store takes that channel', async () => {
    const { store, take, asked, seen } = await shop({ channels: ['web'] });
    const [market, desk] = [wants('1', { channel: 'market' }), wants('2', { channel: 'desk' })];
    await take(market, desk);
    expect(await seen()).toEqual({ 1: 'OtherChannel', 2: 'OtherChannel' });
    expect(await asked()).toEqual([]);
    await store.put({ orders: { channels: ['web', 'market'] } });
    expect(await asked()).toEqual(['o-1']);
    await take(market);
    expect(await seen()).toEqual({ 1: 'Accepted', 2: 'OtherChannel' });
    await store.put({ orders: {} });
    expect(await asked()).toEqual(['o-2']);
    await take(desk);
    expect(await seen()).toEqual({ 1: 'Accepted', 2: 'Accepted' });
    expect(await asked()).toEqual([]);
  });

  it('for it was never paid is read again when the Store waits longer, and asked for no more where it still is not', async () => {
    const { store, take, asked, seen } = await shop({ unpaidDays: 5 });
    const records = [
      wants('3', { paymentState: 'Unpaid' }),
      wants('4', { paymentState: 'Unpaid', placedAt: '2026-02-01T00:00:00Z' }),
    ];
    await take(...records);
    expect(await seen()).toEqual({ 3: 'NeverPaid', 4: 'NeverPaid' });
    await store.put({ orders: { unpaidDays: 4 } });
    expect(await asked()).toEqual([]);
    await store.put({ orders: { unpaidDays: 60 } });
    expect(await asked()).toEqual(['o-3', 'o-4']);
    await take(...records);
    expect(await seen()).toEqual({ 3: 'Unpaid', 4: 'NeverPaid' });
    expect(await asked()).toEqual([]);
  });
});
