import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { notFound } from '../base/errors.ts';
import { dismissReason } from '../outbox/dismiss.ts';
import { replayReason } from '../outbox/replay.ts';
import type { Queryable } from '../storage/database.ts';
import {
  decodeCursor,
  encodeCursor,
  opaquePage,
  opaquePageQuery,
  storeOf,
  storesOf,
  text,
  type App,
} from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { dismissView, groupView, payloadView, problemView, replayView } from '../../model/rest/problems.ts';
import { remedyOf } from '../problems/remedies.ts';

const security = [{ developerKey: [] }];
const tags = ['problems'];

const listQuery = opaquePageQuery.extend({
  severity: z.enum(['Info', 'Retry', 'Error']).optional(),
  reason: text(64).optional(),
  record: text(253).optional().meta({ description: 'Of one record: by its number, or its id.' }),
  resolved: z.enum(['true', 'false']).default('false'),
  group: z
    .enum(['reason'])
    .optional()
    .meta({ description: 'reason: one item for each reason, worst and most frequent first, on one page.' }),
});
type ListQuery = z.infer<typeof listQuery>;

const dismissBody = z.object({
  reason: text(64),
  record: text(253).optional().meta({ description: 'One record alone: its number, or its id.' }),
  connection: text(507).optional().meta({ description: 'Of one connection alone: namespace/name.' }),
  note: text(500).meta({
    description: 'Who has dealt with it, and how. Shown to people of the Store; erased with the person of an order.',
  }),
  dryRun: z.boolean().default(false).meta({ description: 'true: say how many, do nothing.' }),
});

/** first_seen_at never changes: a problem that is seen again keeps its place, and no page skips or repeats one. */
const cursorShape = z.tuple([z.int(), z.int()]);

