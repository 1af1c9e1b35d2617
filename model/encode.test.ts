import { describe, expect, it } from '@jest/globals';
import { decodeBatch, encodeBatch } from './batch.ts';
import { BatchEncoder, type OrderDecision } from './encode.ts';
import type {
  CanonicalRecord,
  CreditRecord,
  OrderLineRecord,
  OrderRecord,
  ProductRecord,
  RecordKind,
} from './records.ts';
import { TABLES, type TableName } from './tables.ts';

const accepted: OrderDecision = { intake: 'Accepted', paymentKind: 'OnDelivery', custRef: 'REF-1' };
const credit: CreditRecord = {
  id: 'R1',
  at: '2026-03-02T00:00:00Z',
  state: 'Requested',
  lines: [{ lineId: 'L1', quantity: 1, amount: 950 }],
  amount: 1450,
  shippingAmount: 500,
  reason: 'broken',
  restocked: true,
};

const line: OrderLineRecord = {
  id: 'L1',
  sku: 'SHIRT-M',
  variantId: 'V1',
  title: 'Shirt',
  quantity: 2,
  cancelledQuantity: 1,
  fulfilledQuantity: 0,
  unitPrice: 1000,
  total: 1900,
  taxRate: 20,
  taxAmount: 317,
  discountAmount: 100,
  parentId: 'L9',
  deliveryId: 'D1',
  custom: { engraving: 'A' },
};

const order: OrderRecord = {
  kind: 'order',
  id: 'O1',
  number: '#1001',
  placedAt: '2026-03-01T10:00:00+02:00',
  updatedAt: '2026-03-01T11:00:00Z',
  state: 'Open',
  paymentState: 'Paid',
  fulfilmentState: 'Unfulfilled',
  platformState: 'PaymentSettled',
  currency: 'EUR',
  itemsTotal: 1900,
  shippingTotal: 500,
  taxTotal: 400,
  discountTotal: 100,
  grandTotal: 2400,
  customerId: 'C1',
  customerEmail: 'a@example.org',
  customerName: 'Ada',
  customerPhone: '1',
  shippingAddress: {
    name: 'Ada',
    company: 'Engines',
    street1: 'Road 1',
    street2: 'Back',
    city: 'London',
    region: 'L',
    postalCode: 'N1',
    country: 'GB',
    phone: '2',
  },
  billingAddress: {
    name: 'Bill',
    company: 'Bills',
    street1: 'Lane 2',
    street2: 'Front',
    city: 'Leeds',
    region: 'Y',
    postalCode: 'N2',
    country: 'GB',
    phone: '3',
  },
  shippingMethodCode: 'std',
  shippingMethodName: 'Standard',
  note: 'ring',
  lines: [line, { ...line, id: 'L2', sku: 'MUG' }],
  paymentTerms: 'OnDelivery',
  paidTotal: 100,
  refundedTotal: 50,
  payments: [{ method: 'card', amount: 100, state: 'Paid', reference: 'T1' }],
  test: true,
  hold: { reason: 'FraudCheck', message: 'looks odd' },
  fulfilledBy: 'Platform',
  channel: 'web',
  references: { po: '4711' },
  shipBy: '2026-03-03T12:00:00Z',
  deliverBy: '2026-03-05T12:00:00Z',
  giftMessage: 'All the best',
  pickupPoint: { id: 'PS1', name: 'Kiosk', carrier: 'DHL', address: { street1: 'Corner 1' } },
  deliveries: [
    { id: 'D1', address: { name: 'Ada' }, methodCode: 'std', methodName: 'Standard', locationId: 'W1' },
    { id: 'D2', address: { name: 'Bob' } },
  ],
  taxes: [{ rate: 20, amount: 400, title: 'VAT' }],
  discounts: [{ code: 'SPRING', amount: 100 }],
  custom: { campaign: 'x' },
  refunds: [credit],
  returns: [{ ...credit, id: 'B1' }],
  cancellations: [{ ...credit, id: 'C1' }],
};

