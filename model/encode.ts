import type { BatchSegment } from './batch.ts';
import { CopyBuffer, type CopyValue } from './copy.ts';
import { currencyExponent } from './money.ts';
import { jsonText } from './no-number.ts';
import { creditLinesOf, factsOf, lineFactsOf, lineKinds, several, standingOf } from './order-facts.ts';
import { addressValues, md5, offsetMinutes, withoutPerson } from './order-values.ts';
import type { CanonicalRecord, CreditRecord, LineKind, OrderRecord, ProductRecord } from './records.ts';
import type { TableName } from './tables.ts';

/** What the engine decided about an order before it is written (sync/orders/intake.ts). */
export interface OrderDecision {
  readonly intake: 'Accepted' | 'Held' | 'Skipped';
  readonly reason?: string;
  readonly message?: string;
  /** As what it is paid, where that is not simply Paid: the Store says what it accepts (sync/orders/payment.ts). */
  readonly paymentKind?: string;
  readonly custRef: string;
}

const CREDITS = [
  ['Refund', 'refunds'],
  ['Return', 'returns'],
  ['Cancellation', 'cancellations'],
] as const;
const LONGEST_REASON = 500;

interface TableRows {
  readonly bytes: CopyBuffer;
  count: number;
}

/** Collects rows of a page as COPY text, one buffer a table. Columns stand in the order of tables.ts. */
export class BatchEncoder {
  readonly #rows = new Map<TableName, TableRows>();
  /** What a digest is made over. */
  readonly #hashed = new CopyBuffer();

