/**
 * The first schema. Frozen: a later change is a later migration. Primary keys begin with the connection, so that the
 * tables can be distributed by it. Record tables have flat typed columns (decision 0002).
 */
export const initial = `
CREATE SEQUENCE change_seq;

CREATE TABLE hub_secret (name text PRIMARY KEY, value text NOT NULL);

CREATE TABLE stores (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  namespace text NOT NULL,
  name text NOT NULL,
  uid text,
  client text NOT NULL,
  key_hash text,
  rules jsonb NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  UNIQUE (namespace, name)
);
CREATE INDEX stores_key_hash ON stores (key_hash);
CREATE TABLE sku_aliases (store_id integer NOT NULL, alias text NOT NULL, sku text NOT NULL, PRIMARY KEY (store_id, alias));
CREATE TABLE promotional_codes (store_id integer NOT NULL, sku text NOT NULL, PRIMARY KEY (store_id, sku));
CREATE TABLE shipping_method_map (store_id integer NOT NULL, method text NOT NULL, code text NOT NULL, PRIMARY KEY (store_id, method));

CREATE TABLE connections (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  namespace text NOT NULL,
  name text NOT NULL,
  store_id integer NOT NULL,
  driver text NOT NULL,
  mode text NOT NULL,
  catalogue boolean NOT NULL DEFAULT false,
  UNIQUE (kind, namespace, name)
);
CREATE INDEX connections_store ON connections (store_id);

CREATE TABLE attributes (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  code text,
  name text,
  type text,
  values jsonb,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE attribute_sets (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  code text,
  name text,
  attribute_ids jsonb,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE locations (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  code text,
  name text,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE shipping_methods (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  code text,
  name text,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE suppliers (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  code text,
  name text,
  email text,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE product_suppliers (
  connection_id integer NOT NULL,
  variant_id text NOT NULL,
  supplier_id text NOT NULL,
  supplier_sku text,
  cost_price bigint,
  currency text NOT NULL,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, variant_id, supplier_id)
);
CREATE TABLE stock_levels (
  connection_id integer NOT NULL,
  variant_id text NOT NULL,
  location_id text NOT NULL,
  sku text NOT NULL,
  on_hand integer,
  allocated integer,
  available integer,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, variant_id, location_id)
);
CREATE TABLE products (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  title text,
  description text,
  brand text,
  status text,
  attribute_set_id text,
  attributes jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  hash uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE variants (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  product_id text NOT NULL,
  sku text NOT NULL,
  title text,
  barcode text,
  price bigint,
  currency text NOT NULL,
  compare_at_price bigint,
  weight_grams integer,
  enabled boolean,
  tracked boolean,
  options jsonb,
  updated_at timestamptz,
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE images (
  connection_id integer NOT NULL,
  product_id text NOT NULL,
  external_id text NOT NULL,
  url text,
  position integer,
  alt text,
  variant_id text,
  PRIMARY KEY (connection_id, product_id, external_id)
);
CREATE TABLE orders (
  connection_id integer NOT NULL,
  external_id text NOT NULL,
  number text NOT NULL,
  cust_ref text NOT NULL,
  placed_at timestamptz,
  placed_offset smallint,
  updated_at timestamptz,
  state text NOT NULL,
  payment_state text,
  fulfilment_state text,
  platform_state text,
  currency text NOT NULL,
  exponent smallint NOT NULL,
  items_total bigint,
  shipping_total bigint,
  tax_total bigint,
  discount_total bigint,
  grand_total bigint,
  customer_id text,
  customer_email text,
  customer_name text,
  customer_phone text,
  ship_name text,
  ship_company text,
  ship_street1 text,
  ship_street2 text,
  ship_city text,
  ship_region text,
  ship_postal_code text,
  ship_country text,
  ship_phone text,
  bill_name text,
  bill_company text,
  bill_street1 text,
  bill_street2 text,
  bill_city text,
  bill_region text,
  bill_postal_code text,
  bill_country text,
  bill_phone text,
  shipping_method_code text,
  shipping_method_name text,
  note text,
  intake text NOT NULL,
  intake_reason text,
  intake_message text,
  goods_hash uuid NOT NULL,
  hash uuid NOT NULL,
  store_id integer NOT NULL,
  shipping_method text,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  look_again_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_ref text,
  exported_at timestamptz,
  exported_goods_hash uuid,
  change_pending boolean NOT NULL DEFAULT false,
  PRIMARY KEY (connection_id, external_id)
);
CREATE TABLE order_lines (
  connection_id integer NOT NULL,
  order_id text NOT NULL,
  external_id text NOT NULL,
  position smallint,
  sku text NOT NULL,
  variant_id text,
  title text,
  quantity integer NOT NULL,
  cancelled_quantity integer,
  fulfilled_quantity integer,
  unit_price bigint,
  total bigint,
  tax_rate numeric,
  tax_amount bigint,
  discount_amount bigint,
  PRIMARY KEY (connection_id, order_id, external_id)
);

CREATE INDEX variants_sku ON variants (connection_id, sku);
CREATE INDEX variants_product ON variants (connection_id, product_id);
CREATE INDEX stock_levels_sku ON stock_levels (connection_id, sku);
CREATE INDEX orders_seq ON orders (store_id, seq);
CREATE INDEX orders_number ON orders (store_id, number);
CREATE INDEX orders_ref ON orders (store_id, cust_ref);
CREATE INDEX orders_held ON orders (connection_id, look_again_at) WHERE intake = 'Held';
CREATE INDEX orders_rejected ON orders (connection_id, intake_reason) WHERE intake = 'Rejected';
CREATE INDEX orders_open ON orders (connection_id, external_id) WHERE intake = 'Accepted' AND state = 'Open';
CREATE INDEX products_seq ON products (connection_id, seq);

CREATE TABLE shipments (
  id text PRIMARY KEY,
  store_id integer NOT NULL,
  connection_id integer NOT NULL,
  order_id text NOT NULL,
  carrier text,
  tracking_code text,
  tracking_url text,
  lines jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  confirmed_at timestamptz,
  store_shipment_id text,
  seq bigint NOT NULL DEFAULT nextval('change_seq')
);
CREATE INDEX shipments_order ON shipments (connection_id, order_id);
CREATE INDEX shipments_seq ON shipments (store_id, seq);

CREATE TABLE stock_targets (
  store_id integer NOT NULL,
  sku text NOT NULL,
  location text NOT NULL,
  quantity integer NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, sku, location)
);

CREATE TABLE outbox (
  connection_id integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  subject text NOT NULL,
  payload jsonb NOT NULL,
  state text NOT NULL DEFAULT 'Pending',
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  not_before timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  done_at timestamptz,
  external_id text,
  reason text,
  message text,
  held_request jsonb,
  PRIMARY KEY (connection_id, id)
);
CREATE INDEX outbox_open ON outbox (connection_id, kind, id) WHERE state IN ('Pending', 'Sent');
CREATE UNIQUE INDEX outbox_stock_pending ON outbox (connection_id, subject) WHERE kind = 'stock' AND state = 'Pending';

CREATE TABLE runs (
  id text PRIMARY KEY,
  connection_id integer NOT NULL,
  feed text NOT NULL,
  feed_type text NOT NULL,
  trigger text NOT NULL,
  holder text NOT NULL,
  dry_run boolean NOT NULL DEFAULT false,
  lease_until timestamptz NOT NULL,
  sequence integer NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  result text NOT NULL DEFAULT 'Running',
  read integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  problems integer NOT NULL DEFAULT 0,
  message text
);
CREATE INDEX runs_feed ON runs (connection_id, feed_type, started_at DESC);
CREATE UNIQUE INDEX runs_running ON runs (connection_id, feed_type) WHERE result = 'Running';

CREATE TABLE checkpoints (
  connection_id integer NOT NULL,
  feed_type text NOT NULL,
  value jsonb NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, feed_type)
);
CREATE TABLE checkpoint_history (
  connection_id integer NOT NULL,
  feed_type text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  value jsonb NOT NULL,
  run_id text NOT NULL,
  PRIMARY KEY (connection_id, feed_type, saved_at, run_id)
);

CREATE TABLE problems (
  connection_id integer NOT NULL,
  feed_type text NOT NULL,
  record text NOT NULL,
  reason text NOT NULL,
  severity text NOT NULL,
  message text NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  count integer NOT NULL DEFAULT 1,
  resolved_at timestamptz,
  PRIMARY KEY (connection_id, feed_type, record, reason)
);
CREATE INDEX problems_open ON problems (connection_id, feed_type, severity) WHERE resolved_at IS NULL;

CREATE TABLE deliveries (
  id text PRIMARY KEY,
  store_id integer NOT NULL,
  endpoint text NOT NULL,
  event text NOT NULL,
  connection_id integer NOT NULL,
  order_id text NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  created_at timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'Pending',
  claimed_until timestamptz,
  delivered_at timestamptz,
  last_status integer,
  last_error text
);
CREATE INDEX deliveries_pending ON deliveries (next_attempt_at) WHERE state = 'Pending';
CREATE INDEX deliveries_order ON deliveries (connection_id, order_id, endpoint, seq);
CREATE INDEX deliveries_endpoint ON deliveries (store_id, endpoint, state, seq);

CREATE TABLE hints (
  connection_id integer NOT NULL,
  feed_type text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, feed_type)
);

CREATE TABLE idempotency_keys (
  store_id integer NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  status integer,
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);
`;
