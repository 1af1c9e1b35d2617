import type { Target } from '../target.ts';

interface Step {
  readonly at: string;
  readonly what: string;
  readonly detail: string | null;
}

/** `supercargo order NUMBER`: the life line of an order, from the hub. */
export async function showOrder(target: Target, number: string, namespace: string | undefined, say: (line: string) => void): Promise<boolean> {
  const { url, key } = await target.hub(namespace);
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(`the hub answered ${answer.status}: ${(body as { detail?: string }).detail ?? ''}`);
    return body;
  };
  const found = (await get(`/api/v1/orders?intake=All&number=${encodeURIComponent(number)}`)) as { items: { id: string; cust_po_no: string; cust_ref: string; intake: string; state: string; connection: string }[] };
  if (found.items.length === 0) {
    say(`order ${number} has never been seen: check the number, the connection's earliestOrderDate, and whether its OrderImport feed is well`);
    return false;
  }
  for (const order of found.items) {
    say(`order ${order.cust_po_no} (reference ${order.cust_ref}) of ${order.connection}: ${order.intake}, ${order.state}`);
    const { steps } = (await get(`/api/v1/orders/${encodeURIComponent(order.id)}/history`)) as { steps: Step[] };
    for (const step of steps) say(`  ${step.at}  ${step.what}${step.detail ? `  (${step.detail})` : ''}`);
  }
  return true;
}
