import { z } from 'zod';

/** One of `GET /runs`. */
export const runView = z.object({
  id: z.string(),
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  feed: z.string(),
  feedType: z.string(),
  trigger: z.string(),
  dryRun: z.boolean(),
  result: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  read: z.number(),
  changed: z.number(),
  problems: z.number(),
  message: z.string().nullable(),
  goesOnAt: z.string().nullable().meta({ description: 'Of a run with the result Waiting: when it goes on.' }),
  repeats: z
    .number()
    .meta({
      description:
        'How many runs right before it, by schedule and with the same result, found nothing either: this run stands for them.',
    }),
  repeatsSince: z.string().nullable().meta({ description: 'When the first of them began.' }),
});
