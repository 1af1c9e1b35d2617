import type { FeedType } from '../../model/feeds.ts';
import type { OutboxKind } from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { hint } from '../runs/hints.ts';
import type { Transaction } from '../storage/database.ts';

/** The feed that takes writes of a kind to the store. */
export const FEED_OF: Readonly<Record<OutboxKind, FeedType>> = { shipment: 'ShipmentExport', stock: 'StockExport' };

/** Something to be written to a store. */
export interface NewWrite {
  readonly connectionId: number;
  readonly kind: OutboxKind;
  /** What it is about: the external id of an order, a variant at a location of a level (model/subjects.ts). Writes of one subject go out in order. */
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What queueing needs of the hub: the pod is told at once. */
export type WakesPods = Pick<HubContext, 'wakePod'>;

/**
 * Queues writes, in this order, and asks the pods to take them. The only place that does. For a stock level that waits
 * already the last word counts: it is replaced, and starts anew; `keep` leaves it as it is.
 */
export async function queueWrites(tx: Transaction, hub: WakesPods, writes: readonly NewWrite[], waiting: 'replace' | 'keep' = 'replace'): Promise<void> {
  if (writes.length === 0) return;
  const replaced = 'UPDATE SET payload = EXCLUDED.payload, attempts = 0, failures = 0, not_before = now(), passed = false';
  await tx.query(
    `INSERT INTO outbox AS o (connection_id, kind, subject, payload)
     SELECT w.connection_id, w.kind, w.subject, w.payload
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (connection_id int, kind text, subject text, payload jsonb)) WITH ORDINALITY AS w
     ORDER BY w.ordinality
     ON CONFLICT (connection_id, subject) WHERE kind = 'stock' AND state = 'Pending' DO ${waiting === 'replace' ? replaced : 'NOTHING'}`,
    [JSON.stringify(writes.map(({ connectionId, ...write }) => ({ connection_id: connectionId, ...write })))],
  );
  await askForExport(tx, hub, writes);
}

/** Asks the pod of each connection to run the export that takes these writes. */
export async function askForExport(tx: Transaction, hub: WakesPods, writes: readonly Pick<NewWrite, 'connectionId' | 'kind'>[]): Promise<void> {
  const feeds = new Map(writes.map(({ connectionId, kind }) => [`${connectionId}/${kind}`, { connectionId, feed: FEED_OF[kind] }]));
  for (const { connectionId, feed } of feeds.values()) {
    await hint(tx, connectionId, feed);
    tx.afterCommit(() => hub.wakePod(connectionId));
  }
}
