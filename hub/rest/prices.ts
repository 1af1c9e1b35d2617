import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { badRequest } from '../base/errors.ts';
import { page, pageQuery, storeOf, storesOf, text, type App } from '../http/app.ts';
import { LIST_BODY_BYTES } from '../http/bodies.ts';
import { once } from '../http/idempotency.ts';
import { PRICE_BEFORE } from '../prices/brakes.ts';
import { leniently, optional, sorted, textRule, wholeRule } from '../http/items.ts';
import { setPrices, type PriceAnswer } from '../prices/prices.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';

const security = [{ developerKey: [] }];
const tags = ['prices'];

const MOST = 1_000_000_000_000;
const money = z.number().int().min(0).max(MOST);

const item = z.object({
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
});
type PostedItem = z.input<typeof item>;
const PRICE_RULES = {
  sku: textRule(128),
  price: wholeRule(MOST),
  compareAt: optional(wholeRule(MOST)),
  currency: {
    is: (value: unknown) => typeof value === 'string' && /^[A-Z]{3}$/.test(value),
    must: 'a currency of ISO 4217, such as EUR',
  },
  includesTax: optional({ is: (value) => typeof value === 'boolean', must: 'true or false' }),
};

const pricesBody = z.object({ prices: z.array(leniently(item)).min(1).max(5000) });

const pricesAnswer = z.object({
  queued: z.number().meta({ description: 'Prices on their way, counted for each shop.' }),
  unchanged: z.number(),
  items: z
    .array(
      z.object({
        sku: z.string().nullable(),
        queued: z.number().meta({ description: 'Shops that it is on its way to.' }),
        unchanged: z.number().meta({ description: 'Shops that have it already.' }),
        refused: z.array(
          z.object({
            connection: z.string().nullable(),
            reason: z.enum(['UnknownSku', 'SharedSku', 'OtherCurrency', 'NoPriceFeed', 'Malformed', 'NamedTwice']),
            message: z.string(),
          }),
        ),
      }),
    )
    .meta({ description: 'One for each price, in the order of the request.' }),
});

const waitingView = z.object({
  store: z.string().meta({ description: 'namespace/name' }),
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
      bodyLimit: LIST_BODY_BYTES,
      config: { heavy: true },
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
      const items = await once(hub.db, store.id, request, (tx) => takePrices(tx, hub, store, request.body.prices));
      const sum = (of: 'queued' | 'unchanged') => items.reduce((total, item) => total + item[of], 0);
      return reply.status(202).send({ queued: sum('queued'), unchanged: sum('unchanged'), items });
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
      const stores = storesOf(request).map(({ id }) => id);
      const { after, sku, connection, limit } = request.query;
      const items = await hub.db.query<z.infer<typeof waitingView> & Record<string, unknown>>(
        `SELECT s.namespace || '/' || s.name AS store, c.namespace || '/' || c.name AS connection, o.payload->>'sku' AS sku, o.payload->>'variantId' AS "variantId", (o.payload->>'price')::bigint AS price,
         (o.payload->>'compareAt')::bigint AS "compareAt", o.payload->>'currency' AS currency, (o.payload->>'includesTax')::boolean AS "includesTax",
         ${PRICE_BEFORE} AS before, o.state, o.attempts, o.message, o.id::text AS cursor
       FROM connections c JOIN stores s ON s.id = c.store_id JOIN outbox o ON o.connection_id = c.id
       LEFT JOIN variants v ON v.connection_id = c.id AND v.external_id = o.payload->>'variantId'
       LEFT JOIN written_prices p ON p.connection_id = c.id AND p.variant_id = o.payload->>'variantId'
       WHERE c.store_id = ANY($1::int[]) AND o.kind = 'price' AND o.state IN ('Pending', 'Sent', 'Submitted', 'Held') AND o.id > $2
         AND ($3::text IS NULL OR o.payload->>'sku' = $3) AND ($4::text IS NULL OR c.namespace || '/' || c.name = $4) ORDER BY o.id LIMIT $5`,
        [stores, after ?? '0', sku ?? null, connection ?? null, limit],
      );
      return { items, nextCursor: items.length === limit ? items.at(-1)!.cursor : null };
    },
  );
}

type ItemAnswer = z.infer<typeof pricesAnswer>['items'][number];

/** Takes the prices that can be taken; each of the others is refused by itself. */
async function takePrices(
  tx: Transaction,
  hub: HubContext,
  store: StoreRow,
  prices: readonly unknown[],
): Promise<ItemAnswer[]> {
  const { good, refused } = sorted<PostedItem>(prices, PRICE_RULES, 'prices');
  const named = Map.groupBy(good, ({ sku, currency }) => `${currency} ${sku}`);
  const isTwice = ({ sku, currency }: PostedItem) => named.get(`${currency} ${sku}`)!.length > 1;
  const once = good
    .filter((price) => !isTwice(price))
    .map((price) => ({ ...price, includesTax: price.includesTax ?? true }));
  if (once.length === 0 && refused.length === 0)
    throw badRequest(
      'InvalidRequest',
      'no price can be taken: each SKU is named twice in one currency, name each once',
    );
  const answers = await setPrices(tx, hub, store, once);
  const items: ItemAnswer[] = [];
  once.forEach(({ index }, at) => (items[index] = answerItem(answers[at]!)));
  for (const { index, sku, message } of refused) items[index] = refusedItem(sku, 'Malformed', message);
  for (const { index, sku, currency } of good.filter(isTwice))
    items[index] = refusedItem(sku, 'NamedTwice', `SKU "${sku}" is named twice in ${currency}: name each once`);
  return items;
}

const answerItem = (item: PriceAnswer): ItemAnswer => ({ ...item, refused: [...item.refused] });
const refusedItem = (sku: string | null, reason: 'Malformed' | 'NamedTwice', message: string): ItemAnswer => ({
  sku,
  queued: 0,
  unchanged: 0,
  refused: [{ connection: null, reason, message }],
});
