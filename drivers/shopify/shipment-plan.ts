import type { ShipmentWrite } from '../contract/index.ts';
import { stopTheParcel } from '../writes/tracking.ts';
import { numberOf } from './ids.ts';

export interface FulfilmentOrder {
  readonly id: string;
  readonly status: string;
  readonly ships: boolean;
  readonly locationId: string;
  readonly lines: readonly { readonly id: string; readonly lineId: string; readonly open: number }[];
}
export interface Fulfilment {
  readonly id: string;
  readonly codes: readonly string[];
  readonly company: string | undefined;
  readonly url: string | undefined;
  readonly pieces: ReadonlyMap<string, number>;
}
/** An order as it is read before anything of it is sent. */
export interface OrderToShip {
  readonly name: string;
  readonly cancelled: boolean;
  readonly orders: readonly FulfilmentOrder[];
  readonly fulfilments: readonly Fulfilment[];
}

/** One call: pieces of fulfilment orders that share a location. */
export interface Group {
  readonly fulfillmentOrderId: string;
  readonly fulfillmentOrderLineItems: readonly { readonly id: string; readonly quantity: number }[];
}

export type Plan =
  | { readonly step: 'done'; readonly externalId: string }
  | { readonly step: 'send'; readonly calls: readonly (readonly Group[])[] }
  | { readonly step: 'reject'; readonly reason: string; readonly message: string }
  | { readonly step: 'later'; readonly reason: string; readonly message: string };

type Pieces = ReadonlyMap<string, number>;

export const codesOf = ({ trackingCode, trackingCodes }: ShipmentWrite): readonly string[] =>
  trackingCodes && trackingCodes.length > 0 ? trackingCodes : trackingCode === undefined ? [] : [trackingCode];

/** What is to be done for a parcel. `taken`: Shopify's numbers of parcels that were told just before it. Pure. */
export function planParcel(order: OrderToShip, entry: ShipmentWrite, taken: ReadonlySet<string> = new Set()): Plan {
  const own = ownFulfilments(order, entry, taken);
  const wanted = entry.lines === undefined ? undefined : summed(entry.lines);
  const there = summed(own.flatMap(({ pieces }) => [...pieces].map(([lineId, quantity]) => ({ lineId, quantity }))));
  // All that is open was wanted: it is there already where one with this number is.
  if (own.length > 0 && (wanted === undefined || same(wanted, there)))
    return { step: 'done', externalId: own.map(({ id }) => numberOf(id)).join(',') };
  if (order.cancelled)
    return {
      step: 'reject',
      reason: 'OrderCancelled',
      message: `it was cancelled in Shopify: ${stopTheParcel(entry)}`,
    };
  // A parcel from two places is two calls: one of them may have been done before.
  const rest = wanted && isPart(there, wanted) && order.orders.length > 1 ? less(wanted, there) : wanted;
  return allocate(order, rest, entry.locationId);
}

/** Those with the parcel's number, in part or in whole; one with the same number and other lines is another parcel. */
function ownFulfilments(
  { fulfilments, orders }: OrderToShip,
  entry: ShipmentWrite,
  taken: ReadonlySet<string>,
): readonly Fulfilment[] {
  const codes = codesOf(entry);
  const may =
    codes.length > 0
      ? fulfilments.filter(({ codes: has }) => codes.some((code) => has.includes(code)))
      : numberless(fulfilments, entry, taken);
  if (entry.lines === undefined) return codes.length > 0 ? may : [];
  const wanted = summed(entry.lines);
  const exact = may.filter(({ pieces }) => same(pieces, wanted));
  if (exact.length > 0) return exact.slice(0, 1);
  return orders.length > 1 ? may.filter(({ pieces }) => isPart(pieces, wanted)) : [];
}

/** Nothing but its pieces tells a parcel without a number: only one that may have been sent is looked for. */
function numberless(
  fulfilments: readonly Fulfilment[],
  { othersThere }: ShipmentWrite,
  taken: ReadonlySet<string>,
): readonly Fulfilment[] {
  if (othersThere === undefined) return [];
  const others = new Set([...taken, ...othersThere.flatMap((ids) => ids.split(','))]);
  return fulfilments.filter(({ id, codes }) => codes.length === 0 && !others.has(numberOf(id)));
}

function allocate(order: OrderToShip, wanted: Pieces | undefined, locationId: string | undefined): Plan {
  const near = [...order.orders].sort(
    (a, b) => Number(b.locationId === locationId) - Number(a.locationId === locationId),
  );
  const ships = near.filter((each) => each.ships);
  const open = summed(
    ships.flatMap(({ lines }) => lines.map((line) => ({ lineId: line.lineId, quantity: line.open }))),
  );
  const need = new Map(wanted ?? open);
  for (const [lineId, quantity] of need) {
    const left = open.get(lineId) ?? 0;
    if (quantity > left) return short(order, lineId, quantity, left);
  }
  const groups: { readonly locationId: string; readonly group: Group }[] = [];
  for (const each of ships) {
    const items = each.lines.flatMap(({ id, lineId, open: there }) => {
      const quantity = Math.min(there, need.get(lineId) ?? 0);
      need.set(lineId, (need.get(lineId) ?? 0) - quantity);
      return quantity > 0 ? [{ id, quantity }] : [];
    });
    if (items.length > 0)
      groups.push({
        locationId: each.locationId,
        group: { fulfillmentOrderId: each.id, fulfillmentOrderLineItems: items },
      });
  }
  if (groups.length === 0) return short(order, undefined, 0, 0);
  const byPlace = Map.groupBy(groups, (each) => each.locationId);
  return { step: 'send', calls: [...byPlace.values()].map((each) => each.map(({ group }) => group)) };
}

/** Why pieces are not there: they may be held back, or come later. */
function short({ orders }: OrderToShip, lineId: string | undefined, wanted: number, left: number): Plan {
  const waits = orders.find(
    ({ ships, status, lines }) =>
      !ships &&
      ['ON_HOLD', 'SCHEDULED'].includes(status) &&
      lines.some((line) => line.open > 0 && (lineId === undefined || line.lineId === lineId)),
  );
  if (waits)
    return {
      step: 'later',
      reason: waits.status === 'ON_HOLD' ? 'OnHold' : 'Scheduled',
      message: `it is ${waits.status === 'ON_HOLD' ? 'on hold: release it in Shopify' : 'scheduled for a later day in Shopify: mark it as ready there'}`,
    };
  const message =
    lineId === undefined
      ? 'nothing of it is open at Shopify: see what was shipped there'
      : `${wanted} of line ${lineId} were sent, and ${left} are open at Shopify: see what was shipped there`;
  return { step: 'reject', reason: 'NothingLeftToShip', message };
}

function summed(lines: readonly { readonly lineId: string; readonly quantity: number }[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of lines) if (quantity > 0) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return sums;
}
const isPart = (part: Pieces, whole: Pieces): boolean =>
  part.size > 0 && [...part].every(([lineId, quantity]) => quantity <= (whole.get(lineId) ?? 0));
const same = (a: Pieces, b: Pieces): boolean =>
  a.size === b.size && [...a].every(([id, quantity]) => b.get(id) === quantity);
const less = (whole: Pieces, part: Pieces): Map<string, number> =>
  new Map(
    [...whole].map(([id, quantity]) => [id, quantity - (part.get(id) ?? 0)] as const).filter(([, left]) => left > 0),
  );
