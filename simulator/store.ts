import { z } from 'zod';
import type { Clock } from '../kit/clock.ts';
import { Faults, type FaultName } from './faults.ts';
import { addOrder, addProduct, furnish } from './generate.ts';
import { Hooks, type Delivery } from './hooks.ts';
import { liveOnce, type ShopEvent } from './life.ts';
import { listOf, time, timedList, type ListContext, type Paging } from './lists.ts';
import { Random } from './random.ts';
import { Refused } from './refused.ts';
import { Shop } from './shop.ts';
import { Tokens, type Client } from './tokens.ts';
import { Truth } from './truth.ts';
import type { SimRequest, SimResponse, WireOrder, WireProduct } from './wire.ts';
import { addShipment, parse, setLevels } from './writes.ts';

export const PERMISSIONS = ['settings:read', 'products:read', 'orders:read', 'stock:read', 'stock:write', 'shipments:write', 'suppliers:read', 'webhooks:write'] as const;
const CURRENCY = 'EUR';
const IDS_A_PAGE = 1000;
const STORM_LENGTH = 3;
const LONGEST_DELAY_MS = 5000;

const hookBody = z.object({ url: z.url(), topics: z.array(z.string()).min(1), secret: z.string().startsWith('whsec_') });

export interface SimulatedStoreOptions {
  readonly clock: Clock;
  readonly seed?: number;
  readonly products?: number;
  readonly orders?: number;
  readonly faults?: readonly FaultName[];
  /** How often a fault strikes where it can; 0.2 if absent. */
  readonly faultRate?: number;
  readonly paging?: Paging;
  /** Items in an answer at most. */
  readonly pageCap?: number;
  readonly apiKey?: string;
  /** Who the shop says it is: two connections of one shop are refused. `simulated` if absent. */
  readonly shopId?: string;
  readonly client?: Client;
  /** Takes the webhooks that the store sends. */
  readonly sendHook?: (delivery: Delivery) => void;
}

type Handler = (context: { readonly query: URLSearchParams; readonly body: () => unknown; readonly part: string }) => unknown;
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly permission?: string;
  readonly handle: Handler;
}

/**
 * A shop behind the Supercargo Generic Store API, in the process and without sockets. Everything that happens comes from
 * the seed, the clock and the order of requests: the same again gives the same again.
 */
export class SimulatedStore {
  readonly shop: Shop;
  readonly faults: Faults;
  readonly tokens: Tokens;
  readonly truth: Truth;
  readonly hooks: Hooks;
  readonly #random: Random;
  readonly #life: Random;
  readonly #routes: readonly Route[];
  readonly #list: ListContext;
  readonly #shopId: string;
  #storm = 0;

