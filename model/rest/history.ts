import { z } from 'zod';

const step = z.object({
  at: z.string(),
  what: z.string(),
  detail: z.string().nullable(),
  requestId: z
    .string()
    .nullable()
    .meta({
      description:
        "x-request-id of the back office's request, webhook-id of a delivery, or the store's id of what was written.",
    }),
});

/** The life line of an order. */
export const historyView = z.object({ steps: z.array(step) });
export type Step = z.infer<typeof step>;
