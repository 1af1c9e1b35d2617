import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BadBatch, BATCH_CONTENT_TYPE, decodeBatch } from '../../model/batch.ts';
import { FEED_TYPES, REREAD_TYPES } from '../../model/feeds.ts';
import * as api from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { badRequest, HttpError } from '../base/errors.ts';
import { EXPORT_EFFECTS } from '../exports/effects.ts';
import type { App } from '../http/app.ts';
import { podOf } from '../http/caller.ts';
import { unstorableAt } from '../storage/storable.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { refuseBadRow } from './bad-row.ts';
import { applyBatch } from './batches.ts';
import type { Hints } from '../runs/hints.ts';
import { openRecords } from '../orders/open-records.ts';
import { claimOutbox, recordResults } from '../outbox/outbox.ts';
import { replayOrders } from '../outbox/replay.ts';
import { quietRun } from '../runs/quiet.ts';
import { finishRun, heartbeat, startRun } from '../runs/runs.ts';
import { KnownConnections } from './known-connections.ts';
import { openSession, requireConnection } from './sessions.ts';
import { storeSideRoutes } from './store-side-routes.ts';
import { feedSummary } from '../runs/feed-summary.ts';

const LONG_POLL_MS = 25_000;
const MAX_BATCH_BYTES = 32 * 1024 * 1024;
const runId = z.object({ id: z.string().min(1).max(64) });
const done = z.object({});

/** The pods' side of the hub. A pod can do nothing but to its own connection: that is who its token says it is. */
export function syncRoutes(app: App, hub: HubContext, hints: Hints): void {
  app.addContentTypeParser(
    BATCH_CONTENT_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_BATCH_BYTES },
    (_request, body, callback) => callback(null, body),
  );
  app.addHook('preValidation', async ({ body }) => {
    const at = Buffer.isBuffer(body) ? undefined : unstorableAt(body);
    if (at !== undefined)
      throw badRequest(
        'InvalidRequest',
        `body${at}: holds NUL, half of a surrogate pair, or too many levels: leave it out`,
      );
  });
  const connection = (request: FastifyRequest): Promise<ConnectionRow> => requireConnection(hub.db, podOf(request));
  const known = new KnownConnections(hub.db, hub.clock);

  app.post('/session', { schema: { body: api.sessionRequest, response: { 200: api.sessionAnswer } } }, (request) => {
    known.forget(podOf(request));
    return openSession(hub, podOf(request), request.body);
  });
  app.post('/runs', { schema: { body: api.startRunRequest, response: { 200: api.startRunAnswer } } }, (request) =>
    known.with(podOf(request), (own) => startRun(hub, own, request.body)),
  );
  app.post(
    '/quiet-runs',
    { schema: { body: api.quietRunRequest, response: { 200: api.quietRunAnswer } } },
    async (request) => ({ summary: await known.with(podOf(request), (own) => quietRun(hub, own, request.body)) }),
  );
  app.post('/runs/:id/heartbeat', { schema: { params: runId, response: { 200: done } } }, async (request) => {
    await known.with(podOf(request), (own) => heartbeat(hub, own, request.params.id));
    return {};
  });
  app.post('/runs/:id/batches', { schema: { params: runId, response: { 200: api.batchAnswer } } }, async (request) =>
    applyBatch(hub, await connection(request), request.params.id, batchOf(request.body)).catch(refuseBadRow),
  );
  app.post(
    '/runs/:id/finish',
    { schema: { params: runId, body: api.finishRunRequest, response: { 200: api.finishRunAnswer } } },
    async (request) => ({
      summary: await known
        .with(podOf(request), (own) => finishRun(hub, own, request.params.id, request.body))
        .catch(refuseBadRow),
    }),
  );
  app.get(
    '/open-records',
    {
      schema: {
        querystring: z.object({ feed: z.enum(REREAD_TYPES), after: z.string().default('') }),
        response: { 200: z.object({ ids: z.array(z.string()) }) },
      },
    },
    async (request) => ({
      ids: await openRecords(hub.db, (await connection(request)).id, request.query.feed, request.query.after),
    }),
  );
  app.get(
    '/feeds/:feed/summary',
    { schema: { params: z.object({ feed: z.enum(FEED_TYPES) }), response: { 200: api.feedSummary } } },
    async (request) => feedSummary(hub.db, (await connection(request)).id, request.params.feed),
  );
  app.post('/replay', { schema: { body: api.replayRequest, response: { 200: api.replayAnswer } } }, async (request) => {
    const own = await connection(request);
    return hub.db.transaction((tx) => replayOrders(tx, hub, [own], request.body.reason, request.body.dryRun === true));
  });
  app.post(
    '/outbox/claim',
    { schema: { body: api.outboxClaimRequest, response: { 200: api.outboxClaim } } },
    async (request) => claimOutbox(hub, await connection(request), EXPORT_EFFECTS, request.body),
  );
  app.post('/outbox/results', { schema: { body: api.outboxResults, response: { 200: done } } }, async (request) => {
    await recordResults(hub, await connection(request), EXPORT_EFFECTS, request.body);
    return {};
  });
  app.get('/hints', { schema: { response: { 200: api.hintsAnswer } } }, async (request) => {
    const gone = new AbortController();
    const leave = () => gone.abort('gone');
    request.raw.socket.once('close', leave);
    try {
      return await known.with(podOf(request), ({ id }) => hints.wait(hub.db, id, LONG_POLL_MS, gone.signal));
    } finally {
      // Connections are kept alive: a listener for each poll would pile up on the socket.
      request.raw.socket.off('close', leave);
    }
  });
  storeSideRoutes(app, hub, connection);
}

function batchOf(body: unknown) {
  if (!Buffer.isBuffer(body)) throw badRequest('BadBatch', `send the batch as ${BATCH_CONTENT_TYPE}`);
  try {
    return decodeBatch(body);
  } catch (error) {
    if (error instanceof BadBatch) throw new HttpError(400, 'BadBatch', error.message);
    throw error;
  }
}