  /** Throws `NoNumber`; what was begun of the record goes with `clear`. */
  add(record: CanonicalRecord, decide: (order: OrderRecord) => OrderDecision): void {
    switch (record.kind) {
      case 'product':
        return this.#product(record);
      case 'order':
        return this.#order(record, decide(record));
      case 'stock':
        return this.#hashedRow('stock_levels', [
          record.variantId,
          record.locationId,
          record.sku,
          record.onHand,
          record.allocated,
          record.available,
        ]);
      case 'attribute':
        return this.#hashedRow('attributes', [
          record.id,
          record.code,
          record.name,
          record.type,
          jsonText(record.values),
        ]);
      case 'attributeSet':
        return this.#hashedRow('attribute_sets', [
          record.id,
          record.code,
          record.name,
          JSON.stringify(record.attributeIds),
        ]);
      case 'location':
        return this.#hashedRow('locations', [record.id, record.code, record.name, record.readOnly ?? false]);
      case 'shippingMethod':
        return this.#hashedRow('shipping_methods', [record.id, record.code, record.name]);
      case 'supplier':
        return this.#hashedRow('suppliers', [record.id, record.code, record.name, record.email]);
      case 'productSupplier':
        return this.#hashedRow('product_suppliers', [
          record.variantId,
          record.supplierId,
          record.supplierSku,
          record.costPrice,
          record.currency,
        ]);
    }
  }

  /** Shares memory with the encoder: good until `clear`. */
  segments(): BatchSegment[] {
    return [...this.#rows]
      .filter(([, { count }]) => count > 0)
      .map(([table, { bytes, count }]) => ({ table, rows: count, data: bytes.view() }));
  }

  /** For the next page, in the same buffers. */
  clear(): void {
    for (const rows of this.#rows.values()) {
      rows.bytes.clear();
      rows.count = 0;
    }
  }

  #of(table: TableName): TableRows {
    const known = this.#rows.get(table);
    if (known) return known;
    const rows = { bytes: new CopyBuffer(), count: 0 };
    this.#rows.set(table, rows);
    return rows;
  }

  /** Returns where the row begins. */
  #put(rows: TableRows, values: readonly CopyValue[]): number {
    const start = rows.bytes.length;
    rows.bytes.row(values);
    rows.count++;
    return start;
  }

  /** The hash is over the row itself: equal bytes, equal record. */
  #hashedRow(table: TableName, values: readonly CopyValue[]): void {
    const rows = this.#of(table);
    const start = this.#put(rows, values);
    rows.bytes.extendRow(md5(rows.bytes.view(start)));
  }

  /** With its children's rows. */
  #recordHash(record: Buffer, ...children: readonly Buffer[]): string {
    this.#hashed.clear();
    this.#hashed.append(record);
    for (const rows of children) this.#hashed.append(rows);
    return md5(this.#hashed.view());
  }

  #product(product: ProductRecord): void {
    const variants = this.#of('variants');
    const images = this.#of('images');
    const [firstVariant, firstImage] = [variants.bytes.length, images.bytes.length];
    for (const variant of product.variants) {
      this.#put(variants, [
        variant.id,
        product.id,
        variant.sku,
        variant.title,
        variant.barcode,
        variant.price,
        variant.currency,
        variant.compareAtPrice,
        variant.weightGrams,
        variant.enabled,
        variant.tracked,
        JSON.stringify(variant.options),
        variant.updatedAt,
      ]);
    }
    for (const image of product.images)
      this.#put(images, [product.id, image.id, image.url, image.position, image.alt, image.variantId]);
    const products = this.#of('products');
    const start = this.#put(products, [
      product.id,
      product.title,
      product.description,
      product.brand,
      product.status,
      product.attributeSetId,
      jsonText(product.attributes),
      product.createdAt,
      product.updatedAt,
    ]);
    products.bytes.extendRow(
      this.#recordHash(products.bytes.view(start), variants.bytes.view(firstVariant), images.bytes.view(firstImage)),
    );
  }

  #order(given: OrderRecord, decision: OrderDecision): void {
    const order = given.redacted ? withoutPerson(given) : given;
    const lines = this.#of('order_lines');
    const firstLine = lines.bytes.length;
    const shippingAddress = addressValues(order.shippingAddress);
    const kinds = lineKinds(order.lines);
    for (let position = 0; position < order.lines.length; position++) {
      const line = order.lines[position]!;
      this.#put(lines, [
        order.id,
        line.id,
        position,
        line.sku,
        kinds[position] === 'Goods' ? '' : kinds[position],
        line.variantId,
        line.title,
        line.quantity,
        line.cancelledQuantity,
        line.fulfilledQuantity,
        line.unitPrice,
        line.total,
        line.taxRate,
        line.taxAmount,
        line.discountAmount,
        lineFactsOf(given.redacted ? { ...line, custom: undefined } : line),
      ]);
    }
    const credits = this.#credits(order);
    const orders = this.#of('orders');
    const start = this.#put(orders, [
      order.id,
      order.number,
      decision.custRef,
      order.placedAt,
      offsetMinutes(order.placedAt),
      order.updatedAt,
      order.state,
      order.paymentState,
      order.fulfilmentState,
      order.platformState,
      order.currency,
      currencyExponent(order.currency),
      several(order) ? order.deliveries!.length : 0,
      order.itemsTotal,
      order.shippingTotal,
      order.taxTotal,
      order.discountTotal,
      order.grandTotal,
      order.customerId,
      order.customerEmail,
      order.customerName,
      order.customerPhone,
      ...shippingAddress,
      ...addressValues(order.billingAddress),
      order.shippingMethodCode,
      order.shippingMethodName,
      order.note,
      factsOf(order),
      standingOf(order),
      decision.intake,
      decision.reason,
      decision.message,
      decision.paymentKind,
    ]);
    const rows = lines.bytes.view(firstLine);
    const hash = this.#recordHash(orders.bytes.view(start), ...(credits ? [rows, credits] : [rows]));
    orders.bytes.extendRow(this.#goodsHash(order, kinds, shippingAddress));
    orders.bytes.extendRow(hash);
  }

  /** Rows of refunds, returns and cancellations; few orders have any. */
  #credits(order: OrderRecord): Buffer | undefined {
    if (!order.refunds?.length && !order.returns?.length && !order.cancellations?.length) return undefined;
    const rows = this.#of('order_credits');
    const first = rows.bytes.length;
    for (const [kind, list] of CREDITS) for (const credit of order[list] ?? []) this.#credit(rows, order, kind, credit);
    return rows.bytes.view(first);
  }

  #credit(rows: TableRows, order: OrderRecord, kind: string, credit: CreditRecord): void {
    this.#put(rows, [
      order.id,
      kind,
      credit.id,
      credit.at,
      credit.state ?? 'Done',
      credit.amount,
      credit.shippingAmount,
      order.redacted ? undefined : credit.reason?.slice(0, LONGEST_REASON),
      credit.restocked,
      creditLinesOf(credit),
    ]);
  }

  /** Over what a warehouse packs and where it goes. */
  #goodsHash(order: OrderRecord, kinds: readonly LineKind[], shippingAddress: readonly CopyValue[]): string {
    this.#hashed.clear();
    this.#hashed.row(shippingAddress);
    order.lines.forEach((line, index) => {
      if (kinds[index] === 'Goods')
        this.#hashed.text(
          `${line.id}\t${line.sku}\t${line.quantity}${line.deliveryId === undefined ? '' : `\t${line.deliveryId}`}\n`,
        );
    });
    return md5(this.#hashed.view());
  }
}
