import { hash } from 'node:crypto';
import type { BatchSegment } from './batch.ts';
import { copyRow, type CopyValue } from './copy.ts';
import { currencyExponent } from './money.ts';
import type { Address, CanonicalRecord, OrderRecord, ProductRecord } from './records.ts';
import type { TableName } from './tables.ts';

/** What the engine decided about an order before it is written (sync/orders/intake.ts). */
export interface OrderDecision {
  readonly intake: 'Accepted' | 'Held' | 'Skipped';
  readonly reason?: string;
  readonly message?: string;
  readonly custRef: string;
}

/** Collects rows of a page as COPY text, one growing string a table. Columns stand in the order of tables.ts. */
export class BatchEncoder {
  readonly #rows = new Map<TableName, { text: string; count: number }>();

  add(record: CanonicalRecord, decide: (order: OrderRecord) => OrderDecision): void {
    switch (record.kind) {
      case 'product': return this.#product(record);
      case 'order': return this.#order(record, decide(record));
      case 'stock':
        return this.#hashed('stock_levels', [record.variantId, record.locationId, record.sku, record.onHand, record.allocated, record.available]);
      case 'attribute':
        return this.#hashed('attributes', [record.id, record.code, record.name, record.type, JSON.stringify(record.values)]);
      case 'attributeSet':
        return this.#hashed('attribute_sets', [record.id, record.code, record.name, JSON.stringify(record.attributeIds)]);
      case 'location': return this.#hashed('locations', [record.id, record.code, record.name]);
      case 'shippingMethod': return this.#hashed('shipping_methods', [record.id, record.code, record.name]);
      case 'supplier': return this.#hashed('suppliers', [record.id, record.code, record.name, record.email]);
      case 'productSupplier':
        return this.#hashed('product_suppliers', [record.variantId, record.supplierId, record.supplierSku, record.costPrice, record.currency]);
    }
  }

  segments(): BatchSegment[] {
    return [...this.#rows].map(([table, { text, count }]) => ({ table, rows: count, data: Buffer.from(text) }));
  }

  #put(table: TableName, row: string): void {
    const rows = this.#rows.get(table);
    if (rows) {
      rows.text += row;
      rows.count++;
    } else this.#rows.set(table, { text: row, count: 1 });
  }

  /** The hash is over the row itself: equal bytes, equal record. */
  #hashed(table: TableName, values: readonly CopyValue[]): void {
    const row = copyRow(values);
    this.#put(table, `${row.slice(0, -1)}\t${md5(row)}\n`);
  }

  #product(product: ProductRecord): void {
    let children = '';
    for (const variant of product.variants) {
      const row = copyRow([
        variant.id, product.id, variant.sku, variant.title, variant.barcode, variant.price, variant.currency, variant.compareAtPrice,
        variant.weightGrams, variant.enabled, variant.tracked, JSON.stringify(variant.options), variant.updatedAt,
      ]);
      children += row;
      this.#put('variants', row);
    }
    for (const image of product.images) {
      const row = copyRow([product.id, image.id, image.url, image.position, image.alt, image.variantId]);
      children += row;
      this.#put('images', row);
    }
    const row = copyRow([
      product.id, product.title, product.description, product.brand, product.status, product.attributeSetId, JSON.stringify(product.attributes),
      product.createdAt, product.updatedAt,
    ]);
    this.#put('products', `${row.slice(0, -1)}\t${md5(row + children)}\n`);
  }

  #order(order: OrderRecord, decision: OrderDecision): void {
    let lines = '';
    let goods = copyRow(addressValues(order.shippingAddress));
    for (let position = 0; position < order.lines.length; position++) {
      const line = order.lines[position]!;
      const row = copyRow([
        order.id, line.id, position, line.sku, line.variantId, line.title, line.quantity, line.cancelledQuantity, line.fulfilledQuantity,
        line.unitPrice, line.total, line.taxRate, line.taxAmount, line.discountAmount,
      ]);
      lines += row;
      goods += `${line.id}\t${line.sku}\t${line.quantity}\n`;
      this.#put('order_lines', row);
    }
    const row = copyRow([
      order.id, order.number, decision.custRef, order.placedAt, offsetMinutes(order.placedAt), order.updatedAt,
      order.state, order.paymentState, order.fulfilmentState, order.platformState,
      order.currency, currencyExponent(order.currency), order.itemsTotal, order.shippingTotal, order.taxTotal, order.discountTotal, order.grandTotal,
      order.customerId, order.customerEmail, order.customerName, order.customerPhone,
      ...addressValues(order.shippingAddress), ...addressValues(order.billingAddress),
      order.shippingMethodCode, order.shippingMethodName, order.note,
      decision.intake, decision.reason, decision.message,
    ]);
    this.#put('orders', `${row.slice(0, -1)}\t${md5(goods)}\t${md5(row + lines)}\n`);
  }
}

function addressValues(address: Address): CopyValue[] {
  return [address.name, address.company, address.street1, address.street2, address.city, address.region, address.postalCode, address.country, address.phone];
}

/** md5 because it is the cheapest digest that fits PostgreSQL's uuid (16 bytes); it guards against change, not malice. */
function md5(text: string): string {
  return hash('md5', text, 'hex');
}

/** "+02:00" as 120. A time in UTC has no offset to keep. */
function offsetMinutes(time: string | undefined): number | undefined {
  const match = time ? /([+-])(\d\d):(\d\d)$/.exec(time) : null;
  if (!match) return time ? 0 : undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}
