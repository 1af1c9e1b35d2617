/**
 * A change after export keeps what the shop has now, so that the back office sees it before it decides and has it at
 * once when it accepts; what was decided is remembered for that content. `stop`: why the order must not be shipped as
 * things stand.
 */
export const changes = `
ALTER TABLE orders ADD COLUMN pending_change jsonb, ADD COLUMN change_digest uuid, ADD COLUMN settled_digest uuid,
  ADD COLUMN change_accepted_at timestamptz, ADD COLUMN stop text, ADD COLUMN stop_waived boolean NOT NULL DEFAULT false;
`;