  constructor(options: SimulatedStoreOptions) {
    const { clock } = options;
    this.#shopId = options.shopId ?? 'simulated';
    this.#random = new Random(options.seed ?? 1);
    this.faults = new Faults(this.#random.fork(), options.faults, options.faultRate);
    this.shop = new Shop(clock, this.#random.fork(), this.faults);
    this.#life = this.#random.fork();
    this.truth = new Truth(this.shop);
    this.tokens = new Tokens({ client: options.client, clock, random: this.#random.fork(), faults: this.faults });
    if (options.apiKey !== undefined) this.tokens.apiKeys.set(options.apiKey, PERMISSIONS);
    this.hooks = new Hooks({ shop: this.shop, random: this.#random.fork(), faults: this.faults, send: options.sendHook ?? (() => undefined) });
    this.#list = { shop: this.shop, random: this.#random.fork(), faults: this.faults, paging: options.paging ?? 'keyset', pageCap: options.pageCap ?? 250 };
    this.#routes = this.#allRoutes();
    furnish(this.shop);
    for (let count = 0; count < (options.products ?? 0); count++) this.#poison(addProduct(this.shop, this.#life).id);
    for (let count = 0; count < (options.orders ?? 0); count++) this.#poison(addOrder(this.shop, this.#life)?.id);
  }

  /** One thing happens in the shop; webhooks tell of it. */
  live(): ShopEvent | undefined {
    return this.happen(liveOnce);
  }

  happen(act: (shop: Shop, random: Random) => ShopEvent | undefined): ShopEvent | undefined {
    const event = act(this.shop, this.#life);
    if (event?.type.endsWith('.created')) this.#poison(event.id);
    if (event) this.hooks.tell(event);
    return event;
  }

  /** Answers one request. Never throws. */
  handle(request: SimRequest): SimResponse {
    const [path = '/', query = ''] = request.path.split('?');
    this.truth.requests.push(`${request.method} ${path}`);
    const writes = request.method !== 'GET' && path !== '/oauth/token';
    const before = this.#faultBefore();
    if (before) return before;
    let answer: SimResponse;
    try {
      const body = this.#dispatch(request, path, new URLSearchParams(query));
      answer = body === undefined ? this.#answer(204, '') : this.#answer(request.method === 'POST' && /shipments$/.test(path) ? 201 : 200, JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#answer(error.status, JSON.stringify({ error: error.code, message: error.message, ...error.details }));
    }
    return this.#faultAfter(answer, writes);
  }

  #faultBefore(): SimResponse | undefined {
    const { faults } = this;
    if (this.#storm === 0 && faults.strikes('429-storm')) this.#storm = this.#random.int(1, STORM_LENGTH);
    if (this.#storm > 0) {
      this.#storm--;
      return this.#answer(429, JSON.stringify({ error: 'too_many_requests', message: 'slow down' }), { 'retry-after': '1' });
    }
    if (faults.strikes('html-error')) return { ...this.#answer(200, '<html><body>Back soon</body></html>'), headers: { date: this.shop.now().toUTCString(), 'content-type': 'text/html' } };
    if (faults.strikes('5xx')) return this.#answer(this.#random.pick([500, 502, 503])!, JSON.stringify({ error: 'server_error', message: 'something went wrong' }));
    return undefined;
  }

  /** What was asked for has been done when these strike. */
  #faultAfter(answer: SimResponse, writes: boolean): SimResponse {
    const { faults } = this;
    if (writes && faults.strikes('lost-ack')) return { ...answer, broken: true };
    if (faults.strikes('truncated-json')) return { ...answer, body: answer.body.slice(0, answer.body.length >> 1) };
    if (faults.strikes('slow')) return { ...answer, delayMs: this.#random.int(500, LONGEST_DELAY_MS) };
    return answer;
  }

  #answer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): SimResponse {
    return { status, body, delayMs: 0, broken: false, headers: { date: this.shop.now().toUTCString(), 'content-type': 'application/json', ...headers } };
  }

  #dispatch(request: SimRequest, path: string, query: URLSearchParams): unknown {
    if (path === '/oauth/token') return this.tokens.grant(request.body ?? '');
    const granted = this.tokens.permissionsOf(request.headers['authorization']?.replace(/^Bearer /, '') ?? '', PERMISSIONS);
    if (!granted) throw new Refused(401, 'invalid_token', 'the token is not accepted');
    if (path === '/shop') return { api: 'supercargo-generic-store', version: 1, shop: { id: this.#shopId, name: 'Simulated shop', currency: CURRENCY }, permissions: granted };
    for (const route of this.#routes) {
      const match = route.method === request.method ? route.path.exec(path) : null;
      if (!match) continue;
      if (route.permission && !granted.includes(route.permission)) throw new Refused(403, 'forbidden', 'the key may not do this', { permission: route.permission });
      return route.handle({ query, part: decodeURIComponent(match[1] ?? ''), body: () => jsonOf(request.body) });
    }
    throw new Refused(404, 'not_found', 'there is nothing here');
  }

  #allRoutes(): Route[] {
    const { shop, faults, truth } = this;
    const get = (path: RegExp, permission: string, handle: Handler): Route => ({ method: 'GET', path, permission, handle });
    const plain = (path: RegExp, permission: string, rows: () => readonly unknown[], keyOf: (row: never) => string): Route => get(path, permission, ({ query }) => listOf(rows(), keyOf, query, this.#list));
    const idOf = ({ id }: { id: string }): string => id;
    return [
      get(/^\/orders$/, 'orders:read', ({ query }) => timedList(() => this.#shown(shop.readOrders()), query, this.#list)),
      get(/^\/orders\/count$/, 'orders:read', ({ query }) => ({ count: this.#born(shop.readOrders(), query).length })),
      get(/^\/orders\/ids$/, 'orders:read', ({ query }) => this.#ids(shop.readOrders(), query)),
      get(/^\/products$/, 'products:read', ({ query }) => timedList(() => this.#shown(shop.readProducts()), query, this.#list)),
      get(/^\/products\/count$/, 'products:read', ({ query }) => ({ count: this.#born(shop.readProducts(), query).length })),
      get(/^\/products\/ids$/, 'products:read', ({ query }) => this.#ids(shop.readProducts(), query)),
      plain(/^\/stock$/, 'stock:read', () => [...shop.levels.values()].map(({ lastKey: _lastKey, ...level }) => level), ({ variant_id, location_id }: { variant_id: string; location_id: string }) => `${variant_id}@${location_id}`),
      plain(/^\/locations$/, 'settings:read', () => shop.locations, idOf),
      plain(/^\/shipping-methods$/, 'settings:read', () => shop.shippingMethods, idOf),
      plain(/^\/suppliers$/, 'suppliers:read', () => shop.suppliers, idOf),
      plain(/^\/product-suppliers$/, 'suppliers:read', () => shop.productSuppliers, ({ variant_id, supplier_id }: { variant_id: string; supplier_id: string }) => `${variant_id}@${supplier_id}`),
      { method: 'POST', path: /^\/stock$/, permission: 'stock:write', handle: ({ body }) => setLevels(body(), { shop, faults, truth }) },
      { method: 'POST', path: /^\/orders\/([^/]+)\/shipments$/, permission: 'shipments:write', handle: ({ body, part }) => this.#ship(part, body()) },
      get(/^\/webhooks$/, 'webhooks:write', () => this.hooks.list()),
      { method: 'POST', path: /^\/webhooks$/, permission: 'webhooks:write', handle: ({ body }) => this.hooks.add(parse(hookBody, body())) },
      { method: 'DELETE', path: /^\/webhooks\/([^/]+)$/, permission: 'webhooks:write', handle: ({ part }) => this.#unsubscribe(part) },
    ];
  }

  #ship(orderId: string, body: unknown): unknown {
    const { shop, faults, truth } = this;
    const shipment = addShipment(orderId, body, { shop, faults, truth });
    this.hooks.tell({ type: 'order.updated', id: orderId });
    return shipment;
  }

  #unsubscribe(id: string): undefined {
    if (!this.hooks.remove(id)) throw new Refused(404, 'not_found', 'there is no such subscription');
    return undefined;
  }

  #poison(id: string | undefined): void {
    if (id !== undefined && this.faults.strikes('poisoned')) this.shop.poisoned.add(id);
  }

  /** A poisoned row has a part in a shape that nobody can read. */
  #shown<T extends WireOrder | WireProduct>(rows: readonly T[]): T[] {
    return rows.map((row) => (!this.shop.poisoned.has(row.id) ? row : 'lines' in row
      ? { ...row, lines: row.lines.map((line) => ({ ...line, quantity: 'several' })) } as unknown as T
      : { ...row, variants: 'none' } as unknown as T));
  }

  #born<T extends WireOrder | WireProduct>(rows: readonly T[], query: URLSearchParams): T[] {
    const from = time(query, 'placed_from') ?? time(query, 'created_from') ?? Number.NEGATIVE_INFINITY;
    const before = time(query, 'placed_before') ?? time(query, 'created_before') ?? Number.POSITIVE_INFINITY;
    const at = (row: T): number => Date.parse('placed_at' in row ? row.placed_at : row.created_at);
    return rows.filter((row) => at(row) >= from && at(row) < before);
  }

  #ids(rows: readonly (WireOrder | WireProduct)[], query: URLSearchParams): unknown {
    const after = query.get('cursor') ?? '';
    const ids = this.#born(rows, query).map(({ id }) => id).filter((id) => id > after).sort();
    const page = ids.slice(0, IDS_A_PAGE);
    return { ids: page, next: page.length < ids.length ? page.at(-1) : null };
  }
}

function jsonOf(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    throw new Refused(400, 'invalid_request', 'the body is not JSON');
  }
}
