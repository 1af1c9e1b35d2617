import type { Queryable } from '../storage/database.ts';

/** Pieces of a SKU that orders of one connection want. */
export interface Pieces {
  readonly connectionId: number;
  readonly sku: string;
  /** As the shop counts: a kit is one piece of the kit's SKU. */
  readonly sold: number;
  /** As the warehouse packs: a kit is also the pieces of its components. */
  readonly needed: number;
}

/** Open pieces. */
export interface OpenPieces extends Pieces {
  /** Of `needed`, those of orders that the back office did not know. */
  readonly unknown: number;
  /** Positions above the moment's of all that was counted: orders, their growth, parcels. */
  readonly fresh: readonly number[];
}

/** When something happened: its position, and of rows of older releases, that have none, the time alone. */
export interface Dated {
  /** In microseconds since 1970, as the database has it: when its transaction began. */
  readonly at: number;
  /** Given out in the transaction that it happened in. */
  readonly pos: number | null;
}

/** A moment of the hub's database: its time, and a position that nothing committed later lies at or below. */
export interface Moment {
  readonly at: number;
  readonly seq: number;
}

/** A moment, and what above its position was counted nevertheless: it was committed by then. */
export interface AsOf extends Moment {
  readonly counted?: readonly number[];
}

/** Whether numbers as of a moment do not know of it yet. Pure. */
export const isSince = ({ at, pos }: Dated, asOf: AsOf): boolean =>
  pos === null ? at > asOf.at : pos > asOf.seq && !asOf.counted?.includes(pos);

/** Positions above a moment's, each once. Pure. */
export const above = ({ seq }: Moment, ...lists: (readonly number[])[]): number[] => [
  ...new Set(lists.flat().filter((pos) => pos > seq)),
];

