import { z } from 'zod';
import { decimalString } from '../../model/money.ts';
import { historyView } from '../../model/rest/history.ts';
import { orderSchema } from '../../hub/orders/order-schema.ts';
import { hubApi, queryOf } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

const found = orderSchema.pick({
  id: true,
  cust_po_no: true,
  cust_ref: true,
  intake: true,
  state: true,
  connection: true,
  currency: true,
  payment: true,
  hold: true,
  refunds: true,
  returns: true,
  cancellations: true,
});
type Found = z.infer<typeof found>;

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
    const { steps } = await hub.get(historyView, `/orders/${encodeURIComponent(order.id)}/history`);
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
          ...(pieces === 0 ? [] : [`${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`]),
          ...(reason === null ? [] : [reason]),
        ];
        return `${what} ${id} (${state}) at ${at}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
      }),
    ),
  ];
}