const product: ProductRecord = {
  kind: 'product',
  id: 'P1',
  title: 'Shirt',
  description: 'A\tshirt',
  brand: 'B',
  status: 'Active',
  attributeSetId: 'AS',
  attributes: { colour: 'red' },
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-02T00:00:00Z',
  variants: [
    {
      id: 'V1',
      sku: 'SHIRT-M',
      title: 'M',
      barcode: '4',
      price: 1000,
      currency: 'EUR',
      compareAtPrice: 1200,
      weightGrams: 200,
      enabled: true,
      tracked: true,
      options: { size: 'M' },
      updatedAt: '2026-01-02T00:00:00Z',
    },
  ],
  images: [{ id: 'I1', url: 'https://img.example/1', position: 0, alt: 'front', variantId: 'V1' }],
};

const RECORDS: Readonly<Record<RecordKind, CanonicalRecord>> = {
  attribute: { kind: 'attribute', id: 'A1', code: 'colour', name: 'Colour', type: 'select', values: ['red', 'blue'] },
  attributeSet: { kind: 'attributeSet', id: 'AS', code: 'set', name: 'Set', attributeIds: ['A1', 'A2'] },
  location: { kind: 'location', id: 'W1', code: 'w', name: 'Berlin' },
  shippingMethod: { kind: 'shippingMethod', id: 'S1', code: 'std', name: 'Standard' },
  supplier: { kind: 'supplier', id: 'U1', code: 'u', name: 'Maker', email: 'm@example.org' },
  productSupplier: {
    kind: 'productSupplier',
    variantId: 'V1',
    supplierId: 'U1',
    supplierSku: 'X',
    costPrice: 500,
    currency: 'EUR',
  },
  stock: { kind: 'stock', variantId: 'V1', sku: 'SHIRT-M', locationId: 'W1', onHand: 9, allocated: 2, available: 7 },
  product,
  order,
};

/** Kinds whose parts of more than one table travel together. */
const TABLES_OF: Readonly<Record<RecordKind, readonly TableName[]>> = {
  attribute: ['attributes'],
  attributeSet: ['attribute_sets'],
  location: ['locations'],
  shippingMethod: ['shipping_methods'],
  supplier: ['suppliers'],
  productSupplier: ['product_suppliers'],
  stock: ['stock_levels'],
  product: ['variants', 'images', 'products'],
  order: ['order_lines', 'order_credits', 'orders'],
};

type Named = Record<string, string>;

/** The rows of a record by table, each field under the name of its column. */
function encoded(record: CanonicalRecord, decision = accepted): Record<string, Named[]> {
  const encoder = new BatchEncoder();
  encoder.add(record, () => decision);
  return Object.fromEntries(
    encoder.segments().map(({ table, rows, data }) => {
      const lines = data.toString('utf8').slice(0, -1).split('\n');
      expect(lines).toHaveLength(rows);
      return [
        table,
        lines.map((text) => {
          const fields = text.split('\t');
          const columns = Object.keys(TABLES[table].columns);
          expect([table, fields.length]).toEqual([table, columns.length]);
          return Object.fromEntries(columns.map((column, index) => [column, fields[index]!]));
        }),
      ];
    }),
  );
}

/** The row that carries the record's hash. */
function head(record: CanonicalRecord, decision = accepted): Named {
  const tables = encoded(record, decision);
  return Object.entries(tables).find(([table]) => 'hash' in TABLES[table as TableName].columns)![1][0]!;
}

const kinds = Object.keys(RECORDS) as RecordKind[];

