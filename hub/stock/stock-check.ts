import { placeSubjectSql, stockSubject, stockSubjectSql } from '../../model/subjects.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { WakesPods } from '../outbox/queue.ts';
import { raise, resolve, type Problem } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { arrivedPieces, arrivedSince, isSince, momentOf, parcelPieces, total } from './pieces.ts';
import { queueLevels, readOnly, THERE } from './places.ts';
import { countedBy } from './share.ts';
import { earliest } from './targets.ts';
import { workedOut } from './worked-out.ts';

interface Level extends Record<string, unknown> {
  readonly connection_id: number;
  readonly variant_id: string;
  readonly location_id: string;
  readonly sku: string;
  readonly stock: StockMeaning;
  readonly safety_stock: number;
  readonly there: number;
  /** What the store was last told, or had when the level was posted, and when; null: not known. */
  readonly sent: number | null;
  readonly at: number | null;
  readonly seq: number | null;
  readonly set_at: string;
  /**
   * The level reached the store once, or was there when it was posted: then what differs was done there (a sale, a
   * correction by hand).
   */
  readonly confirmed: boolean;
  /** The store refused it, and a person said that this is dealt with: it goes when it is posted anew. */
  readonly dismissed: boolean;
}
type Difference = Level & { readonly wanted: number };

/**
 * StockCheck: the levels just read (staged) against what the back office last set. A level that never reached the store
 * is sent again, unless a person dismissed its refusal; one that did and differs now is named, for a person to look at:
 * a sale that the back office has not counted yet looks the same as a correction by hand. Orders and parcels that the
 * hub knows of explain what they moved. What waits to be written is no difference.
 */
export async function checkStock(tx: Transaction, hub: WakesPods, connection: ConnectionRow): Promise<void> {
  const moment = await momentOf(tx, connection.store_id);
  const levels = await differing(tx, connection);
  const moved = await explained(
    tx,
    connection,
    levels.filter(({ sent }) => sent !== null),
  );
  const worked = await workedOut(
    tx,
    connection.store_id,
    levels.filter(({ sent }) => sent === null),
    moment,
  );
  const never = worked
    .map((level) => ({ ...level, wanted: countedBy(level.stock, level.written) }))
    .filter(({ there, wanted }) => there !== wanted);
  const differences = [...moved, ...never];
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
  const again = never.filter(({ confirmed, dismissed }) => !confirmed && !dismissed);
  if (again.length > 0) await queueLevels(tx, hub, again, moment, 'keep');
}

/** Levels of which the store has not what it was told, or was never told anything. */
async function differing(tx: Transaction, connection: ConnectionRow): Promise<Level[]> {
  return tx.query<Level>(
    `WITH level AS (
       SELECT ${placeSubjectSql('s.variant_id', 's.location_id')} AS subject, c.id AS connection_id, s.variant_id, s.location_id, s.sku, c.stock, c.safety_stock,
         ${THERE} AS there, t.changed_at AS set_at, $1 = ANY(t.met) AS met, k.sent, (extract(epoch FROM k.sent_at) * 1000000)::bigint AS at, k.sent_seq AS seq
       FROM stage_stock_levels s JOIN connections c ON c.id = $1
       JOIN stock_targets t ON t.store_id = c.store_id AND t.sku = s.sku AND t.location = s.location_id
       LEFT JOIN stock_levels k ON k.connection_id = $1 AND k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.sent_at >= t.changed_at
       WHERE NOT ${readOnly('c.id', 's.location_id')})
     SELECT l.*, EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state = 'Dismissed' AND o.done_at >= l.set_at) AS dismissed,
       l.sent IS NOT NULL OR l.met OR EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state = 'Applied' AND o.done_at >= l.set_at) AS confirmed
     FROM level l
     WHERE l.there IS DISTINCT FROM l.sent
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state IN ('Pending', 'Sent', 'Submitted', 'Held'))`,
    [connection.id],
  );
}

/**
 * Those that orders and parcels since do not explain: a store that counts what can be sold takes off its own orders,
 * one that counts what is on hand takes off its own parcels.
 */
async function explained(tx: Transaction, connection: ConnectionRow, levels: readonly Level[]): Promise<Difference[]> {
  if (levels.length === 0) return [];
  const skus = levels.map(({ sku }) => sku);
  const from = earliest(levels.map(({ at, seq }) => ({ at: at!, seq: seq! })));
  const arrived = await arrivedPieces(tx, connection.store_id, skus, from);
  const packed = await parcelPieces(tx, connection.store_id, connection.id, skus, from);
  return levels.flatMap((level) => {
    const asOf = { at: level.at!, seq: level.seq! };
    const ordered = total(arrived, (piece) =>
      piece.connectionId === connection.id && piece.sku === level.sku && arrivedSince(piece, asOf) ? piece.sold : 0,
    );
    const shipped = total(packed, (parcel) => (parcel.sku === level.sku && isSince(parcel, asOf) ? parcel.pieces : 0));
    const wanted = level.sent! - (level.stock === 'available' ? ordered : shipped);
    return level.there < wanted || level.there > level.sent! ? [{ ...level, wanted }] : [];
  });
}

function problemOf({ sku, location_id, there, wanted, set_at, confirmed, dismissed }: Difference): Problem {
  const [reason, remedy] = confirmed
    ? [
        'StockDiffers',
        'the store had confirmed this level, so it changed there later. Compare with sales and post the level again if the store is wrong',
      ]
    : [
        'StockNeverArrived',
        dismissed
          ? 'the store refused it, and that was dismissed: post the level again to have it sent'
          : 'it never reached the store: sent again',
      ];
  return {
    kind: 'stockLevel',
    id: stockSubject(sku, location_id),
    reason,
    severity: 'Info',
    message: `SKU ${sku}: the store has ${there}, the back office set ${wanted} at ${set_at}; ${remedy}`,
  };
}
