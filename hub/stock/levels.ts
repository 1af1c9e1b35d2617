import { resolve } from '../problems/problems.ts';
import { placeSubject, stockSubject } from '../../model/subjects.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { WakesPods } from '../outbox/queue.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { componentsAmong, kitLevels, kitParts } from './kit-stock.ts';
import { above, momentOf, openPieces, total, type Moment, type OpenPieces } from './pieces.ts';
import { placesOf, queueLevels, type Found, type Place } from './places.ts';
import { countedBy, takeOff, writtenLevel, type Share, type WrittenLevel } from './share.ts';
import { rememberTargets, sellableNow, type Target } from './targets.ts';

/** A level as a back office posts it. */
export interface WantedLevel {
  readonly sku: string;
  /** A warehouse of the Store, or the id of a stock location; absent: the only location. */
  readonly warehouse?: string;
  readonly quantity: number;
}

/** What the posted numbers are, as the back office says. */
export interface PostedAs {
  readonly stock: StockMeaning;
  /** Position of the last order that the back office knew; absent: not said. */
  readonly ordersUpTo?: string;
}

/** What became of posted levels. */
export interface LevelsAnswer {
  readonly queued: number;
  readonly unchanged: number;
  /** Levels that no store has a place for. */
  readonly unknown: { readonly sku: string; readonly warehouse: string | null; readonly message: string }[];
  /** How many pieces of orders were taken off. */
  readonly takenOff: number;
}

interface Posted extends WantedLevel {
  readonly location: string | null;
}

/** A place with what goes there. */
type Placed = Place & { readonly written: WrittenLevel; readonly counted: readonly number[] };

/**
 * Finds the place of each level, remembers the target and queues what differs; a newer level takes a waiting one's
 * place. What stores are told is less by the pieces of open orders that they do not take off themselves.
 */
export async function setLevels(
  tx: Transaction,
  hub: WakesPods,
  store: StoreRow,
  levels: readonly WantedLevel[],
  as: PostedAs,
): Promise<LevelsAnswer> {
  const moment = await momentOf(tx, store.id);
  const posted = located(store, levels);
  const found = await placesOf(tx, store.id, posted);
  const components = await componentsAmong(
    tx,
    store.id,
    posted.map(({ sku }) => sku),
  );
  const parts = components.size === 0 ? [] : await kitParts(tx, store.id, posted);
  const skus = new Set([...posted.map(({ sku }) => sku), ...parts.map(({ sku }) => sku)]);
  const open = Map.groupBy(await openPieces(tx, store.id, [...skus], moment, as.ordersUpTo), ({ sku }) => sku);
  const shares = sharesOf(posted, found, open, as);
  const left = unplaced(posted, found, components);
  const target = (level: Posted, index: number, location: string): Target => ({
    ...{ sku: level.sku, location, quantity: level.quantity, means: as.stock },
    ...shares[index]!,
    counted: freshOf(open, level.sku),
  });
  const direct = found.map((place) => placedAt(place, shares[place.index]!, open));
  await rememberTargets(tx, store.id, moment, withMet(direct, found, posted, target));
  const loose = posted.flatMap((level, index) =>
    components.has(level.sku) && !found.some((place) => place.index === index && place.location_id === level.location)
      ? [target(level, index, level.location ?? '')]
      : [],
  );
  await rememberTargets(tx, store.id, moment, loose);
  await rememberTargets(
    tx,
    store.id,
    moment,
    left.flatMap((index) => {
      const { location } = posted[index]!;
      return location === null ? [] : [target(posted[index]!, index, location)];
    }),
    true,
  );
  const kits = await kitsOf(tx, store.id, moment, parts, open);
  const placed = [...direct, ...kits];
  const changed = await queueChanged(tx, hub, placed, moment);
  await resolve(tx, { store: store.id }, ['stock'], { reasons: ['StockForgotten'] });
  return {
    queued: changed,
    unchanged: placed.length - changed,
    unknown: left.map((index) => {
      const { sku, warehouse } = posted[index]!;
      return { sku, warehouse: warehouse ?? null, message: unplacedMessage(posted[index]!) };
    }),
    takenOff: total(posted, (level) => level.quantity) - total(shares, ({ sellable }) => sellable),
  };
}

function located(store: StoreRow, levels: readonly WantedLevel[]): Posted[] {
  const warehouses = new Map(
    (store.rules.warehouses ?? []).map((warehouse) => [warehouse.name, warehouse.location ?? warehouse.name]),
  );
  return levels.map((level) => ({
    ...level,
    location: level.warehouse === undefined ? null : (warehouses.get(level.warehouse) ?? level.warehouse),
  }));
}

/** What of each posted level can be sold; of two levels for one place the earlier does not count. */
function sharesOf(
  posted: readonly Posted[],
  found: readonly Found[],
  open: ReadonlyMap<string, readonly OpenPieces[]>,
  { stock }: PostedAs,
): Share[] {
  const placed = new Set(found.map(({ index }) => index));
  const foundSkus = new Set(found.map(({ sku }) => sku));
  const shares: Share[] = posted.map(({ quantity }) => ({ sellable: quantity, main: false }));
  const bySku = Map.groupBy(posted.keys(), (index) => posted[index]!.sku);
  for (const [sku, indexes] of bySku) {
    const counted = indexes.filter((index) => placed.has(index) || !foundSkus.has(sku));
    const pieces = total(open.get(sku) ?? [], ({ needed, unknown }) => (stock === 'onHand' ? needed : unknown));
    takeOff(
      counted.map((index) => posted[index]!),
      pieces,
    ).forEach((share, at) => (shares[counted[at]!] = share));
  }
  return shares;
}

