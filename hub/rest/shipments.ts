import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { badRequest, conflict, notFound } from '../base/errors.ts';
import { remember } from '../orders/history.ts';
import { askForExport, queueWrites } from '../outbox/queue.ts';
import type { Queryable, Row, Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { storeOf, text, webAddress, type App } from '../http/app.ts';
import { instant } from '../../model/instant.ts';
import { once } from '../http/idempotency.ts';
import { orderViews, shipmentView } from '../orders/order-view.ts';
import { orderId, requireOrder } from './orders.ts';
import { linesOf, planWhole, type Whole } from '../orders/whole-parcel.ts';

const numbers = {
  carrier: text(64).optional(),
  service: text(64).optional().meta({ description: "The carrier's service." }),
  trackingCode: text(128).optional(),
  trackingCodes: z
    .array(text(128))
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'In place of trackingCode, where the carrier gave the parcel several numbers.' }),
  trackingUrl: webAddress.optional(),
  returnTrackingCode: text(128).optional().meta({ description: 'Of the label for sending it back.' }),
};
interface Numbers {
  readonly trackingCode?: string;
  readonly trackingCodes?: readonly string[];
}
const oneOfBoth = ({ trackingCode, trackingCodes }: Numbers) =>
  trackingCode === undefined || trackingCodes === undefined;
const ONE_OF_BOTH = 'give trackingCode or trackingCodes, not both';

const correctionBody = z
  .object(numbers)
  .refine((body) => Object.keys(body).length > 0, 'say what is to be corrected')
  .refine(oneOfBoth, ONE_OF_BOTH);

const shipmentBody = z
  .object({
    ...numbers,
    shippedAt: instant.optional().meta({ description: 'When it left the warehouse; now if absent.' }),
    location: text(63).optional().meta({ description: 'The warehouse of the Store that ships it.' }),
    deliveryId: text(128)
      .optional()
      .meta({ description: 'Of an order to several addresses: which of `deliveries` the parcel is.' }),
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
      .meta({ description: 'What is in the parcel; absent: everything that is still open, of its delivery.' }),
  })
  .refine(oneOfBoth, ONE_OF_BOTH);
/** A thousand lines, each named by 128 characters. */
const PARCEL_BODY_BYTES = 1024 * 1024;
type ShipmentBody = z.infer<typeof shipmentBody>;

