import { z } from 'zod';
import {
  retry,
  terminal,
  waiting,
  type DriverContext,
  type DriverError,
  type RequestAuth,
  type ShopRequest,
  type ShopResponse,
} from '../contract/index.ts';
import { basic } from '../toolkit/auth/basic.ts';
import type { Credential, Settings } from './config.ts';

export type MedusaContext = DriverContext<Credential, Settings>;
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const ASK_AGAIN_MS = 30_000;
/** A page of orders is computed: its totals and states are no columns. */
const TIMEOUT_MS = 60_000;
const problem = z.looseObject({ type: z.string().default(''), message: z.string().default('') });

/** Medusa refuses what it was asked; nothing of it was done. */
export interface Refusal {
  readonly refused: string;
  readonly missing: boolean;
}

/** The Admin API of one server. */
export class MedusaClient {
  readonly context: MedusaContext;
  readonly #auth: RequestAuth;

  constructor(context: MedusaContext) {
    this.context = context;
    // The key is the user, and there is no password: as a bearer it is refused.
    this.#auth = basic(context.credential.apiKey, '');
  }

  /** A list, or a record that must be there, in the form of `schema`. */
  async get<T>(path: string, query: Query, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const answer = await this.#answer(await this.context.http.read(this.#request('GET', path, query, signal)));
    if ('refusal' in answer) throw terminal('StoreRefused', `the shop refuses ${path}: ${answer.refusal.refused}`);
    return formOf(schema, answer.json, path);
  }

  /** A record; undefined where the shop does not have it. */
  async find<T>(path: string, query: Query, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> {
    const answer = await this.#answer(await this.context.http.read(this.#request('GET', path, query, signal)));
    if (!('refusal' in answer)) return formOf(schema, answer.json, path);
    if (answer.refusal.missing) return undefined;
    throw terminal('StoreRefused', `the shop refuses ${path}: ${answer.refusal.refused}`);
  }

  /** A batch with nothing in it: it changes nothing, and is refused where the key may not write. */
  async probe(path: string, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ create: [], update: [], delete: [] });
    await this.#answer(await this.context.http.read({ ...this.#request('POST', path, {}, signal), body }));
  }

  /** A call that changes the shop. */
  async write<T>(
    {
      method = 'POST',
      path,
      query = {},
      body,
    }: { method?: 'POST' | 'DELETE'; path: string; query?: Query; body?: unknown },
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | Refusal> {
    const request = { ...this.#request(method, path, query, signal), ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await this.#answer(await this.context.http.write(request));
    return 'refusal' in answer ? answer.refusal : formOf(schema, answer.json, path);
  }

  #request(method: ShopRequest['method'], path: string, query: Query, signal: AbortSignal): ShopRequest {
    const text = Object.entries(query)
      .flatMap(([name, value]) =>
        value === undefined
          ? []
          : typeof value === 'object'
            ? value.map((each) => [`${name}[]`, each] as const)
            : [[name, String(value)] as const],
      )
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    return {
      method,
      url: `${this.context.settings.url}/admin${path}${text === '' ? '' : `?${text}`}`,
      auth: this.#auth,
      headers: { accept: 'application/json', ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      timeoutMs: TIMEOUT_MS,
      signal,
    };
  }

  async #answer(response: ShopResponse): Promise<{ readonly json: unknown } | { readonly refusal: Refusal }> {
    const { status, headers } = response;
    const isJson = (headers['content-type'] ?? '').includes('json');
    throwTransport(response, isJson);
    const json = await response.json();
    if (status === 401) throw terminal('KeyRefused', 'the shop does not accept the key: make a new secret API key');
    const { type, message } = problem.safeParse(json).data ?? { type: '', message: '' };
    const words = `${message.slice(0, 200) || 'no reason given'}${type === '' ? '' : ` (${type})`}`;
    if (status === 403) throw terminal('PermissionMissing', `the key may not do it: ${words}`);
    // Something of another call was in its way: it is done with the next.
    if (status === 409) throw retry('StoreRefused', `the shop was busy with the same records: ${words}`);
    return status < 300 ? { json } : { refusal: { refused: words, missing: status === 404 } };
  }
}

/** Whether a write was refused. */
export const isRefusal = (answer: object): answer is Refusal => 'refused' in answer;

/** What an answer means that is not of Medusa's API. */
function throwTransport({ status, headers }: ShopResponse, isJson: boolean): void {
  if (status === 429)
    throw waiting('RateLimited', 'the shop asks to wait', Number(headers['retry-after'] ?? 0) * 1000 || ASK_AGAIN_MS);
  if (status >= 500) throw retry('StoreUnavailable', `the shop cannot answer at the moment (HTTP ${status})`);
  if (status >= 300 && status < 400)
    throw terminal(
      'WrongUrl',
      `the address leads somewhere else (HTTP ${status}): enter the final one as settings.url`,
    );
  if (isJson) return;
  throw otherAnswer(status);
}

function otherAnswer(status: number): DriverError {
  if (status === 401 || status === 403)
    return terminal('AccessDenied', `something before the shop refuses (HTTP ${status}): let this cluster through`);
  if (status >= 400)
    return terminal(
      'WrongUrl',
      'there is no Medusa at the address: check settings.url (the server, not the storefront)',
    );
  return retry('NotAnApi', 'the shop answers with a web page: it may be in maintenance, else check settings.url');
}

function formOf<T>(schema: z.ZodType<T>, json: unknown, path: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw retry(
    'UnexpectedPayload',
    `the shop sent ${path} in another form than it describes: see whether it was updated`,
  );
}
