import { z } from 'zod';
import {
  retry,
  terminal,
  waiting,
  type DriverContext,
  type ShopRequest,
  type ShopResponse,
} from '../contract/index.ts';
import { basic } from '../toolkit/auth/basic.ts';
import type { Credential, Settings } from './config.ts';

export type WooContext = DriverContext<Credential, Settings>;

/** What a call is about, in people's words, and the right of the key's user that it needs. */
export interface Need {
  readonly what: string;
  readonly right: string;
}

export const NEEDS = {
  orders: { what: 'read orders', right: 'read_private_shop_orders' },
  products: { what: 'read products', right: 'read_private_products' },
  manage: { what: 'read settings and webhooks', right: 'manage_woocommerce' },
  writeProducts: { what: 'write products', right: 'edit_others_products' },
  writeOrders: { what: 'write orders', right: 'edit_others_shop_orders' },
} as const satisfies Readonly<Record<string, Need>>;

export interface Answer {
  readonly json: unknown;
  /** Of a list: how many match in all. */
  readonly total: number | undefined;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

const problem = z.looseObject({ code: z.string(), message: z.string().optional() });
const ASK_AGAIN_MS = 30_000;

/** The REST API of one shop. */
export class WooClient {
  readonly context: WooContext;

  constructor(context: WooContext) {
    this.context = context;
  }

  /** A call without effect. */
  async get(path: string, query: Query, need: Need, signal: AbortSignal): Promise<Answer> {
    const found = await this.find(path, query, need, signal);
    if (found) return found;
    throw terminal(
      'WrongUrl',
      `the shop has nothing at ${path}: check settings.url, that WooCommerce is active, and that permalinks are not "Plain"`,
    );
  }

  /** Undefined where the shop has no such route or record. */
  async find(path: string, query: Query, need: Need, signal: AbortSignal): Promise<Answer | undefined> {
    const { http } = this.context;
    const response = await http.read({ method: 'GET', url: this.#url(path, query), auth: this.#auth(), signal });
    return this.#answer(response, need, false);
  }

  /** A batch with nothing in it: it changes nothing, and is refused where the key may not write. */
  async probe(path: string, need: Need, signal: AbortSignal): Promise<void> {
    await this.#answer(await this.context.http.read(this.#post('POST', path, { update: [] }, signal)), need, true);
  }

  /** A call that changes the shop; undefined where there is no such route or record. */
  async write(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    need: Need,
    signal: AbortSignal,
  ): Promise<unknown> {
    const response = await this.context.http.write(this.#post(method, path, body, signal));
    return (await this.#answer(response, need, true))?.json;
  }

  /** What WordPress tells everybody. */
  async site(signal: AbortSignal): Promise<unknown> {
    const url = `${this.context.settings.url}/wp-json/?_fields=name,home,namespaces`;
    const answer = await this.#answer(
      await this.context.http.read({ method: 'GET', url, signal }),
      NEEDS.manage,
      false,
    );
    if (!answer) throw terminal('WrongUrl', 'there is no WordPress at the address: check settings.url');
    return answer.json;
  }

  #post(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, signal: AbortSignal): ShopRequest {
    return {
      method,
      url: this.#url(path, {}),
      auth: this.#auth(),
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    };
  }

  #auth() {
    const { consumerKey, consumerSecret } = this.context.credential;
    return basic(consumerKey, consumerSecret);
  }

  #url(path: string, query: Query): string {
    const text = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      ),
    ).toString();
    const mark = path.includes('?') ? '&' : '?';
    return `${this.context.settings.url}/wp-json/wc/v3${path}${text === '' ? '' : mark + text}`;
  }

  async #answer(response: ShopResponse, need: Need, writes: boolean): Promise<Answer | undefined> {
    const { status, headers } = response;
    throwTransport(response);
    const isJson = (headers['content-type'] ?? '').includes('json');
    if (status === 404 && !isJson)
      throw terminal('WrongUrl', 'there is no WordPress API at the address: check settings.url');
    if (status === 401 || status === 403) throw await refusal(response, need, writes, isJson);
    if (!isJson)
      throw retry('NotAnApi', 'the shop answers with a web page: it may be in maintenance, else check settings.url');
    const json = await response.json();
    if (status === 404 || (status === 400 && codeOf(json).endsWith('_invalid_id'))) return undefined;
    if (status >= 400) throw terminal('StoreRefused', `the shop refuses to ${need.what}: ${wordsOf(json)}`);
    const total = Number(headers['x-wp-total'] ?? Number.NaN);
    return { json, total: Number.isInteger(total) ? total : undefined };
  }
}

/** What an answer means that is not WooCommerce's own. */
function throwTransport({ status, headers }: ShopResponse): void {
  if (status === 429)
    throw waiting('RateLimited', 'the shop asks to wait', Number(headers['retry-after'] ?? 0) * 1000 || ASK_AGAIN_MS);
  if (status >= 500) throw retry('StoreUnavailable', `the shop cannot answer at the moment (HTTP ${status})`);
  if (status >= 300 && status < 400)
    throw terminal(
      'WrongUrl',
      `the address leads somewhere else (HTTP ${status}): enter the final one as settings.url`,
    );
}

/** 401 is the key, a key that may only read, or a header that the server took away; 403 is a right of its user. */
async function refusal(response: ShopResponse, { what, right }: Need, writes: boolean, isJson: boolean) {
  if (!isJson)
    return terminal(
      'AccessDenied',
      `something before the shop refuses to ${what} (HTTP ${response.status}): let this cluster through`,
    );
  const json = await response.json();
  const code = codeOf(json);
  if (response.status === 403 || (writes && wordsOf(json).includes('write permissions')))
    return terminal(
      'PermissionMissing',
      `the key may not ${what} (${right}): give it "Read/Write", and its user the role Shop manager`,
    );
  if (code === 'woocommerce_rest_authentication_error')
    return terminal(
      'KeyRefused',
      'the shop does not accept the key: make a new one and put both parts into the Secret',
    );
  return terminal(
    'KeyRefused',
    `the shop did not see the key (${code || 'HTTP 401'}): its server may take the Authorization header away, let it pass`,
  );
}

const codeOf = (json: unknown): string => problem.safeParse(json).data?.code ?? '';

/** The shop's own words, short; they name no person. */
const wordsOf = (json: unknown): string => {
  const { code = 'no reason', message = '' } = problem.safeParse(json).data ?? {};
  return `${message.replaceAll(/<[^>]*>/g, '').slice(0, 200)} (${code})`;
};