describe('rows', () => {
  it.each(kinds)('of a %s fill every column of its tables', (kind) => {
    const tables = encoded(RECORDS[kind]);
    expect(Object.keys(tables)).toEqual(TABLES_OF[kind]);
    for (const rows of Object.values(tables))
      for (const [column, field] of Object.entries(rows[0]!))
        if (!column.startsWith('intake_')) expect([column, field]).not.toEqual([column, '\\N']);
  });

  it('cover every table', () => {
    expect(Object.values(TABLES_OF).flat().sort()).toEqual(Object.keys(TABLES).sort());
  });

  it('stand under the right columns of an order', () => {
    const { orders, order_lines: lines } = encoded(order, {
      intake: 'Held',
      reason: 'Unpaid',
      message: 'later',
      custRef: 'R',
    });
    expect(orders![0]).toMatchObject({
      external_id: 'O1',
      number: '#1001',
      cust_ref: 'R',
      state: 'Open',
      payment_state: 'Paid',
      fulfilment_state: 'Unfulfilled',
      platform_state: 'PaymentSettled',
      currency: 'EUR',
      exponent: '2',
      items_total: '1900',
      shipping_total: '500',
      tax_total: '400',
      discount_total: '100',
      grand_total: '2400',
      customer_name: 'Ada',
      ship_name: 'Ada',
      ship_street2: 'Back',
      ship_postal_code: 'N1',
      ship_phone: '2',
      bill_name: 'Bill',
      bill_city: 'Leeds',
      bill_phone: '3',
      shipping_method_code: 'std',
      shipping_method_name: 'Standard',
      note: 'ring',
      intake: 'Held',
      intake_reason: 'Unpaid',
      intake_message: 'later',
    });
    expect(lines!.map(({ external_id: id, position }) => [id, position])).toEqual([
      ['L1', '0'],
      ['L2', '1'],
    ]);
    expect(lines![0]).toMatchObject({
      order_id: 'O1',
      sku: 'SHIRT-M',
      quantity: '2',
      cancelled_quantity: '1',
      fulfilled_quantity: '0',
      unit_price: '1000',
      total: '1900',
      tax_rate: '20',
      tax_amount: '317',
      discount_amount: '100',
    });
  });

  it('stand under the right columns of a product and its parts', () => {
    const { products, variants, images } = encoded(product);
    expect(products![0]).toMatchObject({
      external_id: 'P1',
      title: 'Shirt',
      description: 'A\\tshirt',
      brand: 'B',
      status: 'Active',
      attribute_set_id: 'AS',
      attributes: '{"colour":"red"}',
    });
    expect(variants![0]).toMatchObject({
      external_id: 'V1',
      product_id: 'P1',
      sku: 'SHIRT-M',
      price: '1000',
      compare_at_price: '1200',
      weight_grams: '200',
      enabled: 't',
      tracked: 't',
      options: '{"size":"M"}',
    });
    expect(images![0]).toMatchObject({
      product_id: 'P1',
      external_id: 'I1',
      url: 'https://img.example/1',
      position: '0',
      alt: 'front',
      variant_id: 'V1',
    });
  });

  it.each([
    ['JPY', '0'],
    ['EUR', '2'],
    ['KWD', '3'],
  ])('of an order in %s carry the exponent %s', (currency, exponent) => {
    expect(head({ ...order, currency })['exponent']).toBe(exponent);
  });

  it.each<[string | undefined, string]>([
    ['2026-03-01T10:00:00+02:00', '120'],
    ['2026-03-01T10:00:00-03:30', '-210'],
    ['2026-03-01T10:00:00+05:45', '345'],
    ['2026-03-01T10:00:00Z', '0'],
    ['2026-03-01T10:00:00.000Z', '0'],
    [undefined, '\\N'],
  ])('keep the offset of %s as %s minutes', (placedAt, minutes) => {
    expect(head({ ...order, placedAt })['placed_offset']).toBe(minutes);
  });

  it('of several records are counted and carried by a batch', () => {
    const encoder = new BatchEncoder();
    for (const kind of kinds) encoder.add(RECORDS[kind], () => accepted);
    encoder.add({ ...order, id: 'O2' }, () => accepted);
    const { segments } = decodeBatch(encodeBatch({ sequence: 1, read: 1, problems: [] }, encoder.segments()));
    expect(Object.fromEntries(segments.map(({ table, rows }) => [table, rows]))).toMatchObject({
      orders: 2,
      order_lines: 4,
      products: 1,
      locations: 1,
    });
  });
});

