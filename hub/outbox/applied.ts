import { stockSubject } from '../../model/subjects.ts';
import type { OutboxResult } from '../../model/sync-api.ts';
import { resolve } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';

const isApplied = ({ outcome }: OutboxResult): boolean => outcome === 'Applied' || outcome === 'AlreadyApplied';

/**
 * Stock levels that the store took, which is nearly all of them, in three statements however many: confirmed, the level
 * remembered as the store's (else one that is set back to what was last read would look unchanged), earlier problems
 * resolved. Returns the results that are left to be judged one by one.
 *
 * Each row is looked up by its whole primary key, and cannot be otherwise: beside a constant connection the planner reads
 * all of the connection's rows for each batch, as long as it has no statistics; beside a plain `state = 'Sent'` all open
 * entries, by an index of theirs (a third of the CPU for 50,000 levels went there once).
 */
export async function recordAppliedLevels(tx: Transaction, connectionId: number, results: readonly OutboxResult[]): Promise<readonly OutboxResult[]> {
  const applied = results.filter(isApplied);
  if (applied.length === 0) return results;
  const entries = await tx.query<{ sku: string; variant: string; location: string; quantity: number }>(
    `UPDATE outbox o SET state = 'Applied', done_at = now(), external_id = r.external_id, reason = NULL, message = NULL, held_request = NULL
     FROM unnest($1::int[], $2::bigint[], $3::text[]) AS r(connection_id, id, external_id)
     WHERE o.connection_id = r.connection_id AND o.id = r.id AND o.state IS NOT DISTINCT FROM 'Sent'
     RETURNING o.payload->>'sku' AS sku, o.payload->>'variantId' AS variant, o.payload->>'locationId' AS location, (o.payload->>'quantity')::int AS quantity`,
    [applied.map(() => connectionId), applied.map(({ id }) => id), applied.map(({ externalId }) => externalId ?? null)],
  );
  await tx.query(
    `UPDATE stock_levels s SET available = s.available + (w.quantity - s.on_hand), on_hand = w.quantity, hash = '00000000-0000-0000-0000-000000000000', seq = nextval('change_seq'), changed_at = now()
     FROM unnest($1::int[], $2::text[], $3::text[], $4::int[]) AS w(connection_id, variant_id, location_id, quantity)
     WHERE s.connection_id = w.connection_id AND s.variant_id = w.variant_id AND s.location_id = w.location_id AND s.on_hand IS DISTINCT FROM w.quantity`,
    [entries.map(() => connectionId), entries.map(({ variant }) => variant), entries.map(({ location }) => location), entries.map(({ quantity }) => quantity)],
  );
  await resolve(tx, { connection: connectionId, feeds: ['StockExport'] }, entries.map(({ sku, location }) => stockSubject(sku, location)));
  return results.filter((result) => !isApplied(result));
}
