import { digestReference, type ReferenceRules } from '../../model/order-reference.ts';
import type { Transaction } from '../storage/database.ts';

/** With the shortest references a digest can meet another one; each try is another digest. */
const TRIES = 20;

export interface ReferenceScope {
  readonly connectionId: number;
  readonly storeId: number;
  readonly references: ReferenceRules;
}

/** SQL: ids of `staged` (external_id, cust_ref, placed_at) whose reference another order has, or one before them. */
const taken = (staged: string): string => `
  WITH staged AS (
    SELECT s.external_id, s.cust_ref, s.placed_at, coalesce((SELECT o.cust_ref FROM orders o WHERE o.connection_id = $1 AND o.external_id = s.external_id LIMIT 1) = s.cust_ref, false) AS own FROM ${staged} s),
  ranked AS (SELECT external_id, cust_ref, own, row_number() OVER (PARTITION BY cust_ref ORDER BY own DESC, placed_at, external_id) AS place FROM staged)
  SELECT r.external_id FROM ranked r
  WHERE NOT r.own AND (r.place > 1 OR (SELECT o.external_id FROM orders o WHERE o.store_id = $2 AND o.cust_ref = r.cust_ref LIMIT 1) IS NOT NULL)`;
const TAKEN_IN_STAGE = taken('stage_orders');
const TAKEN_OF_THESE = taken(
  `(SELECT id AS external_id, reference AS cust_ref, NULL::timestamptz AS placed_at FROM unnest($3::text[], $4::text[]) AS g(id, reference))`,
);

const another = ({ connectionId, references }: ReferenceScope, id: string, attempt: number): string =>
  digestReference(`${connectionId}\n${id}\n${attempt}`, references);

/**
 * Two orders of a Store never have one reference, though a shop may give one number to several (two orders of one
 * checkout, a series for each site): whoever has it keeps it, any other gets a digest of connection and id, the same at
 * each reading. Another transaction may take a reference at the same time: that ends in a unique violation, and the
 * batch is merged again after it.
 */
export async function settleReferences(tx: Transaction, scope: ReferenceScope): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await tx.query<{ external_id: string }>(TAKEN_IN_STAGE, [scope.connectionId, scope.storeId]);
    if (found.length === 0) return;
    const ids = found.map(({ external_id }) => external_id);
    await tx.query(
      'UPDATE stage_orders s SET cust_ref = g.reference FROM unnest($1::text[], $2::text[]) AS g(id, reference) WHERE s.external_id = g.id',
      [ids, ids.map((id) => another(scope, id, attempt))],
    );
  }
}

/** The same for orders that are not staged, each id once. One without a reference gets a digest at once. */
export async function freeReferences<O extends { readonly id: string; readonly reference?: string }>(
  tx: Transaction,
  scope: ReferenceScope,
  orders: readonly O[],
): Promise<readonly (O & { readonly reference: string })[]> {
  let settled = orders.map((order) => ({ ...order, reference: order.reference ?? another(scope, order.id, 0) }));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await tx.query<{ external_id: string }>(TAKEN_OF_THESE, [
      scope.connectionId,
      scope.storeId,
      settled.map(({ id }) => id),
      settled.map(({ reference }) => reference),
    ]);
    if (found.length === 0) break;
    const ids = new Set(found.map(({ external_id }) => external_id));
    settled = settled.map((order) =>
      ids.has(order.id) ? { ...order, reference: another(scope, order.id, attempt) } : order,
    );
  }
  return settled;
}
