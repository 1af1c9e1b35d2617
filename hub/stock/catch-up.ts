import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { WriteOf } from '../../model/feeds.ts';
import type { ClaimedWrite } from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';
import {
  arrivedPieces,
  arrivedSince,
  isSince,
  parcelPieces,
  total,
  type ArrivedPieces,
  type Dated,
  type Moment,
} from './pieces.ts';
import { earliest } from './targets.ts';

type Level = WriteOf<'StockExport'>;

/** The target behind a level, as far as catching up needs it. */
interface Behind extends Record<string, unknown> {
  readonly id: number;
  readonly main: boolean;
  /** Of a kit whose level follows its components: these, and how many are in one. */
  readonly components: readonly { readonly sku: string; readonly perKit: number }[] | null;
}

interface Since {
  readonly arrived: readonly ArrivedPieces[];
  readonly parcels: readonly ({ readonly sku: string; readonly pieces: number } & Dated)[];
}

/**
 * A level may have waited: what was ordered or shipped since its numbers were worked out is taken off at the last
 * moment, else the store would sell it a second time. Only ever less: goods that came in are another post. Each attempt
 * begins with the numbers as they were worked out, so that nothing is taken off twice.
 */
export async function catchUp(
  tx: Transaction,
  connectionId: number,
  entries: readonly ClaimedWrite<'StockExport'>[],
): Promise<readonly Level[]> {
  const dated = entries.filter((entry) => entry.payload.asOf !== undefined);
  if (dated.length === 0) return entries.map(({ payload }) => payload);
  const [connection] = await tx.query<{ store_id: number; stock: StockMeaning }>(
    'SELECT store_id, stock FROM connections WHERE id = $1',
    [connectionId],
  );
  const { store_id: storeId, stock } = connection!;
  const from = earliest(dated.map(({ payload }) => payload.asOf!));
  if (!(await hasMoved(tx, storeId, from))) return entries.map(({ payload }) => payload);
  const behind = await targetsBehind(tx, storeId, dated);
  const skus = [
    ...dated.map(({ payload }) => payload.sku),
    ...[...behind.values()].flatMap(({ components }) => (components ?? []).map(({ sku }) => sku)),
  ];
  const since: Since = {
    arrived: await arrivedPieces(tx, storeId, skus, from),
    parcels: stock === 'onHand' ? await parcelPieces(tx, storeId, connectionId, skus, from) : [],
  };
  if (since.arrived.length + since.parcels.length === 0) return entries.map(({ payload }) => payload);
  const now = entries.map(({ id, payload }) => ({ id, level: lessened(payload, behind.get(id), connectionId, since) }));
  await tx.query(
    `UPDATE outbox o SET payload = w.payload FROM jsonb_to_recordset($2::jsonb) AS w(id bigint, payload jsonb)
     WHERE o.connection_id = $1 AND o.id = w.id AND o.id = ANY(ARRAY(SELECT (w->>'id')::bigint FROM jsonb_array_elements($2::jsonb) w))`,
    [
      connectionId,
      JSON.stringify(
        now.flatMap(({ id, level }, index) => (level === entries[index]!.payload ? [] : [{ id, payload: level }])),
      ),
    ],
  );
  return now.map(({ level }) => level);
}

/** Whether an order or a parcel of the Store is new or another since. Mostly none is: then nothing has to be asked. */
async function hasMoved(tx: Transaction, storeId: number, { seq }: Moment): Promise<boolean> {
  const [row] = await tx.query<{ moved: boolean }>(
    'SELECT EXISTS (SELECT FROM orders WHERE store_id = $1 AND seq > $2) OR EXISTS (SELECT FROM shipments WHERE store_id = $1 AND seq > $2) AS moved',
    [storeId, seq],
    'has-moved',
  );
  return row!.moved;
}

async function targetsBehind(
  tx: Transaction,
  storeId: number,
  entries: readonly ClaimedWrite<'StockExport'>[],
): Promise<ReadonlyMap<number, Behind>> {
  const rows = await tx.query<Behind>(
    `SELECT w.id, t.main, CASE WHEN t.computed THEN (SELECT jsonb_agg(jsonb_build_object('sku', k.component, 'perKit', k.quantity)) FROM kits k WHERE k.store_id = $1 AND k.sku = t.sku) END AS components
     FROM unnest($2::bigint[], $3::text[], $4::text[]) AS w(id, sku, location)
     CROSS JOIN LATERAL (SELECT * FROM stock_targets WHERE store_id = $1 AND sku = w.sku AND location = w.location LIMIT 1) t`,
    [
      storeId,
      entries.map(({ id }) => id),
      entries.map(({ payload }) => payload.sku),
      entries.map(({ payload }) => payload.locationId),
    ],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The level less what happened since. A store that counts what is on hand takes off its own orders itself: only those
 * of others, and its own once they are packed. Pure.
 */
function lessened(level: Level, behind: Behind | undefined, connectionId: number, { arrived, parcels }: Since): Level {
  const { asOf } = level;
  if (!asOf || !behind?.main) return level;
  const late = arrived.filter((pieces) => arrivedSince(pieces, asOf));
  const neededOf = (sku: string) => total(late, (piece) => (piece.sku === sku ? piece.needed : 0));
  const ordered = behind.components
    ? Math.max(0, ...behind.components.map(({ sku, perKit }) => Math.ceil(neededOf(sku) / perKit)))
    : neededOf(level.sku);
  const own = total(late, (piece) => (piece.sku === level.sku && piece.connectionId === connectionId ? piece.sold : 0));
  const packed = total(parcels, (parcel) => (parcel.sku === level.sku && isSince(parcel, asOf) ? parcel.pieces : 0));
  const onHandLess = Math.max(0, ordered - own + packed);
  const workedOut = asOf.workedOut ?? { quantity: level.quantity, available: level.available };
  const quantity = Math.max(0, workedOut.quantity - onHandLess);
  const available = Math.max(0, workedOut.available - ordered);
  if (quantity === level.quantity && available === level.available) return level;
  return { ...level, quantity, available, asOf: { ...asOf, workedOut } };
}
