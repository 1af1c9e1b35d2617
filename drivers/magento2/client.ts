import { randomBytes } from 'node:crypto';
import type { DriverContext, RequestAuth, ShopRequest, ShopResponse } from '../contract/index.ts';
import { terminal } from '../contract/index.ts';
import { bearer } from '../toolkit/auth/bearer.ts';
import { oauth1 } from '../toolkit/auth/oauth1.ts';
import { answerOf, isRefusedResource, keyRefused, missing } from './answers.ts';
import type { Credential, Settings } from './config.ts';
import { NEEDS, type Need } from './needs.ts';

export type MagentoContext = DriverContext<Credential, Settings>;
export type Query = readonly (readonly [string, string])[];
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Magento builds an order or a product from dozens of tables: a full page takes its time. */
const TIMEOUT_MS = 90_000;

/** Not a page less than it was asked for: the shop answers, and knows nothing of it. */
export interface Found {
  readonly json: unknown;
}

/** The REST API of one shop. */
export class MagentoClient {
  readonly context: MagentoContext;
  readonly #auth: RequestAuth;

  constructor(context: MagentoContext) {
    this.context = context;
    this.#auth = authOf(context);
  }

  /** A call without effect. */
  async get(path: string, query: Query, need: Need, signal: AbortSignal): Promise<unknown> {
    const found = await this.find(path, query, need, signal);
    if (found) return found.json;
    throw terminal(
      'WrongUrl',
      `the shop has nothing at ${path}: check settings.url, and that the module behind it is switched on`,
    );
  }

  /** Undefined where the shop has no such record. */
  find(path: string, query: Query, need: Need, signal: AbortSignal): Promise<Found | undefined> {
    return this.#read({ method: 'GET', url: this.#url(path, query, this.context.settings.storeCode), signal }, need);
  }

  /** A question that is asked by POST, or a write with nothing in it, which is refused where the right is missing. */
  ask(path: string, body: unknown, need: Need, signal: AbortSignal): Promise<Found | undefined> {
    return this.#read(this.#body('POST', this.#url(path, [], 'all'), body, signal), need);
  }

  /** A call that changes the shop, of all its store views; undefined where there is no such record. */
  async write(
    method: Exclude<Method, 'GET'>,
    path: string,
    body: unknown,
    need: Need,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    const { http } = this.context;
    const request = this.#body(method, this.#url(path, [], 'all'), body, signal);
    return this.#judged(await http.write({ ...request, auth: this.#auth, timeoutMs: TIMEOUT_MS }), need, signal);
  }

  async #read(request: ShopRequest, need: Need): Promise<Found | undefined> {
    const response = await this.#send(request);
    return this.#judged(response, need, request.signal!);
  }

  #send(request: ShopRequest): Promise<ShopResponse> {
    return this.context.http.read({ ...request, auth: this.#auth, timeoutMs: TIMEOUT_MS });
  }

  /** 401 is a bad token, or a resource that it lacks: of a bearer token Magento has the same words for both. */
  async #judged(response: ShopResponse, need: Need, signal: AbortSignal): Promise<Found | undefined> {
    const answer = await answerOf(response, need);
    if (answer.kind === 'found') return answer;
    if (answer.kind === 'missing') return undefined;
    if (!isRefusedResource(answer.words)) throw keyRefused(this.#isSigned, answer.words);
    const probe = await this.#send({ method: 'GET', url: this.#url('/V1/modules', [], 'all'), signal });
    if ((await answerOf(probe, NEEDS.store)).kind === 'refused') throw keyRefused(this.#isSigned, answer.words);
    throw missing(need, answer.words);
  }

  get #isSigned(): boolean {
    return this.context.credential.consumerKey !== undefined;
  }

  #body(method: Method, url: string, body: unknown, signal: AbortSignal): ShopRequest {
    return {
      ...{ method, url, signal, headers: { 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }

  #url(path: string, query: Query, storeCode: string): string {
    const text = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
    return `${this.context.settings.url}/rest/${storeCode}${path}${text === '' ? '' : `?${text}`}`;
  }
}

function authOf({ credential, now }: MagentoContext): RequestAuth {
  const { accessToken: token, consumerKey, consumerSecret, accessTokenSecret: tokenSecret } = credential;
  if (consumerKey === undefined || consumerSecret === undefined || tokenSecret === undefined) return bearer(token);
  const nonce = (): string => randomBytes(16).toString('hex');
  return oauth1({ consumerKey, consumerSecret, token, tokenSecret, now, nonce });
}
