import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { NEWEST_WAITING } from '../outbox/waiting.ts';
import { EXPORT_TYPES } from '../../model/feeds.ts';
import { reportView, type Report } from '../../model/rest/go-live.ts';
import { EXPORT_EFFECTS } from '../exports/effects.ts';
import { plannedPrices, type PlannedPrice } from '../prices/brakes.ts';
import { plannedLevels } from '../stock/brakes.ts';
import type { Queryable } from '../storage/database.ts';
import type { ConnectionRow, StoreRow } from '../stores/rules.ts';
import { storesOf, text, type App } from '../http/app.ts';
import { orderViews, type OrderView } from '../orders/order-view.ts';

const BIGGEST = 10;
const LAST_ORDERS = 5;
const LOCATIONS_SHOWN = 10;

export function goLiveRoutes(app: App, hub: HubContext): void {
  app.get(
    '/go-live',
    {
      schema: {
        tags: ['test mode'],
        security: [{ developerKey: [] }],
        summary: 'What would happen if a connection went live now',
        querystring: z.object({ connection: text(507).optional().meta({ description: 'namespace/name' }) }),
        response: { 200: z.object({ items: z.array(reportView) }) },
      },
    },
    async (request) => {
      const stores = new Map(storesOf(request).map((store) => [store.id, store]));
      const connections = await hub.db.query<ConnectionRow & Record<string, unknown>>(
        `SELECT * FROM connections WHERE store_id = ANY($1::int[]) AND ($2::text IS NULL OR namespace || '/' || name = $2) ORDER BY namespace, name, id`,
        [[...stores.keys()], request.query.connection ?? null],
      );
      const items: Report[] = [];
      for (const connection of connections)
        items.push(await report(hub.db, stores.get(connection.store_id)!, connection));
      return { items };
    },
  );
}

async function report(db: Queryable, store: StoreRow, connection: ConnectionRow): Promise<Report> {
  const levels = await plannedLevels(db, connection.id, NEWEST_WAITING);
  const prices = await plannedPrices(db, connection.id, NEWEST_WAITING);
  const biggest = levels
    .map(({ sku, location, before, quantity }) => ({
      sku,
      location,
      before,
      after: quantity,
      change: quantity - (before ?? 0),
    }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, BIGGEST);
  const [shipments] = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM outbox WHERE connection_id = $1 AND kind = 'shipment' AND state IN ('Pending', 'Sent', 'Held')`,
    [connection.id],
  );
  return {
    store: `${store.namespace}/${store.name}`,
    connection: `${connection.namespace}/${connection.name}`,
    mode: connection.mode,
    stock: {
      changes: levels.length,
      toZero: levels.filter(({ quantity, before }) => quantity === 0 && before !== 0).length,
      biggest,
    },
    prices: {
      changes: prices.length,
      biggest: prices
        .map(priceChange)
        .sort((a, b) => Math.abs(b.changePercent ?? 0) - Math.abs(a.changePercent ?? 0))
        .slice(0, BIGGEST),
    },
    locations: await locationsOf(db, store, connection.id),
    shipments: shipments!.count,
    orders: await lastOrders(db, connection.id),
    problems: await obstacles(db, store.id, connection.id),
    brakes: await brakesOf(db, store, connection.id),
  };
}

function priceChange({ sku, currency, before, price }: PlannedPrice): Report['prices']['biggest'][0] {
  return {
    sku,
    currency,
    before,
    after: price,
    changePercent: before === null || before === 0 ? null : Math.round(((price - before) / before) * 1000) / 10,
  };
}

async function brakesOf(db: Queryable, store: StoreRow, connectionId: number): Promise<Report['brakes']> {
  const found: Report['brakes'] = [];
  for (const feed of EXPORT_TYPES) {
    const { brake } = EXPORT_EFFECTS[feed];
    const held =
      brake === 'none'
        ? undefined
        : (await brake.judge(db, connectionId, NEWEST_WAITING, store.rules.brakes ?? {})).held;
    if (held) found.push({ feed, ...held });
  }
  return found;
}

/** A Store may have several shops: what another of them has is not unknown. */
async function locationsOf(db: Queryable, { id, rules }: StoreRow, connectionId: number): Promise<Report['locations']> {
  const rows = await db.query<{ id: string; name: string | null; own: boolean }>(
    `SELECT l.external_id AS id, coalesce(l.name, l.code) AS name, l.connection_id = $2 AS own
     FROM locations l JOIN connections c ON c.id = l.connection_id WHERE c.store_id = $1 ORDER BY l.external_id`,
    [id, connectionId],
  );
  const known = rows.filter(({ own }) => own).map((row) => ({ id: row.id, name: row.name }));
  const ids = new Set(rows.map((row) => row.id));
  const filled = (rules.warehouses ?? []).map(({ name, location }) => ({
    warehouse: name,
    location: location ?? name,
  }));
  // Before they were read nothing is known of any.
  const unknown = known.length === 0 ? [] : filled.filter(({ location }) => !ids.has(location));
  return { unknown, known: known.slice(0, LOCATIONS_SHOWN) };
}

async function lastOrders(db: Queryable, connectionId: number): Promise<Report['orders']> {
  const rows = await db.query<Record<string, unknown>>(
    `SELECT * FROM orders WHERE connection_id = $1 AND intake IN ('Accepted', 'Rejected') AND placed_at IS NOT NULL ORDER BY placed_at DESC LIMIT ${LAST_ORDERS}`,
    [connectionId],
  );
  const views = await orderViews(db, rows);
  return views.map((view, index) => ({
    number: view.cust_po_no,
    reference: view.cust_ref,
    intake: view.intake,
    shippingMethod: rows[index]!['shipping_method_code'] as string | null,
    shippingCode: view.shippingMethod,
    lines: goods(view),
  }));
}

function goods(view: OrderView): Report['orders'][0]['lines'] {
  return view.lines
    .filter(({ promotional }) => !promotional)
    .map(({ orderedSku, sku, quantity, components }) => ({ orderedSku, sku, quantity, components }));
}

/** Those of the connection, and those of its Store. */
async function obstacles(db: Queryable, storeId: number, connectionId: number): Promise<Report['problems']> {
  return db.query<Report['problems'][0]>(
    `SELECT reason, count(*) AS count, (array_agg(message ORDER BY last_seen_at DESC))[1] AS sample
     FROM problems WHERE (connection_id = $1 OR store_id = $2) AND resolved_at IS NULL AND severity = 'Error' GROUP BY reason ORDER BY count(*) DESC, reason`,
    [connectionId, storeId],
  );
}
