import { asItIs, nothingMore, type DoneWrite, type ExportEffects } from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';

/** What the hub does about parcels on their way to a store. */
export const shipmentEffects: ExportEffects<'ShipmentExport'> = {
  decorate: asItIs,
  brake: 'none',
  applied: confirmShipments,
  rejected: nothingMore,
};

async function confirmShipments(
  tx: Transaction,
  _connectionId: number,
  entries: readonly DoneWrite<'ShipmentExport'>[],
): Promise<void> {
  await tx.query(
    `UPDATE shipments s SET confirmed_at = now(), store_shipment_id = w.external_id, seq = nextval('change_seq') FROM unnest($1::text[], $2::text[]) AS w(id, external_id) WHERE s.id = w.id`,
    [entries.map(({ write }) => write.shipmentId), entries.map(({ result }) => result.externalId ?? null)],
  );
}
