import type { Random } from '../random.ts';
import { addOrder, addProduct, priced, totalsOf } from './generate.ts';
import { refundedOf, shippedOf, wantedOf, type Credit, type ShopOrder } from './model.ts';
import type { Shop } from './shop.ts';

/** What happened in the shop, and to which record: the shop tells of it by webhook. */
export interface ShopEvent {
  readonly type:
    | 'order.created'
    | 'order.updated'
    | 'order.deleted'
    | 'product.created'
    | 'product.updated'
    | 'product.deleted'
    | 'stock.changed';
  readonly id: string;
}

type Act = (shop: Shop, random: Random) => ShopEvent | undefined;

/** What people do in a shop, by how often they do it. */
const ACTS: readonly (readonly [number, Act])[] = [
  [8, order],
  [4, pay],
  [3, cancelLine],
  [2, cancelOrder],
  [1, sendBack],
  [1, refund],
  [2, editProduct],
  [2, newProduct],
  [3, sell],
  [1, deleteOrder],
  [1, deleteProduct],
];
const WEIGHTS = ACTS.reduce((sum, [weight]) => sum + weight, 0);

/** One thing that happens between two requests; undefined where there was nothing to do it to. */
export function liveOnce(shop: Shop, random: Random): ShopEvent | undefined {
  let at = random.next() * WEIGHTS;
  for (const [weight, act] of ACTS) {
    at -= weight;
    if (at < 0) return act(shop, random);
  }
  return undefined;
}

/** A new order, paid at once or later. */
export function order(shop: Shop, random: Random): ShopEvent | undefined {
  const placed = addOrder(shop, random, random.chance(0.7));
  return placed && { type: 'order.created', id: placed.id };
}

/** A new order that is paid. */
export function paidOrder(shop: Shop, random: Random): ShopEvent | undefined {
  const placed = addOrder(shop, random);
  return placed && { type: 'order.created', id: placed.id };
}

export function pay(shop: Shop, random: Random): ShopEvent | undefined {
  const unpaid = random.pick(openOrders(shop).filter(({ payment }) => payment === 'Unpaid'));
  return unpaid && change(shop, { ...unpaid, payment: 'Paid' });
}

function cancelLine(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(
    openOrders(shop).filter(({ lines, parcels }) => parcels.length === 0 && lines.some((line) => wantedOf(line) > 1)),
  );
  if (!found) return undefined;
  const line = random.pick(found.lines.filter((each) => wantedOf(each) > 1))!;
  const lines = found.lines.map((each) => (each === line ? priced({ ...line, cancelled: line.cancelled + 1 }) : each));
  const cancelled = credit(shop, 'ca', [{ lineId: line.id, quantity: 1 }], { reason: 'sold out', restocked: true });
  return change(shop, {
    ...found,
    lines,
    ...totalsOf(lines, found.shipping),
    cancellations: [...found.cancellations, cancelled],
  });
}

/** One piece of what was shipped comes back; the money follows it in an event of its own. */
export function sendBack(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(shop.orders.all().filter(({ parcels }) => parcels.length > 0));
  const line = random.pick(
    found?.lines.filter((each) => shippedOf(found, each.id) > piecesIn(found.returns, each.id)) ?? [],
  );
  if (!found || !line) return undefined;
  const back = credit(shop, 're', [{ lineId: line.id, quantity: 1 }], { reason: 'too small', restocked: true });
  return change(shop, { ...found, returns: [...found.returns, back] });
}

/** A part of what was paid is given back as a favour. */
export function refund(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(
    shop.orders
      .all()
      .filter(
        (order) => ['Paid', 'PartiallyRefunded'].includes(order.payment) && refundedOf(order) + 100 < order.grand,
      ),
  );
  return (
    found &&
    change(shop, {
      ...found,
      payment: 'PartiallyRefunded',
      refunds: [...found.refunds, credit(shop, 'rf', [], { amount: 100, reason: 'late' })],
    })
  );
}

const piecesIn = (credits: readonly Credit[], lineId: string): number =>
  credits.flatMap(({ lines }) => lines).reduce((sum, line) => (line.lineId === lineId ? sum + line.quantity : sum), 0);

function credit(shop: Shop, prefix: string, lines: Credit['lines'], more: Partial<Credit>): Credit {
  return { id: shop.newId(prefix), at: shop.stamp(), lines, ...more };
}

export function cancelOrder(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(openOrders(shop).filter(({ parcels }) => parcels.length === 0));
  return found && change(shop, { ...found, progress: 'Cancelled' });
}

function deleteOrder(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(openOrders(shop).filter(({ payment }) => payment === 'Unpaid'));
  if (!found) return undefined;
  shop.orders.delete(found.id);
  return { type: 'order.deleted', id: found.id };
}

function newProduct(shop: Shop, random: Random): ShopEvent {
  return { type: 'product.created', id: addProduct(shop, random).id };
}

export function editProduct(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(shop.products.all());
  if (!found) return undefined;
  shop.saveProduct({
    ...found,
    title: `${found.title.split(' (')[0]!} (${random.int(1, 999)})`,
    updatedAt: shop.stamp(),
  });
  return { type: 'product.updated', id: found.id };
}

/** Never one that an order names: shops refuse that. */
function deleteProduct(shop: Shop, random: Random): ShopEvent | undefined {
  const ordered = new Set(shop.orders.all().flatMap(({ lines }) => lines.map(({ variantId }) => variantId)));
  const found = random.pick(shop.products.all().filter(({ variants }) => variants.every(({ id }) => !ordered.has(id))));
  if (!found) return undefined;
  shop.products.delete(found.id);
  for (const [key, level] of shop.levels)
    if (found.variants.some(({ id }) => id === level.variantId)) shop.levels.delete(key);
  shop.supplierPrices = shop.supplierPrices.filter(
    ({ variantId }) => !found.variants.some(({ id }) => id === variantId),
  );
  return { type: 'product.deleted', id: found.id };
}

/** At the counter: the stock goes down and nobody writes an order. */
export function sell(shop: Shop, random: Random): ShopEvent | undefined {
  const level = random.pick([...shop.levels.values()].filter(({ onHand }) => onHand > 0));
  if (!level) return undefined;
  level.onHand -= 1;
  return { type: 'stock.changed', id: level.variantId };
}

/** A row that changes while others are being read moves to the end of every list by time. */
export function touch(shop: Shop, random: Random): void {
  const found = random.pick(shop.orders.all());
  if (found) shop.saveOrder({ ...found, note: `looked at ${random.int(1, 999)} times`, updatedAt: shop.stamp() });
  const product = random.pick(shop.products.all());
  if (product) shop.saveProduct({ ...product, updatedAt: shop.stamp() });
}

const openOrders = (shop: Shop): ShopOrder[] => shop.orders.all().filter(({ progress }) => progress === 'Open');

function change(shop: Shop, changed: ShopOrder): ShopEvent {
  shop.saveOrder({ ...changed, updatedAt: shop.stamp() });
  return { type: 'order.updated', id: changed.id };
}
