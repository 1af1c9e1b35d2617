import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storeOf, text, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { PRICE_BEFORE } from '../prices/brakes.ts';
import { setPrices } from '../prices/prices.ts';

const security = [{ developerKey: [] }];
const tags = ['prices'];

const MOST = 1_000_000_000_000;
const money = z.number().int().min(0).max(MOST);

const pricesBody = z.object({
  prices: z
    .array(
      z.object({
        sku: text(128),
        price: money.meta({ description: 'Minor units of the currency.' }),
        compareAt: money
          .optional()
          .meta({ description: 'The price that is struck out beside it, minor units; absent: left as it is.' }),
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217, such as EUR')
          .meta({ description: 'That in which the shop sells the SKU.' }),
        includesTax: z.boolean().default(true).meta({ description: 'Whether the amounts are gross.' }),
      }),
    )
    .min(1)
    .max(5000)
    .refine(
      (prices) => new Set(prices.map(({ sku, currency }) => `${currency} ${sku}`)).size === prices.length,
      'names a SKU twice in one currency: name each once',
    ),
});

const pricesAnswer = z.object({
  queued: z.number().meta({ description: 'Prices on their way, counted for each shop.' }),
  unchanged: z.number(),
  items: z
    .array(
      z.object({
        sku: z.string(),
        queued: z.number().meta({ description: 'Shops that it is on its way to.' }),
        unchanged: z.number().meta({ description: 'Shops that have it already.' }),
        refused: z.array(
          z.object({
            connection: z.string().nullable(),
            reason: z.enum(['UnknownSku', 'SharedSku', 'OtherCurrency', 'NoPriceFeed']),
            message: z.string(),
          }),
        ),
      }),
    )
    .meta({ description: 'One for each price, in the order of the request.' }),
});

const waitingView = z.object({
  connection: z.string(),
  sku: z.string(),
  variantId: z.string(),
  price: z.number(),
  compareAt: z.number().nullable(),
  currency: z.string(),
  includesTax: z.boolean(),
  before: z.number().nullable().meta({ description: 'What the shop has, as far as it is known.' }),
  state: z
    .enum(['Pending', 'Sent', 'Submitted', 'Held'])
    .meta({ description: 'Submitted: the shop has taken it and does it later. Held: kept back by Test mode.' }),
  attempts: z.number(),
  message: z.string().nullable().meta({ description: 'Why the last attempt failed.' }),
  cursor: z.string(),
});

export function priceRoutes(app: App, hub: HubContext): void {
  app.post(
    '/prices',
    {
      schema: {
        tags,
        security,
        summary: 'Set prices: sent to every shop of the Store that has the SKU',
        body: pricesBody,
        response: { 202: pricesAnswer },
      },
    },
    async (request, reply) => {
      const store = await storeOf(hub.db, request);
      const items = await once(hub.db, store.id, request, (tx) => setPrices(tx, hub, store, request.body.prices));
      const sum = (of: 'queued' | 'unchanged') => items.reduce((total, item) => total + item[of], 0);
      return reply
        .status(202)
        .send({
          queued: sum('queued'),
          unchanged: sum('unchanged'),
          items: items.map((item) => ({ ...item, refused: [...item.refused] })),
        });
    },
  );

  app.get(
    '/prices',
    {
      schema: {
        tags,
        security,
        summary: 'Prices that wait to be written to shops, oldest first',
        querystring: pageQuery.extend({
          sku: text(128).optional(),
          connection: text(507).optional().meta({ description: 'namespace/name' }),
        }),
        response: { 200: page(waitingView) },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { after, sku, connection, limit } = request.query;
      const items = await hub.db.query<z.infer<typeof waitingView> & Record<string, unknown>>(
        `SELECT c.namespace || '/' || c.name AS connection, o.payload->>'sku' AS sku, o.payload->>'variantId' AS "variantId", (o.payload->>'price')::bigint AS price,
         (o.payload->>'compareAt')::bigint AS "compareAt", o.payload->>'currency' AS currency, (o.payload->>'includesTax')::boolean AS "includesTax",
         ${PRICE_BEFORE} AS before, o.state, o.attempts, o.message, o.id::text AS cursor
       FROM connections c JOIN outbox o ON o.connection_id = c.id
       LEFT JOIN variants v ON v.connection_id = c.id AND v.external_id = o.payload->>'variantId'
       LEFT JOIN written_prices p ON p.connection_id = c.id AND p.variant_id = o.payload->>'variantId'
       WHERE c.store_id = $1 AND o.kind = 'price' AND o.state IN ('Pending', 'Sent', 'Submitted', 'Held') AND o.id > $2
         AND ($3::text IS NULL OR o.payload->>'sku' = $3) AND ($4::text IS NULL OR c.namespace || '/' || c.name = $4) ORDER BY o.id LIMIT $5`,
        [store.id, after ?? '0', sku ?? null, connection ?? null, limit],
      );
      return { items, nextCursor: items.length === limit ? items.at(-1)!.cursor : null };
    },
  );
}
