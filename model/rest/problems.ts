import { z } from 'zod';

/** What needs somebody (`GET /problems`). */
export const problemView = z.object({
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string().nullable().meta({ description: "namespace/name; null: the problem is the Store's." }),
  feed: z.string().nullable(),
  severity: z.string(),
  reason: z.string(),
  kind: z
    .string()
    .meta({ description: 'What the record is: order, product, variant, stockLevel, webhookEndpoint, record.' }),
  record: z
    .string()
    .meta({
      description: "Its id: of an order the shop's id, of a variant the shop's id, of a stock level SKU@location.",
    }),
  number: z.string().nullable().meta({ description: 'The number that people know it by, where it is not the id.' }),
  message: z.string(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  count: z.number().meta({ description: 'How often it was seen.' }),
  resolvedAt: z.string().nullable(),
  note: z.string().nullable().meta({ description: 'What whoever dismissed it wrote; null: nobody did.' }),
  payload: z.boolean().meta({ description: 'Whether GET /problems/payload has the record as the shop gave it.' }),
});

/** The same by reason (`?group=reason`). */
export const groupView = z.object({
  reason: z.string(),
  severity: z.string(),
  count: z.number().meta({ description: 'Records.' }),
  newest: z.string(),
  sample: z
    .object({
      store: z.string(),
      connection: z.string().nullable(),
      record: z.string(),
      number: z.string().nullable(),
      message: z.string(),
    })
    .meta({ description: 'The newest of them.' }),
  remedy: z.string(),
});

/** A record as the shop gave it. */
export const payloadView = z.object({ payload: z.string(), at: z.string() });

/** What became of a dismissal. */
export const dismissView = z.object({
  matched: z.number().meta({ description: 'What has this reason and is open.' }),
  dismissed: z.number().meta({ description: 'Of these, dismissed: not what is being tried again just now.' }),
  dryRun: z.boolean(),
});

/** What became of a replay. */
export const replayView = z.object({
  matched: z.number().meta({ description: 'What has this reason.' }),
  changed: z.number().meta({ description: 'Of these, decided anew or queued again.' }),
  dryRun: z.boolean(),
});
export type ProblemView = z.infer<typeof problemView>;
