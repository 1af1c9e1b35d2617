import type { WriteOf } from '../../model/feeds.ts';
import type { ClaimedWrite, DoneWrite, ExportEffects, Refused } from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';

type Shipment = WriteOf<'ShipmentExport'>;

/** What the hub does about parcels on their way to a store. */
export const shipmentEffects: ExportEffects<'ShipmentExport'> = {
  decorate: nameParcels,
  brake: 'none',
  applied: confirmShipments,
  // Levels wait for parcels (hub/stock/effects.ts).
  frees: ['StockExport'],
  rejected: noteRefusal,
};

/** A correction names the parcel as the store does, which is known once the parcel itself was taken. */
async function nameParcels(
  tx: Transaction,
  _connectionId: number,
  entries: readonly ClaimedWrite<'ShipmentExport'>[],
): Promise<readonly Shipment[]> {
  const ids = entries.flatMap(({ payload }) => (payload.corrects ? [payload.shipmentId] : []));
  if (ids.length === 0) return entries.map(({ payload }) => payload);
  const rows = await tx.query<{ id: string; store_shipment_id: string | null }>(
    'SELECT id, store_shipment_id FROM shipments WHERE id = ANY($1::text[])',
    [ids],
  );
  const names = new Map(rows.map((row) => [row.id, row.store_shipment_id ?? undefined]));
  return entries.map(({ payload }) =>
    payload.corrects ? { ...payload, corrects: { externalId: names.get(payload.shipmentId ?? '') } } : payload,
  );
}

async function confirmShipments(
  tx: Transaction,
  _connectionId: number,
  entries: readonly DoneWrite<'ShipmentExport'>[],
): Promise<void> {
  await tx.query(
    `UPDATE shipments s SET confirmed_at = now(), store_shipment_id = coalesce(w.external_id, s.store_shipment_id), refused_reason = NULL, refused_message = NULL, seq = nextval('change_seq')
     FROM unnest($1::text[], $2::text[]) AS w(id, external_id) WHERE s.id = w.id`,
    [entries.map(({ write }) => write.shipmentId), entries.map(({ result }) => result.externalId ?? null)],
  );
}

async function noteRefusal(
  tx: Transaction,
  _connectionId: number,
  { shipmentId }: Shipment,
  { reason, message }: Refused,
): Promise<void> {
  await tx.query(
    `UPDATE shipments SET refused_reason = $2, refused_message = $3, seq = nextval('change_seq') WHERE id = $1`,
    [shipmentId ?? null, reason, message],
  );
}
