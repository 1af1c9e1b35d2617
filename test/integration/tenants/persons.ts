import type { Database } from '../../../hub/storage/database.ts';
import { systemClock, type Clock } from '../../../kit/clock.ts';
import type { OrderRecord } from '../../../model/records.ts';
import { line, order } from '../../support/memory-store.ts';

/** By it nothing that is due once an hour is done: a test says itself when, and counts what it did. */
export const NO_HOUR: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 60_000 ? ms : Number.MAX_SAFE_INTEGER, signal),
};

/** Stands in every field that can hold a person. */
export const CANARY = /canary/i;
const address = {
  name: 'Canary Berg',
  company: 'Canary Ltd',
  street1: 'Canary Street 5',
  street2: 'Canary floor',
  city: 'Canaryville',
  region: 'Canary region',
  postalCode: 'CANARY1',
  country: 'DE',
  phone: '+49 canary',
};

/** An order with a canary in every field that can hold a person. */
export const personal = (number: string, changes: Partial<OrderRecord> = {}): OrderRecord =>
  order(number, {
    customerId: 'canary-id',
    customerEmail: 'Canary@buyers.example',
    customerName: 'Canary Berg',
    customerPhone: 'canary',
    shippingAddress: address,
    billingAddress: address,
    note: 'for canary',
    giftMessage: 'dear canary',
    custom: { engraving: 'canary' },
    references: { invoice: 'canary' },
    pickupPoint: { id: 'p', name: 'Shop 7', address },
    payments: [{ method: 'card', amount: 1, state: 'Paid', reference: 'canary' }],
    lines: [{ ...line('1', 'A', 1), custom: { engraving: 'canary' } }],
    ...changes,
  });

/** What makes such an order one that nobody works on any more. */
export const closed = { state: 'Completed', updatedAt: '2026-11-01T00:00:00Z' } as const;

/** Every row of every table that mentions the canary, as TABLE: row. */
export async function tracesIn(db: Pick<Database, 'query'>): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace('public')`,
  );
  const found: string[] = [];
  for (const { name } of tables)
    for (const { row } of await db.query<{ row: string }>(
      `SELECT t::text AS row FROM "${name}" t WHERE t::text ~* 'canary'`,
    ))
      found.push(`${name}: ${row}`);
  return found;
}
