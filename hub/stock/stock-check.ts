import { placeSubjectSql, stockSubject, stockSubjectSql } from '../../model/subjects.ts';
import { queueWrites, type WakesPods } from '../outbox/queue.ts';
import { raise, resolve, type Problem } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { writtenOf } from './kit-stock.ts';
import { levelWrite } from './levels.ts';

interface Difference extends Record<string, unknown> {
  readonly subject: string;
  readonly variant_id: string;
  readonly location_id: string;
  readonly sku: string;
  readonly there: number;
  readonly wanted: number;
  readonly set_at: string;
  /**
   * The level reached the store once, or was there when it was posted: then what differs was done there (a sale, a
   * correction by hand).
   */
  readonly confirmed: boolean;
}

/**
 * StockCheck: the levels just read (staged) against what the back office last set. A level that never reached the store
 * is sent again; one that did and differs now is named, for a person to look at: a sale that the back office has not
 * counted yet looks the same as a correction by hand. What waits to be written is no difference.
 */
export async function checkStock(tx: Transaction, hub: WakesPods, connection: ConnectionRow): Promise<void> {
  const differences = await tx.query<Difference>(
    `WITH level AS (
       SELECT ${placeSubjectSql('s.variant_id', 's.location_id')} AS subject, s.variant_id, s.location_id, s.sku, s.on_hand AS there, ${writtenOf('t.quantity')} AS wanted, t.changed_at AS set_at, $1 = ANY(t.met) AS met
       FROM stage_stock_levels s JOIN connections c ON c.id = $1
       JOIN stock_targets t ON t.store_id = c.store_id AND t.sku = s.sku AND t.location = s.location_id)
     SELECT l.*, l.met OR EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state = 'Applied' AND o.done_at >= l.set_at) AS confirmed
     FROM level l
     WHERE l.there <> l.wanted
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state IN ('Pending', 'Sent', 'Submitted', 'Held'))`,
    [connection.id],
  );
  const problems = differences.map(problemOf);
  const read = await tx.query<{ subject: string }>(
    `SELECT ${stockSubjectSql('sku', 'location_id')} AS subject FROM stage_stock_levels`,
  );
  await resolve(
    tx,
    { connection: connection.id, feeds: ['StockCheck'] },
    read.map(({ subject }) => subject),
    { still: problems },
  );
  await raise(tx, { connection: connection.id, feed: 'StockCheck' }, problems);
  await queueWrites(
    tx,
    hub,
    differences
      .filter(({ confirmed }) => !confirmed)
      .map((level) => levelWrite(connection.id, { ...level, written: level.wanted })),
    'keep',
  );
}

function problemOf({ sku, location_id, there, wanted, set_at, confirmed }: Difference): Problem {
  const [reason, remedy] = confirmed
    ? [
        'StockDiffers',
        'it was confirmed then, so it changed at the store: compare with sales, and post the level again if the store is wrong',
      ]
    : ['StockNeverArrived', 'it never reached the store: sent again'];
  return {
    kind: 'stockLevel',
    id: stockSubject(sku, location_id),
    reason,
    severity: 'Info',
    message: `SKU ${sku}: the store has ${there}, the back office set ${wanted} at ${set_at}; ${remedy}`,
  };
}
