import { z } from 'zod';
import { terminal, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import type { ShopifyClient } from './client.ts';
import { CORRECT, FULFIL, ORDER_TO_SHIP } from './documents.ts';
import { globalId, numberOf } from './ids.ts';
import { userErrors } from './lookup.ts';
import { codesOf, planParcel, type OrderToShip } from './shipment-plan.ts';

type Result = WriteResult<'ShipmentExport'>;

const reference = z.looseObject({ id: z.string() });
const whole = z.looseObject({ hasNextPage: z.boolean() });
const answer = z.object({
  order: z
    .looseObject({
      name: z.string(),
      cancelledAt: z.string().nullish(),
      fulfillmentOrders: z.looseObject({
        nodes: z.array(
          z.looseObject({
            id: z.string(),
            status: z.string(),
            supportedActions: z.array(z.looseObject({ action: z.string() })),
            assignedLocation: z.looseObject({ location: reference.nullish() }),
            lineItems: z.looseObject({
              nodes: z.array(z.looseObject({ id: z.string(), remainingQuantity: z.int(), lineItem: reference })),
              pageInfo: whole,
            }),
          }),
        ),
      }),
      fulfillments: z.array(
        z.looseObject({
          id: z.string(),
          status: z.string(),
          trackingInfo: z.array(
            z.looseObject({ number: z.string().nullish(), company: z.string().nullish(), url: z.string().nullish() }),
          ),
          fulfillmentLineItems: z.looseObject({
            nodes: z.array(z.looseObject({ quantity: z.int().nullish(), lineItem: reference })),
          }),
        }),
      ),
    })
    .nullable(),
});
const payload = z.object({ fulfillment: reference.nullish(), userErrors }).nullable();
const fulfilled = z.object({ fulfillmentCreate: payload });
const corrected = z.object({ fulfillmentTrackingInfoUpdate: payload });

/** Tells Shopify of parcels of one order, after a look at what it has. */
export async function writeShipments(
  client: ShopifyClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const taken = new Set<string>();
  return writeOneByOne(entries, async (entry) => {
    // Anew for each: the one before has changed what is open.
    const order = await orderToShip(client, entry.orderId, signal);
    if (!order) return rejected(entry, 'UnknownOrder', 'Shopify does not know it any more');
    if (entry.corrects) return correct(client, order, entry, signal);
    const result = await send(client, order, entry, taken, signal);
    if ('externalId' in result) for (const id of result.externalId?.split(',') ?? []) taken.add(id);
    return result;
  });
}

async function orderToShip(
  client: ShopifyClient,
  orderId: string,
  signal: AbortSignal,
): Promise<OrderToShip | undefined> {
  if (!/^\d+$/.test(orderId)) return undefined;
  const operation = { document: ORDER_TO_SHIP, answer, cost: 400 };
  const { order } = await client.query(operation, { id: globalId('Order', orderId) }, signal);
  if (!order) return undefined;
  if (order.fulfillmentOrders.nodes.some(({ lineItems }) => lineItems.pageInfo.hasNextPage))
    throw terminal(
      'NotSupported',
      `order ${order.name}: it has more than 250 lines in one place: enter its parcels by hand`,
      orderId,
    );
  return {
    name: order.name,
    cancelled: order.cancelledAt != null,
    orders: order.fulfillmentOrders.nodes.map(({ id, status, supportedActions, assignedLocation, lineItems }) => ({
      ...{ id, status },
      ships: supportedActions.some(({ action }) => action === 'CREATE_FULFILLMENT'),
      locationId: assignedLocation.location ? numberOf(assignedLocation.location.id) : '',
      lines: lineItems.nodes.map((line) => ({
        id: line.id,
        lineId: numberOf(line.lineItem.id),
        open: line.remainingQuantity,
      })),
    })),
    fulfilments: order.fulfillments
      .filter(({ status }) => !['CANCELLED', 'ERROR', 'FAILURE'].includes(status))
      .map(({ id, trackingInfo, fulfillmentLineItems }) => ({
        id,
        codes: trackingInfo.flatMap(({ number }) => (number ? [number] : [])),
        company: trackingInfo[0]?.company ?? undefined,
        url: trackingInfo[0]?.url ?? undefined,
        pieces: new Map(
          fulfillmentLineItems.nodes.map(({ lineItem, quantity }) => [numberOf(lineItem.id), quantity ?? 0]),
        ),
      })),
  };
}

const rejected = ({ entryId, orderNumber }: ShipmentWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `order ${orderNumber}: ${message}`,
});

