import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  defineDriver,
  waiting,
  type DriverContext,
  type DriverDefinition,
  type DriverWebhooks,
  type ImportFeed,
  type Page,
  type ReadRequest,
  type StockWrite,
  type WriteResult,
} from '../../drivers/contract/index.ts';
import type { Address, CanonicalRecord, OrderRecord, ProductRecord, StockRecord } from '../../model/records.ts';
import type { ShopAddress, ShopLevel, ShopLine, ShopOrder, ShopProduct } from './data.ts';

const PAGE = 250;
/** What the shop takes in one request. */
const LEVELS_A_WRITE = 250;

/** Of both sides of a webhook: over the raw body. */
export const signatureOf = (secret: string, body: Uint8Array): string =>
  createHmac('sha256', secret).update(body).digest('base64url');

interface Settings {
  readonly url: string;
}
interface ListBody {
  readonly orders?: readonly ShopOrder[];
  readonly products?: readonly ShopProduct[];
  readonly stock?: readonly ShopLevel[];
  readonly next: string | null;
}

type Context = DriverContext<{ apiKey: string }, Settings>;

const lists =
  (list: 'orders' | 'products' | 'stock'): ImportFeed<ShopDriver>['read'] =>
  (driver, request) =>
    driver.read(list, request);
const found = { status: 'True' as const, reason: 'Checked', message: 'the shop answers' };

/** The driver of the benchmark's shop: written as a driver is, against the contract, with no short cut. */
export const shop: DriverDefinition = defineDriver({
  manifest: {
    name: 'bench',
    title: 'Benchmark shop',
    documentation: 'https://example.com',
    platformKind: 'Store',
    hosts: [{ setting: 'url' }],
    limits: [],
  },
  credential: z.object({ apiKey: z.string() }),
  settings: z.strictObject({ url: z.string() }),
  connect: (context) => new ShopDriver(context),
  check: async () => ({ reachable: found, credential: found }),
  feeds: {
    ProductImport: { cursor: { kind: 'changes', field: 'updated_at' }, maxPageSize: PAGE, read: lists('products') },
    StockImport: { cursor: { kind: 'full' }, maxPageSize: PAGE, read: lists('stock') },
    OrderImport: { cursor: { kind: 'changes', field: 'updated_at' }, maxPageSize: PAGE, read: lists('orders') },
    StockExport: {
      maxBatch: LEVELS_A_WRITE,
      stock: 'onHand',
      write: (driver, entries, signal) => driver.writeStock(entries, signal),
    },
  },
  webhooks: (driver) => driver.hooks,
});

class ShopDriver {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  readonly hooks: DriverWebhooks = {
    read: ({ headers, body }) => {
      const expected = Buffer.from(signatureOf(this.#context.credential.apiKey, body));
      const given = Buffer.from(headers['x-signature'] ?? '');
      if (expected.length !== given.length || !timingSafeEqual(expected, given))
        return { valid: false, reason: 'SignatureInvalid', message: 'x-signature does not fit the body' };
      return {
        valid: true,
        hints: [{ feed: 'OrderImport', ids: [(JSON.parse(Buffer.from(body).toString()) as { id: string }).id] }],
      };
    },
    ensure: async (url, _feeds, signal) => {
      await this.#context.http.write({
        method: 'POST',
        url: `${this.#context.settings.url}/subscription`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url, secret: this.#context.credential.apiKey }),
        signal,
      });
      return { topics: ['orders'], repaired: false };
    },
    remove: async () => {},
  };

