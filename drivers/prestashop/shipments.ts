import { HeldWrite, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { stopTheParcel, trackingText } from '../writes/tracking.ts';
import { Found, NotShown, shownWith, waitsFor } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { terminal } from './errors.ts';
import { field, flag, nodeOf, words } from './fields.ts';
import { shopFacts, type ShopFacts } from './shop.ts';

type Result = WriteResult<'ShipmentExport'>;
/** Room for the numbers of a parcel. */
const LONGEST = 64;

interface There {
  readonly order: XmlElement;
  readonly ordered: ReadonlyMap<string, number>;
  readonly rows: XmlElement[];
  readonly shop: ShopFacts;
  /** Its state has the flag "shipped". */
  shipped: boolean;
}

/** Tells the shop of parcels of one order, after a look at what it has. */
export async function writeShipments(
  client: PrestaClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const [first] = entries;
  if (!first) return [];
  try {
    return await writeTo(client, first.orderId, entries, signal);
  } catch (error) {
    if (!(error instanceof NotShown)) throw error;
    return entries.map(({ entryId, orderNumber }) => ({ entryId, ...waitsFor(`order ${orderNumber}`, error) }));
  }
}

/** Throws NotShown where the shop breaks down at the order or at what belongs to it. */
async function writeTo(
  client: PrestaClient,
  orderId: string,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const known = /^[1-9]\d{0,15}$/.test(orderId) ? [orderId] : [];
  const its = async (resource: string, name: string): Promise<readonly XmlElement[]> =>
    new Found({ resource, name }, await shownWith(client, { resource, name }, known, signal)).all(orderId);
  const [order] = await its('orders', 'id');
  if (!order) return entries.map((entry) => rejected(entry, 'UnknownOrder', 'the shop does not know it any more'));
  const shop = await shopFacts(client, signal);
  const states = await client.list('order_states', { display: 'full', language: shop.language }, signal);
  const state = states.find((row) => field(row, 'id') === field(order, 'current_state'));
  if (['Cancelled', 'Refunded'].includes(shop.meanings.get(field(order, 'current_state')) ?? ''))
    return entries.map((entry) =>
      rejected(entry, 'OrderCancelled', `it is "${words(state, 'name')}" at the shop: ${stopTheParcel(entry)}`),
    );
  const shippedState = states.find((row) => field(row, 'id') === shop.shippedState);
  if (!flag(shippedState, 'shipped'))
    throw terminal(
      'UnsupportedSchema',
      'the shop does not say which order state means shipped: set settings.shippedState to the number of one with the mark "shipped"',
    );
  const details = await its('order_details', 'id_order');
  const there: There = {
    ...{ order, shop, rows: [...(await its('order_carriers', 'id_order'))] },
    ordered: new Map(details.map((row) => [field(row, 'id'), Number(field(row, 'product_quantity'))])),
    shipped: flag(state, 'shipped'),
  };
  return writeOneByOne(entries, (entry) =>
    entry.corrects ? correct(client, there, entry, signal) : ship(client, there, entry, signal),
  );
}

const rejected = ({ entryId, orderNumber }: ShipmentWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `order ${orderNumber}: ${message}`,
});

