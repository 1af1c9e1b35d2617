import { FEEDS, keyOf, type ExportType, type WriteOf } from '../../model/feeds.ts';
import type { HubContext } from '../base/context.ts';
import { hint } from '../runs/hints.ts';
import type { Transaction } from '../storage/database.ts';

/** Something to be written to a store: what a feed's definition calls one of its writes. */
export interface NewWrite<F extends ExportType = ExportType> {
  readonly connectionId: number;
  readonly feed: F;
  readonly write: WriteOf<F>;
}

/** What queueing needs of the hub: the pod is told at once. */
export type WakesPods = Pick<HubContext, 'wakePod'>;

/**
 * Queues writes, in this order, and asks the pods to take them. The only place that does. Where the last word counts,
 * one that waits already is replaced, and starts anew; `keep` leaves it as it is.
 */
export async function queueWrites<F extends ExportType>(
  tx: Transaction,
  hub: WakesPods,
  writes: readonly NewWrite<F>[],
  waiting: 'replace' | 'keep' = 'replace',
): Promise<void> {
  if (writes.length === 0) return;
  const replaced =
    'UPDATE SET payload = EXCLUDED.payload, attempts = 0, failures = 0, not_before = now(), passed = false';
  await tx.query(
    `INSERT INTO outbox AS o (connection_id, kind, subject, payload, supersedes)
     SELECT w.connection_id, w.kind, w.subject, w.payload, w.supersedes
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (connection_id int, kind text, subject text, payload jsonb, supersedes boolean)) WITH ORDINALITY AS w
     ORDER BY w.ordinality
     ON CONFLICT (connection_id, kind, subject) WHERE supersedes AND state = 'Pending' DO ${waiting === 'replace' ? replaced : 'NOTHING'}`,
    [JSON.stringify(writes.map(rowOf))],
  );
  await askForExport(tx, hub, writes);
}

function rowOf<F extends ExportType>({ connectionId, feed, write }: NewWrite<F>) {
  const { kind, supersedes } = FEEDS[feed];
  return { connection_id: connectionId, kind, subject: keyOf(feed, write), payload: write, supersedes };
}

/** Asks the pod of each connection to run the export that takes these writes. */
export async function askForExport(
  tx: Transaction,
  hub: WakesPods,
  writes: readonly Pick<NewWrite, 'connectionId' | 'feed'>[],
): Promise<void> {
  const asked = new Map(writes.map(({ connectionId, feed }) => [`${connectionId}/${feed}`, { connectionId, feed }]));
  for (const { connectionId, feed } of asked.values()) {
    await hint(tx, connectionId, feed);
    tx.afterCommit(() => hub.wakePod(connectionId));
  }
}
