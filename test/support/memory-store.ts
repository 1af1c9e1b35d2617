import { z } from 'zod';
import {
  defineDriver, terminal, type CensusWindow, type CheckReport, type CursorSemantics, type Driver, type DriverDefinition, type Page, type ReadRequest, type ShipmentWrite, type StockWrite, type WriteResult,
} from '../../drivers/contract/index.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord, ProductRecord, StockRecord } from '../../model/records.ts';

/** A store in memory for tests of engine and hub: what a driver would read from it and write to it. */
export class MemoryStore {
  products: ProductRecord[] = [];
  orders: OrderRecord[] = [];
  stock: StockRecord[] = [];
  readonly shipped: ShipmentWrite[] = [];
  readonly stockWrites: StockWrite[] = [];
  reads: ReadRequest[] = [];
  /** Listed neither by time nor counted as changed: found by the completeness check alone. */
  readonly hidden = new Set<string>();
  subscribed: string | undefined;
  /** Called before each page is given; a test throws from here. */
  beforePage: (page: number, feed: FeedType) => void | Promise<void> = () => {};
  /** Before a write: a test throws from here for a refusal. */
  beforeWrite: () => void = () => {};
  /** After a write took effect: a test throws from here for a lost answer. */
  afterWrite: () => void = () => {};
  checkReport: CheckReport = {
    reachable: { status: 'True', reason: 'Reachable', message: 'answers' },
    credential: { status: 'True', reason: 'Valid', message: 'accepted' },
    shop: { id: 'memory', name: 'Memory' },
  };

  definition(cursor: Partial<Record<FeedType, CursorSemantics>> = {}): DriverDefinition {
    const feeds = (['ProductImport', 'ProductUpdate', 'StockImport', 'OrderImport', 'OrderUpdate', 'ShipmentExport', 'StockExport', 'StockCheck'] as const)
      .map((type) => ({ type, maxPageSize: 100, cursor: cursor[type] ?? ({ kind: 'changes', field: 'updatedAt', ...(type.startsWith('Order') ? { secondWay: 'openRecords' as const } : {}) } satisfies CursorSemantics) }));
    return defineDriver({
      manifest: { name: 'memory', title: 'Memory', documentation: 'https://example.com', platformKind: 'Store', hosts: ['127.0.0.1:9'], feeds, limits: [] },
      credential: z.object({ apiKey: z.string() }),
      settings: z.strictObject({ url: z.string().optional() }),
      connect: ({ http }) => this.#driver(http),
    });
  }

