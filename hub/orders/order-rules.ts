import type { Queryable } from '../storage/database.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';
import type { OrderMergeScope } from './merge-orders.ts';

/** An unpaid order is put aside and looked at again this often. */
const UNPAID_RETRY_MINUTES = 60;

/** What orders of a connection are judged by, read inside the transaction that judges them. */
export async function orderScope(db: Queryable, connection: ConnectionRow): Promise<OrderMergeScope> {
  const siblings = await db.query<{ id: number; catalogue: boolean }>('SELECT id, catalogue FROM connections WHERE store_id = $1', [connection.store_id], 'connections-of-store');
  const store = await findStoreById(db, connection.store_id);
  return {
    connectionId: connection.id,
    storeId: connection.store_id,
    storeConnections: siblings.map(({ id }) => id),
    checkSkus: siblings.some(({ catalogue }) => catalogue),
    endpoints: store?.rules.orderWebhooks ?? [],
    unpaidRetryMinutes: UNPAID_RETRY_MINUTES,
  };
}
