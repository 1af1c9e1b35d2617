import { z } from 'zod';

/** Ways of being paid that a Store may take (`spec.orders.accept`). */
export const PAYMENT_KINDS = ['Paid', 'PartiallyRefunded', 'Authorized', 'OnDelivery', 'Invoice'] as const;

/** What a Store says of the orders that are taken, as a sync pod is told it at the beginning of each run. */
export const orderRules = z.object({
  accept: z.array(z.enum(PAYMENT_KINDS)),
  /** An order that is not paid so long after it was placed is given up. */
  unpaidDays: z.number(),
  /** Orders of these channels alone; absent: of all. */
  channels: z.array(z.string()).optional(),
});
export type OrderRules = z.infer<typeof orderRules>;

/** Of a Store that says nothing: what was paid before it is sent. */
export const DEFAULT_ORDER_RULES: OrderRules = { accept: ['Paid', 'PartiallyRefunded'], unpaidDays: 14 };
