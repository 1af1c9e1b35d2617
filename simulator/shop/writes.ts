import type { Faults } from '../faults.ts';
import { isPacked, levelKey, shippedOf, wantedOf, type Parcel, type ShopOrder } from './model.ts';
import type { Shop } from './shop.ts';
import type { Truth } from './truth.ts';

export interface WriteContext {
  readonly shop: Shop;
  readonly faults: Faults;
  readonly truth: Truth;
}

export interface LevelWrite {
  readonly variantId: string;
  readonly locationId: string;
  readonly quantity: number;
  /** Set only where the level is this. */
  readonly expected?: number;
  readonly key?: string;
}

export interface LevelOutcome {
  readonly status: 'set' | 'repeated' | 'conflict' | 'unknown' | 'refused' | 'failed';
  readonly onHand?: number;
  readonly message?: string;
}

/** Sets one level. */
export function setLevel(
  { variantId, locationId, quantity, expected, key }: LevelWrite,
  { shop, faults, truth }: WriteContext,
): LevelOutcome {
  const level = shop.levels.get(levelKey(variantId, locationId));
  if (!level) return { status: 'unknown' };
  if (quantity < 0) return { status: 'refused', onHand: level.onHand, message: 'a level is not negative' };
  if (faults.strikes('partial-batch')) return { status: 'failed', onHand: level.onHand, message: 'the row is locked' };
  if (key !== undefined && level.lastKey === key) return { status: 'repeated', onHand: level.onHand };
  if (expected !== undefined && level.onHand !== expected) return { status: 'conflict', onHand: level.onHand };
  level.onHand = quantity;
  level.lastKey = key;
  truth.effects.push({
    kind: 'stock',
    subject: levelKey(variantId, locationId),
    reference: key ?? '',
    quantity,
    at: shop.now().toISOString(),
  });
  return { status: 'set', onHand: quantity };
}

export interface PriceWrite {
  readonly variantId: string;
  /** Gross, in minor units. */
  readonly price: number;
  readonly comparePrice?: number;
  readonly currency: string;
  readonly key?: string;
}

export interface PriceOutcome {
  readonly status: 'set' | 'repeated' | 'unknown' | 'refused' | 'failed';
  readonly message?: string;
}

/** Sets one price; the struck-out one stays as it is where none is given. */
export function setPrice(
  { variantId, price, comparePrice, currency, key }: PriceWrite,
  { shop, faults, truth }: WriteContext,
): PriceOutcome {
  const product = shop.products.all().find(({ variants }) => variants.some(({ id }) => id === variantId));
  const variant = product?.variants.find(({ id }) => id === variantId);
  if (!product || !variant) return { status: 'unknown' };
  if (currency !== variant.currency)
    return { status: 'refused', message: `the variant is sold in ${variant.currency}` };
  if (price < 0) return { status: 'refused', message: 'a price is not negative' };
  if (faults.strikes('partial-batch')) return { status: 'failed', message: 'the row is locked' };
  const said = truth.effects.findLast(({ kind, subject }) => kind === 'price' && subject === variantId);
  if (key !== undefined && said?.reference === key) return { status: 'repeated' };
  const variants = product.variants.map((each) =>
    each === variant ? { ...each, price, comparePrice: comparePrice ?? each.comparePrice } : each,
  );
  shop.products.put({ ...product, variants, updatedAt: shop.stamp() }, 0, 0);
  truth.effects.push({
    kind: 'price',
    subject: variantId,
    reference: key ?? '',
    quantity: price,
    at: shop.now().toISOString(),
  });
  return { status: 'set' };
}

export type ShipOutcome =
  | { readonly status: 'shipped'; readonly parcel: Parcel }
  | { readonly status: 'unknown order' | 'cancelled' | 'unknown line' | 'too many' };

/**
 * The reference is kept and shown, and not looked at: a shop that knows no idempotency. Who sends twice ships twice.
 * `id`: of a platform that has the parcel before it is sent.
 */
export function ship(
  orderId: string,
  parcel: Omit<Parcel, 'id'> & { readonly id?: string },
  { shop, truth }: WriteContext,
): ShipOutcome {
  const order = shop.orders.get(orderId);
  if (!order) return { status: 'unknown order' };
  if (order.progress === 'Cancelled') return { status: 'cancelled' };
  if (!parcel.lines.every(({ lineId }) => order.lines.some(({ id }) => id === lineId)))
    return { status: 'unknown line' };
  const sent = { ...parcel, id: parcel.id ?? shop.newId('sh') };
  const shipped: ShopOrder = { ...order, parcels: [...order.parcels, sent], updatedAt: shop.stamp() };
  if (
    shop.strict &&
    order.lines.some((line) => shippedOf(shipped, line.id) > Math.max(wantedOf(line), shippedOf(order, line.id)))
  )
    return { status: 'too many' };
  shop.orders.put(
    {
      ...shipped,
      progress: shipped.lines.filter(isPacked).every((line) => shippedOf(shipped, line.id) >= wantedOf(line))
        ? 'Completed'
        : order.progress,
    },
    0,
    0,
  );
  truth.effects.push({
    kind: 'shipment',
    subject: orderId,
    reference: parcel.reference ?? '',
    at: shop.now().toISOString(),
  });
  return { status: 'shipped', parcel: sent };
}

/** Other numbers for a parcel that was sent; undefined: there is none. */
export function correctParcel(
  orderId: string,
  parcelId: string,
  numbers: Partial<Parcel>,
  { shop, truth }: WriteContext,
): Parcel | undefined {
  const order = shop.orders.get(orderId);
  const parcel = order?.parcels.find(({ id }) => id === parcelId);
  if (!order || !parcel) return undefined;
  const corrected = { ...parcel, ...numbers };
  shop.orders.put(
    { ...order, parcels: order.parcels.map((each) => (each === parcel ? corrected : each)), updatedAt: shop.stamp() },
    0,
    0,
  );
  truth.effects.push({ kind: 'correction', subject: orderId, reference: parcelId, at: shop.now().toISOString() });
  return corrected;
}
