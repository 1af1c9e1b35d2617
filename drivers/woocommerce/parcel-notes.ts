import { z } from 'zod';
import { retry, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import { trackingText } from '../writes/tracking.ts';
import { NEEDS, type WooClient } from './client.ts';

const notes = z.array(z.looseObject({ id: z.int(), note: z.string() }));

/** For a shop without fulfilments: a note that the buyer gets by mail. Pieces are in the words alone. */
export async function noteParcel(
  client: WooClient,
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<WriteResult<'ShipmentExport'>> {
  const path = `/orders/${entry.orderId}/notes`;
  const listed = notes.safeParse((await client.get(path, {}, NEEDS.orders, signal)).json);
  if (!listed.success) throw retry('UnexpectedPayload', `the shop sent no notes of order ${entry.orderNumber}`);
  const note = noteText(entry);
  const known = listed.data.find((each) => each.note.includes(markOf(entry)));
  if (known) return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId: String(known.id) };
  const { notifyCustomer } = client.context.settings;
  const body = { note, customer_note: notifyCustomer };
  const made = notes.element.safeParse(await client.write('POST', path, body, NEEDS.writeOrders, signal));
  return { entryId: entry.entryId, outcome: 'Applied', ...(made.success ? { externalId: String(made.data.id) } : {}) };
}

/** At the end of a note: one parcel has one. A correction is a note of its own. */
const markOf = ({ shipmentId, entryId, corrects }: ShipmentWrite): string =>
  `[${corrects ? entryId : (shipmentId ?? entryId)}]`;

/** What the buyer reads. */
export function noteText(entry: ShipmentWrite): string {
  const { carrier, trackingUrl, parcel, corrects } = entry;
  const code = trackingText(entry);
  return [
    corrects ? `The tracking number of parcel ${parcel} was corrected.` : `Parcel ${parcel} is on its way.`,
    ...(carrier === undefined ? [] : [`Carrier: ${carrier}.`]),
    ...(code === undefined ? [] : [`Tracking number: ${code}.`]),
    ...(trackingUrl === undefined ? [] : [trackingUrl]),
    markOf(entry),
  ].join(' ');
}
