import { z } from 'zod';
import type { Checkpoint } from '../../model/batch.ts';
import { FEED_TYPES } from '../../model/feeds.ts';
import { runView } from '../../model/rest/runs.ts';
import { checkpointView as viewOf } from '../runs/checkpoint-view.ts';
import type { HubContext } from '../base/context.ts';
import { decodeCursor, encodeCursor, opaquePage, opaquePageQuery, storesOf, text, type App } from '../http/app.ts';

const security = [{ developerKey: [] }];
const tags = ['operations'];

const savedView = z.object({
  position: z.string().nullable().meta({ description: 'How far the feed has read, for people.' }),
  token: z.string().meta({ description: 'Digest of the cursor: equal digests, equal cursors.' }),
  savedAt: z.string(),
});
const checkpointView = z.object({
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  feedType: z.string(),
  current: savedView.extend({ ageSeconds: z.number() }),
  history: z
    .array(savedView.extend({ runId: z.string() }))
    .meta({ description: 'Newest first, the last ten; one for each run that moved it.' }),
});
const feedQuery = {
  feed: z.enum(FEED_TYPES).optional().meta({ description: 'Type of the feed.' }),
  connection: text(507).optional().meta({ description: 'namespace/name' }),
};

export function runRoutes(app: App, hub: HubContext): void {
  app.get(
    '/runs',
    {
      schema: {
        tags,
        security,
        summary: 'Runs of feeds with their results, newest first (the last 200 of each feed)',
        querystring: opaquePageQuery.extend(feedQuery),
        response: { 200: opaquePage(runView) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      const { feed, connection, limit } = request.query;
      const after = decodeCursor(request.query.after, z.tuple([z.int(), text(64)]));
      const rows = await hub.db.query<z.infer<typeof runView> & { micros: number }>(
        `SELECT * FROM (
         SELECT r.id, o.namespace || '/' || o.name AS store, c.namespace || '/' || c.name AS connection, r.feed, r.feed_type AS "feedType", r.trigger, r.dry_run AS "dryRun", r.result, r.started_at AS "startedAt", r.finished_at AS "finishedAt",
           r.read, r.changed, r.problems, r.message, r.goes_on_at AS "goesOnAt", r.repeats, r.repeats_since AS "repeatsSince", (extract(epoch FROM r.started_at) * 1000000)::bigint AS micros
         FROM runs r JOIN connections c ON c.id = r.connection_id JOIN stores o ON o.id = c.store_id
         WHERE c.store_id = ANY($1::int[]) AND ($2::text IS NULL OR r.feed_type = $2) AND ($3::text IS NULL OR c.namespace || '/' || c.name = $3)) found
       WHERE $4::bigint IS NULL OR (micros, id) < ($4, $5::text) ORDER BY micros DESC, id DESC LIMIT $6`,
        [stores, feed ?? null, connection ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
      );
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { items: rows, nextCursor: last ? encodeCursor([last.micros, last.id]) : null };
    },
  );

  app.get(
    '/checkpoints',
    {
      schema: {
        tags,
        security,
        summary: 'How far each feed has read, and the last ten places before',
        querystring: z.object(feedQuery),
        response: { 200: z.object({ items: z.array(checkpointView) }) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      const rows = await hub.db.query<CheckpointRow>(
        `SELECT o.namespace || '/' || o.name AS store, c.namespace || '/' || c.name AS connection, p.feed_type AS "feedType", p.value, p.saved_at AS "savedAt", greatest(0, extract(epoch FROM now() - p.saved_at))::float8 AS "ageSeconds",
         coalesce((SELECT jsonb_agg(jsonb_build_object('value', h.value, 'runId', h.run_id, 'savedAt', to_char(h.saved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY h.saved_at DESC)
           FROM checkpoint_history h WHERE h.connection_id = p.connection_id AND h.feed_type = p.feed_type), '[]') AS history
       FROM checkpoints p JOIN connections c ON c.id = p.connection_id JOIN stores o ON o.id = c.store_id
       WHERE c.store_id = ANY($1::int[]) AND ($2::text IS NULL OR p.feed_type = $2) AND ($3::text IS NULL OR c.namespace || '/' || c.name = $3) ORDER BY 2, 3`,
        [stores, request.query.feed ?? null, request.query.connection ?? null],
      );
      return {
        items: rows.map(({ store, connection, feedType, ageSeconds, history, ...current }) => ({
          store,
          connection,
          feedType,
          current: { ...saved(current), ageSeconds: Math.round(ageSeconds) },
          history: history.slice(0, 10).map((entry) => ({ ...saved(entry), runId: entry.runId })),
        })),
      };
    },
  );
}

interface Saved {
  readonly value: Checkpoint;
  readonly savedAt: string;
}

interface CheckpointRow extends Saved, Record<string, unknown> {
  readonly store: string;
  readonly connection: string;
  readonly feedType: string;
  readonly ageSeconds: number;
  readonly history: readonly (Saved & { readonly runId: string })[];
}

function saved({ value, savedAt }: Saved): z.infer<typeof savedView> {
  const { position = null, token } = viewOf(value);
  return { position, token, savedAt };
}
