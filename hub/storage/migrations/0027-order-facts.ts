/**
 * What an order can be beside its plain columns (model/order-facts.ts), the kind of each line, and refunds, returns and
 * cancellations with a position of their own for lists (decision 0011). Frozen: a later change is a later migration.
 */
export const orderFacts = `
ALTER TABLE orders ADD COLUMN deliveries smallint DEFAULT 0, ADD COLUMN facts jsonb, ADD COLUMN standing jsonb, ADD COLUMN payment_kind text;
ALTER TABLE order_lines ADD COLUMN kind text DEFAULT '', ADD COLUMN facts jsonb;
CREATE INDEX orders_completed ON orders (connection_id, look_again_at) WHERE intake = 'Accepted' AND state = 'Completed' AND look_again_at IS NOT NULL;
UPDATE orders SET look_again_at = now() WHERE intake = 'Rejected' AND intake_reason = 'Unreadable';
UPDATE orders SET look_again_at = now() WHERE intake = 'Accepted' AND state = 'Completed' AND placed_at > now() - interval '30 days';
CREATE TABLE order_credits (
  connection_id integer NOT NULL DEFAULT current_setting('supercargo.connection_id')::integer,
  store_id integer NOT NULL DEFAULT current_setting('supercargo.store_id')::integer,
  order_id text NOT NULL,
  kind text NOT NULL,
  external_id text NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL,
  amount bigint,
  shipping_amount bigint,
  reason text,
  restocked boolean,
  lines jsonb NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('change_seq'),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, order_id, kind, external_id)
);
CREATE INDEX order_credits_seq ON order_credits (store_id, kind, seq);
CREATE TRIGGER order_credits_position BEFORE INSERT OR UPDATE OF seq ON order_credits FOR EACH STATEMENT
  WHEN (coalesce(current_setting('supercargo.position', true), '') = '') EXECUTE FUNCTION hold_position();
`;
