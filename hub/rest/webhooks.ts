import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { notFound } from '../base/errors.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { BOTH_SECRETS_HOURS, enableEndpoint, endpointStates, rotateSecret } from '../webhooks/endpoints.ts';
import { endpointSecret, webhookMasterKey } from '../base/secrets.ts';
import { storeOf, text, type App } from '../http/app.ts';
import { instant } from '../../model/instant.ts';
import { once } from '../http/idempotency.ts';

const security = [{ developerKey: [] }];
const tags = ['webhooks'];
const params = z.object({ endpoint: text(63) });

const endpointView = z.object({
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()).meta({ description: 'Empty: all.' }),
  secret: z.string().meta({ description: 'Standard Webhooks signing secret in force.' }),
  secretVersion: z.number(),
  previousSecretValidUntil: z
    .string()
    .nullable()
    .meta({
      description: 'Until then every delivery is signed with the secret before too. null: with the current one alone.',
    }),
  failingSince: z.string().nullable().meta({ description: 'The first failure since the last success.' }),
  lastError: z
    .string()
    .nullable()
    .meta({ description: 'Why the last attempt at what waits, or was given up, failed. null: nothing did.' }),
  disabledAt: z.string().nullable().meta({ description: 'Nothing is sent since then; what is for it waits.' }),
  disabledReason: z.string().nullable(),
  pending: z.number(),
  dead: z.number(),
});
type EndpointView = z.infer<typeof endpointView>;

const replayBody = z
  .object({
    from: instant.optional().meta({ description: 'Events of this time and later.' }),
    to: instant.optional().meta({ description: 'Events before this time.' }),
    states: z
      .array(z.enum(['Dead', 'Delivered', 'Dismissed']))
      .min(1)
      .max(3)
      .default(['Dead'])
      .meta({ description: 'Dead letters alone if absent.' }),
    dryRun: z.boolean().default(false).meta({ description: 'true: count, send nothing.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'must be later than from',
  });

export function webhookRoutes(app: App, hub: HubContext): void {
  app.get(
    '/webhooks',
    {
      schema: {
        tags,
        security,
        summary: 'Webhook endpoints of the Store, their signing secrets and how they are',
        response: { 200: z.object({ items: z.array(endpointView) }) },
      },
    },
    async (request) => {
      return { items: await endpointViews(hub, await storeOf(hub.db, request)) };
    },
  );

  app.post(
    '/webhooks/:endpoint/rotate-secret',
    {
      schema: {
        tags,
        security,
        summary: `Make a new signing secret; the one before stays valid for ${BOTH_SECRETS_HOURS} hours`,
        params,
        response: { 200: endpointView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      // The secret is no part of what is kept for a repeated request.
      await once(hub.db, store.id, request, async (tx) => ({
        version: await rotateSecret(tx, store.id, requireEndpoint(store, request.params.endpoint)),
      }));
      return viewOf(hub, store, request.params.endpoint);
    },
  );

  app.post(
    '/webhooks/:endpoint/enable',
    {
      schema: {
        tags,
        security,
        summary: 'Switch a disabled endpoint on again: what waited goes out',
        params,
        response: { 200: endpointView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      await once(hub.db, store.id, request, async (tx) => {
        await enableEndpoint(tx, store.id, requireEndpoint(store, request.params.endpoint));
        tx.afterCommit(hub.wakeDeliveries);
        return {};
      });
      return viewOf(hub, store, request.params.endpoint);
    },
  );

  app.post(
    '/webhooks/:endpoint/replay',
    {
      schema: {
        tags,
        security,
        summary: 'Send again what was given up, or delivered, by time',
        params,
        body: replayBody.nullish(),
        response: { 200: z.object({ replayed: z.number(), dryRun: z.boolean() }) },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      // Without a body all is as it is by default.
      const asked = request.body ?? replayBody.parse({});
      return once(hub.db, store.id, request, async (tx) => {
        const replayed = await replayDeliveries(tx, store, requireEndpoint(store, request.params.endpoint), asked);
        tx.afterCommit(hub.wakeDeliveries);
        return { replayed, dryRun: asked.dryRun };
      });
    },
  );
}

function requireEndpoint(store: StoreRow, name: string): string {
  const endpoints = store.rules.orderWebhooks ?? [];
  if (endpoints.some((endpoint) => endpoint.name === name)) return name;
  throw notFound(
    `webhook endpoint "${name}"`,
    endpoints.length > 0
      ? `the Store has ${endpoints.map((endpoint) => endpoint.name).join(', ')}`
      : 'add it to spec.orderWebhooks of the Store',
  );
}

/** They keep their place in the order of events: those of one order go out as they happened. */
async function replayDeliveries(
  tx: Transaction,
  store: StoreRow,
  endpoint: string,
  { from, to, states, dryRun }: z.infer<typeof replayBody>,
): Promise<number> {
  const chosen =
    'store_id = $1 AND endpoint = $2 AND state = ANY($3::text[]) AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::timestamptz IS NULL OR created_at < $5)';
  const values = [store.id, endpoint, states, from ?? null, to ?? null];
  const [row] = await tx.query<{ count: number }>(
    dryRun
      ? `SELECT count(*) AS count FROM deliveries WHERE ${chosen}`
      : `WITH again AS (UPDATE deliveries SET state = 'Pending', attempts = 0, next_attempt_at = now(), claimed_until = NULL WHERE ${chosen} RETURNING id) SELECT count(*) AS count FROM again`,
    values,
  );
  return row!.count;
}

async function viewOf(hub: HubContext, store: StoreRow, name: string): Promise<EndpointView> {
  return (await endpointViews(hub, store)).find((view) => view.name === name)!;
}

async function endpointViews(hub: HubContext, store: StoreRow): Promise<EndpointView[]> {
  const master = await webhookMasterKey(hub.db);
  const stateOf = await endpointStates(hub.db, store.id);
  // They go in order: of those that wait, the first is tried; of those that were given up, the last was.
  const found = await hub.db.query<{ endpoint: string; state: string; count: number; error: string | null }>(
    `SELECT endpoint, state, count(*) AS count,
       (array_agg(last_error ORDER BY CASE state WHEN 'Dead' THEN -seq ELSE seq END) FILTER (WHERE last_error IS NOT NULL))[1] AS error
     FROM deliveries WHERE store_id = $1 AND state IN ('Pending', 'Dead') GROUP BY endpoint, state`,
    [store.id],
  );
  const of = (endpoint: string, state: 'Pending' | 'Dead') =>
    found.find((row) => row.endpoint === endpoint && row.state === state);
  return (store.rules.orderWebhooks ?? []).map(({ name, url, events }) => {
    const state = stateOf(name);
    return {
      ...state,
      url,
      events: events ?? [],
      secret: endpointSecret(master, store, name, state.secretVersion),
      lastError: of(name, 'Pending')?.error ?? of(name, 'Dead')?.error ?? null,
      pending: of(name, 'Pending')?.count ?? 0,
      dead: of(name, 'Dead')?.count ?? 0,
    };
  });
}
