import type { z } from 'zod';
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
import { expiresAt, type GrantedTokens } from '../oauth/granted.ts';
import { InvalidGrant, RotatingToken } from '../oauth/rotating-token.ts';
import { bearer } from '../toolkit/auth/bearer.ts';
import type { GenericCredential, GenericSettings } from './config.ts';
import * as payload from './payload.ts';

export type GenericContext = DriverContext<GenericCredential, GenericSettings>;
export type Query = Readonly<Record<string, string | number | undefined>>;
type Method = ShopRequest['method'];

const DEFAULT_WAIT_MS = 30_000;
const LONGEST_QUOTE = 200;
const WRONG_URL = 'settings.url must be the base URL of the Supercargo Generic Store API (docs/generic-api.md)';

/** The API over the engine's HTTP: authorization, addresses, and what its refusals mean. */
export class GenericClient {
  readonly #context: GenericContext;
  readonly #base: string;
  readonly #auth: RequestAuth;

  constructor(context: GenericContext) {
    this.#context = context;
    this.#base = context.settings.url.replace(/\/+$/, '');
    const { apiKey } = context.credential;
    this.#auth = bearer(apiKey ?? this.#rotating(context));
  }

  #rotating(context: GenericContext): RotatingToken {
    return new RotatingToken({
      vault: context.tokens,
      now: context.now,
      firstRefreshToken: context.credential.refreshToken,
      grant: (refreshToken, signal) => this.#grant(refreshToken, signal),
      remedy:
        'the store accepts neither the kept refresh token nor the one in the Secret: authorise the client again in the store and put the new refreshToken into the Secret',
    });
  }

  /** What secrets of this connection are derived from. */
  get secretKey(): string {
    return this.#context.credential.apiKey ?? this.#context.credential.clientSecret!;
  }

  async get<T>(path: string, query: Query, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const response = await this.raw('GET', path + queryText(query), undefined, signal);
    return parsed(schema, await accepted(response, path), path);
  }

  /** Any call, with its answer as it is; the caller decides what a refusal means. */
  raw(method: Method, path: string, body: unknown, signal: AbortSignal): Promise<ShopResponse> {
    const { http } = this.#context;
    const request: ShopRequest = {
      method,
      url: this.#base + path,
      signal,
      auth: this.#auth,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    };
    return method === 'GET' ? http.read(request) : http.write(request);
  }

  /**
   * Through `read`: it changes nothing of the shop, Test mode needs it, and a lost answer may be repeated, since the
   * API keeps the old refresh token good until the new one has been used.
   */
  async #grant(refreshToken: string | undefined, signal: AbortSignal): Promise<GrantedTokens> {
    const {
      http,
      credential: { clientId, clientSecret },
      now,
    } = this.#context;
    const form = new URLSearchParams({
      grant_type: refreshToken === undefined ? 'client_credentials' : 'refresh_token',
      client_id: clientId!,
      client_secret: clientSecret!,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    });
    const response = await http.read({
      method: 'POST',
      url: `${this.#base}/oauth/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
    });
    if (response.status === 400 || response.status === 401) {
      const { error } = payload.problem.safeParse(await response.json()).data ?? {};
      if (error === 'invalid_grant') throw new InvalidGrant();
      throw terminal('KeyRefused', 'the store does not accept clientId and clientSecret: check both in the Secret');
    }
    const answer = parsed(payload.tokenAnswer, await accepted(response, '/oauth/token'), '/oauth/token');
    const after = (seconds: number | null | undefined) => expiresAt(now(), seconds);
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? undefined,
      accessExpiresAt: after(answer.expires_in),
      refreshExpiresAt: after(answer.refresh_token_expires_in),
    };
  }
}

/** The JSON of a 2xx answer, or what the refusal means. */
export async function accepted(response: ShopResponse, path: string): Promise<unknown> {
  const refused = await refusal(response, path);
  if (refused) throw refused;
  return response.json();
}

/** undefined for 2xx. */
export async function refusal(response: ShopResponse, path: string): Promise<DriverError | undefined> {
  const { status, headers } = response;
  if (status === 429 || status >= 500) return notNow(status, headers['retry-after']);
  if (status >= 300 && status < 400)
    return terminal(
      'WrongUrl',
      `the URL redirects to ${URL.parse(headers['location'] ?? '')?.origin ?? 'another address'}, where nothing was sent: ${WRONG_URL}`,
    );
  // A page of a store in maintenance looks the same as a wrong address, so this is tried again.
  if (!(headers['content-type'] ?? '').includes('json')) {
    if (status === 404) return terminal('WrongUrl', `there is nothing at the URL (HTTP 404): ${WRONG_URL}`);
    return retry('NotAnApi', `the store answers with something else than JSON (HTTP ${status}): ${WRONG_URL}`);
  }
  return status < 300 ? undefined : refused(status, payload.problem.safeParse(await response.json()).data ?? {}, path);
}

function notNow(status: number, retryAfter: string | undefined): DriverError {
  const after = seconds(retryAfter);
  if (status === 429) return waiting('RateLimited', 'the store asks to wait (HTTP 429)', after ?? DEFAULT_WAIT_MS);
  const message = `the store cannot answer at the moment (HTTP ${status})`;
  return after === undefined ? retry('StoreUnavailable', message) : waiting('StoreUnavailable', message, after);
}

function refused(status: number, said: z.infer<typeof payload.problem>, path: string): DriverError {
  if (status === 401)
    return terminal(
      'KeyRefused',
      'the store does not accept the key: make a new one in the store and put it into the Secret',
    );
  if (status === 403)
    return terminal(
      'PermissionMissing',
      `the key lacks the permission ${said.permission ?? 'that this needs'}: add it in the store`,
    );
  if (status === 404 || status === 405)
    return terminal('WrongUrl', `the store has no ${path} (HTTP ${status}): ${WRONG_URL}`);
  return terminal(
    'StoreRefused',
    `the store refuses ${path} (HTTP ${status}): ${shorten(said.message ?? said.error ?? 'no reason given')}`,
  );
}

export function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw retry('UnexpectedPayload', `${what}: ${describe(result.error)}`);
}

/** The first misfit by its path; values are not quoted, they may be personal. */
export function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'the answer'}: ${issue.message}` : 'not as expected';
}

export function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

export function queryText(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

function seconds(header: string | undefined): number | undefined {
  const value = Number(header);
  return header !== undefined && Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
}
