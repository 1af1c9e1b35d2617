import { z } from 'zod';
import type { Queryable, Row } from '../storage/database.ts';

const address = z.object({
  name: z.string().nullable(),
  company: z.string().nullable(),
  street1: z.string().nullable(),
  street2: z.string().nullable(),
  city: z.string().nullable(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string().nullable(),
  phone: z.string().nullable(),
});

export const orderLineView = z.object({
  id: z.string(),
  /** The catalogue's SKU; an alias is already translated. */
  sku: z.string(),
  orderedSku: z.string().meta({ description: 'SKU as the order names it.' }),
  title: z.string().nullable(),
  quantity: z.number(),
  cancelledQuantity: z.number(),
  fulfilledQuantity: z.number(),
  unitPrice: z.number().meta({ description: 'Gross, in minor units of the currency.' }),
  total: z.number(),
  taxRate: z.number(),
  taxAmount: z.number(),
  discountAmount: z.number(),
  components: z
    .array(z.object({ sku: z.string(), quantity: z.number() }))
    .meta({ description: 'Of a kit: the pieces of each component, for the whole line. Empty: no kit.' }),
  promotional: z.boolean().meta({ description: 'A promotional code of the Store: no goods, nothing to ship.' }),
});

export const shipmentView = z.object({
  id: z.string(),
  carrier: z.string().nullable(),
  trackingCode: z.string().nullable(),
  trackingUrl: z.string().nullable(),
  location: z.string().nullable().meta({ description: 'The warehouse that shipped it.' }),
  lines: z
    .array(z.object({ lineId: z.string(), quantity: z.number() }))
    .nullable()
    .meta({
      description:
        'What the store is told. Empty: parts of a kit alone, which go to the store once the kit is complete.',
    }),
  components: z
    .array(z.object({ lineId: z.string(), sku: z.string(), quantity: z.number() }))
    .meta({ description: 'Pieces of kits in the parcel.' }),
  createdAt: z.string(),
  confirmedAt: z.string().nullable().meta({ description: 'When the store had it.' }),
});

export const orderSchema = z.object({
  id: z.string().meta({ description: "The hub's id of the order." }),
  externalId: z.string(),
  cust_po_no: z.string().meta({ description: 'The full order number of the store.' }),
  cust_ref: z.string().meta({ description: "Shortened reference by the Store's rules." }),
  connection: z.string(),
  intake: z.enum(['Accepted', 'Held', 'Skipped', 'Rejected']),
  intakeReason: z.string().nullable(),
  intakeMessage: z.string().nullable(),
  state: z.string(),
  paymentState: z.string(),
  fulfilmentState: z.string(),
  platformState: z.string(),
  changePending: z
    .boolean()
    .meta({
      description: 'The order changed after it was exported: shipments are refused until the change is answered.',
    }),
  pendingChange: z
    .object({
      itemsTotal: z.number(),
      shippingTotal: z.number(),
      taxTotal: z.number(),
      discountTotal: z.number(),
      grandTotal: z.number(),
      shippingAddress: address,
      shippingMethod: z.string().nullable(),
      note: z.string().nullable(),
      lines: z.array(orderLineView),
    })
    .nullable()
    .meta({
      description: 'What the shop has now, as Accept would bring it. Null where no change waits for an answer.',
    }),
  stopReason: z
    .enum(['Refunded', 'PaymentFailed', 'NotPaid', 'OnHold'])
    .nullable()
    .meta({
      description:
        'Why the shop wants an exported order not to be shipped: parcels are refused. Answering the change with Ignore ships it all the same.',
    }),
  placedAt: z.string().nullable(),
  placedOffsetMinutes: z.number().nullable(),
  updatedAt: z.string().nullable(),
  currency: z.string(),
  exponent: z.number(),
  itemsTotal: z.number(),
  shippingTotal: z.number(),
  taxTotal: z.number(),
  discountTotal: z.number(),
  grandTotal: z.number(),
  customer: z.object({
    id: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
  }),
  shippingAddress: address,
  billingAddress: address,
  shippingMethod: z.string().nullable().meta({ description: "The back office's code, mapped by the Store." }),
  note: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedReference: z.string().nullable(),
  exportedAt: z.string().nullable(),
  lines: z.array(orderLineView),
  shipments: z.array(shipmentView),
  cursor: z.string(),
});
export type OrderView = z.infer<typeof orderSchema>;

/** One order as the back office sees it, in REST and webhooks alike. */
export async function orderView(
  db: Queryable,
  connectionId: number,
  externalId: string,
): Promise<OrderView | undefined> {
  const rows = await db.query('SELECT * FROM orders WHERE connection_id = $1 AND external_id = $2', [
    connectionId,
    externalId,
  ]);
  return (await orderViews(db, rows))[0];
}

/** Lines and shipments of all rows are read at once: a page costs three queries, whatever its length. */
export async function orderViews(db: Queryable, rows: readonly Row[]): Promise<OrderView[]> {
  if (rows.length === 0) return [];
  const keys = [rows.map((row) => row['connection_id']), rows.map((row) => row['external_id'])];
  const lines = await db.query(
    linesFrom(
      'order_lines l JOIN unnest($1::int[], $2::text[]) AS k(connection_id, order_id) USING (connection_id, order_id)',
    ),
    keys,
  );
  const changed = rows.filter((row) => row['pending_change'] != null);
  const pending =
    changed.length === 0
      ? []
      : await db.query(
          linesFrom(
            '(SELECT k.connection_id, r.* FROM unnest($1::int[], $2::jsonb[]) AS k(connection_id, lines), jsonb_to_recordset(k.lines) AS r(order_id text, external_id text, position smallint, sku text, title text, quantity int, cancelled_quantity int, fulfilled_quantity int, unit_price bigint, total bigint, tax_rate numeric, tax_amount bigint, discount_amount bigint)) l',
          ),
          [changed.map((row) => row['connection_id']), changed.map((row) => JSON.stringify(pendingOf(row).lines))],
        );
  const shipments = await db.query(
    'SELECT s.* FROM shipments s JOIN unnest($1::int[], $2::text[]) AS k(connection_id, order_id) USING (connection_id, order_id) ORDER BY s.created_at',
    keys,
  );
  const names = await db.query<{ id: number; namespace: string; name: string }>(
    'SELECT id, namespace, name FROM connections WHERE id = ANY($1::int[])',
    [keys[0]],
  );
  const of = (all: readonly Row[], row: Row) =>
    all.filter((child) => child['connection_id'] === row['connection_id'] && child['order_id'] === row['external_id']);
  return rows.map((row) =>
    view(
      row,
      of(lines, row),
      of(shipments, row),
      names.find(({ id }) => id === row['connection_id']),
      of(pending, row),
    ),
  );
}

const pendingOf = (row: Row) => row['pending_change'] as { readonly order: Row; readonly lines: unknown };

/** Lines by the Store's aliases, kits and promotional codes. `source` gives the rows, as `l`. */
const linesFrom = (source: string): string =>
  `SELECT l.*, coalesce(a.sku, l.sku) AS catalogue_sku, p.sku IS NOT NULL AS promotional,
     coalesce((SELECT jsonb_agg(jsonb_build_object('sku', k.component, 'quantity', k.quantity::bigint * l.quantity) ORDER BY k.component) FROM kits k WHERE k.store_id = c.store_id AND k.sku = coalesce(a.sku, l.sku)), '[]') AS components
   FROM ${source}
   JOIN connections c ON c.id = l.connection_id
   LEFT JOIN sku_aliases a ON a.store_id = c.store_id AND a.alias = l.sku LEFT JOIN promotional_codes p ON p.store_id = c.store_id AND p.sku = l.sku
   ORDER BY l.position`;

function view(
  row: Row,
  lines: readonly Row[],
  shipments: readonly Row[],
  connection: { namespace: string; name: string } | undefined,
  pendingLines: readonly Row[],
): OrderView {
  const camel = (source: Row, names: readonly string[]) =>
    Object.fromEntries(
      names.map((name): [string, unknown] => [
        name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        source[name] ?? null,
      ]),
    );
  const addressOf = (prefix: string, of: Row = row) =>
    Object.fromEntries(
      ['name', 'company', 'street1', 'street2', 'city', 'region', 'country', 'phone']
        .map((part): [string, unknown] => [part, of[`${prefix}_${part}`] ?? null])
        .concat([['postalCode', of[`${prefix}_postal_code`] ?? null]]),
    );
  const lineView = (line: Row) => ({
    id: line['external_id'],
    sku: line['catalogue_sku'],
    orderedSku: line['sku'],
    promotional: line['promotional'],
    components: line['components'],
    taxRate: Number(line['tax_rate']),
    ...camel(line, [
      'title',
      'quantity',
      'cancelled_quantity',
      'fulfilled_quantity',
      'unit_price',
      'total',
      'tax_amount',
      'discount_amount',
    ]),
  });
  const now = row['pending_change'] == null ? undefined : pendingOf(row).order;
  return {
    id: `${String(row['connection_id'])}.${String(row['external_id'])}`,
    externalId: row['external_id'],
    cust_po_no: row['number'],
    cust_ref: row['cust_ref'],
    connection: connection ? `${connection.namespace}/${connection.name}` : '',
    ...camel(row, [
      'intake',
      'intake_reason',
      'intake_message',
      'state',
      'payment_state',
      'fulfilment_state',
      'platform_state',
      'change_pending',
      'placed_at',
      'updated_at',
      'currency',
      'exponent',
      'items_total',
      'shipping_total',
      'tax_total',
      'discount_total',
      'grand_total',
      'note',
      'acknowledged_at',
      'exported_at',
    ]),
    // What the Store maps, else the store's own code.
    shippingMethod: row['shipping_method'] ?? row['shipping_method_code'] ?? null,
    placedOffsetMinutes: row['placed_offset'] ?? null,
    acknowledgedReference: row['acknowledged_ref'] ?? null,
    customer: {
      id: row['customer_id'] ?? null,
      name: row['customer_name'] ?? null,
      email: row['customer_email'] ?? null,
      phone: row['customer_phone'] ?? null,
    },
    shippingAddress: addressOf('ship'),
    billingAddress: addressOf('bill'),
    lines: lines.map(lineView),
    pendingChange: now
      ? {
          ...camel(now, ['items_total', 'shipping_total', 'tax_total', 'discount_total', 'grand_total', 'note']),
          shippingAddress: addressOf('ship', now),
          shippingMethod: now['shipping_method_code'] ?? null,
          lines: pendingLines.map(lineView),
        }
      : null,
    stopReason: row['stop_waived'] === true ? null : (row['stop'] ?? null),
    shipments: shipments.map((shipment) => ({
      components: shipment['components'] ?? [],
      ...camel(shipment, [
        'id',
        'carrier',
        'tracking_code',
        'tracking_url',
        'location',
        'lines',
        'created_at',
        'confirmed_at',
      ]),
    })),
    cursor: String(row['seq']),
  } as unknown as OrderView;
}
