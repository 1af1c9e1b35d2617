import { addOrder, addProduct, totalsOf } from './generate.ts';
import type { Random } from './random.ts';
import type { Shop } from './shop.ts';
import type { WireOrder, WireProduct } from './wire.ts';

/** What happened in the shop, and to which record: the shop tells of it by webhook. */
export interface ShopEvent {
  readonly type: 'order.created' | 'order.updated' | 'order.deleted' | 'product.created' | 'product.updated' | 'product.deleted' | 'stock.changed';
  readonly id: string;
}

type Act = (shop: Shop, random: Random) => ShopEvent | undefined;

/** What people do in a shop, by how often they do it. */
const ACTS: readonly (readonly [number, Act])[] = [
  [8, order],
  [4, pay],
  [3, cancelLine],
  [2, cancelOrder],
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
  const unpaid = random.pick(openOrders(shop).filter(({ payment_state }) => payment_state === 'unpaid'));
  return unpaid && change(shop, { ...unpaid, payment_state: 'paid' });
}

function cancelLine(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(openOrders(shop).filter(({ lines, shipments }) => shipments.length === 0 && lines.some(({ quantity }) => quantity > 1)));
  if (!found) return undefined;
  const line = random.pick(found.lines.filter(({ quantity }) => quantity > 1))!;
  const lines = found.lines.map((each) => (each === line ? { ...line, quantity: line.quantity - 1, cancelled_quantity: line.cancelled_quantity + 1, total: (Number(line.total) * ((line.quantity - 1) / line.quantity)).toFixed(2) } : each));
  return change(shop, { ...found, lines, totals: totalsOf(lines) });
}

export function cancelOrder(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(openOrders(shop).filter(({ shipments }) => shipments.length === 0));
  return found && change(shop, { ...found, state: 'cancelled' });
}

function deleteOrder(shop: Shop, random: Random): ShopEvent | undefined {
  const found = random.pick(openOrders(shop).filter(({ payment_state }) => payment_state === 'unpaid'));
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
  const changed: WireProduct = { ...found, title: `${found.title.split(' (')[0]!} (${random.int(1, 999)})`, updated_at: shop.stamp() };
  shop.saveProduct(changed);
  return { type: 'product.updated', id: found.id };
}

/** Never one that an order names: shops refuse that. */
function deleteProduct(shop: Shop, random: Random): ShopEvent | undefined {
  const ordered = new Set(shop.orders.all().flatMap(({ lines }) => lines.map(({ variant_id }) => variant_id)));
  const found = random.pick(shop.products.all().filter(({ variants }) => variants.every(({ id }) => !ordered.has(id))));
  if (!found) return undefined;
  shop.products.delete(found.id);
  for (const [key, level] of shop.levels) if (found.variants.some(({ id }) => id === level.variant_id)) shop.levels.delete(key);
  shop.productSuppliers = shop.productSuppliers.filter(({ variant_id }) => !found.variants.some(({ id }) => id === variant_id));
  return { type: 'product.deleted', id: found.id };
}

/** At the counter: the stock goes down and nobody writes an order. */
export function sell(shop: Shop, random: Random): ShopEvent | undefined {
  const level = random.pick([...shop.levels.values()].filter(({ on_hand }) => on_hand > 0));
  if (!level) return undefined;
  level.on_hand -= 1;
  level.available = level.on_hand - level.allocated;
  return { type: 'stock.changed', id: level.variant_id };
}

/** A row that changes while others are being read moves to the end of every list by time. */
export function touch(shop: Shop, random: Random): void {
  const found = random.pick(shop.orders.all());
  if (found) shop.saveOrder({ ...found, note: `looked at ${random.int(1, 999)} times`, updated_at: shop.stamp() });
  const product = random.pick(shop.products.all());
  if (product) shop.saveProduct({ ...product, updated_at: shop.stamp() });
}

const openOrders = (shop: Shop): WireOrder[] => shop.orders.all().filter(({ state }) => state === 'open');

function change(shop: Shop, changed: WireOrder): ShopEvent {
  shop.saveOrder({ ...changed, updated_at: shop.stamp() });
  return { type: 'order.updated', id: changed.id };
}
