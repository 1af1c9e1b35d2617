import { z } from 'zod';
import { connectorPermissions, createApiKey } from './access.ts';
import { bulkOrders } from './bulk.ts';
import { variantsOf, type SeedProduct } from './catalogue.ts';
import type { AdminClient } from './graphql.ts';
import {
  cancelOrder,
  getOrder,
  payOrder,
  refundOrder,
  shipOrder,
  type Cancel,
  type NewOrder,
  type PlacedOrder,
  type Ship,
  type StoreOrder,
} from './orders.ts';
import { placeOrder } from './place-order.ts';
import { createProduct } from './seed-products.ts';
import { findLocation, findShop, findVariant, type StockAt } from './lookup.ts';

const count = z.object({ list: z.object({ totalItems: z.int() }) });
const placed = z.object({ list: z.object({ totalItems: z.int(), items: z.array(z.object({ code: z.string() })) }) });
const ids = z.object({ updateProductVariants: z.array(z.object({ id: z.string() })) });

/** The verbs of a shopkeeper, for tests: what happens in the store while a connector looks on. */
export class VendureAdmin {
  /** For what has no verb here. */
  readonly client: AdminClient;

  constructor(client: AdminClient) {
    this.client = client;
  }

  placeOrder(order: NewOrder): Promise<PlacedOrder> {
    return placeOrder(this.client, order);
  }

  payOrder(code: string): Promise<StoreOrder> {
    return payOrder(this.client, code);
  }

  /** Gives back a part of what was paid, as a favour. */
  refundOrder(code: string, amount: number, reason: string): Promise<void> {
    return refundOrder(this.client, code, amount, reason);
  }

  cancelOrder(code: string, cancel: Cancel = {}): Promise<StoreOrder> {
    return cancelOrder(this.client, code, cancel);
  }

  /** Ships on the store's own side, as its staff would. */
  shipOrder(code: string, ship: Ship): Promise<StoreOrder> {
    return shipOrder(this.client, code, ship);
  }

  getOrder(code: string): Promise<StoreOrder> {
    return getOrder(this.client, code);
  }

  /** Places `n` paid orders of one plentiful item; answers their codes. */
  bulkOrders(n: number, concurrency = 4): Promise<string[]> {
    return bulkOrders(this.client, n, concurrency);
  }

  /** A promotion that takes a tenth off the order of who types in the code. */
  async addCoupon(code: string, name: string): Promise<void> {
    await this.client.ask(
      `mutation ($input: CreatePromotionInput!) { made: createPromotion(input: $input) { ... on Promotion { id } ... on ErrorResult { errorCode message } } }`,
      {
        input: {
          ...{ enabled: true, couponCode: code, conditions: [] },
          actions: [{ code: 'order_percentage_discount', arguments: [{ name: 'discount', value: '10' }] }],
          translations: [{ languageCode: 'en', name }],
        },
      },
      z.object({ made: z.object({ id: z.string() }) }),
    );
  }

  /** By the name of the location. */
  async setStock(sku: string, location: string, onHand: number): Promise<void> {
    const stockLocationId = await findLocation(this.client, location);
    await this.#updateVariant(sku, { stockLevels: [{ stockLocationId, stockOnHand: onHand }] });
  }

  async stockOf(sku: string): Promise<readonly StockAt[]> {
    return (await findVariant(this.client, sku)).stock;
  }

  /** In minor units, tax included. */
  setPrice(sku: string, price: number): Promise<void> {
    return this.#updateVariant(sku, { price });
  }

  renameSku(sku: string, to: string): Promise<void> {
    return this.#updateVariant(sku, { sku: to });
  }

  /** A key with exactly these permissions; without any named, those of a connector. */
  createApiKey(permissions: readonly string[] = connectorPermissions): Promise<string> {
    return createApiKey(this.client, permissions);
  }

  /** Codes of all orders that were placed. */
  async placedCodes(): Promise<string[]> {
    const codes: string[] = [];
    for (;;) {
      const { list } = await this.client.ask(
        'query ($skip: Int) { list: orders(options: { take: 500, skip: $skip, sort: { id: ASC }, filter: { orderPlacedAt: { isNull: false } } }) { totalItems items { code } } }',
        { skip: codes.length },
        placed,
      );
      codes.push(...list.items.map(({ code }) => code));
      if (list.items.length === 0 || codes.length >= list.totalItems) return codes;
    }
  }

  async countOrders(): Promise<number> {
    return (await this.client.ask('{ list: orders(options: { take: 1 }) { totalItems } }', {}, count)).list.totalItems;
  }

  async countVariants(): Promise<number> {
    return (await this.client.ask('{ list: productVariants(options: { take: 1 }) { totalItems } }', {}, count)).list
      .totalItems;
  }

  /** Adds `n` products of one variant each; answers their SKUs. Their names go on from the last call's. */
  async createProducts(n: number): Promise<string[]> {
    const shop = await findShop(this.client);
    const first = await this.countVariants();
    const added = Array.from({ length: n }, (_, index): SeedProduct => bulkProduct(first + index));
    for (const product of added) await createProduct(this.client, shop, product, []);
    return added.flatMap((product) => variantsOf(product).map((variant) => variant.sku));
  }

  async #updateVariant(sku: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    const variant = await findVariant(this.client, sku);
    await this.client.ask(
      'mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }',
      { input: [{ id: variant.id, ...change }] },
      ids,
    );
  }
}

function bulkProduct(serial: number): SeedProduct {
  const number = String(serial).padStart(6, '0');
  return {
    slug: `bulk-${number}`,
    name: `Bulk item ${number}`,
    skuPrefix: `BULK-${number}`,
    category: 'Bulk',
    brand: 'Bulk',
    price: 1000 + (serial % 500),
    weightGrams: 100,
    options: {},
    stock: [100, 10],
  };
}