export function shipmentRoutes(app: App, hub: HubContext): void {
  app.post(
    '/orders/:id/shipments',
    {
      bodyLimit: PARCEL_BODY_BYTES,
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
        refuseUnshippable(order, codesOf(request.body)[0]);
        await refuseUntaken(tx, order);
        const locationId = locationOf(store, request.body.location);
        const parcel = planWhole(await linesOf(tx, order), request.body.lines, request.body.deliveryId);
        const id = hub.newId();
        const answer = await saveShipment(tx, store, order, id, request.body, parcel);
        await remember(
          tx,
          { connectionId: order['connection_id'] as number, orderId: order['external_id'] as string },
          'shipment reported',
          answer.trackingCode,
          request.id,
        );
        // Nothing for the store yet: parts of a kit alone.
        if (parcel.lines.length > 0) await queueShipment(tx, hub, store, order, answer, parcel, locationId);
        return answer;
      });
      return reply.status(201).send(shipment);
    },
  );

  app.patch(
    '/orders/:id/shipments/:shipment',
    {
      schema: {
        tags: ['shipments'],
        security: [{ developerKey: [] }],
        summary: 'Correct the numbers of a parcel',
        params: z.object({ id: orderId, shipment: text(64) }),
        body: correctionBody,
        response: { 200: shipmentView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      return once(hub.db, store.id, request, async (tx) => {
        const order = await requireOrder(tx, store, request.params.id, true);
        const shipment = await correctShipment(tx, hub, store, order, request.params.shipment, request.body);
        await remember(
          tx,
          { connectionId: order['connection_id'] as number, orderId: order['external_id'] as string },
          'numbers of a parcel corrected',
          shipment.trackingCode,
          request.id,
        );
        return shipment;
      });
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

function refuseUnshippable(order: Row, trackingCode: string | undefined): void {
  if (order['state'] === 'Cancelled')
    throw conflict(
      'OrderCancelled',
      `order ${String(order['number'])} was cancelled: ${trackingCode === undefined ? 'do not ship it' : `stop the parcel ${trackingCode}`}`,
    );
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
}

/**
 * After Accept the new content goes out by a webhook at once: a parcel that is told in the same moment was packed
 * before it came. Who acknowledges says that it was not.
 */
const JUST_TOLD_SECONDS = 3;

async function refuseUntaken(tx: Transaction, order: Row): Promise<void> {
  if (order['change_accepted_at'] === null) return;
  const [untaken] = await tx.query<{ just_told: boolean }>(
    `SELECT exported_at IS NOT NULL AS just_told FROM orders
     WHERE connection_id = $1 AND external_id = $2 AND (exported_at IS NULL OR exported_at > now() - make_interval(secs => $3))`,
    [order['connection_id'], order['external_id'], JUST_TOLD_SECONDS],
  );
  if (!untaken) return;
  const number = String(order['number']);
  throw conflict(
    'ChangeNotTaken',
    untaken.just_told
      ? `the new content of order ${number} has only just been taken by webhook: acknowledge it (POST /orders/{id}/acknowledge) if the parcel holds it, then ship`
      : `order ${number} was taken anew and the back office has not had it yet: acknowledge it (POST /orders/{id}/acknowledge) or take its webhook, then ship`,
  );
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

const codesOf = ({ trackingCode, trackingCodes }: Numbers): readonly string[] =>
  trackingCodes ?? (trackingCode === undefined ? [] : [trackingCode]);

type Shipment = z.infer<typeof shipmentView>;

async function saveShipment(
  tx: Transaction,
  store: StoreRow,
  order: Row,
  id: string,
  body: ShipmentBody,
  parcel: Whole,
): Promise<Shipment> {
  await tx.query(
    `INSERT INTO shipments (id, store_id, connection_id, order_id, carrier, tracking_code, tracking_codes, tracking_url, location, service, return_tracking_code, completes, lines, components, shipped_at, parcel)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13::jsonb, $14::jsonb, coalesce($15::timestamptz, now()),
       1 + coalesce((SELECT max(parcel) FROM shipments WHERE connection_id = $3 AND order_id = $4), 0))`,
    [
      id,
      store.id,
      order['connection_id'],
      order['external_id'],
      body.carrier ?? null,
      codesOf(body)[0] ?? null,
      JSON.stringify(codesOf(body)),
      body.trackingUrl ?? null,
      body.location ?? null,
      body.service ?? null,
      body.returnTrackingCode ?? null,
      parcel.completes,
      JSON.stringify(parcel.lines),
      JSON.stringify(parcel.components),
      body.shippedAt ?? null,
    ],
  );
  return shipmentOf(tx, order, id);
}

async function shipmentOf(db: Queryable, order: Row, id: string): Promise<Shipment> {
  const view = (await orderViews(db, [order]))[0]!;
  const found = view.shipments.find((shipment) => shipment.id === id);
  if (!found) throw notFound(`shipment "${id}"`, 'use the id in shipments of the order');
  return found;
}

/** What the store is told of a parcel. */
function writeOf(store: StoreRow, order: Row, driver: string, shipment: Shipment) {
  const { id, carrier, service, trackingCode, trackingCodes, trackingUrl, returnTrackingCode } = shipment;
  return {
    shipmentId: id,
    orderId: order['external_id'] as string,
    orderNumber: order['number'] as string,
    parcel: shipment.parcel,
    shippedAt: shipment.shippedAt,
    completes: shipment.completes,
    carrier: carrier ?? undefined,
    carrierCode: carrier === null ? undefined : store.rules.carriers?.[carrier]?.[driver],
    service: service ?? undefined,
    trackingCode: trackingCode ?? undefined,
    trackingCodes: trackingCodes.length > 0 ? trackingCodes : undefined,
    trackingUrl: trackingUrl ?? undefined,
    returnTrackingCode: returnTrackingCode ?? undefined,
    lines: shipment.lines ?? [],
  };
}

async function driverOf(db: Queryable, connectionId: number): Promise<string> {
  const [row] = await db.query<{ driver: string }>('SELECT driver FROM connections WHERE id = $1', [connectionId]);
  return row?.driver ?? '';
}

async function queueShipment(
  tx: Transaction,
  hub: HubContext,
  store: StoreRow,
  order: Row,
  shipment: Shipment,
  parcel: Whole,
  locationId: string | undefined,
): Promise<void> {
  const connectionId = order['connection_id'] as number;
  const told = writeOf(store, order, await driverOf(tx, connectionId), shipment);
  const write = { ...told, locationId, lines: parcel.lines };
  await queueWrites(tx, hub, [{ connectionId, feed: 'ShipmentExport', write }]);
}

/**
 * Other numbers for a parcel. Where nothing of it was sent to the store yet, or the store refused it (dismissed or
 * not), it goes there with them; else the store is asked to correct them.
 */
async function correctShipment(
  tx: Transaction,
  hub: HubContext,
  store: StoreRow,
  order: Row,
  id: string,
  body: z.infer<typeof correctionBody>,
): Promise<Shipment> {
  const before = await shipmentOf(tx, order, id);
  if (before.takenBackAt !== null)
    throw conflict('ParcelTakenBack', 'the shop took this parcel back: report what was sent since as another one');
  const codes =
    body.trackingCode === undefined && body.trackingCodes === undefined ? before.trackingCodes : codesOf(body);
  await tx.query(
    `UPDATE shipments SET carrier = coalesce($2, carrier), service = coalesce($3, service), tracking_code = $4, tracking_codes = $5::jsonb, tracking_url = coalesce($6, tracking_url),
       return_tracking_code = coalesce($7, return_tracking_code), corrected_at = now(), confirmed_at = NULL, refused_reason = NULL, refused_message = NULL, seq = nextval('change_seq') WHERE id = $1`,
    [
      id,
      body.carrier ?? null,
      body.service ?? null,
      codes[0] ?? null,
      JSON.stringify(codes),
      body.trackingUrl ?? null,
      body.returnTrackingCode ?? null,
    ],
  );
  const connectionId = order['connection_id'] as number;
  const shipment = await shipmentOf(tx, order, id);
  const write = writeOf(store, order, await driverOf(tx, connectionId), shipment);
  const [first] = await tx.query<{ id: number }>(
    `UPDATE outbox SET payload = payload || $3::jsonb, state = CASE state WHEN 'Held' THEN 'Held' ELSE 'Pending' END, failures = 0, not_before = now(), done_at = NULL, reason = NULL, message = NULL
     WHERE connection_id = $1 AND kind = 'shipment' AND payload->>'shipmentId' = $2 AND NOT payload ? 'corrects'
       AND (state IN ('Held', 'Rejected', 'Dismissed') OR (state = 'Pending' AND attempts = 0)) RETURNING id`,
    [connectionId, id, JSON.stringify(write)],
  );
  if (first) await askForExport(tx, hub, [{ connectionId, feed: 'ShipmentExport' }]);
  else if ((shipment.lines ?? []).length > 0)
    await queueWrites(tx, hub, [{ connectionId, feed: 'ShipmentExport', write: { ...write, corrects: {} } }]);
  return shipment;
}