async function send(
  client: ShopifyClient,
  order: OrderToShip,
  entry: ShipmentWrite,
  taken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Result> {
  const plan = planParcel(order, entry, taken);
  if (plan.step === 'done') return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId: plan.externalId };
  if (plan.step === 'reject') return rejected(entry, plan.reason, plan.message);
  if (plan.step === 'later')
    return {
      ...{ entryId: entry.entryId, outcome: 'Retry', reason: plan.reason },
      message: `order ${entry.orderNumber}: ${plan.message}`,
    };
  const made: string[] = [];
  for (const groups of plan.calls) {
    const fulfillment = {
      lineItemsByFulfillmentOrder: groups,
      notifyCustomer: client.settings.notifyCustomer,
      ...trackingOf(entry),
    };
    const { fulfillmentCreate: done } = await client.mutate(
      { document: FULFIL, answer: fulfilled },
      { fulfillment },
      signal,
    );
    const [error] = done?.userErrors ?? [];
    if (error) return rejected(entry, 'StoreRefused', `Shopify does not take the parcel: ${error.message}`);
    if (done?.fulfillment) made.push(numberOf(done.fulfillment.id));
  }
  return { entryId: entry.entryId, outcome: 'Applied', ...(made.length > 0 ? { externalId: made.join(',') } : {}) };
}

function trackingOf(entry: ShipmentWrite): { readonly trackingInfo?: Readonly<Record<string, unknown>> } {
  const codes = codesOf(entry);
  const company = entry.carrierCode ?? entry.carrier;
  const tracking = {
    ...(company === undefined ? {} : { company }),
    ...(codes.length > 1 ? { numbers: codes } : codes[0] === undefined ? {} : { number: codes[0] }),
    ...(entry.trackingUrl === undefined ? {} : { url: entry.trackingUrl }),
  };
  return Object.keys(tracking).length === 0 ? {} : { trackingInfo: tracking };
}

/** Other numbers for a parcel that Shopify has; one from two places has two ids. */
async function correct(
  client: ShopifyClient,
  order: OrderToShip,
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Result> {
  const externalId = entry.corrects?.externalId ?? '';
  const ids = externalId.split(',');
  const there = order.fulfilments.filter(({ id }) => ids.includes(numberOf(id)));
  if (there.length === 0)
    return rejected(entry, 'StoreRefused', 'Shopify does not have the parcel any more: enter its number by hand');
  const codes = codesOf(entry);
  const company = entry.carrierCode ?? entry.carrier;
  const open = there.filter(
    (each) =>
      codes.join() !== each.codes.join() ||
      (company !== undefined && each.company !== company) ||
      (entry.trackingUrl !== undefined && each.url !== entry.trackingUrl),
  );
  if (open.length === 0) return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId };
  for (const { id } of open) {
    const tracking = trackingOf(entry).trackingInfo ?? {};
    const variables = { id, tracking, notify: client.settings.notifyCustomer };
    const { fulfillmentTrackingInfoUpdate: done } = await client.mutate(
      { document: CORRECT, answer: corrected },
      variables,
      signal,
    );
    const [error] = done?.userErrors ?? [];
    if (error) return rejected(entry, 'StoreRefused', `Shopify does not take the numbers: ${error.message}`);
  }
  return { entryId: entry.entryId, outcome: 'Applied', externalId };
}
