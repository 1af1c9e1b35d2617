/**
 * Hints from stores, rotating tokens, budgets that outlive a pod, kits, quarantine, state of webhook endpoints. Frozen:
 * a later change is a later migration.
 */
export const guarantees = `
ALTER TABLE connections ADD COLUMN credential text;
ALTER TABLE connections ADD COLUMN safety_stock integer NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN budget jsonb;
ALTER TABLE connections ADD COLUMN hooks_since timestamptz;
ALTER TABLE connections ADD COLUMN orders_by_hint bigint NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN orders_by_poll bigint NOT NULL DEFAULT 0;

ALTER TABLE runs ADD COLUMN scoped boolean NOT NULL DEFAULT false;

CREATE TABLE inbound_hooks (
  connection_id integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  digest text NOT NULL,
  headers jsonb NOT NULL,
  body bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL DEFAULT 'Pending',
  reason text,
  PRIMARY KEY (connection_id, id)
);
CREATE UNIQUE INDEX inbound_hooks_digest ON inbound_hooks (connection_id, digest);
CREATE INDEX inbound_hooks_pending ON inbound_hooks (connection_id, id) WHERE state = 'Pending';

CREATE TABLE token_vault (
  namespace text NOT NULL,
  credential text NOT NULL,
  version integer NOT NULL,
  ciphertext text NOT NULL,
  access_expires_at timestamptz,
  refresh_expires_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (namespace, credential)
);

CREATE TABLE kits (
  store_id integer NOT NULL,
  sku text NOT NULL,
  component text NOT NULL,
  quantity integer NOT NULL,
  PRIMARY KEY (store_id, sku, component)
);

CREATE TABLE quarantine (
  connection_id integer NOT NULL,
  feed_type text NOT NULL,
  record text NOT NULL,
  reason text NOT NULL,
  payload text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, feed_type, record, reason)
);
CREATE INDEX quarantine_age ON quarantine (connection_id, at);

CREATE TABLE webhook_endpoints (
  store_id integer NOT NULL,
  name text NOT NULL,
  secret_version integer NOT NULL DEFAULT 1,
  rotated_at timestamptz,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  PRIMARY KEY (store_id, name)
);

ALTER TABLE shipments ADD COLUMN location text;
ALTER TABLE shipments ADD COLUMN components jsonb;
CREATE INDEX orders_placed ON orders (connection_id, placed_at);
CREATE INDEX products_created ON products (connection_id, created_at);
CREATE INDEX deliveries_created ON deliveries (store_id, endpoint, created_at);
CREATE INDEX outbox_held ON outbox (connection_id, kind, id) WHERE state = 'Held';
`;
