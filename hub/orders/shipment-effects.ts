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

/**
 * A correction names the parcel as the store does, which is known once the parcel itself was taken. One that may have
 * been sent before names the order's others, so that it can be told from them.
 */
async function nameParcels(
  tx: Transaction,
  connectionId: number,
  entries: readonly ClaimedWrite<'ShipmentExport'>[],
): Promise<readonly Shipment[]> {
  const asked = entries.filter(({ payload, attempts }) => payload.corrects || attempts > 1);
  if (asked.length === 0) return entries.map(({ payload }) => payload);
  const rows = await tx.query<{ id: string; order_id: string; store_shipment_id: string }>(
    `SELECT id, order_id, store_shipment_id FROM shipments
     WHERE connection_id = $1 AND order_id = ANY($2::text[]) AND store_shipment_id IS NOT NULL ORDER BY parcel, id`,
    [connectionId, [...new Set(asked.map(({ payload }) => payload.orderId))]],
  );
  const ofOrder = Map.groupBy(rows, (row) => row.order_id);
  return entries.map(({ payload, attempts }) => {
    const there = ofOrder.get(payload.orderId) ?? [];
    if (payload.corrects)
      return {
        ...payload,
        corrects: { externalId: there.find(({ id }) => id === payload.shipmentId)?.store_shipment_id },
      };
    if (attempts === 1) return payload;
    const others = there.filter(({ id }) => id !== payload.shipmentId);
    return { ...payload, othersThere: others.map((row) => row.store_shipment_id) };
  });
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
