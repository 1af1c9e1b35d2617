import { z } from 'zod';
import type { DriverContext, RequestAuth, ShopRequest, ShopResponse } from '../contract/index.ts';
import { expiresAt, type GrantedTokens } from '../oauth/granted.ts';
import { InvalidGrant, RotatingToken } from '../oauth/rotating-token.ts';
import type { Credential, Settings } from './config.ts';
import { problemOf, retry, terminal, TooCostly, waiting } from './errors.ts';

export type Context = DriverContext<Credential, Settings>;
export type Variables = Readonly<Record<string, unknown>>;

/** A document of GraphQL with the shape of its answer, and the points that it takes at most. */
export interface Operation<T> {
  readonly document: string;
  readonly answer: z.ZodType<T>;
  readonly cost?: number;
}

const MUTATION_COST = 10;
const DEFAULT_COST = 50;
const DEFAULT_RATE = 100;
/** The bucket of calls for files. */
export const FILES = 'files';
const HEADER = 'x-shopify-access-token';

const cost = z.looseObject({
  requestedQueryCost: z.number().nullish(),
  throttleStatus: z
    .looseObject({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number() })
    .nullish(),
});
const envelope = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string().nullish() }).nullish() }))
    .nullish(),
  extensions: z
    .looseObject({
      cost: cost.nullish(),
      search: z.array(z.looseObject({ warnings: z.array(z.looseObject({ field: z.string() })) })).nullish(),
    })
    .nullish(),
});
type Envelope = z.infer<typeof envelope>;

const tokens = z.looseObject({
  access_token: z.string(),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  refresh_token_expires_in: z.number().optional(),
});

/** The Admin API over the engine's HTTP. */
export class ShopifyClient {
  readonly context: Context;
  /** Catalogues of more variants are asked for as a file. */
  readonly largest: number;
  readonly #auth: RequestAuth;

  constructor(context: Context, largest: number) {
    this.context = context;
    this.largest = largest;
    this.#auth = authOf(context);
  }

  get settings(): Settings {
    return this.context.settings;
  }

  /** A query: without effect. Throws TooCostly where less must be asked for. */
  async query<T>(operation: Operation<T>, variables: Variables, signal: AbortSignal): Promise<T> {
    return (await this.ask(operation, variables, signal)).data;
  }

  /** A query, and the version of the API that served it. */
  async ask<T>(
    operation: Operation<T>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<{ readonly data: T; readonly version: string | undefined }> {
    const points = operation.cost ?? DEFAULT_COST;
    const response = await this.context.http.read(this.#request(operation.document, variables, points, signal));
    return { data: await this.#answer(operation, response), version: response.headers['x-shopify-api-version'] };
  }

  async mutate<T>(operation: Operation<T>, variables: Variables, signal: AbortSignal): Promise<T> {
    const request = this.#request(operation.document, variables, MUTATION_COST, signal);
    return this.#answer(operation, await this.context.http.write(request));
  }

  /**
   * A file at Shopify's storage, as it comes. Its address is signed: it goes into no message, and no token goes to that
   * host. It takes nothing of the shop's points, however long it comes.
   */
  async file(url: string, signal: AbortSignal): Promise<ShopResponse> {
    return this.context.http.read({
      ...{ method: 'GET', url, headers: { accept: '*/*' }, stream: true, bucket: FILES, timeoutMs: 60_000, signal },
    });
  }

  #request(query: string, variables: Variables, points: number, signal: AbortSignal): ShopRequest {
    const { url, apiVersion } = this.settings;
    return {
      method: 'POST',
      url: `${url}/admin/api/${apiVersion}/graphql.json`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
      auth: this.#auth,
      cost: points,
      throttled,
      signal,
    };
  }

  async #answer<T>(operation: Operation<T>, response: ShopResponse): Promise<T> {
    demandStatus(response);
    const parsed = envelope.safeParse(await response.json());
    if (!parsed.success) throw retry('UnexpectedPayload', 'what answers is not the Admin API: check settings.url');
    const { data, errors, extensions } = parsed.data;
    this.#observe(parsed.data);
    const wait = waitOf(parsed.data);
    if (wait !== undefined) throw waiting('RateLimited', 'Shopify asks to wait', wait);
    if (errors?.[0]) throw problemOf(errors[0]);
    const ignored = extensions?.search?.flatMap(({ warnings }) => warnings)[0];
    if (ignored)
      throw terminal(
        'FilterIgnored',
        `Shopify ignores the filter "${ignored.field}": all would be read in place of a part`,
      );
    const answer = operation.answer.safeParse(data);
    if (!answer.success) {
      const [issue] = answer.error.issues;
      throw retry('UnexpectedPayload', `Shopify sent what was not expected at ${issue?.path.join('.') ?? 'the top'}`);
    }
    return answer.data;
  }

  #observe({ extensions }: Envelope): void {
    const status = extensions?.cost?.throttleStatus;
    if (status)
      this.context.http.observe({
        remaining: status.currentlyAvailable,
        burst: status.maximumAvailable,
        perSecond: status.restoreRate,
      });
  }
}

