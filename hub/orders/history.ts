import type { Transaction } from '../storage/database.ts';

/** A step of an order's life that no other row keeps the time of. `requestId` is the answer's x-request-id. */
export async function remember(
  tx: Transaction,
  order: { readonly connectionId: number; readonly orderId: string },
  what: string,
  detail: string | null,
  requestId: string | null,
): Promise<void> {
  await tx.query(
    'INSERT INTO order_history (connection_id, order_id, what, detail, request_id) VALUES ($1, $2, $3, $4, $5)',
    [order.connectionId, order.orderId, what, detail, requestId],
  );
}
