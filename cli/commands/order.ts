import { z } from 'zod';
import { decimalString } from '../../model/money.ts';
import { hubApi, queryOf } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

const credit = z.object({
  id: z.string(),
  at: z.string(),
  state: z.string(),
  amount: z.number().nullable(),
  reason: z.string().nullable(),
  lines: z.array(z.object({ lineId: z.string(), quantity: z.number() })),
});
const found = z.object({
  id: z.string(),
  cust_po_no: z.string(),
  cust_ref: z.string(),
  intake: z.string(),
  state: z.string(),
  connection: z.string(),
  currency: z.string(),
  payment: z.object({
    state: z.string(),
    terms: z.string(),
    acceptedAs: z.string().nullable(),
    due: z.number().nullable(),
    dueOnDelivery: z.number().nullable(),
  }),
  hold: z.object({ reason: z.string(), message: z.string() }).nullable(),
  refunds: z.array(credit),
  returns: z.array(credit),
  cancellations: z.array(credit),
});
type Found = z.infer<typeof found>;
const history = z.object({
  steps: z.array(
    z.object({ at: z.string(), what: z.string(), detail: z.string().nullable(), requestId: z.string().nullable() }),
  ),
});

/** `supercargo order NUMBER`: the life line of an order, from the hub. */
export async function showOrder(
  target: Target,
  number: string,
  of: StoreOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const hub = await hubApi(target, of);
  const { items } = await hub.get(z.object({ items: z.array(found) }), `/orders${queryOf({ intake: 'All', number })}`);
  if (items.length === 0) {
    say(
      `order ${number} has never been seen: check the number, the connection's earliestOrderDate, and whether its OrderImport feed is well`,
    );
    return false;
  }
  for (const order of items) {
    say(
      `order ${order.cust_po_no} (reference ${order.cust_ref}) of ${order.connection}: ${order.intake}, ${order.state}`,
    );
    for (const line of factLines(order)) say(`  ${line}`);
    const { steps } = await hub.get(history, `/orders/${encodeURIComponent(order.id)}/history`);
    for (const step of steps)
      say(
        `  ${step.at}  ${step.what}${step.detail ? `  (${step.detail})` : ''}${step.requestId ? `  [${step.requestId}]` : ''}`,
      );
  }
  return true;
}

const LISTS = [
  ['refund', 'refunds'],
  ['return', 'returns'],
  ['cancellation', 'cancellations'],
] as const;

/** The money and what came after, a line each. Pure. */
export function factLines(order: Found): string[] {
  const { payment, hold, currency } = order;
  const amount = (units: number | null) =>
    units === null ? 'an amount that the shop does not say' : `${decimalString(units, currency)} ${currency}`;
  const how = payment.acceptedAs === null ? '' : `, taken as ${payment.acceptedAs}`;
  const collect = payment.dueOnDelivery === 0 ? '' : `; collect ${amount(payment.dueOnDelivery)} on delivery`;
  const due = payment.due === 0 || collect !== '' ? '' : `; ${amount(payment.due)} due`;
  return [
    `payment: ${payment.state} (${payment.terms})${how}${due}${collect}`,
    ...(hold ? [`held by the shop (${hold.reason}): ${hold.message}`] : []),
    ...LISTS.flatMap(([what, list]) =>
      order[list].map(({ id, at, state, amount: units, reason, lines }) => {
        const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
        const parts = [
          ...(units === null ? [] : [amount(units)]),
          ...(pieces === 0 ? [] : [`${pieces} pieces`]),
          ...(reason === null ? [] : [reason]),
        ];
        return `${what} ${id} (${state}) at ${at}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
      }),
    ),
  ];
}
