import { describe, expect, it, jest } from '@jest/globals';
import { magento2Wire } from '../../../simulator/wires/magento2.ts';
import { peerShop, runPeer, whatIsMissing } from './peer.ts';

jest.setTimeout(400_000);
const missing = await whatIsMissing();
const where = missing === undefined ? it : it.skip;
const orReason = missing === undefined ? '' : ` (skipped: ${missing})`;

interface Seen {
  readonly order: {
    readonly increment_id: string;
    readonly items: readonly { readonly sku: string; readonly parent_item_id?: number | null }[];
  };
  readonly shipment: string;
  readonly [what: string]: unknown;
}
const inOrder = (numbers: unknown): number[] => [...(numbers as number[])].sort((a, b) => a - b);

describe('pymagento at the simulated Magento', () => {
  where(`reads all, changes levels and a price, sends a parcel, and is told what it did wrong${orReason}`, async () => {
    const { store, showcase, url, close } = await peerShop(magento2Wire);
    try {
      const { shop, truth } = store;
      const order = shop.orders.get(showcase.orders.get('two-lines')!)!;
      const [first, second] = shop.products.get(showcase.products.get('rich')!)!.variants;
      const seen = (await runPeer('with_pymagento.py', {
        ...{ url: new URL(url).origin, token: 'at-good', order: order.id, number: order.number, quantity: 77 },
        ...{ sku: second!.sku, variant: second!.id, other: first!.sku, price: 123.45, tracking: 'JD0001' },
      })) as Seen;

      const placed = truth.orders().filter(({ progress }) => progress !== 'Draft');
      const numbers = placed.map(({ id }) => Number(id)).sort((a, b) => a - b);
      expect(inOrder(seen['orders'])).toEqual(numbers);
      expect(seen['orders at all']).toBe(numbers.length);
      const latest = placed.map(({ number }) => number).sort((a, b) => (a < b ? 1 : -1));
      expect(seen['last orders']).toEqual(latest.slice(0, 3));
      expect(seen.order.increment_id).toBe(order.number);
      // What is sold of a configurable product stands there twice: the simple one under it.
      const own = seen.order.items.filter(({ parent_item_id }) => parent_item_id == null);
      expect(own.map(({ sku }) => sku)).toEqual(order.lines.map(({ sku }) => sku));
      expect(seen['order by number']).toBe(Number(order.id));
      expect(seen['orders by number']).toEqual([order.number]);
      expect([seen['no order'], seen['no order by number']]).toEqual([null, null]);

      const products = truth.products().flatMap(({ id, variants }) => [id, ...variants.map((each) => each.id)]);
      expect(inOrder(seen['products'])).toEqual(inOrder(products.map(Number)));
      expect((seen['names alone'] as object[]).map((each) => Object.keys(each).sort())).toEqual([
        ['name', 'sku'],
        ['name', 'sku'],
      ]);
      expect(seen['product']).toMatchObject({ id: Number(second!.id), sku: second!.sku, type_id: 'simple' });
      expect(seen['product by id']).toBe(second!.sku);
      expect(seen['no product']).toBeNull();

      expect(seen['sources']).toEqual(shop.locations.map(({ code }) => code));
      expect((seen['levels'] as unknown[]).length).toBe(truth.levels().length);
      const levelOf = (variantId: string): number | undefined =>
        truth.levels().find((level) => level.variantId === variantId && level.locationId === 'main')?.onHand;
      expect([seen['level'], levelOf(second!.id)]).toEqual([[77], 77]);
      expect([seen['stock item'], levelOf(first!.id)]).toEqual([78, 78]);
      expect(seen['levels of two']).toBe(2);
      expect(seen['no level']).toMatchObject({ message: 'Validation Failed' });
      expect(truth.effects.filter(({ kind }) => kind === 'price')).toHaveLength(1);

      const { parcels } = shop.orders.get(order.id)!;
      expect(parcels.map(({ id, trackingCode }) => [id, trackingCode])).toEqual([[seen.shipment, 'JD0001']]);
      expect(parcels[0]!.lines).toEqual([{ lineId: order.lines[0]!.id, quantity: 1 }]);
      expect(seen['shipments']).toEqual([
        [Number(seen.shipment), [expect.objectContaining({ order_item_id: Number(order.lines[0]!.id), qty: 1 })]],
      ]);
      expect(seen['one shipment']).toBe('JD0001');
      expect(seen['too much']).toMatchObject({ message: expect.stringContaining('Shipment Document Validation') });
      expect(seen['wrong key']).toMatchObject({ message: expect.stringContaining('signature') });
    } finally {
      await close();
    }
  });
});