async function ship(client: PrestaClient, there: There, entry: ShipmentWrite, signal: AbortSignal): Promise<Result> {
  const { entryId } = entry;
  const code = trackingText(entry) ?? '';
  if (code.length > LONGEST) return tooLong(entry);
  const known = code === '' ? undefined : there.rows.find((row) => field(row, 'tracking_number') === code);
  if (known) {
    await finish(client, there, entry, signal);
    return { entryId, outcome: 'AlreadyApplied', externalId: field(known, 'id') };
  }
  const settled = settledBefore(there, entry, code);
  if (settled) return settled;
  let held: HeldWrite | undefined;
  let externalId: string | undefined;
  if (code !== '')
    try {
      externalId = await track(client, there, code, signal);
    } catch (error) {
      // In Test mode the change of state is to be shown, too.
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  const told = await finish(client, there, entry, signal);
  if (held) throw held;
  // Without a number there is nothing of a parcel that PrestaShop has room for, but the state with the last.
  return {
    entryId,
    outcome: code === '' && !told ? 'AlreadyApplied' : 'Applied',
    ...(externalId ? { externalId } : {}),
  };
}

/** What needs no write, or must not have one. */
function settledBefore({ shipped, ordered }: There, entry: ShipmentWrite, code: string): Result | undefined {
  if (shipped && code !== '')
    return rejected(entry, 'NothingLeftToShip', 'it is shipped already at the shop: see what was sent there');
  const beyond = entry.lines?.find(({ lineId, quantity }) => quantity > (ordered.get(lineId) ?? 0));
  if (beyond)
    return rejected(
      entry,
      'NothingLeftToShip',
      `${beyond.quantity} of line ${beyond.lineId} were sent, and ${ordered.get(beyond.lineId) ?? 0} were ordered at the shop`,
    );
  // Without a number the state is all there is of a parcel: the answer to it may have been lost.
  return shipped ? { entryId: entry.entryId, outcome: 'AlreadyApplied' } : undefined;
}

const tooLong = (entry: ShipmentWrite): Result =>
  rejected(entry, 'NotSupported', `PrestaShop has room for ${LONGEST} letters of tracking numbers: enter them by hand`);

/** The row that the order has from the beginning; then one more for each parcel. */
async function track(
  client: PrestaClient,
  there: There,
  code: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const free = there.rows.findIndex((row) => field(row, 'tracking_number') === '');
  const [last] = there.rows.slice(-1);
  const text = { name: 'tracking_number', content: code };
  const row =
    free >= 0
      ? await client.write(
          'PUT',
          {
            resource: 'order_carriers',
            id: field(there.rows[free], 'id'),
            record: nodeOf(there.rows[free]!, { tracking_number: code }),
          },
          signal,
        )
      : await client.write(
          'POST',
          {
            resource: 'order_carriers',
            record: {
              name: 'order_carrier',
              content: [
                { name: 'id_order', content: field(there.order, 'id') },
                { name: 'id_carrier', content: field(last, 'id_carrier') || field(there.order, 'id_carrier') },
                text,
              ],
            },
          },
          signal,
        );
  if (!row) return undefined;
  if (free >= 0) there.rows[free] = row;
  else there.rows.push(row);
  return field(row, 'id');
}

/** Sets the state with the last parcel; whether it did. */
async function finish(client: PrestaClient, there: There, entry: ShipmentWrite, signal: AbortSignal): Promise<boolean> {
  if (there.shipped || !(entry.completes || entry.lines === undefined)) return false;
  const content = [
    { name: 'id_order', content: field(there.order, 'id') },
    { name: 'id_order_state', content: there.shop.shippedState! },
  ];
  const query = client.context.settings.notifyCustomer ? { sendmail: '1' } : {};
  await client.write(
    'POST',
    { resource: 'order_histories', query, record: { name: 'order_history', content } },
    signal,
  );
  there.shipped = true;
  return true;
}

async function correct(client: PrestaClient, there: There, entry: ShipmentWrite, signal: AbortSignal): Promise<Result> {
  const { entryId } = entry;
  const code = trackingText(entry) ?? '';
  if (code.length > LONGEST) return tooLong(entry);
  const row = there.rows.find((each) => field(each, 'id') === entry.corrects?.externalId);
  const gone = 'the shop does not have the parcel any more: enter its number by hand';
  if (!row) return rejected(entry, 'StoreRefused', gone);
  const externalId = field(row, 'id');
  if (field(row, 'tracking_number') === code) return { entryId, outcome: 'AlreadyApplied', externalId };
  const record = nodeOf(row, { tracking_number: code });
  const done = await client.write('PUT', { resource: 'order_carriers', id: externalId, record }, signal);
  return done ? { entryId, outcome: 'Applied', externalId } : rejected(entry, 'StoreRefused', gone);
}