/** The milliseconds to wait where Shopify says with status 200 that it was asked too much. */
async function throttled(response: ShopResponse): Promise<number | undefined> {
  if (response.status !== 200 || !(response.headers['content-type'] ?? '').includes('json')) return undefined;
  const parsed = envelope.safeParse(await response.json());
  return parsed.success ? waitOf(parsed.data) : undefined;
}

function waitOf({ errors, extensions }: Envelope): number | undefined {
  if (!errors?.some((error) => error.extensions?.code === 'THROTTLED')) return undefined;
  const { requestedQueryCost, throttleStatus } = extensions?.cost ?? {};
  const missing = (requestedQueryCost ?? DEFAULT_COST) - (throttleStatus?.currentlyAvailable ?? 0);
  return Math.max(1000, Math.ceil((1000 * missing) / (throttleStatus?.restoreRate ?? DEFAULT_RATE)));
}

/** Throws what a status means. */
function demandStatus({ status, headers }: ShopResponse): void {
  if (status === 401)
    throw terminal('KeyRefused', 'Shopify does not accept the token: make a new one and put it into the Secret');
  if (status === 402)
    throw terminal('ShopFrozen', 'the shop is frozen: its owner must pay the open invoice in the Shopify admin');
  if (status === 403) throw terminal('KeyRefused', 'Shopify does not let the app in: install it in the shop again');
  if (status === 404)
    throw terminal('WrongUrl', 'there is no shop at the address: settings.url must be https://NAME.myshopify.com');
  if (status === 423) throw terminal('ShopLocked', 'the shop is locked: its owner must ask the support of Shopify');
  if (status === 429) throw waiting('RateLimited', 'Shopify asks to wait', 1000 * Number(headers['retry-after'] ?? 2));
  if (status >= 500) throw retry('StoreUnavailable', `Shopify cannot answer at the moment (HTTP ${status})`);
  if (status >= 300)
    throw terminal('WrongUrl', `there is no Admin API at the address (HTTP ${status}): check settings.url`);
  if (!(headers['content-type'] ?? '').includes('json'))
    throw retry(
      'NotAnApi',
      'a web page answers in place of the Admin API: settings.url must be https://NAME.myshopify.com',
    );
}

/** A fixed token, one that the app asks for itself (24 hours), or one that rotates (an hour). */
function authOf(context: Context): RequestAuth {
  const { accessToken } = context.credential;
  if (accessToken !== undefined) return { headers: async () => ({ [HEADER]: accessToken }) };
  const rotating = new RotatingToken({
    vault: context.tokens.scoped(new URL(context.settings.url).host),
    now: context.now,
    firstRefreshToken: context.credential.refreshToken,
    grant: (refreshToken, signal) => grant(context, refreshToken, signal),
    remedy:
      'Shopify accepts neither the kept refresh token nor the one in the Secret: install the app again and put the new refreshToken into the Secret',
  });
  return {
    headers: async (_call, signal, refused) => ({ [HEADER]: await rotating.access(signal, refused?.[HEADER]) }),
  };
}

/** By `read`: it changes nothing of the shop, and the old refresh token is good until its successor was used. */
async function grant(context: Context, refreshToken: string | undefined, signal: AbortSignal): Promise<GrantedTokens> {
  const { clientId = '', clientSecret = '' } = context.credential;
  const form = new URLSearchParams({
    ...{ client_id: clientId, client_secret: clientSecret },
    ...(refreshToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refreshToken }),
  });
  const response = await context.http.read({
    method: 'POST',
    url: `${context.settings.url}/admin/oauth/access_token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
    signal,
  });
  if (response.status === 400 || response.status === 401) {
    if ((await response.text()).includes('invalid_grant') && refreshToken !== undefined) throw new InvalidGrant();
    throw terminal(
      'KeyRefused',
      'Shopify gives the app no token: check clientId and clientSecret, and that the app is installed in this shop and of the same organisation',
    );
  }
  demandStatus(response);
  const parsed = tokens.safeParse(await response.json());
  if (!parsed.success) throw retry('UnexpectedPayload', 'Shopify answered the request for a token with something else');
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = parsed.data;
  const at = (seconds: number | undefined) => expiresAt(context.now(), seconds);
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    accessExpiresAt: at(expires_in),
    refreshExpiresAt: at(refresh_token_expires_in),
  };
}

/** Asks for less and less, down to one, where Shopify finds a question too large. */
export async function affordable<T>(size: number, ask: (size: number) => Promise<T>): Promise<T> {
  for (let first = size; ; first = Math.ceil(first / 2)) {
    try {
      return await ask(first);
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      if (first === 1) throw terminal('UnsupportedSchema', 'Shopify finds a single record too large to be asked for');
    }
  }
}