const micros = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::bigint`;

/** Now, that is when the transaction began. */
export async function momentOf(db: Queryable, storeId: number): Promise<Moment> {
  const [row] = await db.query<{ at: number; seq: number }>(
    `SELECT ${micros('now()')} AS at, readable AS seq FROM readable_to($1)`,
    [storeId],
  );
  return row!;
}

/** SQL: the FROM part of lines `l` with what they are in the catalogue; what follows is a WHERE. `$1` is the Store. */
const IN_CATALOGUE = `LEFT JOIN sku_aliases a ON a.store_id = $1 AND a.alias = l.sku
    WHERE NOT EXISTS (SELECT 1 FROM promotional_codes p WHERE p.store_id = $1 AND p.sku = l.sku)`;

/** SQL: lines of goods of the orders `picked`, by the catalogue's SKU. */
const GOODS = `SELECT o.*, l.external_id AS line_id, coalesce(a.sku, l.sku) AS sku, l.quantity, coalesce(l.fulfilled_quantity, 0) AS fulfilled
    FROM picked o JOIN order_lines l ON l.connection_id = o.connection_id AND l.order_id = o.order_id AND l.quantity > 0 ${IN_CATALOGUE}`;

/**
 * SQL: what orders `picked` want more of than the back office was told: the shop has changed them, and nobody answered
 * yet. Those pieces are sold. Fewer count once that is accepted: until then they may be packed.
 */
const GROWN = `SELECT o.connection_id, o.order_id, o.open, o.known_at, o.known_pos, coalesce(a.sku, l.sku) AS sku, l.quantity - coalesce(k.quantity, 0) AS quantity
    FROM (SELECT p.*, c.pending_change, (c.pending_change->>'at')::bigint AS known_at, (c.pending_change->>'pos')::bigint AS known_pos FROM picked p
      JOIN orders c ON c.connection_id = p.connection_id AND c.external_id = p.order_id AND c.change_pending) o
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(o.pending_change->'lines', '[]')) AS l(external_id text, sku text, quantity int, kind text)
    LEFT JOIN order_lines k ON k.connection_id = o.connection_id AND k.order_id = o.order_id AND k.external_id = l.external_id AND k.sku = l.sku
    ${IN_CATALOGUE} AND coalesce(l.kind, '') = '' AND l.quantity > coalesce(k.quantity, 0)`;

/** SQL: of orders `picked`, by what they grew and the back office accepted it since; their lines have it. */
const ACCEPTED_GROWTH = `SELECT o.connection_id, o.order_id, x.at, x.pos, coalesce(a.sku, l.sku) AS sku, l.quantity FROM picked o
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(o.grown, '[]')) AS x(at bigint, pos bigint, sku text, quantity int)
    CROSS JOIN LATERAL (SELECT x.sku, x.quantity) l ${IN_CATALOGUE}`;

/** SQL: the FROM part of parcels `s` with the lines `l` that are in them, in pieces of `x`. */
const PARCEL_LINES = `shipments s CROSS JOIN LATERAL jsonb_to_recordset(coalesce(s.lines, '[]')) AS x("lineId" text, quantity int)
     JOIN order_lines l ON l.connection_id = s.connection_id AND l.order_id = s.order_id AND l.external_id = x."lineId"
     LEFT JOIN sku_aliases a ON a.store_id = $1 AND a.alias = l.sku`;

/** SQL: what of a line is in parcels that were reported, and of a kit's line in which pieces. */
const REPORTED = `told AS (
    SELECT s.connection_id, s.order_id, x."lineId" AS line_id, s.id, sum(x.quantity) AS pieces
    FROM picked o JOIN shipments s ON s.connection_id = o.connection_id AND s.order_id = o.order_id AND s.taken_back_at IS NULL
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(s.lines, '[]')) AS x("lineId" text, quantity int) GROUP BY 1, 2, 3, 4),
  parts AS (
    SELECT s.connection_id, s.order_id, x."lineId" AS line_id, s.id, x.sku, sum(x.quantity) AS pieces
    FROM picked o JOIN shipments s ON s.connection_id = o.connection_id AND s.order_id = o.order_id AND s.taken_back_at IS NULL
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(s.components, '[]')) AS x("lineId" text, sku text, quantity int) GROUP BY 1, 2, 3, 4, 5),
  whole AS (
    SELECT t.connection_id, t.order_id, t.line_id, sum(t.pieces) AS pieces, coalesce(sum(t.pieces) FILTER (WHERE NOT EXISTS (
      SELECT 1 FROM parts p WHERE p.id = t.id AND p.line_id = t.line_id)), 0) AS without_parts FROM told t GROUP BY 1, 2, 3),
  part AS (SELECT connection_id, order_id, line_id, sku, sum(pieces) AS pieces FROM parts GROUP BY 1, 2, 3, 4)`;

/**
 * Pieces of accepted orders of the Store that are not shipped yet, of these SKUs. `moment` is one of before. `upTo`:
 * the back office knew the orders up to this position; absent: those that it acknowledged or took by a webhook.
 */
export async function openPieces(
  db: Queryable,
  storeId: number,
  skus: readonly string[],
  { seq }: Moment,
  upTo?: string,
): Promise<OpenPieces[]> {
  return db.query<OpenPieces & Record<string, unknown>>(
    `WITH picked AS MATERIALIZED (
       SELECT o.connection_id, o.external_id AS order_id, NOT CASE WHEN $3::bigint IS NULL THEN o.exported_at IS NOT NULL ELSE least(o.seq, o.exported_seq) <= $3 END AS news,
         o.accepted_seq AS pos, o.grown, true AS open
       FROM connections c JOIN orders o ON o.connection_id = c.id AND o.intake = 'Accepted' AND o.state IN ('Open', 'Draft') WHERE c.store_id = $1
       UNION ALL
       -- Shipped when they were counted: they want nothing, and will not want it later.
       SELECT o.connection_id, o.external_id, false, o.accepted_seq, o.grown, false
       FROM orders o WHERE o.store_id = $1 AND o.seq > $4 AND o.accepted_seq > $4 AND o.intake = 'Accepted' AND o.state NOT IN ('Open', 'Draft', 'Cancelled')),
     goods AS (${GOODS}), grown AS (${GROWN}), ${REPORTED},
     wanted AS (
       SELECT g.connection_id, g.sku, g.news, CASE WHEN g.open THEN greatest(0, g.quantity - greatest(g.fulfilled, coalesce(w.pieces, 0))) ELSE 0 END AS needed, true AS own, g.pos
       FROM goods g LEFT JOIN whole w USING (connection_id, order_id, line_id)
       UNION ALL
       SELECT g.connection_id, k.component, g.news,
         CASE WHEN g.open THEN greatest(0, k.quantity * g.quantity - greatest(k.quantity * g.fulfilled, coalesce(p.pieces, 0) + k.quantity * coalesce(w.without_parts, 0))) ELSE 0 END, false, g.pos
       FROM goods g JOIN kits k ON k.store_id = $1 AND k.sku = g.sku
       LEFT JOIN whole w USING (connection_id, order_id, line_id)
       LEFT JOIN part p ON p.connection_id = g.connection_id AND p.order_id = g.order_id AND p.line_id = g.line_id AND p.sku = k.component
       UNION ALL SELECT connection_id, sku, true, CASE WHEN open THEN quantity ELSE 0 END, true, known_pos FROM grown
       UNION ALL SELECT g.connection_id, k.component, true, CASE WHEN g.open THEN k.quantity * g.quantity ELSE 0 END, false, known_pos FROM grown g JOIN kits k ON k.store_id = $1 AND k.sku = g.sku
       UNION ALL SELECT connection_id, sku, false, 0, true, pos FROM (${ACCEPTED_GROWTH}) a
       UNION ALL SELECT a.connection_id, k.component, false, 0, false, a.pos FROM (${ACCEPTED_GROWTH}) a JOIN kits k ON k.store_id = $1 AND k.sku = a.sku
       UNION ALL SELECT s.connection_id, coalesce(a.sku, l.sku), false, 0, true, s.told_seq FROM ${PARCEL_LINES} WHERE s.store_id = $1 AND s.seq > $4 AND s.told_seq > $4)
     SELECT connection_id AS "connectionId", sku, coalesce(sum(needed) FILTER (WHERE own), 0)::bigint AS sold, sum(needed)::bigint AS needed, coalesce(sum(needed) FILTER (WHERE news), 0)::bigint AS unknown,
       coalesce(jsonb_agg(DISTINCT pos) FILTER (WHERE pos > $4), '[]') AS fresh
     FROM wanted WHERE sku = ANY($2::text[]) GROUP BY 1, 2`,
    [storeId, skus, upTo ?? null, seq],
  );
}

/** Pieces that came after a moment. */
export interface ArrivedPieces extends Pieces, Dated {
  /** Growth that the back office accepted: it is in its order's lines, so it counts where the order itself does not. */
  readonly order: Dated | null;
}

/** Whether numbers as of a moment have to be less by them. Pure. */
export const arrivedSince = (pieces: ArrivedPieces, asOf: AsOf): boolean =>
  isSince(pieces, asOf) && !(pieces.order && isSince(pieces.order, asOf));

/**
 * Pieces of orders that were accepted after a moment, whether they are shipped since or not, and those that known
 * orders want more since. More than these may come: `arrivedSince` says which count.
 */
export async function arrivedPieces(
  db: Queryable,
  storeId: number,
  skus: readonly string[],
  since: Moment,
): Promise<ArrivedPieces[]> {
  const isLater = (at: string, pos: string) => `(${pos} > $3 OR (${pos} IS NULL AND ${at} > $4))`;
  return db.query<ArrivedPieces & Record<string, unknown>>(
    `WITH picked AS MATERIALIZED (
       SELECT o.connection_id, o.external_id AS order_id, o.accepted_seq AS pos, o.grown, true AS open, ${micros(`coalesce((SELECT h.at FROM order_history h WHERE h.connection_id = o.connection_id AND h.order_id = o.external_id AND h.what = 'accepted' ORDER BY h.id DESC LIMIT 1), o.first_seen_at)`)} AS at
       FROM orders o WHERE o.store_id = $1 AND o.seq > $3 AND o.intake = 'Accepted' AND o.state <> 'Cancelled'),
     goods AS (${GOODS}), grown AS (${GROWN}), accepted AS (${ACCEPTED_GROWTH}),
     came AS (
       SELECT connection_id, at, pos, sku, quantity, NULL::jsonb AS "order" FROM goods WHERE ${isLater('at', 'pos')}
       UNION ALL SELECT connection_id, known_at, known_pos, sku, quantity, NULL FROM grown WHERE ${isLater('known_at', 'known_pos')}
       UNION ALL SELECT a.connection_id, a.at, a.pos, a.sku, a.quantity, jsonb_build_object('at', p.at, 'pos', p.pos)
         FROM accepted a JOIN picked p USING (connection_id, order_id) WHERE ${isLater('a.at', 'a.pos')}),
     wanted AS (
       SELECT c.connection_id, c.sku, c.at, c.pos, c."order", c.quantity AS needed, true AS own FROM came c
       UNION ALL SELECT c.connection_id, k.component, c.at, c.pos, c."order", k.quantity * c.quantity, false FROM came c JOIN kits k ON k.store_id = $1 AND k.sku = c.sku)
     SELECT connection_id AS "connectionId", sku, at, pos, "order", coalesce(sum(needed) FILTER (WHERE own), 0)::bigint AS sold, sum(needed)::bigint AS needed
     FROM wanted WHERE sku = ANY($2::text[]) GROUP BY 1, 2, 3, 4, 5`,
    [storeId, skus, since.seq, since.at],
  );
}

/** Pieces in parcels that were reported after a moment for orders of one connection, as the shop counts them. */
export async function parcelPieces(
  db: Queryable,
  storeId: number,
  connectionId: number,
  skus: readonly string[],
  since: Moment,
): Promise<({ readonly sku: string; readonly pieces: number } & Dated)[]> {
  return db.query<{ sku: string; pieces: number; at: number; pos: number | null }>(
    `SELECT coalesce(a.sku, l.sku) AS sku, ${micros('s.created_at')} AS at, s.told_seq AS pos, sum(x.quantity)::bigint AS pieces
     FROM ${PARCEL_LINES}
     WHERE s.store_id = $1 AND s.seq > $4 AND s.connection_id = $2 AND coalesce(a.sku, l.sku) = ANY($3::text[])
       AND (s.told_seq > $4 OR (s.told_seq IS NULL AND ${micros('s.created_at')} > $5)) GROUP BY 1, 2, 3`,
    [storeId, connectionId, skus, since.seq, since.at],
  );
}

/** The sum of what is picked. */
export const total = <T>(rows: Iterable<T>, of: (row: T) => number): number => {
  let sum = 0;
  for (const row of rows) sum += of(row);
  return sum;
};
