import type { ShipmentWrite } from '../contract/index.ts';
import type { Settings } from './config.ts';
import { families, shippedOf, type Family } from './order-lines.ts';
import type { MagentoOrder } from './order-payload.ts';

/** Pieces of an order's item, as POST order/ID/ship has them. */
export interface ShipItem {
  readonly order_item_id: number;
  readonly qty: number;
}

/** What of an order is still open. */
export interface Pieces {
  /** The items to send; a sentence where they are not open. */
  take(lines: ShipmentWrite['lines']): ShipItem[] | string;
  /** They are out. */
  sent(items: readonly ShipItem[]): void;
}

const NOT_SENT = ['virtual', 'downloadable'];

/** Of a configurable product the upper item is shipped; of a bundle the bundle or its parts, as it is set up. */
export function piecesOf(order: MagentoOrder, { bundles }: Pick<Settings, 'bundles'>): Pieces {
  const all = families(order).filter((family) => isSent(family));
  const byId = new Map(all.map((family) => [String(family.item.item_id), family]));
  const more = new Map<number, number>();
  const openOf = (item: Family['item'], parent?: Family['item']): number => {
    const taken = shippedOf(item, parent) + item.qty_refunded + item.qty_canceled;
    return Math.max(0, item.qty_ordered - taken - (more.get(item.item_id) ?? 0));
  };
  const together = (parent: Family['item'] | undefined): boolean => parent !== undefined && bundles === 'together';

  const whole = (): ShipItem[] =>
    all.flatMap(({ item, parent, children }) => {
      if (item.product_type === 'bundle' ? bundles !== 'together' || children.length === 0 : together(parent))
        return [];
      const qty = openOf(item, parent);
      return qty > 0 ? [{ order_item_id: item.item_id, qty }] : [];
    });

  const named = (lines: NonNullable<ShipmentWrite['lines']>): ShipItem[] | string => {
    const wanted = new Map<number, number>();
    const parts = new Map<Family['item'], Map<string, number>>();
    for (const { lineId, quantity } of lines) {
      const family = byId.get(lineId);
      if (!family) return `line ${lineId} is none that is shipped at the shop: see the order there`;
      const { item, parent } = family;
      if (parent && together(parent)) {
        const own = parts.get(parent) ?? new Map<string, number>();
        parts.set(parent, own.set(lineId, (own.get(lineId) ?? 0) + quantity));
        continue;
      }
      const sum = (wanted.get(item.item_id) ?? 0) + quantity;
      const open = openOf(item, parent);
      if (sum > open)
        return `${sum} of line ${lineId} were sent, and ${open} are open at the shop: see what was shipped there`;
      wanted.set(item.item_id, sum);
    }
    for (const [parent, own] of parts) {
      const sets = setsOf(parent, own, byId);
      if (sets === undefined)
        return `the bundle "${parent.name.slice(0, 60)}" is shipped as one at the shop, and the parcel has a part of it: enter it by hand, or set bundles to separately`;
      if (sets > openOf(parent))
        return `more of the bundle "${parent.name.slice(0, 60)}" was sent than is open at the shop`;
      wanted.set(parent.item_id, sets);
    }
    return [...wanted].map(([order_item_id, qty]) => ({ order_item_id, qty }));
  };

  return {
    take(lines) {
      const items = lines === undefined ? whole() : named(lines);
      if (typeof items === 'string' || items.length > 0) return items;
      return 'nothing of it is open at the shop: see what was shipped there';
    },
    sent(items) {
      for (const { order_item_id, qty } of items) more.set(order_item_id, (more.get(order_item_id) ?? 0) + qty);
    },
  };
}

function isSent({ item, children }: Family): boolean {
  const sold = item.product_type === 'configurable' ? (children[0] ?? item) : item;
  return !NOT_SENT.includes(sold.product_type) && !(item.product_type === 'giftcard' && item.is_virtual);
}

/** How many whole bundles the parts make; undefined where they make none. */
function setsOf(
  parent: Family['item'],
  own: ReadonlyMap<string, number>,
  byId: ReadonlyMap<string, Family>,
): number | undefined {
  const parts = [...byId.values()].filter((family) => family.parent === parent);
  const sets = new Set(
    parts.map(({ item }) => ((own.get(String(item.item_id)) ?? 0) * parent.qty_ordered) / item.qty_ordered),
  );
  const [first] = sets;
  return sets.size === 1 && first !== undefined && Number.isInteger(first) && first > 0 ? first : undefined;
}
