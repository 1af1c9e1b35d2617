import { z } from 'zod';
import {
  defineDriver,
  type CensusWindow,
  type CheckReport,
  type CursorSemantics,
  type DriverDefinition,
  type EntryOf,
  type ImportFeed,
  type Page,
  type ShopHttp,
  type ReadRequest,
  type ShipmentWrite,
  type StockWrite,
  type WriteResult,
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
  readonly priceWrites: EntryOf<'PriceExport'>[] = [];
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
  /** Before the shop answers a check; a test keeps it waiting. */
  beforeCheck: () => void | Promise<void> = () => {};
  checkReport: CheckReport = {
    reachable: { status: 'True', reason: 'Reachable', message: 'answers' },
    credential: { status: 'True', reason: 'Valid', message: 'accepted' },
    shop: { id: 'memory', name: 'Memory' },
  };

  definition(cursor: Partial<Record<FeedType, CursorSemantics>> = {}): DriverDefinition {
    const semantics = (type: FeedType): CursorSemantics =>
      cursor[type] ?? {
        kind: 'changes',
        field: 'updatedAt',
        ...(type.startsWith('Order') ? { fallback: 'rereadOpen' as const } : {}),
      };
    const reading = (type: FeedType, records: () => readonly CanonicalRecord[]): ImportFeed<ShopHttp> => ({
      cursor: semantics(type),
      maxPageSize: 100,
      read: (_http, request) => this.#read(request, records()),
    });
    const counting = (records: () => readonly CanonicalRecord[]) => ({
      count: async (_http: ShopHttp, window: CensusWindow) => bornIn(records(), window).length,
      ids: (_http: ShopHttp, window: CensusWindow) => idsBornIn(records(), window),
    });
    const [products, orders, stock] = [() => this.products, () => this.orders, () => this.stock];
    return defineDriver({
      manifest: {
        name: 'memory',
        title: 'Memory',
        documentation: 'https://example.com',
        platformKind: 'Store',
        hosts: ['127.0.0.1:9'],
        limits: [],
      },
      credential: z.object({ apiKey: z.string() }),
      settings: z.strictObject({ url: z.string().optional() }),
      connect: ({ http }) => http,
      check: async () => {
        await this.beforeCheck();
        return this.checkReport;
      },
      feeds: {
        ProductImport: { ...reading('ProductImport', products), ...counting(products) },
        ProductUpdate: reading('ProductUpdate', products),
        StockImport: reading('StockImport', stock),
        OrderImport: { ...reading('OrderImport', orders), ...counting(orders) },
        OrderUpdate: reading('OrderUpdate', orders),
        ShipmentExport: { maxBatch: 100, write: (http, entries) => this.#writeShipments(http, entries) },
        StockExport: {
          maxBatch: 100,
          stock: 'onHand',
          write: (http, entries) => this.#writeAll(http, entries, this.stockWrites),
        },
        PriceExport: { maxBatch: 100, write: (http, entries) => this.#writeAll(http, entries, this.priceWrites) },
        StockCheck: reading('StockCheck', stock),
      },
      webhooks: (http) => ({
        read: ({ headers, body }) =>
          headers['x-signature'] === 'good'
            ? {
                valid: true,
                hints: [
                  { feed: 'OrderImport', ids: [(JSON.parse(Buffer.from(body).toString()) as { id: string }).id] },
                ],
              }
            : { valid: false, reason: 'SignatureInvalid', message: 'x-signature is not good' },
        ensure: async (url) => {
          await passTestMode(http, url);
          const repaired = this.subscribed !== url;
          this.subscribed = url;
          return { topics: ['orders'], repaired };
        },
        remove: async () => {
          this.subscribed = undefined;
        },
      }),
    });
  }

  async #writeAll<E extends { readonly entryId: string }>(
    http: ShopHttp,
    entries: readonly E[],
    into: E[],
  ): Promise<WriteResult[]> {
    this.beforeWrite();
    await passTestMode(http, JSON.stringify(entries));
    into.push(...entries);
    this.afterWrite();
    return entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' }));
  }

  async #writeShipments(http: ShopHttp, entries: readonly ShipmentWrite[]): Promise<WriteResult[]> {
    this.beforeWrite();
    const results: WriteResult[] = [];
    for (const entry of entries) {
      const known = this.shipped.find(
        (shipment) => shipment.trackingCode === entry.trackingCode && shipment.orderId === entry.orderId,
      );
      if (known) {
        results.push({ entryId: entry.entryId, outcome: 'AlreadyApplied' });
        continue;
      }
      await passTestMode(http, JSON.stringify(entry));
      this.shipped.push(entry);
      this.afterWrite();
      results.push({ entryId: entry.entryId, outcome: 'Applied', externalId: `f-${this.shipped.length}` });
    }
    return results;
  }

  async *#read(request: ReadRequest, records: readonly CanonicalRecord[]): AsyncGenerator<Page> {
    this.reads.push(request);
    const all = records.filter((record) => this.#wanted(record, request));
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

  #wanted(record: CanonicalRecord, request: ReadRequest): boolean {
    if (record.kind !== 'order' && record.kind !== 'product') return true;
    if (request.ids) return request.ids.includes(record.id);
    if (this.hidden.has(record.id)) return false;
    return (
      (!request.since || record.updatedAt >= request.since) && (!request.until || record.updatedAt < request.until)
    );
  }
}

