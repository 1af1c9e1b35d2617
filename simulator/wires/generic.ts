import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Subscription } from '../desk/hooks.ts';
import { timedKey } from '../desk/pages.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused, type RefusalKind } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireCall } from '../desk/wire.ts';
import { levelKey, type Named } from '../shop/model.ts';
import { parseBody } from './body.ts';
import { levelJson, orderJson, productJson, supplierPriceJson, withNewFields } from './generic-words.ts';
import { writes } from './generic-writes.ts';

/** Path that the API stands under. */
export const BASE_PATH = '/supercargo/v1';
const IDS_A_PAGE = 1000;

const hookBody = z.object({
  url: z.url(),
  topics: z.array(z.string()).min(1),
  secret: z.string().startsWith('whsec_'),
});
const STATUS: Readonly<Record<RefusalKind, readonly [number, string]>> = {
  unauthorized: [401, 'invalid_token'],
  forbidden: [403, 'forbidden'],
  missing: [404, 'not_found'],
  invalid: [400, 'invalid_request'],
  conflict: [409, 'conflict'],
  throttled: [429, 'too_many_requests'],
  broken: [500, 'server_error'],
  'invalid client': [401, 'invalid_client'],
  'invalid grant': [400, 'invalid_grant'],
};

/** The Supercargo Generic Store API, version 1 (docs/generic-api.md): its words, and nothing else. */
export const genericWire: Wire = {
  name: 'generic',
  basePath: BASE_PATH,
  keyOf: ({ headers }) => headers['authorization']?.replace(/^Bearer /, ''),
  refusal({ kind, message, detail }) {
    const [status, error] = STATUS[kind];
    return {
      status,
      json: { error, message, ...(kind === 'forbidden' ? { permission: detail } : {}) },
      ...(kind === 'throttled' ? { headers: { 'retry-after': detail ?? '1' } } : {}),
    };
  },
  hook(event, id, at, secret) {
    const body = JSON.stringify({ type: event.type, timestamp: at.toISOString(), data: { id: event.id } });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
    };
  },
  routes: (desk) => [
    ...lists(desk),
    ...counts(desk),
    ...writes(desk),
    ...subscriptions(desk),
    token(desk),
    identity(desk),
  ],
  subject: {
    credential: (key) => ({ apiKey: key }),
    client: (clientId, clientSecret, refreshToken) => ({ clientId, clientSecret, refreshToken }),
    settings: (url) => ({ url }),
    permissionWord: (permission) => permission,
    pagings: ['keyset', 'offset'],
    lacks: [],
    cannot: {},
  },
};

const get = (path: RegExp, needs: Permission, answer: (call: WireCall) => unknown): Route => ({
  method: 'GET',
  path,
  answer: (call) => {
    call.demand(needs);
    return { status: 200, json: answer(call) };
  },
});

function lists(desk: Desk): Route[] {
  const { shop } = desk;
  const plain = <T>(
    path: RegExp,
    needs: Permission,
    rows: () => readonly T[],
    keyOf: (row: T) => string,
    json: (row: T) => unknown,
  ): Route => get(path, needs, ({ query }) => listJson(desk, rows(), keyOf, query, json));
  const namedList = (path: RegExp, needs: Permission, rows: () => readonly Named[]): Route =>
    plain(
      path,
      needs,
      rows,
      ({ id }) => id,
      (row) => row,
    );
  return [
    get(/^\/orders$/, 'orders:read', ({ query }) =>
      timedList(desk, shop.readOrders.bind(shop), query, (order) => orderJson(order, shop.poisoned.get(order.id))),
    ),
    get(/^\/products$/, 'products:read', ({ query }) =>
      timedList(desk, shop.readProducts.bind(shop), query, (product) =>
        productJson(product, shop.poisoned.get(product.id)),
      ),
    ),
    plain(
      /^\/stock$/,
      'stock:read',
      () => [...shop.levels.values()],
      ({ variantId, locationId }) => levelKey(variantId, locationId),
      levelJson,
    ),
    plain(
      /^\/locations$/,
      'settings:read',
      () => shop.locations,
      ({ id }) => id,
      ({ readOnly, ...location }) => ({ ...location, ...(readOnly ? { read_only: true } : {}) }),
    ),
    namedList(/^\/shipping-methods$/, 'settings:read', () => shop.shippingMethods),
    namedList(/^\/suppliers$/, 'suppliers:read', () => shop.suppliers),
    plain(
      /^\/product-suppliers$/,
      'suppliers:read',
      () => shop.supplierPrices,
      ({ variantId, supplierId }) => levelKey(variantId, supplierId),
      supplierPriceJson,
    ),
  ];
}

/** A list answer: rows in a stable order, the part that was asked for, how to go on. */
function listJson<T>(
  { pages, faults }: Desk,
  rows: readonly T[],
  keyOf: (row: T) => string,
  query: URLSearchParams,
  json: (row: T) => unknown,
): unknown {
  const limit = whole(query, 'limit');
  const answer = (): unknown => {
    if (pages.paging === 'offset') {
      const offset = whole(query, 'offset') ?? 0;
      const part = pages.byOffset(rows, keyOf, { limit, offset });
      return { items: part.rows.map(json), total: part.total, paging: { kind: 'offset', offset, limit: part.limit } };
    }
    const cursor = query.get('cursor');
    const part = pages.byKey(rows, keyOf, {
      limit,
      after: cursor === null ? undefined : Buffer.from(cursor, 'base64url').toString('utf8'),
    });
    return {
      items: part.rows.map(json),
      total: part.total,
      paging: { kind: 'keyset', next: part.next === undefined ? null : Buffer.from(part.next).toString('base64url') },
    };
  };
  return faults.strikes('new-fields') ? withNewFields(answer()) : answer();
}

