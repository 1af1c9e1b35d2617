import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { badRequest, conflict } from '../base/errors.ts';
import { remember } from '../orders/history.ts';
import { queueWrites } from '../outbox/queue.ts';
import type { Queryable, Row, Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { storeOf, text, webAddress, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { orderViews, shipmentView, type OrderView } from '../orders/order-view.ts';
import { orderId, requireOrder } from './orders.ts';
import { planParcel, type Parcel, type ShippableLine } from '../orders/parcel.ts';

const shipmentBody = z.object({
  carrier: text(64).optional(),
  trackingCode: text(128).optional(),
  trackingUrl: webAddress.optional(),
  location: text(63).optional().meta({ description: 'The warehouse of the Store that ships it.' }),
  lines: z
    .array(
      z
        .object({
          lineId: text(128).optional(),
          sku: text(128).optional().meta({ description: 'SKU of a line, or of a component of a kit.' }),
          quantity: z.number().int().min(1).max(1_000_000),
        })
        .refine(
          (line) => (line.lineId === undefined) !== (line.sku === undefined),
          'name the line by lineId or by sku',
        ),
    )
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'What is in the parcel; absent: everything that is still open.' }),
});
type ShipmentBody = z.infer<typeof shipmentBody>;

export function shipmentRoutes(app: App, hub: HubContext): void {
  app.post(
    '/orders/:id/shipments',
    {
      schema: {
        tags: ['shipments'],
        security: [{ developerKey: [] }],
        summary: 'Report a parcel: its tracking number goes to the store',
        params: z.object({ id: orderId }),
        body: shipmentBody,
        response: { 201: shipmentView },
      },
    },
    async (request, reply) => {
      const store = await storeOf(hub.db, request);
      const shipment = await once(hub.db, store.id, request, async (tx) => {
        const order = await requireOrder(tx, store, request.params.id, true);
        refuseUnshippable(order);
        const locationId = locationOf(store, request.body.location);
        const parcel = planWhole(await linesOf(tx, order), request.body.lines);
        const id = hub.newId();
        const answer = await saveShipment(tx, store, order, id, request.body, parcel);
        await remember(
          tx,
          { connectionId: order['connection_id'] as number, orderId: order['external_id'] as string },
          'shipment reported',
          request.body.trackingCode ?? null,
          request.id,
        );
        // Nothing for the store yet: parts of a kit alone.
        if (parcel.lines.length > 0) await queueShipment(tx, hub, order, id, request.body, parcel, locationId);
        return answer;
      });
      return reply.status(201).send(shipment);
    },
  );
}

/** Why the shop wants an exported order not to be shipped. */
const STOPPED = {
  Refunded: 'the shop refunded it',
  PaymentFailed: 'its payment failed or was charged back',
  NotPaid: 'the shop does not count it as paid any more',
  OnHold: 'the shop put it on hold',
} as const;

function refuseUnshippable(order: Row): void {
  if (order['state'] === 'Cancelled') throw conflict('OrderCancelled', 'the order was cancelled: do not ship it');
  if (order['change_pending'] === true) {
    throw conflict(
      'ChangePending',
      'the order changed after it was exported: read it, then answer with POST /orders/{id}/changes before shipping',
    );
  }
  const stop = order['stop'] as keyof typeof STOPPED | null;
  if (stop !== null && order['stop_waived'] !== true)
    throw conflict(
      'OrderStopped',
      `${STOPPED[stop]}: do not ship order ${String(order['number'])}. It may be shipped once the shop says otherwise`,
    );
  if (order['change_accepted_at'] !== null && order['exported_at'] === null) {
    throw conflict(
      'ChangeNotTaken',
      'the order was taken anew and the back office has not had it yet: acknowledge it (POST /orders/{id}/acknowledge) or take its webhook, then ship',
    );
  }
}

/** The store's id of a warehouse's location. */
function locationOf(store: StoreRow, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const warehouses = store.rules.warehouses ?? [];
  const found = warehouses.find((warehouse) => warehouse.name === name);
  if (!found)
    throw badRequest(
      'UnknownWarehouse',
      `location "${name}" is no warehouse of the Store: ${warehouses.length > 0 ? `use one of ${warehouses.map((warehouse) => warehouse.name).join(', ')}` : 'add it to spec.warehouses'}`,
    );
  return found.location ?? found.name;
}

async function saveShipment(
  tx: Transaction,
  store: StoreRow,
  order: Row,
  id: string,
  body: ShipmentBody,
  parcel: Parcel,
): Promise<z.infer<typeof shipmentView>> {
  const { carrier = null, trackingCode = null, trackingUrl = null, location = null } = body;
  const [row] = await tx.query<{ created_at: string }>(
    `INSERT INTO shipments (id, store_id, connection_id, order_id, carrier, tracking_code, tracking_url, location, lines, components)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb) RETURNING created_at`,
    [
      id,
      store.id,
      order['connection_id'],
      order['external_id'],
      carrier,
      trackingCode,
      trackingUrl,
      location,
      JSON.stringify(parcel.lines),
      JSON.stringify(parcel.components),
    ],
  );
  return {
    id,
    carrier,
    trackingCode,
    trackingUrl,
    location,
    lines: parcel.lines,
    components: parcel.components,
    createdAt: row!.created_at,
    confirmedAt: null,
  };
}

async function queueShipment(
  tx: Transaction,
  hub: HubContext,
  order: Row,
  shipmentId: string,
  body: ShipmentBody,
  parcel: Parcel,
  locationId: string | undefined,
): Promise<void> {
  const connectionId = order['connection_id'] as number;
  const { carrier, trackingCode, trackingUrl } = body;
  const orderId = order['external_id'] as string;
  const write = {
    shipmentId,
    orderId,
    orderNumber: order['number'] as string,
    carrier,
    trackingCode,
    trackingUrl,
    locationId,
    lines: parcel.lines,
  };
  await queueWrites(tx, hub, [{ connectionId, feed: 'ShipmentExport', write }]);
}

interface OrderLines {
  /** Each with what is gone of it. */
  readonly goods: readonly ShippableLine[];
  /** Promotional codes: on the order, and nothing to ship. */
  readonly noGoods: OrderView['lines'];
}

async function linesOf(db: Queryable, order: Row): Promise<OrderLines> {
  const view = (await orderViews(db, [order]))[0]!;
  const open = view.lines.filter(({ quantity }) => quantity > 0);
  return {
    goods: open.filter(({ promotional }) => !promotional).map((line) => shippable(line, view.shipments)),
    // A fee or a discount is nothing that any shop ships.
    noGoods: open.filter(({ promotional, kind }) => promotional && kind !== 'Fee' && kind !== 'Discount'),
  };
}

/**
 * The parcel. The last one tells the shop of the lines that are no goods, too: else its order would be partly shipped
 * for ever.
 */
function planWhole({ goods, noGoods }: OrderLines, wanted: ShipmentBody['lines']): Parcel {
  const parcel = planParcel(goods, wanted);
  const gone = (line: ShippableLine) =>
    Math.max(line.fulfilled, line.reported) +
    sum(parcel.lines.filter(({ lineId }) => lineId === line.id).map(({ quantity }) => quantity));
  if (goods.some((line) => gone(line) < line.quantity)) return parcel;
  const rest = noGoods
    .filter(({ quantity, fulfilledQuantity }) => quantity > fulfilledQuantity)
    .map(({ id, quantity, fulfilledQuantity }) => ({ lineId: id, quantity: quantity - fulfilledQuantity }));
  return { ...parcel, lines: [...parcel.lines, ...rest] };
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
