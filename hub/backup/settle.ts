import { raise } from '../problems/problems.ts';
import type { Queryable } from '../storage/database.ts';
import { readOwner } from '../storage/owner.ts';

/** Of what was there before a restore and is newer than any backup. */
export interface Kept {
  /** Where the numbers of changes stood; undefined where there were none. */
  readonly lastChange: string | undefined;
  /** Whose the database was; undefined: nobody's. */
  readonly owner: string | undefined;
  /** Rows of token_vault. */
  readonly tokens: readonly unknown[];
}

/**
 * Ids are in the back office's hands ("5.o-1"): one that was given out after the backup must not come to mean another
 * connection.
 */
const IDS_LEFT_OUT = 1000;

const STOCK_FORGOTTEN =
  'the hub was restored from a backup: it knows neither what the back office set since nor what the store has. Post all stock levels again (POST /api/v1/stock)';

const NOT_SENT = 'the hub was restored from a backup: a newer one may have been sent since. Post it again';

/**
 * What a restore makes of each table, since the database is older than the shop and the back office. What only the shop
 * knows is read again from the checkpoints on; nothing that is old is sent over something newer; nothing of the
 * processes of then lives on. Shipments that wait stay: the driver reads at the store before it writes.
 */
const STATEMENTS: readonly string[] = [
  // Every number to come is above every position that a list has given out, whatever the backup says (as decision
  // 0011).
  // Open orders come again in the lists: the back office may have seen a later state of them than the hub now knows.
  `UPDATE orders o SET seq = n.seq FROM (SELECT connection_id, external_id, nextval('change_seq') AS seq FROM
     (SELECT connection_id, external_id FROM orders WHERE intake = 'Accepted' AND state = 'Open' ORDER BY seq) open) n
   WHERE o.connection_id = n.connection_id AND o.external_id = n.external_id`,
  `UPDATE order_credits t SET seq = nextval('change_seq') FROM orders o
   WHERE o.connection_id = t.connection_id AND o.external_id = t.order_id AND o.intake = 'Accepted' AND o.state = 'Open'`,
  `SELECT setval(pg_get_serial_sequence(name, 'id'), nextval(pg_get_serial_sequence(name, 'id')) + ${IDS_LEFT_OUT}) FROM unnest(ARRAY['stores', 'connections']) AS name`,

  // Stock: the newest level counts, and that is not the backup's. Refused ones too: a replay would send them.
  `UPDATE outbox SET state = 'Superseded', done_at = now(), held_request = NULL, reason = 'StockForgotten', message = '${STOCK_FORGOTTEN}' WHERE kind = 'stock' AND state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected')`,
  `DELETE FROM stock_targets`,
  // The same of whatever else the last word counts for (prices): what waited then is not sent over something newer.
  `UPDATE outbox SET state = 'Superseded', done_at = now(), held_request = NULL, reason = 'RestoredFromBackup', message = '${NOT_SENT}'
   WHERE supersedes AND kind <> 'stock' AND state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected')`,
  `DELETE FROM written_prices`,
  // Unknown, until the next StockImport has read all of it: else a level would be called unchanged that is not.
  `UPDATE stock_levels SET on_hand = NULL, allocated = NULL, available = NULL, sent = NULL, sent_at = NULL, sent_seq = NULL, hash = '00000000-0000-0000-0000-000000000000'`,
  // All that were reading read on at once.
  `DELETE FROM hints`,
  `INSERT INTO hints (connection_id, feed_type) SELECT connection_id, feed_type FROM checkpoints
   UNION SELECT connection_id, 'ShipmentExport' FROM outbox WHERE kind = 'shipment' AND state IN ('Pending', 'Sent')`,
  `DELETE FROM checkpoints WHERE feed_type IN ('StockImport', 'StockCheck')`,

  // Feeds read on from where the backup is. The place within a run is of then: its pages have moved.
  `UPDATE checkpoints SET value = value - 'run' WHERE value ? 'run'`,
  `UPDATE runs SET result = 'Failed', finished_at = now(), message = 'the hub was restored from a backup' WHERE result = 'Running'`,
  `DELETE FROM inbound_hooks`,
  // Pods tell the hub again who they are. What polling finds now was no lost webhook.
  `UPDATE connections SET registered = false, budget = NULL, hooks_since = CASE WHEN hooks_since IS NOT NULL THEN now() END`,
  // With the ids that they had: who has had one knows it by that.
  `UPDATE deliveries SET claimed_until = NULL WHERE claimed_until IS NOT NULL`,
  // The store's answer to an earlier attempt was lost or not: either way it is looked at there first.
  `UPDATE outbox SET not_before = now() WHERE kind = 'shipment' AND state IN ('Pending', 'Sent')`,
];

/** In the restore's transaction, with the newest schema. `epoch`: an id that no database had. */
export async function settle(tx: Queryable, epoch: string, kept: Kept): Promise<void> {
  await tx.query(
    `SELECT setval('change_seq', greatest((SELECT last_value FROM change_seq), coalesce($1::bigint, 0), floor(extract(epoch FROM clock_timestamp()) * 10000)::bigint))`,
    [kept.lastChange ?? null],
  );
  const withStock = await tx.query<{ id: number }>(
    `SELECT id FROM stores s WHERE EXISTS (SELECT 1 FROM stock_targets t WHERE t.store_id = s.id)
       OR EXISTS (SELECT 1 FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE c.store_id = s.id AND o.kind = 'stock')`,
  );
  for (const { id } of withStock)
    await raise(tx, { store: id }, [
      { kind: 'record', id: 'stock', reason: 'StockForgotten', severity: 'Error', message: STOCK_FORGOTTEN },
    ]);
  for (const statement of STATEMENTS) await tx.query(statement);
  // A platform that rotates tokens has made the older ones invalid.
  await tx.query(
    `INSERT INTO token_vault AS v SELECT k.* FROM jsonb_populate_recordset(NULL::token_vault, $1::jsonb) AS k
     ON CONFLICT (namespace, credential) DO UPDATE SET version = EXCLUDED.version, ciphertext = EXCLUDED.ciphertext, access_expires_at = EXCLUDED.access_expires_at,
       refresh_expires_at = EXCLUDED.refresh_expires_at, updated_at = EXCLUDED.updated_at WHERE EXCLUDED.updated_at > v.updated_at`,
    [JSON.stringify(kept.tokens)],
  );
  // Whose it is, is not the backup's to say: it may be of another cluster.
  await tx.query('DELETE FROM database_owner');
  if (kept.owner !== undefined) await tx.query('INSERT INTO database_owner (owner) VALUES ($1)', [kept.owner]);
  await tx.query('UPDATE database_epoch SET id = $1, since = now()', [epoch]);
}

/** Before a restore takes it away. */
export async function keepOf(db: Queryable): Promise<Kept> {
  const [there] = await db.query<{ changes: boolean; tokens: boolean; owner: boolean }>(
    `SELECT to_regclass('change_seq') IS NOT NULL AS changes, to_regclass('token_vault') IS NOT NULL AS tokens, to_regclass('database_owner') IS NOT NULL AS owner`,
  );
  const [change] = there!.changes
    ? await db.query<{ last: string }>('SELECT last_value::text AS last FROM change_seq')
    : [];
  const tokens = there!.tokens
    ? await db.query<{ token: unknown }>('SELECT to_jsonb(t) AS token FROM token_vault t')
    : [];
  const owner = there!.owner ? await readOwner(db) : undefined;
  return { lastChange: change?.last, owner, tokens: tokens.map(({ token }) => token) };
}
