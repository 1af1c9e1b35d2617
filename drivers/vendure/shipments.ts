import type { ShipmentWrite, WriteResult } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { stopTheParcel, trackingText } from '../writes/tracking.ts';
import type { VendureClient } from './client.ts';
import { shorten } from './errors.ts';
import { addFulfillment, markShipped, readOrder, type FulfillmentResult } from './shipment-payload.ts';
import { methodOf, planShipment, type PlannedLine } from './shipment-plan.ts';

/** Vendure's handler for parcels that someone else sends; every shop has it unless it was taken out. */
const HANDLER = 'manual-fulfillment';

/**
 * Reports shipments of one order, one after the other. Vendure has no idempotency key and, on PostgreSQL, accepts two
 * fulfilments of the same pieces at once: so the order is read anew before each, and an entry that the store already
 * shows is not sent again.
 */
export async function writeShipments(
  client: VendureClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const claimed = new Set<string>();
  return writeOneByOne(entries, async (entry) => {
    const result = await writeOne(client, entry, claimed, signal);
    if ('externalId' in result && result.externalId !== undefined) claimed.add(result.externalId);
    return result;
  });
}

async function writeOne(
  client: VendureClient,
  entry: ShipmentWrite,
  claimed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { entryId } = entry;
  const { orders } = await client.query(readOrder, { id: entry.orderId }, signal);
  const [order] = orders.items;
  if (order === undefined)
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'UnknownOrder',
      message: `The store has no order ${entry.orderNumber} (id ${entry.orderId}) any more: ${stopTheParcel(entry)}.`,
    };
  const plan = planShipment(order, entry, claimed);
  switch (plan.step) {
    case 'nothing':
      return { entryId, outcome: 'AlreadyApplied', externalId: plan.fulfillmentId };
    case 'reject':
      return { entryId, outcome: 'Rejected', reason: plan.reason, message: plan.message };
    case 'later':
      return { entryId, outcome: 'Retry', reason: plan.reason, message: plan.message };
    case 'markShipped':
      return ship(client, entry, plan.fulfillmentId, signal);
    case 'create':
      return create(client, entry, plan.lines, signal);
  }
}

async function create(
  client: VendureClient,
  entry: ShipmentWrite,
  lines: readonly PlannedLine[],
  signal: AbortSignal,
): Promise<WriteResult> {
  const handler = {
    code: HANDLER,
    arguments: [
      { name: 'method', value: methodOf(entry) },
      { name: 'trackingCode', value: trackingText(entry) ?? '' },
    ],
  };
  const { result } = await client.mutate(addFulfillment, { input: { lines, handler } }, signal);
  return 'errorCode' in result ? refusal(entry, result) : ship(client, entry, result.id, signal);
}

/** A new fulfilment is Pending and tells the customer nothing; the order moves only with this. */
async function ship(
  client: VendureClient,
  entry: ShipmentWrite,
  fulfillmentId: string,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { result } = await client.mutate(markShipped, { id: fulfillmentId }, signal);
  return 'errorCode' in result
    ? refusal(entry, result)
    : { entryId: entry.entryId, outcome: 'Applied', externalId: fulfillmentId };
}

/** What a person must mend, and what the next reading settles by itself. */
function refusal(entry: ShipmentWrite, error: Extract<FulfillmentResult, { errorCode: string }>): WriteResult {
  const { entryId, orderNumber } = entry;
  const said = shorten(error.transitionError ?? error.message);
  switch (error.errorCode) {
    case 'INSUFFICIENT_STOCK_ON_HAND_ERROR':
      return {
        entryId,
        outcome: 'Retry',
        reason: 'InsufficientStock',
        message: `Order ${orderNumber}: the store lets nothing be shipped that it has not in stock: ${said}. Export the stock first.`,
      };
    case 'INVALID_FULFILLMENT_HANDLER_ERROR':
      return {
        entryId,
        outcome: 'Rejected',
        reason: 'NoFulfillmentHandler',
        message: `The store has no fulfilment handler "${HANDLER}": add manualFulfillmentHandler to its configuration.`,
      };
    default:
      return {
        entryId,
        outcome: 'Retry',
        reason: 'StoreRefused',
        message: `Order ${orderNumber}: the store refuses the shipment: ${said}`,
      };
  }
}
