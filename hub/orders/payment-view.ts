import { z } from 'zod';
import type { Row } from '../storage/database.ts';

export const paymentSchema = z.object({
  state: z.string().meta({ description: 'As `paymentState`; it follows the shop.' }),
  terms: z
    .enum(['Prepaid', 'OnDelivery', 'Invoice'])
    .meta({ description: 'When the buyer pays: before, at the door, or after on an invoice.' }),
  acceptedAs: z
    .enum(['Paid', 'PartiallyRefunded', 'Authorized', 'OnDelivery', 'Invoice', 'Free'])
    .nullable()
    .meta({
      description:
        'For what the order was accepted (spec.orders.accept of the Store; Free: there was nothing to pay). Null where it is not accepted.',
    }),
  paid: z
    .number()
    .nullable()
    .meta({ description: 'Paid so far, before refunds, minor units. Null: the shop does not say how much.' }),
  refunded: z.number().nullable().meta({ description: 'Given back so far, minor units. Null: the shop does not say.' }),
  due: z
    .number()
    .nullable()
    .meta({
      description:
        'Still to be paid by the buyer, minor units: what `grandTotal` has beyond `paid`. 0 once it is paid; a refund makes nothing due. What is reserved (Authorized) is drawn by the shop, and is due until then.',
    }),
  dueOnDelivery: z
    .number()
    .nullable()
    .meta({
      description:
        'To be collected at the door, minor units; 0 where nothing is. Null: the shop does not say how much of it was paid already, ask there.',
    }),
});
export type PaymentView = z.infer<typeof paymentSchema>;

const SETTLED = new Set(['Paid', 'PartiallyRefunded', 'Refunded']);

/** What a warehouse must know of the money, from an order's row. Pure. */
export function paymentView(row: Row): PaymentView {
  const state = row['payment_state'] as string;
  const facts = (row['facts'] ?? {}) as { readonly paymentTerms?: PaymentView['terms'] };
  const standing = (row['standing'] ?? {}) as { readonly paidTotal?: number; readonly refundedTotal?: number };
  const grand = row['grand_total'] as number;
  const terms = facts.paymentTerms ?? 'Prepaid';
  const paid = standing.paidTotal ?? (SETTLED.has(state) ? grand : state === 'PartiallyPaid' ? null : 0);
  const refunded = standing.refundedTotal ?? (state === 'Refunded' ? paid : state === 'PartiallyRefunded' ? null : 0);
  const due = SETTLED.has(state) ? 0 : paid === null ? null : Math.max(0, grand - paid);
  return {
    state,
    terms,
    acceptedAs: row['intake'] === 'Accepted' ? ((row['payment_kind'] ?? 'Paid') as PaymentView['acceptedAs']) : null,
    paid,
    refunded,
    due,
    dueOnDelivery: terms === 'OnDelivery' ? due : 0,
  };
}
