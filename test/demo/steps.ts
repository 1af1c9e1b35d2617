import { randomUUID } from 'node:crypto';
import type { VendureStore } from '../stores/vendure/index.ts';

/** The back office's side of the demo: the hub's REST by plain fetch, as a WMS would use it. */
export interface Hub {
  readonly url: string;
  readonly key: string;
}

interface OrderView {
  readonly id: string;
  readonly cust_po_no: string;
  readonly grandTotal: number;
  readonly currency: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly shipments: readonly { readonly confirmedAt: string | null }[];
}

/** One that hangs must not be taken for a hub that has nothing to say. */
const ANSWER_WITHIN_MS = 20_000;

export async function call<T>(hub: Hub, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${hub.key}`,
      ...(method === 'POST' ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (!answer.ok) throw new Error(`the hub answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export async function waitFor<T>(what: string, timeoutMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failed = '';
    const found = await look().catch((error: unknown) => void (failed = `; last: ${errorMessage(error)}`));
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}${failed}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/**
 * The main job, end to end: an order placed in the store arrives in the hub, is shipped through the hub's REST, and its
 * tracking number is read back from the store. Throws at the first step that fails.
 */
export async function orderStory(
  store: VendureStore,
  hub: Hub,
  say: (line: string) => void,
  runOrders: () => Promise<void>,
): Promise<{ code: string; orderId: string }> {
  const products = await waitFor('products in the hub', 60_000, async () => {
    const { items } = await call<{ items: { title: string; variants: unknown[] }[] }>(
      hub,
      'GET',
      '/products?limit=500',
    );
    return items.length > 0 ? items : undefined;
  });
  say(
    `products in the hub: ${products.length}, with ${products.reduce((sum, { variants }) => sum + variants.length, 0)} variants (the store has ${await store.admin.countVariants()})`,
  );

  const placed = await store.admin.placeOrder({ lines: [{ sku: 'TEE-BLUE-S', quantity: 2 }] });
  say(`order placed in Vendure: ${placed.code}`);
  await runOrders();
  const order = await waitFor(
    `order ${placed.code} in the hub`,
    90_000,
    async () => (await call<{ items: OrderView[] }>(hub, 'GET', `/orders?number=${placed.code}`)).items[0],
  );
  say(
    `order in the hub: ${order.cust_po_no}, ${order.lines.map((line) => `${line.quantity} × ${line.sku}`).join(', ')}, ${(order.grandTotal / 100).toFixed(2)} ${order.currency}`,
  );

  await call(hub, 'POST', `/orders/${order.id}/acknowledge`, { reference: 'WMS-1' });
  const trackingCode = `DEMO-${placed.code}`;
  await call(hub, 'POST', `/orders/${order.id}/shipments`, { carrier: 'DHL', trackingCode });
  say(`shipment reported to the hub: DHL ${trackingCode}`);

  const shipped = await waitFor('the tracking number in Vendure', 60_000, async () => {
    const seen = await store.admin.getOrder(placed.code);
    return seen.fulfillments?.some(
      (fulfilment) => fulfilment.trackingCode === trackingCode && fulfilment.state === 'Shipped',
    )
      ? seen
      : undefined;
  });
  say(
    `read back from Vendure: order ${placed.code} is ${shipped.state}, tracking ${(shipped.fulfillments ?? []).map((fulfilment) => fulfilment.trackingCode).join(', ')}`,
  );
  await waitFor('the confirmation in the hub', 30_000, async () =>
    (await call<OrderView>(hub, 'GET', `/orders/${order.id}`)).shipments[0]?.confirmedAt ? true : undefined,
  );
  return { code: placed.code, orderId: order.id };
}
