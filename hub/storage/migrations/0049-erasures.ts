/**
 * Persons whose erasure was asked for at the shop, of orders that are still open, or not here yet: the person goes once
 * the order is closed. Frozen: a later change is a later migration.
 */
export const erasures = `
CREATE TABLE erasures (
  connection_id integer NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
  order_id text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, order_id)
);
`;
