/**
 * What a parcel says beside its tracking number: which it is of its order, when it left, more numbers; that its number
 * was corrected, that the shop took it back, and why the shop refuses it. Frozen: a later change is a later migration.
 */
export const parcels = `
ALTER TABLE shipments ADD COLUMN parcel integer, ADD COLUMN shipped_at timestamptz, ADD COLUMN tracking_codes jsonb, ADD COLUMN service text, ADD COLUMN return_tracking_code text,
  ADD COLUMN completes boolean NOT NULL DEFAULT false, ADD COLUMN corrected_at timestamptz, ADD COLUMN taken_back_at timestamptz, ADD COLUMN refused_reason text, ADD COLUMN refused_message text;
UPDATE shipments s SET shipped_at = s.created_at, tracking_codes = CASE WHEN s.tracking_code IS NULL THEN '[]' ELSE jsonb_build_array(s.tracking_code) END, parcel = n.place
  FROM (SELECT id, row_number() OVER (PARTITION BY connection_id, order_id ORDER BY created_at, id) AS place FROM shipments) n WHERE n.id = s.id;
UPDATE outbox o SET payload = o.payload || jsonb_build_object('shippedAt', to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'parcel', coalesce((SELECT s.parcel FROM shipments s WHERE s.id = o.payload->>'shipmentId'), 1), 'completes', false)
  WHERE o.kind = 'shipment' AND o.state IN ('Pending', 'Sent', 'Held', 'Rejected');
CREATE INDEX outbox_shipment ON outbox (connection_id, (payload->>'shipmentId')) WHERE kind = 'shipment';
`;
