import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storesOf, text, type App } from '../http/app.ts';
import { pageBounds, type PageBounds } from '../http/position.ts';
import { CREDIT_LISTS, creditSchema, creditView, type CreditKind } from '../orders/credit-view.ts';
import type { Queryable, Row } from '../storage/database.ts';

const SUMMARIES: Readonly<Record<CreditKind, string>> = {
  Refund: 'Refunds: money that shops gave back, oldest change first',
  Return: 'Returns: goods that come or came back to shops, oldest change first',
  Cancellation: 'Cancellations: pieces that shops do not deliver, oldest change first',
};

const listQuery = pageQuery.extend({
  intake: z
    .enum(['Accepted', 'All'])
    .default('Accepted')
    .meta({ description: 'Of accepted orders; All: also of those that the back office never had.' }),
  number: text(128).optional().meta({ description: 'The full number or the reference of the order.' }),
  connection: text(507).optional().meta({ description: 'namespace/name of the connection.' }),
});

const listedLine = creditSchema.shape.lines.element.extend({
  sku: z.string().nullable().meta({ description: 'SKU of the catalogue; an alias is already translated.' }),
  orderedSku: z.string().nullable().meta({ description: 'SKU as the order names it.' }),
});
const listed = creditSchema.extend({
  lines: z.array(listedLine),
  order: z.object({
    id: z.string().meta({ description: "The hub's id of the order." }),
    cust_po_no: z.string(),
    cust_ref: z.string(),
    acknowledgedReference: z.string().nullable(),
    intake: z.string(),
  }),
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  currency: z.string(),
  exponent: z.number(),
  cursor: z.string(),
});

/** A list for each kind, since who reads one has no use for another; one way to read all of them (decision 0015). */
export function creditRoutes(app: App, hub: HubContext): void {
  for (const [kind, list] of Object.entries(CREDIT_LISTS) as [CreditKind, string][]) {
    app.get(
      `/${list}`,
      {
        schema: {
          tags: ['orders'],
          security: [{ developerKey: [] }],
          summary: SUMMARIES[kind],
          querystring: listQuery,
          response: { 200: page(listed) },
        },
      },
      async (request) => {
        const stores = storesOf(request).map(({ id }) => id);
        const { query } = request;
        const bounds = await pageBounds(hub.db, stores, query.after, query.number);
        const rows = await creditRows(hub.db, stores, kind, { ...query, ...bounds });
        const items = rows.map(listedView);
        return { items, nextCursor: items.length === query.limit ? items.at(-1)!.cursor : null };
      },
    );
  }
}

function creditRows(
  db: Queryable,
  stores: readonly number[],
  kind: CreditKind,
  query: Omit<z.infer<typeof listQuery>, 'after'> & PageBounds,
): Promise<Row[]> {
  return db.query(
    `SELECT t.*, least(t.seq, $9)::text AS cursor, o.number, o.cust_ref, o.acknowledged_ref, o.intake, o.currency, o.exponent, c.namespace || '/' || c.name AS connection, s.namespace || '/' || s.name AS store,
       coalesce((SELECT jsonb_object_agg(l.external_id, jsonb_build_array(coalesce(a.sku, l.sku), l.sku))
         FROM order_lines l LEFT JOIN sku_aliases a ON a.store_id = t.store_id AND a.alias = l.sku
         WHERE l.connection_id = t.connection_id AND l.order_id = t.order_id), '{}') AS skus
     FROM unnest($1::int[]) AS of(store_id)
     CROSS JOIN LATERAL (
       SELECT t.* FROM order_credits t JOIN orders o ON o.connection_id = t.connection_id AND o.external_id = t.order_id JOIN connections c ON c.id = t.connection_id
       WHERE t.store_id = of.store_id AND t.kind = $2 AND t.seq > $3 AND t.seq <= $4 AND ($5 = 'All' OR o.intake = $5)
         AND ($6::text IS NULL OR o.number = $6 OR o.cust_ref = $6) AND ($7::text IS NULL OR c.namespace || '/' || c.name = $7)
       ORDER BY t.seq LIMIT $8) t
     JOIN orders o ON o.connection_id = t.connection_id AND o.external_id = t.order_id
     JOIN connections c ON c.id = t.connection_id
     JOIN stores s ON s.id = t.store_id
     ORDER BY t.seq LIMIT $8`,
    [
      stores,
      kind,
      query.after,
      query.within,
      query.intake,
      query.number ?? null,
      query.connection ?? null,
      query.limit,
      query.upTo,
    ],
  );
}

function listedView(row: Row): z.infer<typeof listed> {
  const skus = row['skus'] as Readonly<Record<string, readonly [string, string]>>;
  const credit = creditView(row);
  return {
    ...credit,
    lines: credit.lines.map((line) => {
      const [sku = null, orderedSku = null] = skus[line.lineId] ?? [];
      return { ...line, sku, orderedSku };
    }),
    order: {
      id: `${String(row['connection_id'])}.${String(row['order_id'])}`,
      cust_po_no: row['number'] as string,
      cust_ref: row['cust_ref'] as string,
      acknowledgedReference: (row['acknowledged_ref'] as string | null) ?? null,
      intake: row['intake'] as string,
    },
    store: row['store'] as string,
    connection: row['connection'] as string,
    currency: row['currency'] as string,
    exponent: row['exponent'] as number,
    cursor: row['cursor'] as string,
  };
}