interface Timed {
  readonly id: string;
  readonly updatedAt: string;
  readonly placedAt?: string;
  readonly createdAt?: string;
}

/** Orders or products by ids, or by time of change in order of (time, id). */
function timedList<T extends Timed>(
  desk: Desk,
  read: () => readonly T[],
  query: URLSearchParams,
  json: (row: T) => unknown,
): unknown {
  const ids = query.get('ids');
  if (ids !== null) {
    const named = new Set(ids.split(',').map(decodeURIComponent));
    return listJson(
      desk,
      read().filter(({ id }) => named.has(id)),
      timedKey,
      query,
      json,
    );
  }
  if (query.has('cursor') || query.has('offset')) desk.pages.goesOn();
  const changed = within(query, 'updated_since', 'updated_before');
  const placed = within(query, 'placed_since');
  return listJson(
    desk,
    read().filter((row) => changed(row.updatedAt) && (!('placedAt' in row) || placed(row.placedAt))),
    timedKey,
    query,
    json,
  );
}

/** Counts and ids by when records came to be. */
function counts(desk: Desk): Route[] {
  const { shop } = desk;
  const of = <T extends Timed>(
    name: string,
    needs: Permission,
    read: () => readonly T[],
    born: (query: URLSearchParams) => (row: T) => boolean,
  ): Route[] => [
    get(new RegExp(`^/${name}/count$`), needs, ({ query }) => ({ count: read().filter(born(query)).length })),
    get(new RegExp(`^/${name}/ids$`), needs, ({ query }) => {
      const after = query.get('cursor') ?? '';
      const ids = read()
        .filter(born(query))
        .map(({ id }) => id)
        .filter((id) => id > after)
        .sort();
      const page = ids.slice(0, Math.min(IDS_A_PAGE, whole(query, 'limit') ?? IDS_A_PAGE));
      return { ids: page, next: page.length < ids.length ? page.at(-1) : null };
    }),
  ];
  return [
    ...of(
      'orders',
      'orders:read',
      () => shop.readOrders(),
      (query) => {
        const fits = within(query, 'placed_from', 'placed_before');
        return ({ placedAt }) => fits(placedAt);
      },
    ),
    ...of(
      'products',
      'products:read',
      () => shop.readProducts(),
      (query) => {
        const fits = within(query, 'created_from', 'created_before');
        return ({ createdAt }) => fits(createdAt);
      },
    ),
  ];
}

function subscriptions({ hooks }: Desk): Route[] {
  return [
    get(/^\/webhooks$/, 'webhooks:write', () => ({ items: hooks.list().map(subscriptionJson) })),
    {
      method: 'POST',
      path: /^\/webhooks$/,
      writes: true,
      answer: (call) => {
        call.demand('webhooks:write');
        return { status: 200, json: subscriptionJson(hooks.add(parseBody(hookBody, call.json()))) };
      },
    },
    {
      method: 'DELETE',
      path: /^\/webhooks\/([^/]+)$/,
      writes: true,
      answer: (call) => {
        call.demand('webhooks:write');
        if (!hooks.remove(call.part)) throw new Refused('missing', 'there is no such subscription');
        return { status: 204 };
      },
    },
  ];
}

function subscriptionJson({ id, url, topics, secret }: Subscription): Record<string, unknown> {
  return { id, url, topics, secret_hash: createHash('sha256').update(secret).digest('hex') };
}

const token = ({ keys }: Desk): Route => ({
  method: 'POST',
  path: /^\/oauth\/token$/,
  open: true,
  answer({ request }) {
    const form = new URLSearchParams(request.body ?? '');
    const refreshes = form.get('grant_type') === 'refresh_token';
    if (!refreshes && form.get('grant_type') !== 'client_credentials')
      throw new Refused('invalid', 'this kind of grant is not known');
    const { access, seconds, refresh } = keys.grant({
      clientId: form.get('client_id') ?? '',
      clientSecret: form.get('client_secret') ?? '',
      ...(refreshes ? { refreshToken: form.get('refresh_token') ?? '' } : {}),
    });
    return {
      status: 200,
      json: {
        access_token: access,
        token_type: 'bearer',
        expires_in: seconds,
        ...(refresh === undefined ? {} : { refresh_token: refresh }),
      },
    };
  },
});

const identity = ({ shop, shopId }: Desk): Route => ({
  method: 'GET',
  path: /^\/shop$/,
  answer: ({ granted }) => ({
    status: 200,
    json: {
      api: 'supercargo-generic-store',
      version: 1,
      shop: { id: shopId, name: 'Simulated shop', currency: shop.currency },
      permissions: granted,
    },
  }),
});

/**
 * Whether a time is in the window that parameters give: the first inclusive, the second exclusive. What has no time is
 * in an open window alone.
 */
function within(query: URLSearchParams, from: string, before?: string): (time: string | undefined) => boolean {
  const [low, high] = [time(query, from), before === undefined ? undefined : time(query, before)];
  return (text) =>
    text === undefined
      ? low === undefined && high === undefined
      : Date.parse(text) >= (low ?? Number.NEGATIVE_INFINITY) && Date.parse(text) < (high ?? Number.POSITIVE_INFINITY);
}

function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refused('invalid', `${name} is no time`);
  return at;
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Refused('invalid', `${name} is no whole number`);
  return Number(text);
}
