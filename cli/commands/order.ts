import { z } from 'zod';
import { hubApi, queryOf } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

const found = z.object({
  id: z.string(),
  cust_po_no: z.string(),
  cust_ref: z.string(),
  intake: z.string(),
  state: z.string(),
  connection: z.string(),
});
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
    const { steps } = await hub.get(history, `/orders/${encodeURIComponent(order.id)}/history`);
    for (const step of steps)
      say(
        `  ${step.at}  ${step.what}${step.detail ? `  (${step.detail})` : ''}${step.requestId ? `  [${step.requestId}]` : ''}`,
      );
  }
  return true;
}
