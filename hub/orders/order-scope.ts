import { referenceRules } from '../../model/order-reference.ts';
import type { Queryable } from '../storage/database.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';
import { endpointsOf } from './endpoints-of.ts';
import type { Endpoint } from './order-events.ts';
import type { ReferenceScope } from './references.ts';

/** An unpaid order is put aside and looked at again this often. */
const UNPAID_RETRY_MINUTES = 60;

/** What orders of a connection are judged by. */
export interface OrderScope extends ReferenceScope {
  /** All connections of the store: a SKU is known when any of them has it. */
  readonly storeConnections: readonly number[];
  /** False while nothing of the store has a catalogue: then no SKU can be unknown. */
  readonly checkSkus: boolean;
  /** False while the Store maps no shipping method: then the shop's own codes are good. */
  readonly mapsShippingMethods: boolean;
  /** Whether orders that go to several addresses are taken. */
  readonly severalDeliveries: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly unpaidRetryMinutes: number;
}

/** Reads it, inside the transaction that judges. */
export async function orderScope(db: Queryable, connection: ConnectionRow): Promise<OrderScope> {
  const siblings = await db.query<{ id: number; catalogue: boolean; maps: boolean }>(
    'SELECT id, catalogue, EXISTS (SELECT 1 FROM shipping_method_map WHERE store_id = $1) AS maps FROM connections WHERE store_id = $1',
    [connection.store_id],
    'connections-of-store',
  );
  const store = await findStoreById(db, connection.store_id);
  return {
    connectionId: connection.id,
    storeId: connection.store_id,
    storeConnections: siblings.map(({ id }) => id),
    checkSkus: siblings.some(({ catalogue }) => catalogue),
    mapsShippingMethods: siblings.some(({ maps }) => maps),
    severalDeliveries: store?.rules.orders?.severalDeliveries === 'Accept',
    endpoints: store ? await endpointsOf(db, store) : [],
    references: referenceRules(store?.rules.orderNumbers),
    unpaidRetryMinutes: UNPAID_RETRY_MINUTES,
  };
}
