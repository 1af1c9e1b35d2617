/**
 * What was seen on both sides once all is quiet. Lists, because the truth of a doubled one is that it is there twice.
 */
export interface Observed {
  /** Order numbers at the shop. */
  readonly placed: readonly string[];
  /** Orders as the hub has them, one for each of its records. */
  readonly known: readonly { readonly id: string; readonly number: string }[];
  /** Parcels as the shop has them. */
  readonly parcels: readonly { readonly number: string; readonly trackingCode: string | null }[];
  /** What the warehouse reported: the tracking code of each order it shipped. */
  readonly shipped: readonly { readonly number: string; readonly trackingCode: string }[];
  /** Webhooks order.created that the warehouse took: a repeat comes under its first id. */
  readonly told: readonly { readonly number: string; readonly id: string }[];
  /** The level that the warehouse set last, and the one that the shop has. */
  readonly stock: { readonly set: number | null; readonly atShop: number | null };
}

/** Of one kind of thing: how many there are, and the order numbers of those that are not as they must be. */
export interface Tally {
  readonly there: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** There, and nobody asked for them. */
  readonly unknown: readonly string[];
}

export interface Count {
  readonly orders: Tally;
  readonly parcels: Tally;
  readonly webhooks: Tally;
  readonly stock: Observed['stock'];
}

/** Compares what is at the hub, at the shop and at the warehouse with what was placed. */
export function count(observed: Observed): Count {
  const { placed, known, parcels, shipped, told, stock } = observed;
  const reported = new Map(shipped.map(({ number, trackingCode }) => [number, trackingCode]));
  const orders = tally(
    placed,
    grouped(known, ({ id }) => id),
  );
  const arrived = tally(
    placed,
    new Map([...Map.groupBy(parcels, ({ number }) => number)].map(([number, all]) => [number, all.length])),
  );
  // A parcel with another code than the warehouse gave is none of ours, though the order has one.
  const foreign = parcels
    .filter(({ number, trackingCode }) => placed.includes(number) && reported.get(number) !== trackingCode)
    .map(({ number }) => number);
  return {
    orders,
    parcels: { ...arrived, unknown: [...arrived.unknown, ...new Set(foreign)] },
    webhooks: tally(
      placed,
      grouped(told, ({ id }) => id),
    ),
    stock,
  };
}

/** How many different ones each order number has. */
function grouped<T extends { readonly number: string }>(
  rows: readonly T[],
  idOf: (row: T) => string,
): Map<string, number> {
  return new Map(
    [...Map.groupBy(rows, ({ number }) => number)].map(([number, all]) => [number, new Set(all.map(idOf)).size]),
  );
}

function tally(placed: readonly string[], times: ReadonlyMap<string, number>): Tally {
  const wanted = new Set(placed);
  return {
    there: [...times.values()].reduce((sum, more) => sum + more, 0),
    lost: [...wanted].filter((number) => !times.has(number)),
    doubled: [...times].filter(([, more]) => more > 1).map(([number]) => number),
    unknown: [...times.keys()].filter((number) => !wanted.has(number)),
  };
}

/** The sum of a count; a stock level that is not the last one set counts as one lost. */
export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly unknown: number;
}

export function verdict({ orders, parcels, webhooks, stock }: Count): Verdict {
  const sum = (part: 'lost' | 'doubled' | 'unknown') =>
    orders[part].length + parcels[part].length + webhooks[part].length;
  return { lost: sum('lost') + (stock.set === stock.atShop ? 0 : 1), doubled: sum('doubled'), unknown: sum('unknown') };
}
