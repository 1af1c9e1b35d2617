import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { conflict, notFound } from '../base/errors.ts';
import type { Queryable, Row } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { acceptChange, ignoreChange } from '../orders/changes.ts';
import { endpointsOf } from '../orders/endpoints-of.ts';
import { queueOrderEvent } from '../orders/order-events.ts';
import { remember } from '../orders/history.ts';
import { hint } from '../runs/hints.ts';
import { page, pageQuery, storeOf, storesOf, text, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { pageBounds } from '../http/position.ts';
import { orderSchema, orderViews } from '../orders/order-view.ts';

const listQuery = pageQuery.extend({
  intake: z
    .enum(['Accepted', 'Held', 'Skipped', 'Rejected', 'All'])
    .default('Accepted')
    .meta({ description: 'Accepted orders are for the back office; the others say why they are not.' }),
  acknowledged: z.enum(['true', 'false']).optional(),
  number: text(128).optional().meta({ description: 'The full order number or the reference.' }),
  state: z.enum(['Open', 'Completed', 'Cancelled']).optional(),
  connection: text(507).optional().meta({ description: 'namespace/name of the connection.' }),
});

/** `connection.externalId`. */
export const orderId = text(300);
const byId = z.object({ id: orderId });
const security = [{ developerKey: [] }];
const tags = ['orders'];

export function orderRoutes(app: App, hub: HubContext): void {
  app.get(
    '/orders',
    {
      schema: {
        tags,
        security,
        summary: 'Orders, oldest change first',
        querystring: listQuery,
        response: { 200: page(orderSchema) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      const rows = await listed(hub.db, stores, request.query);
      const items = await orderViews(hub.db, rows);
      return { items, nextCursor: items.length === request.query.limit ? items.at(-1)!.cursor : null };
    },
  );

  app.get(
    '/orders/:id',
    { schema: { tags, security, summary: "One order, by the hub's id", params: byId, response: { 200: orderSchema } } },
    async (request) => {
      const store = await storeOf(hub.db, request);
      return one(hub.db, await requireOrder(hub.db, store, request.params.id));
    },
  );

  app.post(
    '/orders/:id/acknowledge',
    {
      schema: {
        tags,
        security,
        summary: 'Tell that the back office has the order',
        params: byId,
        body: z
          .object({ reference: text(128).optional().meta({ description: "The back office's own number." }) })
          .nullish(),
        response: { 200: orderSchema },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      return once(hub.db, store.id, request, async (tx) => {
        const order = await requireOrder(tx, store, request.params.id, true);
        await tx.query(
          `UPDATE orders SET acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_ref = coalesce($3, acknowledged_ref),
           exported_at = coalesce(exported_at, now()), change_accepted_at = NULL, exported_goods_hash = coalesce(exported_goods_hash, goods_hash), seq = nextval('change_seq')
         WHERE connection_id = $1 AND external_id = $2`,
          [order['connection_id'], order['external_id'], request.body?.reference ?? null],
        );
        await remember(
          tx,
          keyOf(order),
          'acknowledged by the back office',
          request.body?.reference ?? null,
          request.id,
        );
        return one(tx, await requireOrder(tx, store, request.params.id));
      });
    },
  );

  app.post(
    '/orders/:id/changes',
    {
      schema: {
        tags,
        security,
        summary: 'Answer a change after export',
        params: byId,
        body: z.object({
          decision: z
            .enum(['Accept', 'Ignore'])
            .meta({
              description:
                'Accept: take the order anew, as pendingChange shows it; the answer has it, and it may be shipped once it was acknowledged or a webhook with it was taken. Ignore: go on as exported; the same content is not asked about again, and an order that was stopped may be shipped.',
            }),
        }),
        response: { 200: orderSchema },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      return once(hub.db, store.id, request, async (tx) => {
        const order = await requireOrder(tx, store, request.params.id, true);
        if (order['change_pending'] !== true) throw conflict('NoChangePending', 'the order has no unanswered change');
        const key = keyOf(order);
        const accept = request.body.decision === 'Accept';
        await (accept ? acceptChange : ignoreChange)(tx, key.connectionId, key.orderId);
        await remember(
          tx,
          key,
          `change after export ${accept ? 'accepted' : 'ignored'} by the back office`,
          null,
          request.id,
        );
        if (accept) {
          // Whoever listens to webhooks alone has the new content by it, and may ship when it has taken it.
          await queueOrderEvent(tx, store.id, key, 'order.updated', request.id, await endpointsOf(tx, store));
          await hint(tx, key.connectionId, 'OrderUpdate');
          tx.afterCommit(() => {
            hub.wakeDeliveries();
            hub.wakePod(key.connectionId);
          });
        }
        return one(tx, await requireOrder(tx, store, request.params.id));
      });
    },
  );
}

const keyOf = (order: Row) => ({
  connectionId: order['connection_id'] as number,
  orderId: order['external_id'] as string,
});

async function one(db: Queryable, row: Row) {
  return (await orderViews(db, [row]))[0]!;
}

/**
 * An order of the store by the hub's id; `accepted`: only one that the back office may act on, locked for the change.
 */
export async function requireOrder(db: Queryable, store: StoreRow, id: string, accepted = false): Promise<Row> {
  const dot = id.indexOf('.');
  const connectionId = Number(id.slice(0, dot));
  const rows =
    dot > 0 && Number.isSafeInteger(connectionId) && connectionId < 2 ** 31
      ? await db.query(
          `SELECT * FROM orders WHERE store_id = $1 AND connection_id = $2 AND external_id = $3 ${accepted ? 'FOR UPDATE' : ''}`,
          [store.id, connectionId, id.slice(dot + 1)],
        )
      : [];
  const [row] = rows;
  if (!row) throw notFound(`order "${id}"`, 'use the id of GET /api/v1/orders');
  if (accepted && row['intake'] !== 'Accepted')
    throw conflict(
      'OrderNotAccepted',
      `the order is ${String(row['intake'])} (${String(row['intake_reason'])}): it is not for the back office`,
    );
  return row;
}

/** SQL: the connections of the Store `s`. */
const OF_STORE = 'ARRAY(SELECT c.id FROM connections c WHERE c.store_id = s.id)';

/** A page of each Store, in the order of an index that has what is asked for: a page costs what it shows. */
async function listed(db: Queryable, stores: readonly number[], query: z.infer<typeof listQuery>): Promise<Row[]> {
  const { after, upTo, within } = await pageBounds(db, stores, query.after, query.number);
  const params: unknown[] = [stores, after, within, upTo, query.limit];
  const given = (value: unknown): string => `$${params.push(value)}`;
  const wanted = ['o.store_id = s.id AND o.seq > $2 AND o.seq <= $3'];
  if (query.intake !== 'All') wanted.push(`o.intake = ${given(query.intake)}`);
  // In the words of its index.
  if (query.intake !== 'All' && query.intake !== 'Accepted') wanted.push(`o.intake <> 'Accepted'`);
  if (query.acknowledged) wanted.push(`o.acknowledged_at IS ${query.acknowledged === 'true' ? 'NOT ' : ''}NULL`);
  if (query.state) wanted.push(`o.state = ${given(query.state)}`);
  if (query.connection)
    wanted.push(
      `o.connection_id IN (SELECT c.id FROM connections c WHERE c.namespace || '/' || c.name = ${given(query.connection)})`,
    );
  return db.query(
    `SELECT o.*, least(o.seq, $4::bigint) AS seq FROM unnest($1::int[]) AS s(id)
     CROSS JOIN LATERAL (SELECT o.* FROM ${sourceOf(query, given)} o WHERE ${wanted.join(' AND ')} ORDER BY o.seq LIMIT $5) o
     ORDER BY o.seq LIMIT $5`,
    params,
  );
}

/**
 * SQL: where a list is read from. The few that have a number or are open are found first: whoever walks in the order of
 * the list reads all of it for them.
 */
function sourceOf({ number, state, intake }: z.infer<typeof listQuery>, given: (value: unknown) => string): string {
  if (number !== undefined) {
    const named = given(number);
    return `(SELECT * FROM orders WHERE store_id = s.id AND (number = ${named} OR cust_ref = ${named}) OFFSET 0)`;
  }
  return state === 'Open' && intake === 'Accepted'
    ? `(SELECT * FROM orders WHERE connection_id = ANY(${OF_STORE}) AND intake = 'Accepted' AND state IN ('Open', 'Draft') OFFSET 0)`
    : 'orders';
}
