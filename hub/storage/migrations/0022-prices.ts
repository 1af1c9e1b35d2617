/**
 * Prices on their way to stores: the last one that each store confirmed, and which exports a connection has a Feed for,
 * so that nothing is queued that nobody would take. Frozen: a later change is a later migration.
 */
export const prices = `
ALTER TABLE connections ADD COLUMN exports text[] NOT NULL DEFAULT '{}';
CREATE TABLE written_prices (
  connection_id integer NOT NULL,
  variant_id text NOT NULL,
  price bigint NOT NULL,
  currency text NOT NULL,
  includes_tax boolean NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection_id, variant_id)
);
`;