  async *read(list: 'orders' | 'products' | 'stock', request: ReadRequest): AsyncIterable<Page> {
    for (let page = request.resume ? Number(request.resume) + 1 : 1; ; page++) {
      const ids = request.ids ? `&ids=${request.ids.map(encodeURIComponent).join()}` : '';
      const since = request.since ? `&updated_since=${encodeURIComponent(request.since)}` : '';
      const answer = await this.#context.http.read({
        method: 'GET',
        url: `${this.#context.settings.url}/${list}?per_page=${request.pageSize}${since}${ids}&page=${page}`,
        headers: { authorization: `Bearer ${this.#context.credential.apiKey}` },
        signal: request.signal,
      });
      const body = (await answer.json()) as ListBody;
      yield { records: recordsOf(body), resume: String(page), end: body.next === null };
      if (body.next === null) return;
    }
  }

  async writeStock(entries: readonly StockWrite[], signal: AbortSignal): Promise<readonly WriteResult[]> {
    const results: WriteResult[] = [];
    for (let from = 0; from < entries.length; from += LEVELS_A_WRITE) {
      const part = entries.slice(from, from + LEVELS_A_WRITE);
      const answer = await this.#context.http.write({
        method: 'POST',
        url: `${this.#context.settings.url}/stock`,
        headers: { 'content-type': 'application/json' },
        signal,
        body: JSON.stringify({
          levels: part.map(({ variantId, locationId, quantity }) => ({ variantId, locationId, quantity })),
        }),
      });
      const limit = Number(answer.headers['x-limit-per-second']);
      if (limit > 0) this.#context.http.observe({ burst: limit, perSecond: limit });
      if (answer.status === 429)
        throw waiting('RateLimited', 'the shop limits requests', Number(answer.headers['retry-after'] ?? 1) * 1000);
      for (const { entryId } of part)
        results.push(
          answer.status === 200
            ? { entryId, outcome: 'Applied' }
            : { entryId, outcome: 'Rejected', reason: 'Refused', message: `the shop answered ${answer.status}` },
        );
    }
    return results;
  }
}

function recordsOf(body: ListBody): CanonicalRecord[] {
  if (body.orders) return body.orders.map(orderRecord);
  if (body.products) return body.products.map(productRecord);
  return (body.stock ?? []).map(stockRecord);
}

function orderRecord(order: ShopOrder): OrderRecord {
  const method = order.shipping_lines[0];
  return {
    kind: 'order',
    id: order.id,
    number: order.number,
    placedAt: order.created_at,
    updatedAt: order.updated_at,
    state: order.status === 'open' ? 'Open' : 'Cancelled',
    paymentState: order.financial_status === 'paid' ? 'Paid' : 'Unpaid',
    fulfilmentState: order.fulfillment_status === 'unfulfilled' ? 'Unfulfilled' : 'Fulfilled',
    platformState: order.status,
    currency: order.currency,
    itemsTotal: order.subtotal,
    shippingTotal: order.shipping_total,
    taxTotal: order.tax_total,
    discountTotal: order.discount_total,
    grandTotal: order.total,
    customerId: order.customer.id,
    customerEmail: order.customer.email,
    customerName: order.customer.name,
    customerPhone: order.customer.phone,
    shippingAddress: addressOf(order.shipping_address),
    billingAddress: addressOf(order.billing_address),
    shippingMethodCode: method?.code,
    shippingMethodName: method?.title,
    note: order.note,
    lines: order.lines.map(lineOf),
  };
}

function lineOf(line: ShopLine) {
  const tax = line.tax_lines[0];
  return {
    id: line.id,
    sku: line.sku,
    variantId: line.variant_id,
    title: line.title,
    quantity: line.quantity,
    cancelledQuantity: 0,
    fulfilledQuantity: 0,
    unitPrice: line.unit_price,
    total: line.total,
    taxRate: tax?.rate ?? 0,
    taxAmount: tax?.amount ?? 0,
    discountAmount: line.discount,
  };
}

function addressOf(address: ShopAddress): Address {
  return {
    name: address.name,
    company: address.company || undefined,
    street1: address.address1,
    street2: address.address2 || undefined,
    city: address.city,
    region: address.province,
    postalCode: address.zip,
    country: address.country_code,
    phone: address.phone,
  };
}

function productRecord(product: ShopProduct): ProductRecord {
  return {
    kind: 'product',
    id: product.id,
    title: product.title,
    description: product.description,
    brand: product.brand,
    status: product.status === 'active' ? 'Active' : 'Inactive',
    attributes: {},
    createdAt: product.created_at,
    updatedAt: product.updated_at,
    variants: product.variants.map((variant) => ({
      id: variant.id,
      sku: variant.sku,
      title: variant.title,
      barcode: variant.barcode,
      price: variant.price,
      currency: 'EUR',
      weightGrams: variant.weight_grams,
      enabled: true,
      tracked: true,
      options: variant.options,
    })),
    images: product.images.map(({ id, url, position, alt }) => ({ id, url, position, alt })),
  };
}

function stockRecord(level: ShopLevel): StockRecord {
  return {
    kind: 'stock',
    variantId: level.variant_id,
    sku: level.sku,
    locationId: level.location_id,
    onHand: level.on_hand,
    allocated: 0,
    available: level.available,
  };
}
