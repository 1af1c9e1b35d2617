import { z } from 'zod';
import { EXPORT_TYPES } from '../feeds.ts';

const changeView = z.object({
  sku: z.string(),
  location: z.string(),
  before: z.number().nullable(),
  after: z.number(),
  change: z.number(),
});
const priceView = z.object({
  sku: z.string(),
  currency: z.string(),
  before: z.number().nullable(),
  after: z.number(),
  changePercent: z.number().nullable().meta({ description: 'null: what the shop has is not known.' }),
});
/** What would happen if a connection went live now; `GET /go-live` gives one for each. */
export const reportView = z.object({
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  mode: z.string(),
  stock: z.object({
    changes: z.number().meta({ description: 'Levels that would be set, the newest of each SKU and location.' }),
    toZero: z.number(),
    biggest: z.array(changeView).meta({ description: 'By absolute change.' }),
  }),
  prices: z.object({
    changes: z.number().meta({ description: 'Prices that would be set, the newest of each variant.' }),
    biggest: z.array(priceView).meta({ description: 'By share of what the shop has.' }),
  }),
  locations: z
    .object({
      unknown: z
        .array(z.object({ warehouse: z.string(), location: z.string() }))
        .meta({ description: 'Warehouses of the Store whose location no shop of it has: their levels wait for it.' }),
      known: z
        .array(z.object({ id: z.string(), name: z.string().nullable() }))
        .meta({ description: 'Locations of the shop; the first ten, and none before they were read.' }),
    })
    .meta({ description: 'Where the levels of each warehouse would go.' }),
  shipments: z.number().meta({ description: 'Shipments that would be sent.' }),
  orders: z
    .array(
      z.object({
        number: z.string(),
        reference: z.string(),
        intake: z.string(),
        shippingMethod: z.string().nullable(),
        shippingCode: z.string().nullable(),
        lines: z.array(
          z.object({
            orderedSku: z.string(),
            sku: z.string(),
            quantity: z.number(),
            components: z.array(z.object({ sku: z.string(), quantity: z.number() })),
          }),
        ),
      }),
    )
    .meta({ description: 'The newest orders, with the codes that the back office sees.' }),
  problems: z
    .array(z.object({ reason: z.string(), count: z.number(), sample: z.string() }))
    .meta({ description: 'Open problems of severity Error.' }),
  brakes: z
    .array(z.object({ feed: z.enum(EXPORT_TYPES), digest: z.string(), summary: z.string() }))
    .meta({ description: 'What would hold back what waits until it is released, feed by feed.' }),
});
export type Report = z.infer<typeof reportView>;
