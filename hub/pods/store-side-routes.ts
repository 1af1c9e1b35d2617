import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { COUNTED_TYPES } from '../../model/feeds.ts';
import * as api from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { claimHooks, settleHooks } from '../inbound/hook-queue.ts';
import type { App } from '../http/app.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { censusCounts, censusIds } from '../records/completeness.ts';
import { readTokens, replaceTokens } from './token-vault.ts';

const done = z.object({});
const censusIdsQuery = z.object({
  feed: z.enum(COUNTED_TYPES),
  ...api.censusWindow.shape,
  after: z.string().max(300).default(''),
});

/**
 * What a pod keeps at the hub about its store: webhooks that came in, rotating tokens, the budget, counts to compare.
 */
export function storeSideRoutes(
  app: App,
  hub: HubContext,
  connection: (request: FastifyRequest) => Promise<ConnectionRow>,
): void {
  app.post(
    '/hooks/claim',
    {
      schema: { body: z.strictObject({ limit: z.number().int().min(1).max(200) }), response: { 200: api.hooksAnswer } },
    },
    async (request) => ({ hooks: await claimHooks(hub.db, (await connection(request)).id, request.body.limit) }),
  );
  app.post('/hooks/results', { schema: { body: api.hookResults, response: { 200: done } } }, async (request) => {
    const row = await connection(request);
    await hub.db.transaction((tx) => settleHooks(tx, row, request.body.results));
    return {};
  });
  app.post(
    '/hooks/subscription',
    { schema: { body: api.hookSubscriptionReport, response: { 200: done } } },
    async (request) => {
      await hub.db.query(
        'UPDATE connections SET hooks_since = CASE WHEN $2 THEN coalesce(hooks_since, now()) END WHERE id = $1',
        [(await connection(request)).id, request.body.active],
      );
      return {};
    },
  );
  app.get(
    '/tokens',
    { schema: { querystring: api.tokensQuery, response: { 200: api.tokensAnswer } } },
    async (request) => ({ tokens: await readTokens(hub.db, await connection(request), request.query.scope) }),
  );
  app.post(
    '/tokens',
    { schema: { body: api.replaceTokensRequest, response: { 200: api.replaceTokensAnswer } } },
    async (request) => ({
      replaced: await replaceTokens(
        hub.db,
        await connection(request),
        request.body.expectedVersion,
        request.body.tokens,
        request.body.scope,
      ),
    }),
  );
  app.post('/budget', { schema: { body: api.budgetState, response: { 200: done } } }, async (request) => {
    await hub.db.query('UPDATE connections SET budget = $2::jsonb WHERE id = $1', [
      (await connection(request)).id,
      JSON.stringify(request.body),
    ]);
    return {};
  });
  app.post(
    '/census/counts',
    { schema: { body: api.censusRequest, response: { 200: api.censusAnswer } } },
    async (request) => ({
      counts: await censusCounts(hub.db, (await connection(request)).id, request.body.feed, request.body.windows),
    }),
  );
  app.get(
    '/census/ids',
    { schema: { querystring: censusIdsQuery, response: { 200: api.censusIdsAnswer } } },
    async (request) => ({
      ids: await censusIds(
        hub.db,
        (await connection(request)).id,
        request.query.feed,
        request.query.from,
        request.query.to,
        request.query.after,
      ),
    }),
  );
}
