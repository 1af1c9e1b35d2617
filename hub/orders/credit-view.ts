import { z } from 'zod';
import type { Row } from '../storage/database.ts';

/** Kinds as rows name them, and the lists in which they are shown. */
export const CREDIT_LISTS = { Refund: 'refunds', Return: 'returns', Cancellation: 'cancellations' } as const;
export type CreditKind = keyof typeof CREDIT_LISTS;

export const creditSchema = z.object({
  id: z.string().meta({ description: "The shop's id of it; with the order and its kind it stays the same." }),
  at: z.string(),
  state: z
    .enum(['Requested', 'Done', 'Failed'])
    .meta({
      description:
        'Requested: not yet done. Done: money given back, goods arrived, pieces cancelled. Failed: it will not be done.',
    }),
  amount: z
    .number()
    .nullable()
    .meta({ description: 'All that is given back, with shipping, gross, minor units. Null: the shop does not say.' }),
  shippingAmount: z.number().nullable().meta({ description: 'The part of `amount` that is for shipping.' }),
  reason: z.string().nullable().meta({ description: "In the shop's words." }),
  restocked: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether the shop counts the pieces as stock again. Null: it does not say.' }),
  lines: z
    .array(
      z.object({
        lineId: z.string(),
        quantity: z.number(),
        amount: z.number().nullable().meta({ description: 'Given back for them, gross, minor units.' }),
      }),
    )
    .meta({ description: 'Empty: of the order as a whole.' }),
});
export type CreditView = z.infer<typeof creditSchema>;

interface StoredLine {
  readonly lineId: string;
  readonly quantity: number;
  readonly amount?: number;
}

/** Of a row of `order_credits`. */
export const creditView = (row: Row): CreditView => ({
  id: row['external_id'] as string,
  at: row['at'] as string,
  state: row['state'] as CreditView['state'],
  amount: (row['amount'] as number | null) ?? null,
  shippingAmount: (row['shipping_amount'] as number | null) ?? null,
  reason: (row['reason'] as string | null) ?? null,
  restocked: (row['restocked'] as boolean | null) ?? null,
  lines: (row['lines'] as readonly StoredLine[]).map(({ lineId, quantity, amount = null }) => ({
    lineId,
    quantity,
    amount,
  })),
});