function placedAt<P extends Place>(
  place: P,
  share: Share,
  open: ReadonlyMap<string, readonly OpenPieces[]>,
): P & Placed {
  const own = (open.get(place.sku) ?? []).filter(({ connectionId }) => connectionId === place.connection_id);
  return {
    ...place,
    counted: freshOf(open, place.sku),
    written: writtenLevel(
      share,
      total(own, ({ sold }) => sold),
      place.safety_stock,
    ),
  };
}

const freshOf = (open: ReadonlyMap<string, readonly OpenPieces[]>, sku: string): number[] =>
  (open.get(sku) ?? []).flatMap(({ fresh }) => fresh);

const isThere = ({ there, stock, written }: Placed): boolean => there === countedBy(stock, written);

/** One target for each location, and which connections have it already. */
function withMet(
  direct: readonly Placed[],
  found: readonly Found[],
  posted: readonly Posted[],
  target: (level: Posted, index: number, location: string) => Target,
): Target[] {
  const places = Map.groupBy(direct.keys(), (at) => `${found[at]!.location_id}\n${found[at]!.sku}`);
  return [...places.values()].map((at) => {
    const { index, location_id } = found[at.at(-1)!]!;
    const met = at.filter((each) => isThere(direct[each]!)).map((each) => direct[each]!.connection_id);
    return { ...target(posted[index]!, index, location_id), met };
  });
}

/** Kits follow their components. */
async function kitsOf(
  tx: Transaction,
  storeId: number,
  moment: Moment,
  parts: Parameters<typeof kitLevels>[0],
  open: ReadonlyMap<string, readonly OpenPieces[]>,
): Promise<Placed[]> {
  if (parts.length === 0) return [];
  const sellable = await sellableNow(
    tx,
    storeId,
    parts.map(({ component }) => component),
    moment,
  );
  const levels = kitLevels(parts, sellable);
  const largest = new Map<string, number>();
  for (const { sku, sellable: count } of levels) largest.set(sku, Math.max(largest.get(sku) ?? -Infinity, count));
  const placed = levels.map((level) => {
    const share = { sellable: level.sellable, main: level.sellable === largest.get(level.sku) };
    const place = placedAt(level, share, open);
    return { share, place: { ...place, counted: above(moment, level.counted, place.counted) } };
  });
  await rememberTargets(
    tx,
    storeId,
    moment,
    placed.map(({ share, place }) => ({
      ...{ sku: place.sku, location: place.location_id, quantity: Math.max(0, share.sellable), means: 'available' },
      ...{ ...share, counted: place.counted, computed: true, met: isThere(place) ? [place.connection_id] : [] },
    })),
  );
  return placed.map(({ place }) => place);
}

/**
 * Queues what a store does not have, and what it has while an older level is on its way there: the last word counts.
 * Returns how many differ; of the others it is kept that they were there.
 */
async function queueChanged(tx: Transaction, hub: WakesPods, placed: readonly Placed[], asOf: Moment): Promise<number> {
  const same = placed.filter(isThere);
  const overtaking = await underWay(tx, same);
  await queueLevels(
    tx,
    hub,
    placed.filter((level) => !isThere(level) || overtaking.has(level)),
    asOf,
  );
  await tx.query(
    `UPDATE stock_levels s SET sent = w.sent, sent_at = now(), sent_seq = $5 FROM unnest($1::int[], $2::text[], $3::text[], $4::int[]) AS w(connection_id, variant_id, location_id, sent)
     WHERE s.connection_id = w.connection_id AND s.variant_id = w.variant_id AND s.location_id = w.location_id`,
    [
      same.map(({ connection_id }) => connection_id),
      same.map(({ variant_id }) => variant_id),
      same.map(({ location_id }) => location_id),
      same.map(({ there }) => there),
      asOf.seq,
    ],
  );
  return placed.length - same.length;
}

async function underWay(tx: Transaction, levels: readonly Placed[]): Promise<ReadonlySet<Placed>> {
  if (levels.length === 0) return new Set();
  const found = await tx.query<{ index: number }>(
    `SELECT w.index FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS w(connection_id, subject, index)
     WHERE EXISTS (SELECT 1 FROM outbox p WHERE p.connection_id = w.connection_id AND p.kind = 'stock' AND p.subject = w.subject AND p.state IN ('Pending', 'Sent', 'Submitted', 'Held'))`,
    [
      levels.map((level) => level.connection_id),
      levels.map(({ variant_id, location_id }) => placeSubject(variant_id, location_id)),
    ],
  );
  return new Set(found.map(({ index }) => levels[index - 1]!));
}

/** Indexes of the levels that no store has a place for. */
function unplaced(posted: readonly Posted[], found: readonly Found[], components: ReadonlySet<string>): number[] {
  const places = new Set(found.map(({ sku, location_id }) => stockSubject(sku, location_id)));
  const skus = new Set(found.map(({ sku }) => sku));
  return [...posted.keys()].filter((index) => {
    const { sku, location } = posted[index]!;
    return !components.has(sku) && !(location === null ? skus.has(sku) : places.has(stockSubject(sku, location)));
  });
}

function unplacedMessage({ sku, warehouse, location }: Posted): string {
  if (warehouse === undefined)
    return `SKU "${sku}" has no stock level in any store, or levels at several locations: check the SKU, or name a warehouse`;
  const place = location === null || location === warehouse ? '' : `, which is location "${location}" in the Store`;
  return `SKU "${sku}" has no level at "${warehouse}"${place}, in any shop: it is kept, and goes out once a shop has the SKU there. Else check the SKU, and the warehouse's location in the Store: GET /stock shows the locations that the shops have`;
}
