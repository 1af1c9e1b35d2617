import type { Queryable, Row } from '../storage/database.ts';
import { orderViews, type OrderView } from './order-view.ts';
import { planParcel, type Parcel, type ShippableLine, type WantedLine } from './parcel.ts';

/** A parcel, and whether it is the last. */
export interface Whole extends Parcel {
  /** Nothing of the order is open after it. */
  readonly completes: boolean;
}

/** An order's lines, as far as shipping goes. */
export interface OrderLines {
  /** Each with what is gone of it. */
  readonly goods: readonly ShippableLine[];
  /** Promotional codes: on the order, and nothing to ship. */
  readonly noGoods: OrderView['lines'];
}

/** Reads them. */
export async function linesOf(db: Queryable, order: Row): Promise<OrderLines> {
  const view = (await orderViews(db, [order]))[0]!;
  const open = view.lines.filter(({ quantity }) => quantity > 0);
  // To one address the shop's deliveries are its own affair: by warehouse, or by method.
  const addresses = new Set(view.deliveries.map(({ address }) => JSON.stringify(address)));
  const deliveryOf = ({ deliveryId }: OrderView['lines'][number]) =>
    addresses.size > 1 && deliveryId !== null ? { deliveryId } : {};
  const sent = view.shipments.filter(({ takenBackAt }) => takenBackAt === null);
  return {
    goods: open
      .filter(({ promotional }) => !promotional)
      .map((line) => ({ ...shippable(line, sent), ...deliveryOf(line) })),
    // A fee or a discount is nothing that any shop ships.
    noGoods: open.filter(({ promotional, kind }) => promotional && kind !== 'Fee' && kind !== 'Discount'),
  };
}

/**
 * The parcel. The last one tells the shop of the lines that are no goods, too: else its order would be partly shipped
 * for ever.
 */
export function planWhole(
  { goods, noGoods }: OrderLines,
  wanted: readonly WantedLine[] | undefined,
  deliveryId?: string,
): Whole {
  const parcel = planParcel(goods, wanted, deliveryId);
  const gone = (line: ShippableLine) =>
    Math.max(line.fulfilled, line.reported) +
    sum(parcel.lines.filter(({ lineId }) => lineId === line.id).map(({ quantity }) => quantity));
  if (goods.some((line) => gone(line) < line.quantity)) return { ...parcel, completes: false };
  const rest = noGoods
    .filter(({ quantity, fulfilledQuantity }) => quantity > fulfilledQuantity)
    .map(({ id, quantity, fulfilledQuantity }) => ({ lineId: id, quantity: quantity - fulfilledQuantity }));
  return { ...parcel, lines: [...parcel.lines, ...rest], completes: true };
}

function shippable(line: OrderView['lines'][number], shipments: OrderView['shipments']): ShippableLine {
  const pieces = (shipment: OrderView['shipments'][number]) =>
    sum((shipment.lines ?? []).filter(({ lineId }) => lineId === line.id).map(({ quantity }) => quantity));
  const parts = (shipment: OrderView['shipments'][number]) =>
    shipment.components.filter(({ lineId }) => lineId === line.id);
  return {
    id: line.id,
    skus: [line.sku, line.orderedSku],
    quantity: line.quantity,
    fulfilled: line.fulfilledQuantity,
    reported: sum(shipments.map(pieces)),
    components: line.components.map(({ sku, quantity }) => {
      const perKit = quantity / line.quantity;
      // A line that was shipped before it was declared a kit has no parts: whole kits then.
      const reported = shipments.map((shipment) =>
        parts(shipment).length > 0
          ? sum(
              parts(shipment)
                .filter((part) => part.sku === sku)
                .map((part) => part.quantity),
            )
          : perKit * pieces(shipment),
      );
      return { sku, perKit, reported: sum(reported) };
    }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
