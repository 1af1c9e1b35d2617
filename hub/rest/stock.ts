import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storeOf, storesOf, text, type App } from '../http/app.ts';
import { LIST_BODY_BYTES } from '../http/bodies.ts';
import { once } from '../http/idempotency.ts';
import { pageBounds } from '../http/position.ts';
import { STOCK_MEANINGS, type StockMeaning } from '../../model/feeds/stock-export.ts';
import { leniently, optional, sorted, textRule, wholeRule } from '../http/items.ts';
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
  targetStock: z
    .enum(STOCK_MEANINGS)
    .nullable()
    .meta({ description: 'What the target is: on hand, or what can be sold.' }),
  sent: z.number().nullable().meta({ description: 'What the store was last told, of that which it counts (counts).' }),
  counts: z.enum(STOCK_MEANINGS).meta({ description: 'What the store counts.' }),
  store: z.string().meta({ description: 'namespace/name of the Store.' }),
  connection: z.string(),
  cursor: z.string(),
});

const MOST = 1_000_000_000;

const level = z.object({
  sku: text(128),
  warehouse: text(128)
    .optional()
    .meta({ description: 'A warehouse of the Store, or the id of a stock location; absent: the only location.' }),
  quantity: z.number().int().min(0).max(MOST),
});
type PostedItem = z.infer<typeof level>;
const LEVEL_RULES = { sku: textRule(128), warehouse: optional(textRule(128)), quantity: wholeRule(MOST) };

const levelsBody = z.object({
  stock: z
    .enum(STOCK_MEANINGS)
    .default('onHand')
    .meta({
      description:
        'What the quantities are: onHand, what lies in the warehouse with what open orders want; or available, what can be sold.',
    }),
  ordersUpTo: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the cursor of an order')
    .optional()
    .meta({
      description:
        'With available: the `cursor` of the last order of GET /orders that the warehouse knew when it counted. Pieces of later orders are taken off. Absent: it knew the orders that it acknowledged or took by a webhook.',
    }),
  levels: z.array(leniently(level)).min(1).max(5000),
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
  refused: z
    .array(z.object({ index: z.number(), sku: z.string().nullable(), message: z.string() }))
    .meta({ description: 'Levels that are malformed, by where they stand in the request: not taken. The others are.' }),
  assumed: z
    .object({
      stock: z.enum(STOCK_MEANINGS),
      orders: z
        .enum(['All', 'UpTo', 'Acknowledged'])
        .meta({
          description:
            'Of which open orders pieces were not in the numbers yet: All, those after ordersUpTo, or those that were neither acknowledged nor taken by a webhook.',
        }),
      takenOff: z.number().meta({ description: 'Pieces of open orders that were taken off what can be sold.' }),
      message: z.string(),
    })
    .meta({ description: 'How the numbers were understood.' }),
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
      const stores = storesOf(request).map(({ id }) => id);
      const { after, upTo, within } = await pageBounds(hub.db, stores, request.query.after, request.query.sku);
      const rows = await hub.db.query<{ cursor: string } & z.infer<typeof levelView>>(
        `SELECT s.sku, s.location_id AS location, s.on_hand AS "onHand", s.allocated, s.available, t.quantity AS target, t.means AS "targetStock", s.sent, c.stock AS counts, o.namespace || '/' || o.name AS store, c.namespace || '/' || c.name AS connection, least(s.seq, $6)::text AS cursor
       FROM connections c JOIN stores o ON o.id = c.store_id
       CROSS JOIN LATERAL (
         SELECT s.* FROM stock_levels s WHERE s.connection_id = c.id AND s.seq > $2 AND s.seq <= $5 AND ($3::text IS NULL OR s.sku = $3) ORDER BY s.seq LIMIT $4) s
       LEFT JOIN LATERAL (SELECT * FROM stock_targets WHERE store_id = c.store_id AND sku = s.sku AND location = s.location_id LIMIT 1) t ON true
       WHERE c.store_id = ANY($1::int[]) ORDER BY s.seq LIMIT $4`,
        [stores, after, request.query.sku ?? null, request.query.limit, within, upTo],
      );
      return { items: rows, nextCursor: rows.length === request.query.limit ? rows.at(-1)!.cursor : null };
    },
  );

  app.post(
    '/stock',
    {
      bodyLimit: LIST_BODY_BYTES,
      config: { heavy: true },
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
      const { stock, ordersUpTo } = request.body;
      const answer = await once(hub.db, store.id, request, async (tx) => {
        const { good, refused } = sorted<PostedItem>(request.body.levels, LEVEL_RULES, 'levels');
        if (ordersUpTo !== undefined) await pageBounds(tx, store.id, ordersUpTo);
        const { takenOff, ...rest } = await setLevels(tx, hub, store, good, { stock, ordersUpTo });
        return { ...rest, refused, assumed: assumption(stock, ordersUpTo, takenOff) };
      });
      return reply.status(202).send(answer);
    },
  );
}

function assumption(stock: StockMeaning, ordersUpTo: string | undefined, takenOff: number) {
  const pieces = `${takenOff} ${takenOff === 1 ? 'piece' : 'pieces'}`;
  const were = takenOff === 1 ? 'was' : 'were';
  if (stock === 'onHand')
    return {
      ...{ stock, orders: 'All' as const, takenOff },
      message: `quantity is what lies in the warehouse, with what open orders want: ${pieces} of accepted orders that are not shipped ${were} taken off what can be sold`,
    };
  if (ordersUpTo !== undefined)
    return {
      ...{ stock, orders: 'UpTo' as const, takenOff },
      message: `quantity is what can be sold by the orders up to ${ordersUpTo}: ${pieces} of later ones ${were} taken off`,
    };
  return {
    ...{ stock, orders: 'Acknowledged' as const, takenOff },
    message: `quantity is what can be sold by the orders that were acknowledged or taken by a webhook: ${pieces} of others ${were} taken off. Say with ordersUpTo which orders the warehouse knew`,
  };
}