export function problemRoutes(app: App, hub: HubContext): void {
  app.get(
    '/problems',
    {
      schema: {
        tags,
        security,
        summary: 'What needs somebody, newest first; or counted by reason',
        querystring: listQuery,
        response: { 200: z.union([opaquePage(problemView), opaquePage(groupView)]) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      return request.query.group
        ? { items: await grouped(hub.db, stores, request.query), nextCursor: null }
        : listed(hub.db, stores, request.query);
    },
  );

  app.get(
    '/problems/payload',
    {
      schema: {
        tags,
        security,
        summary: 'The record as the shop gave it, personal data taken out',
        querystring: z.object({
          connection: text(507).meta({ description: 'namespace/name' }),
          feed: text(64),
          record: text(253),
          reason: text(64),
        }),
        response: { 200: payloadView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { connection, feed, record, reason } = request.query;
      const [row] = await hub.db.query<{ payload: string; at: string }>(
        `SELECT q.payload, q.at FROM quarantine q JOIN connections c ON c.id = q.connection_id
       WHERE c.store_id = $1 AND c.namespace || '/' || c.name = $2 AND q.feed_type = $3 AND q.record = $4 AND q.reason = $5`,
        [store.id, connection, feed, record, reason],
      );
      if (!row)
        throw notFound(
          'a payload of this problem',
          'no payload was kept: the problem has none, is resolved, is over 30 days old, or was displaced by 1,000 newer ones',
        );
      return row;
    },
  );

  app.post(
    '/problems/replay',
    {
      schema: {
        tags,
        security,
        summary: 'Try again all that failed for a reason: rejected orders, refused writes, dead letters',
        body: z.object({
          reason: text(64),
          dryRun: z.boolean().default(false).meta({ description: 'true: say how many, do nothing.' }),
        }),
        response: { 200: replayView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { reason, dryRun } = request.body;
      return once(hub.db, store.id, request, async (tx) => ({
        ...(await replayReason(tx, hub, store.id, reason, dryRun)),
        dryRun,
      }));
    },
  );

  app.post(
    '/problems/dismiss',
    {
      schema: {
        tags,
        security,
        summary: 'Say that somebody has dealt with what cannot be mended: it is done with, and counted no more',
        description:
          'Rejected orders are skipped (`Dismissed`), refused writes and dead letters are not sent, other problems are resolved. What is being tried again just now stays. What happens anew is a problem again.',
        body: dismissBody,
        response: { 200: dismissView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { dryRun, ...what } = request.body;
      return once(hub.db, store.id, request, async (tx) => ({
        ...(await dismissReason(tx, { ...what, storeId: store.id, requestId: request.id }, dryRun)),
        dryRun,
      }));
    },
  );
}

/**
 * Those of the Stores' connections and their own: two ways, an index for each; with OR all Stores' problems would be
 * read.
 */
const SOURCE = `(SELECT p.*, own.store_id AS of_store FROM connections own JOIN problems p ON p.connection_id = own.id WHERE own.store_id = ANY($1::int[])
  UNION ALL SELECT *, store_id FROM problems WHERE store_id = ANY($1::int[])) p
  JOIN stores o ON o.id = p.of_store LEFT JOIN connections c ON c.id = p.connection_id`;
const CHOSEN = `($2::text IS NULL OR p.severity = $2) AND ($3::text IS NULL OR p.reason = $3) AND (p.resolved_at IS NOT NULL) = $4
  AND ($5::text IS NULL OR p.number = $5 OR p.record = $5)`;
const CONNECTION = `c.namespace || '/' || c.name`;
const STORE = `o.namespace || '/' || o.name`;
const chosen = (stores: readonly number[], query: ListQuery): unknown[] => [
  stores,
  query.severity ?? null,
  query.reason ?? null,
  query.resolved === 'true',
  query.record ?? null,
];

async function listed(
  db: Queryable,
  stores: readonly number[],
  query: ListQuery,
): Promise<{ items: z.infer<typeof problemView>[]; nextCursor: string | null }> {
  const after = decodeCursor(query.after, cursorShape);
  const rows = await db.query<z.infer<typeof problemView> & { micros: number; id: number }>(
    `SELECT * FROM (
       SELECT ${STORE} AS store, ${CONNECTION} AS connection, p.feed_type AS feed, p.severity, p.reason, p.kind, p.record, p.number, p.message,
         p.first_seen_at AS "firstSeenAt", p.last_seen_at AS "lastSeenAt", p.count, p.resolved_at AS "resolvedAt", p.note,
         q.record IS NOT NULL AS payload, p.id, (extract(epoch FROM p.first_seen_at) * 1000000)::bigint AS micros
       FROM ${SOURCE}
       LEFT JOIN quarantine q ON (q.connection_id, q.feed_type, q.record, q.reason) = (p.connection_id, p.feed_type, p.record, p.reason) WHERE ${CHOSEN}) found
     WHERE $6::bigint IS NULL OR (micros, id) < ($6, $7::bigint)
     ORDER BY micros DESC, id DESC LIMIT $8`,
    [...chosen(stores, query), ...(after ?? [null, null]), query.limit],
  );
  const last = rows.length === query.limit ? rows.at(-1) : undefined;
  return { items: rows, nextCursor: last ? encodeCursor([last.micros, last.id]) : null };
}

async function grouped(
  db: Queryable,
  stores: readonly number[],
  query: ListQuery,
): Promise<z.infer<typeof groupView>[]> {
  const rows = await db.query<
    Omit<z.infer<typeof groupView>, 'remedy'> & { own: string | null } & Record<string, unknown>
  >(
    `SELECT p.reason, p.severity, count(*) AS count, max(p.last_seen_at) AS newest,
       (array_agg(jsonb_build_object('store', ${STORE}, 'connection', ${CONNECTION}, 'record', p.record, 'number', p.number, 'message', p.message) ORDER BY p.last_seen_at DESC))[1] AS sample,
       max(c.remedies->>p.reason) AS own
     FROM ${SOURCE} WHERE ${CHOSEN}
     GROUP BY p.reason, p.severity ORDER BY array_position(ARRAY['Error', 'Retry', 'Info'], p.severity), count(*) DESC, p.reason`,
    chosen(stores, query),
  );
  return rows.map(({ own, ...row }) => ({
    ...row,
    remedy: remedyOf(row.reason, own === null ? undefined : { [row.reason]: own }),
  }));
}
