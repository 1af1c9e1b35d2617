import { describe, expect, it, jest } from '@jest/globals';
import { shopifyWire } from '../../../simulator/wires/shopify.ts';
import { peerShop, runPeer, whatIsMissing } from './peer.ts';

jest.setTimeout(400_000);
const missing = await whatIsMissing();
const where = missing === undefined ? it : it.skip;
const orReason = missing === undefined ? '' : ` (skipped: ${missing})`;

interface Node {
  readonly id: string;
}
interface Seen {
  readonly orders: readonly Node[];
  readonly products: readonly (Node & { readonly variants: { readonly nodes: readonly Node[] } })[];
  readonly [what: string]: unknown;
}

describe("Shopify's own client for Python at the simulated Shopify", () => {
  where(
    `reads all by cursor, sets a level once, sends a parcel, and is told what it did wrong${orReason}`,
    async () => {
      const { store, showcase, url, close } = await peerShop(shopifyWire);
      try {
        const { shop, truth } = store;
        const order = shop.orders.get(showcase.orders.get('two-lines')!)!;
        // Two of it are reserved.
        const [variant] = shop.products.get(showcase.products.get('rich')!)!.variants;
        const levelOf = () =>
          truth.levels().find(({ variantId, locationId }) => variantId === variant!.id && locationId === 'main')!;
        const before = levelOf().onHand - levelOf().allocated;
        const seen = (await runPeer('with_shopifyapi.py', {
          ...{ host: new URL(url).host, token: 'shpat_good', order: `gid://shopify/Order/${order.id}`, quantity: 77 },
          ...{ variant: `gid://shopify/ProductVariant/${variant!.id}`, tracking: 'JD0001' },
        })) as Seen;

        const ids = (nodes: readonly Node[]) => nodes.map(({ id }) => id.split('/').at(-1)!).sort();
        expect(ids(seen.orders)).toEqual(
          truth
            .orders()
            .map(({ id }) => id)
            .sort(),
        );
        expect(ids(seen.products)).toEqual(
          truth
            .products()
            .map(({ id }) => id)
            .sort(),
        );
        expect(ids(seen.products.flatMap(({ variants }) => variants.nodes))).toEqual(
          truth
            .products()
            .flatMap(({ variants }) => variants.map(({ id }) => id))
            .sort(),
        );
        expect(seen['cost']).toMatchObject({ requestedQueryCost: expect.any(Number) });
        expect(seen['shop']).toEqual({ myshopifyDomain: 'simulated.myshopify.com', currencyCode: 'EUR' });
        expect(seen['order']).toMatchObject({
          name: order.number,
          totalPriceSet: { shopMoney: { currencyCode: order.currency } },
          lineItems: { nodes: order.lines.map(({ sku, ordered }) => ({ sku, quantity: ordered })) },
        });
        const { amount } = (seen['order'] as { totalPriceSet: { shopMoney: { amount: string } } }).totalPriceSet
          .shopMoney;
        expect(Number(amount) * 100).toBeCloseTo(order.grand, 3);
        expect(seen['no order']).toBeNull();
        expect(seen['no field']).toContain('nonsense');

        expect(seen['level']).toEqual({ sku: variant!.sku, available: before });
        expect([seen['set'], seen['set again']]).toEqual([[], []]);
        expect(seen['set anew']).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);
        expect(levelOf().onHand - levelOf().allocated).toBe(77);
        expect(truth.effects.filter(({ kind }) => kind === 'stock')).toHaveLength(1);

        const [parcel, ...more] = shop.orders.get(order.id)!.parcels;
        expect(more).toEqual([]);
        expect(parcel).toMatchObject({ trackingCode: 'JD0001', carrier: 'Post' });
        expect(parcel!.lines).toEqual([{ lineId: order.lines[0]!.id, quantity: 1 }]);
        expect(seen['parcel']).toMatchObject({
          fulfillment: { id: `gid://shopify/Fulfillment/${parcel!.id}`, trackingInfo: [{ number: 'JD0001' }] },
          userErrors: [],
        });
        expect(seen['too much']).toMatchObject({
          fulfillment: null,
          userErrors: [{ message: 'Invalid fulfillment order line item quantity requested.' }],
        });
        expect(seen['wrong key']).toBe(401);
      } finally {
        await close();
      }
    },
  );
});
