import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { hint } from '../runs/hints.ts';
import { page, pageQuery, storeOf, text, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { kitLevels, writtenOf, type PlacedLevel } from '../stock/kit-stock.ts';

const security = [{ developerKey: [] }];
const tags = ['stock'];

const levelView = z.object({
  sku: z.string(), location: z.string(), onHand: z.number(), allocated: z.number().nullable(), available: z.number(),
  target: z.number().nullable().meta({ description: 'What the back office last set.' }), connection: z.string(), cursor: z.string(),
});

const levelsBody = z.object({
  levels: z.array(z.object({
    sku: text(128),
    warehouse: text(128).optional().meta({ description: 'A warehouse of the Store, or the id of a stock location; absent: the only location.' }),
    quantity: z.number().int().min(0).max(1_000_000_000),
  })).min(1).max(5000),
});

const levelsAnswer = z.object({
  queued: z.number().meta({ description: 'Levels on their way to stores.' }),
  unchanged: z.number(),
  unknown: z.array(z.object({ sku: z.string(), warehouse: z.string().nullable(), message: z.string() })).meta({ description: 'Levels that no store has a place for: not queued.' }),
});

export function stockRoutes(app: App, hub: HubContext): void {
  app.get('/stock', { schema: { tags, security, summary: 'Stock as the stores have it', querystring: pageQuery.extend({ sku: text(128).optional() }), response: { 200: page(levelView) } } }, async (request) => {
    const store = await storeOf(hub.db, request);
    const rows = await hub.db.query<{ cursor: string } & z.infer<typeof levelView>>(
      `SELECT s.sku, s.location_id AS location, s.on_hand AS "onHand", s.allocated, s.available, t.quantity AS target, c.namespace || '/' || c.name AS connection, s.seq::text AS cursor
       FROM connections c JOIN stock_levels s ON s.connection_id = c.id
       LEFT JOIN stock_targets t ON t.store_id = c.store_id AND t.sku = s.sku AND t.location = s.location_id
       WHERE c.store_id = $1 AND s.seq > $2 AND ($3::text IS NULL OR s.sku = $3) ORDER BY s.seq LIMIT $4`,
      [store.id, request.query.after ?? '0', request.query.sku ?? null, request.query.limit],
    );
    return { items: rows, nextCursor: rows.length === request.query.limit ? rows.at(-1)!.cursor : null };
  });

  app.post('/stock', { schema: { tags, security, summary: 'Set stock levels: absolute numbers, sent to every store that has the SKU', body: levelsBody, response: { 202: levelsAnswer } } }, async (request, reply) => {
    const store = await storeOf(hub.db, request);
    const answer = await once(hub.db, store.id, request, (tx) => setLevels(tx, hub, store, request.body.levels));
    return reply.status(202).send(answer);
  });
}

/** Finds the place of each level, remembers the target and queues what differs; a newer level takes a waiting one's place. */
async function setLevels(tx: Transaction, hub: HubContext, store: StoreRow, levels: z.infer<typeof levelsBody>['levels']): Promise<z.infer<typeof levelsAnswer>> {
  const warehouses = new Map((store.rules.warehouses ?? []).map((warehouse) => [warehouse.name, warehouse.location ?? warehouse.name]));
  const locations = levels.map((level) => (level.warehouse === undefined ? null : warehouses.get(level.warehouse) ?? level.warehouse));
  const direct = await tx.query<PlacedLevel>(
    `SELECT DISTINCT ON (s.connection_id, s.variant_id, s.location_id) w.index, s.connection_id, s.variant_id, s.location_id, s.sku, w.quantity, ${writtenOf('w.quantity')} AS written, s.on_hand
     FROM unnest($2::text[], $3::text[], $4::int[], $5::int[]) AS w(sku, location, quantity, index)
     JOIN connections c ON c.store_id = $1
     JOIN stock_levels s ON s.connection_id = c.id AND s.sku = w.sku
     WHERE s.location_id = w.location
        OR (w.location IS NULL AND NOT EXISTS (SELECT 1 FROM stock_levels o WHERE o.connection_id = s.connection_id AND o.variant_id = s.variant_id AND o.location_id <> s.location_id))
     ORDER BY s.connection_id, s.variant_id, s.location_id, w.index DESC`,
    [store.id, levels.map(({ sku }) => sku), locations, levels.map(({ quantity }) => quantity), levels.map((_, index) => index)],
  );
  await rememberTargets(tx, store.id, direct);
  const kits = await kitLevels(tx, store.id, levels.map(({ sku, quantity }, index) => ({ sku, quantity, location: locations[index] ?? null })));
  const placed = [...direct, ...kits.placed];
  const changed = placed.filter((level) => level.on_hand !== level.written);
  await rememberTargets(tx, store.id, kits.placed);
  await queueLevels(tx, placed);
  for (const connectionId of new Set(changed.map((level) => level.connection_id))) {
    await hint(tx, connectionId, 'StockExport');
    tx.afterCommit(() => hub.wakePod(connectionId));
  }
  const found = new Set(placed.map(({ sku, location_id }) => `${sku}\n${location_id}`));
  const foundSkus = new Set(placed.map(({ sku }) => sku));
  const unknown = levels.filter((level, index) => !kits.components.has(level.sku) && (locations[index] === null ? !foundSkus.has(level.sku) : !found.has(`${level.sku}\n${locations[index]}`)));
  return {
    queued: changed.length,
    unchanged: placed.length - changed.length,
    unknown: unknown.map(({ sku, warehouse }) => ({
      sku, warehouse: warehouse ?? null,
      message: warehouse === undefined ? `SKU "${sku}" has no stock level in any store, or several locations: name a warehouse` : `SKU "${sku}" has no level at "${warehouse}" in any store: check the SKU, and the warehouse's location in the Store`,
    })),
  };
}

async function rememberTargets(tx: Transaction, storeId: number, placed: readonly PlacedLevel[]): Promise<void> {
  await tx.query(
    `INSERT INTO stock_targets (store_id, sku, location, quantity)
     SELECT DISTINCT ON (sku, location) $1, sku, location, quantity FROM unnest($2::text[], $3::text[], $4::int[]) AS t(sku, location, quantity)
     ON CONFLICT (store_id, sku, location) DO UPDATE SET quantity = EXCLUDED.quantity, changed_at = now()`,
    [storeId, placed.map(({ sku }) => sku), placed.map(({ location_id }) => location_id), placed.map(({ quantity }) => quantity)],
  );
}

/** A level equal to what the store has still takes the place of a waiting older one: the last word counts. */
async function queueLevels(tx: Transaction, placed: readonly PlacedLevel[]): Promise<void> {
  await tx.query(
    `WITH wanted AS (SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::int[], $6::boolean[]) AS w(connection_id, variant_id, location_id, sku, quantity, changed))
     INSERT INTO outbox AS o (connection_id, kind, subject, payload)
     SELECT connection_id, 'stock', sku || '@' || location_id, jsonb_build_object('variantId', variant_id, 'locationId', location_id, 'sku', sku, 'quantity', quantity)
     FROM wanted w
     WHERE changed OR EXISTS (SELECT 1 FROM outbox p WHERE p.connection_id = w.connection_id AND p.kind = 'stock' AND p.subject = w.sku || '@' || w.location_id AND p.state IN ('Pending', 'Sent', 'Held'))
     ON CONFLICT (connection_id, subject) WHERE kind = 'stock' AND state = 'Pending' DO UPDATE SET payload = EXCLUDED.payload, attempts = 0, failures = 0, not_before = now(), passed = false`,
    [placed.map((p) => p.connection_id), placed.map((p) => p.variant_id), placed.map((p) => p.location_id), placed.map((p) => p.sku), placed.map((p) => p.written), placed.map((p) => p.on_hand !== p.written)],
  );
}
