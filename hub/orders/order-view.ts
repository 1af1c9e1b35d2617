import type { Queryable, Row } from '../storage/database.ts';
import { CREDIT_LISTS, creditView, type CreditKind } from './credit-view.ts';
import { changeableView, factsView, lineFactsView } from './facts-view.ts';
import type { OrderView } from './order-schema.ts';
import { paymentView } from './payment-view.ts';

export { orderLineView, orderSchema, shipmentView, type OrderView } from './order-schema.ts';

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

/** What belongs to the rows is read for all at once: a page costs four queries, whatever its length. */
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
            '(SELECT k.connection_id, r.* FROM unnest($1::int[], $2::jsonb[]) AS k(connection_id, lines), jsonb_to_recordset(k.lines) AS r(order_id text, external_id text, position smallint, sku text, kind text, facts jsonb, title text, quantity int, cancelled_quantity int, fulfilled_quantity int, unit_price bigint, total bigint, tax_rate numeric, tax_amount bigint, discount_amount bigint)) l',
          ),
          [changed.map((row) => row['connection_id']), changed.map((row) => JSON.stringify(pendingOf(row).lines))],
        );
  const shipments = await db.query(
    'SELECT s.* FROM shipments s JOIN unnest($1::int[], $2::text[]) AS k(connection_id, order_id) USING (connection_id, order_id) ORDER BY s.created_at',
    keys,
  );
  const credits = await db.query(
    'SELECT t.* FROM order_credits t JOIN unnest($1::int[], $2::text[]) AS k(connection_id, order_id) USING (connection_id, order_id) ORDER BY t.at, t.external_id',
    keys,
  );
  const names = await db.query<{ id: number; namespace: string; name: string; store: string }>(
    "SELECT c.id, c.namespace, c.name, s.namespace || '/' || s.name AS store FROM connections c JOIN stores s ON s.id = c.store_id WHERE c.id = ANY($1::int[])",
    [keys[0]],
  );
  const of = (all: readonly Row[], row: Row) =>
    all.filter((child) => child['connection_id'] === row['connection_id'] && child['order_id'] === row['external_id']);
  return rows.map((row) =>
    view(
      row,
      of(lines, row),
      of(shipments, row),
      of(credits, row),
      names.find(({ id }) => id === row['connection_id']),
      of(pending, row),
    ),
  );
}

/** Of an order whose connection is gone meanwhile. */
const NOWHERE = { store: '', connection: '' };

const pendingOf = (row: Row) => row['pending_change'] as { readonly order: Row; readonly lines: unknown };

/** Lines by the Store's aliases, kits and promotional codes. `source` gives the rows, as `l`. */
const linesFrom = (source: string): string =>
  `SELECT l.*, coalesce(a.sku, l.sku) AS catalogue_sku, coalesce(l.kind, '') <> '' OR p.sku IS NOT NULL AS promotional,
     coalesce((SELECT jsonb_agg(jsonb_build_object('sku', k.component, 'quantity', k.quantity::bigint * l.quantity) ORDER BY k.component) FROM kits k WHERE k.store_id = c.store_id AND k.sku = coalesce(a.sku, l.sku)), '[]') AS components
   FROM ${source}
   JOIN connections c ON c.id = l.connection_id
   LEFT JOIN sku_aliases a ON a.store_id = c.store_id AND a.alias = l.sku LEFT JOIN promotional_codes p ON p.store_id = c.store_id AND p.sku = l.sku
   ORDER BY l.position`;

function view(
  row: Row,
  lines: readonly Row[],
  shipments: readonly Row[],
  credits: readonly Row[],
  connection: { namespace: string; name: string; store: string } | undefined,
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
    kind: line['kind'] || 'Goods',
    sku: line['catalogue_sku'],
    orderedSku: line['sku'],
    promotional: line['promotional'],
    components: line['components'],
    ...lineFactsView(line),
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
    ...(connection ? { store: connection.store, connection: `${connection.namespace}/${connection.name}` } : NOWHERE),
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
    payment: paymentView(row),
    ...factsView(row),
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
          paymentTerms: paymentView(now).terms,
          ...changeableView(now),
          lines: pendingLines.map(lineView),
        }
      : null,
    stopReason: row['stop_waived'] === true ? null : (row['stop'] ?? null),
    ...creditLists(credits),
    shipments: shipments.map((shipment) => ({
      components: shipment['components'] ?? [],
      trackingCodes: shipment['tracking_codes'] ?? [],
      refusal:
        shipment['refused_reason'] == null
          ? null
          : { reason: shipment['refused_reason'], message: shipment['refused_message'] },
      ...camel(shipment, [
        'id',
        'carrier',
        'parcel',
        'shipped_at',
        'completes',
        'service',
        'tracking_code',
        'tracking_url',
        'return_tracking_code',
        'location',
        'lines',
        'created_at',
        'confirmed_at',
        'corrected_at',
        'taken_back_at',
      ]),
    })),
    cursor: String(row['seq']),
  } as unknown as OrderView;
}

/** Refunds, returns and cancellations, each in a list of its own. */
function creditLists(rows: readonly Row[]): Partial<OrderView> {
  return Object.fromEntries(
    (Object.keys(CREDIT_LISTS) as CreditKind[]).map((kind) => [
      CREDIT_LISTS[kind],
      rows.filter((row) => row['kind'] === kind).map(creditView),
    ]),
  );
}