/** Only Test mode is of interest: it throws HeldWrite before anything is sent; the call itself goes nowhere. */
async function passTestMode(http: ShopHttp, body: string): Promise<void> {
  await http.write({ method: 'POST', url: 'http://127.0.0.1:9/never', body }).catch((error: unknown) => {
    if ((error as Error).message.startsWith('Held')) throw error;
  });
}

function bornIn(records: readonly CanonicalRecord[], window: CensusWindow): CanonicalRecord[] {
  const born = (record: CanonicalRecord) =>
    record.kind === 'order' ? record.placedAt : record.kind === 'product' ? record.createdAt : undefined;
  return records.filter((record) => {
    const at = born(record);
    return at !== undefined && Date.parse(at) >= Date.parse(window.from) && Date.parse(at) < Date.parse(window.to);
  });
}

async function* idsBornIn(
  records: readonly CanonicalRecord[],
  window: CensusWindow,
): AsyncGenerator<readonly string[]> {
  yield bornIn(records, window).flatMap((record) => ('id' in record ? [record.id] : []));
}

export function product(id: string, skus: readonly string[], updatedAt = '2026-01-01T00:00:00Z'): ProductRecord {
  return {
    kind: 'product',
    id,
    title: `Product ${id}`,
    status: 'Active',
    attributes: {},
    updatedAt,
    images: [],
    variants: skus.map((sku) => ({
      id: `v-${sku}`,
      sku,
      title: sku,
      price: 1000,
      currency: 'EUR',
      enabled: true,
      tracked: true,
      options: {},
    })),
  };
}

/** Totals follow the lines, unless a test says otherwise. */
export function order(number: string, changes: Partial<OrderRecord> = {}): OrderRecord {
  const lines = changes.lines ?? [line('1', 'A', 2)];
  const itemsTotal = lines.reduce((sum, { total }) => sum + total, 0);
  return {
    kind: 'order',
    id: `o-${number}`,
    number,
    placedAt: '2026-02-01T10:00:00+02:00',
    updatedAt: '2026-02-01T08:00:00Z',
    state: 'Open',
    paymentState: 'Paid',
    fulfilmentState: 'Unfulfilled',
    platformState: 'PaymentSettled',
    currency: 'EUR',
    itemsTotal,
    shippingTotal: 500,
    taxTotal: 400,
    discountTotal: 0,
    grandTotal: itemsTotal + 500,
    customerEmail: 'jane@example.com',
    customerName: 'Jane Doe',
    shippingAddress: { name: 'Jane Doe', street1: 'Main Street 1', city: 'Berlin', country: 'DE' },
    billingAddress: {},
    shippingMethodCode: 'standard',
    lines,
    ...changes,
  };
}

export function line(
  id: string,
  sku: string,
  quantity: number,
  changes: Partial<OrderRecord['lines'][number]> = {},
): OrderRecord['lines'][number] {
  return {
    id,
    sku,
    title: sku,
    quantity,
    cancelledQuantity: 0,
    fulfilledQuantity: 0,
    unitPrice: 1000,
    total: 1000 * quantity,
    taxRate: 20,
    taxAmount: 200 * quantity,
    discountAmount: 0,
    ...changes,
  };
}

export function level(sku: string, onHand: number, locationId = 'main'): StockRecord {
  return { kind: 'stock', variantId: `v-${sku}`, sku, locationId, onHand, available: onHand };
}
