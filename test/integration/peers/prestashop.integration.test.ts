import { describe, expect, it, jest } from '@jest/globals';
import { prestashopWire } from '../../../simulator/wires/prestashop.ts';
import { peerShop, runPeer, whatIsMissing } from './peer.ts';

jest.setTimeout(400_000);
const missing = await whatIsMissing();
const where = missing === undefined ? it : it.skip;
const orReason = missing === undefined ? '' : ` (skipped: ${missing})`;

interface Seen {
  readonly orders: readonly number[];
  readonly products: readonly number[];
  readonly [what: string]: unknown;
}

describe('prestapyt at the simulated PrestaShop', () => {
  where(
    `reads all, changes a level and a price, sends a parcel, and is told what it did wrong${orReason}`,
    async () => {
      const { store, showcase, url, close } = await peerShop(prestashopWire);
      try {
        const { shop, truth } = store;
        const order = shop.orders.get(showcase.orders.get('plain')!)!;
        const product = shop.products.get(showcase.products.get('rich')!)!;
        // Two of it are reserved.
        const [variant] = product.variants;
        const allocated = truth.levels().find(({ variantId }) => variantId === variant!.id)!.allocated;
        const seen = (await runPeer('with_prestapyt.py', {
          ...{ url, key: 'good', order: order.id, product: product.id, variant: variant!.id, quantity: 77 },
          ...{ price: '12.340000', tracking: 'JD0001', state: '14' },
        })) as Seen;

        const numbers = (all: readonly { readonly id: string }[]) => all.map(({ id }) => Number(id)).sort();
        expect([...seen.orders].sort()).toEqual(numbers(truth.orders()));
        expect([...(seen['orders of all time'] as number[])].sort()).toEqual(numbers(truth.orders()));
        expect(seen['orders before all time']).toEqual([]);
        expect([...seen.products].sort()).toEqual(numbers(truth.products()));
        expect(seen['rights']).toMatchObject({ get: 'true', delete: 'false' });
        expect(seen['version']).toMatch(/^\d+(\.\d+)+$/);
        const { order_rows: rows } = (seen['order'] as { associations: { order_rows: Record<string, unknown> } })
          .associations;
        expect(seen['order']).toMatchObject({ id: order.id, reference: order.number });
        expect(Number((seen['order'] as { total_paid: string }).total_paid) * 100).toBeCloseTo(order.grand, 3);
        expect([rows['order_row']].flat().map((row) => (row as { id: string }).id)).toEqual(
          order.lines.map(({ id }) => id),
        );

        expect(seen['no order']).toMatchObject({ message: 'HTTP response is empty' });
        expect(seen['no resource']).toMatchObject({ status: 400, message: expect.stringContaining('does not exist') });
        expect(seen['no field']).toMatchObject({ status: 400, code: '32' });
        expect(seen['wrong key']).toBe(401);

        expect(seen['level']).toBe('77');
        const level = truth.levels().find(({ variantId }) => variantId === variant!.id)!;
        expect(level.onHand - allocated).toBe(77);
        expect(seen['product with all']).toMatchObject({
          status: 400,
          message: expect.stringContaining('not writable'),
        });
        expect(shop.products.get(product.id)!.variants[0]!.price).toBe(1234);
        expect(shop.products.get(product.id)!.title).toBe(product.title);

        const sent = shop.orders.get(order.id)!;
        expect(sent.parcels.map(({ trackingCode }) => trackingCode)).toEqual(['JD0001']);
        expect(sent.progress).toBe('Completed');
        expect(seen['fields of a history']).toEqual(
          expect.arrayContaining(['id', 'id_order', 'id_order_state', 'id_employee']),
        );
        expect(seen['histories']).toHaveLength(1);
        expect(seen['state']).toBe('14');
      } finally {
        await close();
      }
    },
  );
});
