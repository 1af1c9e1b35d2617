import { TABLES } from '../../model/tables.ts';

/** Where a batch lands before it is merged: one temporary table a record table, emptied at each commit. */
export const stagingTable = (table: string): string => `stage_${table}`;

/** Filled while merging: what changed, what an order was before, why an order is rejected. */
const WORK_TABLES = `
CREATE TEMP TABLE IF NOT EXISTS stage_changed (external_id text, inserted boolean) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_previous (external_id text, intake text, state text, payment_state text, fulfilment_state text, standing jsonb, change_pending boolean, change_digest uuid) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_changes (external_id text, differs boolean, digest uuid, content jsonb, stop text) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_credits (order_id text, kind text) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_rejections (order_id text, reason text, message text) ON COMMIT DELETE ROWS;
`;

/**
 * Run once a session. ON COMMIT DELETE ROWS truncates without leaving dead rows, and costs nothing in a transaction
 * that touched no temporary table (hub/pods/direct-copy.ts).
 */
export function stagingSetup(): string {
  return (
    WORK_TABLES +
    Object.values(TABLES)
      .map(
        (table) =>
          `CREATE TEMP TABLE IF NOT EXISTS ${stagingTable(table.name)} (${Object.entries(table.columns)
            .map(([column, type]) => `${column} ${type}`)
            .join(', ')}) ON COMMIT DELETE ROWS;`,
      )
      .join('\n')
  );
}
