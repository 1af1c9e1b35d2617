import type { ShipmentWrite } from '../contract/index.ts';
import { stopTheParcel, trackingText } from '../writes/tracking.ts';
import type { FulfillmentPayload } from './order-payload.ts';
import { isShipped, piecesByLine } from './order-states.ts';
import type { ShippableOrder } from './shipment-payload.ts';

export interface PlannedLine {
  readonly orderLineId: string;
  readonly quantity: number;
}

/** What is to be done for one shipment, decided from the order as the store shows it now. */
export type ShipmentPlan =
  | { readonly step: 'create'; readonly lines: readonly PlannedLine[] }
  /** It was created before, and the answer or the second call was lost. */
  | { readonly step: 'markShipped'; readonly fulfillmentId: string }
  | { readonly step: 'nothing'; readonly fulfillmentId: string }
  | { readonly step: 'reject' | 'later'; readonly reason: string; readonly message: string };

/**
 * States in which Vendure would ship. It takes a fulfilment in ArrangingPayment as well, of goods that nobody has paid
 * for.
 */
const SHIPPABLE = new Set(['PaymentSettled', 'PartiallyShipped', 'PartiallyDelivered', 'Shipped', 'Delivered']);
const NO_CARRIER = 'Parcel';

/**
 * `claimed`: fulfilments already recognised as other entries of the same call, so that two parcels which look alike are
 * two.
 */
export function planShipment(order: ShippableOrder, entry: ShipmentWrite, claimed: ReadonlySet<string>): ShipmentPlan {
  const standing = (order.fulfillments ?? []).filter((each) => each.state !== 'Cancelled');
  const earlier = standing.find((each) => !claimed.has(each.id) && isSame(each, entry));
  if (earlier !== undefined)
    return isShipped(earlier)
      ? { step: 'nothing', fulfillmentId: earlier.id }
      : { step: 'markShipped', fulfillmentId: earlier.id };
  if (order.state === 'Cancelled')
    return reject('OrderCancelled', `Order ${order.code} was cancelled at the store: ${stopTheParcel(entry)}.`);
  if (!SHIPPABLE.has(order.state)) {
    return {
      step: 'later',
      reason: 'OrderNotPaid',
      message: `Order ${order.code} is in the state ${order.state} at the store: it can be shipped once its payment is settled.`,
    };
  }
  return planLines(order, entry, piecesByLine(standing));
}

/**
 * How a fulfilment is recognised: by its tracking code; without one, by the entry's own number in the method. One code
 * on other lines is another shipment in the same parcel.
 */
function isSame(fulfillment: FulfillmentPayload, entry: ShipmentWrite): boolean {
  if (!entry.trackingCode) return fulfillment.method === methodOf(entry);
  if (fulfillment.trackingCode !== trackingText(entry)) return false;
  if (entry.lines === undefined) return true;
  const pieces = piecesByLine([fulfillment]);
  const wanted = merged(entry.lines);
  return pieces.size === wanted.size && [...wanted].every(([lineId, quantity]) => pieces.get(lineId) === quantity);
}

/** Customers may see it, so the entry's number stands there only where nothing else tells two shipments apart. */
export function methodOf(entry: ShipmentWrite): string {
  const carrier = entry.carrierCode ?? entry.carrier ?? NO_CARRIER;
  return entry.trackingCode ? carrier : `${carrier} (shipment ${entry.entryId})`;
}

function planLines(order: ShippableOrder, entry: ShipmentWrite, covered: ReadonlyMap<string, number>): ShipmentPlan {
  const open = new Map(order.lines.map((line) => [line.id, Math.max(0, line.quantity - (covered.get(line.id) ?? 0))]));
  const wanted = entry.lines === undefined ? open : merged(entry.lines);
  for (const [lineId, quantity] of wanted) {
    const left = open.get(lineId);
    const sku = order.lines.find((line) => line.id === lineId)?.productVariant.sku;
    if (left === undefined)
      return reject('UnknownOrderLine', `Order ${order.code} has no line ${lineId} at the store.`);
    if (quantity > left)
      return reject(
        'NothingLeftToShip',
        `Order ${order.code}: ${quantity} of "${sku}" are to be shipped, ${left} are open at the store${byWhom(order)}.`,
      );
  }
  const lines = [...wanted]
    .filter(([, quantity]) => quantity > 0)
    .map(([orderLineId, quantity]) => ({ orderLineId, quantity }));
  if (lines.length === 0)
    return reject('NothingLeftToShip', `Order ${order.code} has nothing open at the store${byWhom(order)}.`);
  return { step: 'create', lines };
}

/** The tracking codes of what was shipped otherwise help to find out by whom. */
function byWhom(order: ShippableOrder): string {
  const codes = (order.fulfillments ?? [])
    .filter((each) => each.state !== 'Cancelled')
    .map((each) => each.trackingCode || 'no tracking code');
  return codes.length === 0 ? '' : ` (it has shipments with: ${codes.join(', ')})`;
}

function merged(lines: NonNullable<ShipmentWrite['lines']>): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { lineId, quantity } of lines) quantities.set(lineId, (quantities.get(lineId) ?? 0) + quantity);
  return quantities;
}

const reject = (reason: string, message: string): ShipmentPlan => ({ step: 'reject', reason, message });