type Change = [string, unknown];

/** What becomes of a value when one thing in it changes, one at a time. */
function changesOf(value: unknown): Change[] {
  if (typeof value === 'number') return [['', value + 1]];
  if (typeof value === 'boolean') return [['', !value]];
  if (typeof value === 'string') return [['', `${value}!`]];
  if (Array.isArray(value)) {
    const items = value.flatMap((item, index) =>
      changesOf(item).map(([path, changed]): Change => [`[${index}]${path}`, value.with(index, changed)]),
    );
    return value.length > 0 ? [...items, [': one less', value.slice(0, -1)]] : items;
  }
  const fields = Object.entries(value as object).filter(([field]) => field !== 'kind');
  return fields.flatMap(([field, inner]) =>
    changesOf(inner).map(([path, changed]): Change => [`.${field}${path}`, { ...(value as object), [field]: changed }]),
  );
}

describe('the hash', () => {
  it.each(kinds)('of a %s is the same for the same record', (kind) => {
    expect(head(structuredClone(RECORDS[kind]))['hash']).toBe(head(RECORDS[kind])['hash']);
    expect(head(RECORDS[kind])['hash']).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(kinds)('of a %s is another after any change of its content', (kind) => {
    const before = head(RECORDS[kind])['hash'];
    const unseen = changesOf(RECORDS[kind])
      .filter(([, changed]) => head(changed as CanonicalRecord)['hash'] === before)
      .map(([field]) => field);
    expect(unseen).toEqual([]);
  });

  it('of an order is another after another decision', () => {
    const hash = head(order)['hash'];
    expect(head(order, { ...accepted, intake: 'Held', reason: 'Unpaid', message: '' })['hash']).not.toBe(hash);
    expect(head(order, { ...accepted, custRef: 'REF-2' })['hash']).not.toBe(hash);
  });

  it('does not take a missing field for an empty one', () => {
    expect(head({ ...order, note: undefined })['hash']).not.toBe(head({ ...order, note: '' })['hash']);
  });
});

describe('the hash of the goods', () => {
  const goods = (changed: Partial<OrderRecord>, decision?: OrderDecision) =>
    head({ ...order, ...changed }, decision)['goods_hash'];
  const before = goods({});

  it.each<[string, Partial<OrderRecord>]>([
    ['the street', { shippingAddress: { ...order.shippingAddress, street1: 'Road 2' } }],
    ['the country', { shippingAddress: { ...order.shippingAddress, country: 'FR' } }],
    ["a line's quantity", { lines: [{ ...line, quantity: 3 }, order.lines[1]!] }],
    ["a line's SKU", { lines: [{ ...line, sku: 'OTHER' }, order.lines[1]!] }],
    ['a line less', { lines: [line] }],
  ])('changes with %s', (_what, changed) => {
    expect(goods(changed)).not.toBe(before);
  });

  it.each<[string, Partial<OrderRecord>]>([
    ['the payment state', { paymentState: 'PartiallyRefunded' }],
    ['the fulfilment state', { fulfilmentState: 'PartiallyFulfilled' }],
    ['the state', { state: 'Cancelled', platformState: 'Cancelled' }],
    ['the time of change', { updatedAt: '2027-01-01T00:00:00Z' }],
    ['the billing address', { billingAddress: {} }],
    ['what has been fulfilled of a line', { lines: [{ ...line, fulfilledQuantity: 2 }, order.lines[1]!] }],
    ['a price', { lines: [{ ...line, unitPrice: 1 }, order.lines[1]!], grandTotal: 1 }],
  ])('stays with another %s', (_what, changed) => {
    expect(goods(changed)).toBe(before);
  });

  it('stays with another decision', () => {
    expect(goods({}, { intake: 'Held', reason: 'Unpaid', message: '', custRef: 'X' })).toBe(before);
  });
});
