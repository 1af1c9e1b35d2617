import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storeOf, text, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { pageBounds } from '../http/position.ts';
import { setLevels } from '../stock/levels.ts';

const security = [{ developerKey: [] }];
const tags = ['stock'];

const levelView = z.object({
  sku: z.string(),
  location: z.string(),
  onHand: z
    .number()
    .nullable()
    .meta({ description: 'null: not known, since the hub was restored from a backup and has not read it yet.' }),
  allocated: z.number().nullable(),
  available: z.number().nullable(),
  target: z.number().nullable().meta({ description: 'What the back office last set.' }),
  connection: z.string(),
  cursor: z.string(),
});

const levelsBody = z.object({
  levels: z
    .array(
      z.object({
        sku: text(128),
        warehouse: text(128)
          .optional()
          .meta({ description: 'A warehouse of the Store, or the id of a stock location; absent: the only location.' }),
        quantity: z.number().int().min(0).max(1_000_000_000),
      }),
    )
    .min(1)
    .max(5000),
});

const levelsAnswer = z.object({
  queued: z.number().meta({ description: 'Levels on their way to stores.' }),
  unchanged: z.number(),
  unknown: z
    .array(z.object({ sku: z.string(), warehouse: z.string().nullable(), message: z.string() }))
    .meta({
      description:
        'Levels that no store has a place for: not queued. With a warehouse they are kept, and go out once a store has the SKU.',
    }),
});

export function stockRoutes(app: App, hub: HubContext): void {
  app.get(
    '/stock',
    {
      schema: {
        tags,
        security,
        summary: 'Stock as the stores have it',
        querystring: pageQuery.extend({ sku: text(128).optional() }),
        response: { 200: page(levelView) },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { after, upTo } = await pageBounds(hub.db, store.id, request.query.after);
      const rows = await hub.db.query<{ cursor: string } & z.infer<typeof levelView>>(
        `SELECT s.sku, s.location_id AS location, s.on_hand AS "onHand", s.allocated, s.available, t.quantity AS target, c.namespace || '/' || c.name AS connection, s.seq::text AS cursor
       FROM connections c JOIN stock_levels s ON s.connection_id = c.id
       LEFT JOIN stock_targets t ON t.store_id = c.store_id AND t.sku = s.sku AND t.location = s.location_id
       WHERE c.store_id = $1 AND s.seq > $2 AND s.seq <= $5 AND ($3::text IS NULL OR s.sku = $3) ORDER BY s.seq LIMIT $4`,
        [store.id, after, request.query.sku ?? null, request.query.limit, upTo],
      );
      return { items: rows, nextCursor: rows.length === request.query.limit ? rows.at(-1)!.cursor : null };
    },
  );

  app.post(
    '/stock',
    {
      schema: {
        tags,
        security,
        summary: 'Set stock levels: absolute numbers, sent to every store that has the SKU',
        body: levelsBody,
        response: { 202: levelsAnswer },
      },
    },
    async (request, reply) => {
      const store = await storeOf(hub.db, request);
      const answer = await once(hub.db, store.id, request, (tx) => setLevels(tx, hub, store, request.body.levels));
      return reply.status(202).send(answer);
    },
  );
}