  #driver(http: Parameters<DriverDefinition['connect']>[0]['http']): Driver {
    return {
      check: async () => this.checkReport,
      count: async (feed, window) => this.#bornIn(feed, window).length,
      ids: (feed, window) => this.#idsBornIn(feed, window),
      hooks: {
        read: ({ headers, body }) => (headers['x-signature'] === 'good'
          ? { valid: true, hints: [{ feed: 'OrderImport', ids: [(JSON.parse(Buffer.from(body).toString()) as { id: string }).id] }] }
          : { valid: false, reason: 'SignatureInvalid', message: 'x-signature is not good' }),
        ensure: async (url) => {
          await this.#passTestMode(http, url);
          const repaired = this.subscribed !== url;
          this.subscribed = url;
          return { topics: ['orders'], repaired };
        },
        remove: async () => { this.subscribed = undefined; },
      },
      read: (request) => this.#read(request),
      writeStock: async (entries) => {
        this.beforeWrite();
        await this.#passTestMode(http, JSON.stringify(entries));
        this.stockWrites.push(...entries);
        this.afterWrite();
        return entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' }));
      },
      writeShipments: async (entries) => {
        this.beforeWrite();
        const results: WriteResult[] = [];
        for (const entry of entries) {
          const known = this.shipped.find((shipment) => shipment.trackingCode === entry.trackingCode && shipment.orderId === entry.orderId);
          if (known) {
            results.push({ entryId: entry.entryId, outcome: 'AlreadyApplied' });
            continue;
          }
          await this.#passTestMode(http, JSON.stringify(entry));
          this.shipped.push(entry);
          this.afterWrite();
          results.push({ entryId: entry.entryId, outcome: 'Applied', externalId: `f-${this.shipped.length}` });
        }
        return results;
      },
    };
  }

  /** Only Test mode is of interest: it throws HeldWrite before anything is sent; the call itself goes nowhere. */
  async #passTestMode(http: Parameters<DriverDefinition['connect']>[0]['http'], body: string): Promise<void> {
    await http.write({ method: 'POST', url: 'http://127.0.0.1:9/never', body }).catch((error: unknown) => {
      if ((error as Error).message.startsWith('Held')) throw error;
    });
  }

  async *#read(request: ReadRequest): AsyncGenerator<Page> {
    this.reads.push(request);
    const all = this.#records(request.feed).filter((record) => this.#wanted(record, request));
    let offset = request.resume ? Number(request.resume) : 0;
    for (let page = 0; ; page++) {
      await this.beforePage(page, request.feed);
      const records = all.slice(offset, offset + request.pageSize);
      offset += records.length;
      const end = offset >= all.length;
      yield { records, resume: String(offset), end, total: all.length };
      if (end) return;
    }
  }

  #bornIn(feed: FeedType, window: CensusWindow): CanonicalRecord[] {
    const born = (record: CanonicalRecord) => (record.kind === 'order' ? record.placedAt : record.kind === 'product' ? record.createdAt : undefined);
    return this.#records(feed).filter((record) => {
      const at = born(record);
      return at !== undefined && Date.parse(at) >= Date.parse(window.from) && Date.parse(at) < Date.parse(window.to);
    });
  }

  async *#idsBornIn(feed: FeedType, window: CensusWindow): AsyncGenerator<readonly string[]> {
    yield this.#bornIn(feed, window).flatMap((record) => ('id' in record ? [record.id] : []));
  }

  #records(feed: FeedType): CanonicalRecord[] {
    if (feed.startsWith('Product')) return this.products;
    if (feed.startsWith('Order')) return this.orders;
    if (feed === 'StockImport' || feed === 'StockCheck') return this.stock;
    throw terminal('UnsupportedFeed', `${feed} is not in the memory store`);
  }

  #wanted(record: CanonicalRecord, request: ReadRequest): boolean {
    if (record.kind !== 'order' && record.kind !== 'product') return true;
    if (request.ids) return request.ids.includes(record.id);
    if (this.hidden.has(record.id)) return false;
    return (!request.since || record.updatedAt >= request.since) && (!request.until || record.updatedAt < request.until);
  }
}

export function product(id: string, skus: readonly string[], updatedAt = '2026-01-01T00:00:00Z'): ProductRecord {
  return {
    kind: 'product', id, title: `Product ${id}`, status: 'Active', attributes: {}, updatedAt, images: [],
    variants: skus.map((sku) => ({ id: `v-${sku}`, sku, title: sku, price: 1000, currency: 'EUR', enabled: true, tracked: true, options: {} })),
  };
}

/** Totals follow the lines, unless a test says otherwise. */
export function order(number: string, changes: Partial<OrderRecord> = {}): OrderRecord {
  const lines = changes.lines ?? [line('1', 'A', 2)];
  const itemsTotal = lines.reduce((sum, { total }) => sum + total, 0);
  return {
    kind: 'order', id: `o-${number}`, number, placedAt: '2026-02-01T10:00:00+02:00', updatedAt: '2026-02-01T08:00:00Z', state: 'Open', paymentState: 'Paid', fulfilmentState: 'Unfulfilled', platformState: 'PaymentSettled',
    currency: 'EUR', itemsTotal, shippingTotal: 500, taxTotal: 400, discountTotal: 0, grandTotal: itemsTotal + 500,
    customerEmail: 'jane@example.com', customerName: 'Jane Doe', shippingAddress: { name: 'Jane Doe', street1: 'Main Street 1', city: 'Berlin', country: 'DE' }, billingAddress: {}, shippingMethodCode: 'standard',
    lines, ...changes,
  };
}

export function line(id: string, sku: string, quantity: number, changes: Partial<OrderRecord['lines'][number]> = {}): OrderRecord['lines'][number] {
  return { id, sku, title: sku, quantity, cancelledQuantity: 0, fulfilledQuantity: 0, unitPrice: 1000, total: 1000 * quantity, taxRate: 20, taxAmount: 200 * quantity, discountAmount: 0, ...changes };
}

export function level(sku: string, onHand: number, locationId = 'main'): StockRecord {
  return { kind: 'stock', variantId: `v-${sku}`, sku, locationId, onHand, available: onHand };
}
