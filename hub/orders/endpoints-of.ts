import type { Queryable } from '../storage/database.ts';
import { findKeyStore, type StoreRow } from '../stores/rules.ts';
import type { Endpoint } from './order-events.ts';

/** Who hears of a Store's orders: its own endpoints, and those of the Store whose key opens it. */
export async function endpointsOf(db: Queryable, store: StoreRow): Promise<Endpoint[]> {
  const keyStore = await findKeyStore(db, store);
  return [
    ...(store.rules.orderWebhooks ?? []),
    ...(keyStore?.rules.orderWebhooks ?? []).map((endpoint) => ({ ...endpoint, storeId: keyStore!.id })),
  ];
}
