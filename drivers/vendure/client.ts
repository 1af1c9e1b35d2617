import { z } from 'zod';
import type { ShopHttp, ShopRequest, ShopResponse } from '../contract/index.ts';
import type { VendureCredential, VendureSettings } from './config.ts';
import { GraphqlError, httpProblem, notGraphql } from './errors.ts';
import { expectPayload } from './payload.ts';

/** A GraphQL document with the shape of its answer. */
export interface Operation<T> {
  readonly document: string;
  readonly answer: z.ZodType<T>;
}

export type Variables = Readonly<Record<string, unknown>>;

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        extensions: z.object({ code: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** The Admin API over the engine's HTTP. */
export class VendureClient {
  /** Token of the channel it works in; undefined: the default one. */
  readonly channel: string | undefined;
  readonly #http: ShopHttp;
  readonly settings: VendureSettings;
  readonly #credential: VendureCredential;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(http: ShopHttp, credential: VendureCredential, settings: VendureSettings) {
    const url = new URL(settings.url);
    if (settings.language !== undefined) url.searchParams.set('languageCode', settings.language);
    this.channel = settings.channel;
    this.#http = http;
    this.#credential = credential;
    this.settings = settings;
    this.#url = url.href;
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'vendure-api-key': credential.apiKey,
      ...(settings.channel === undefined ? {} : { 'vendure-token': settings.channel }),
    };
  }

  /** What secrets of this connection are derived from. */
  get secretKey(): string {
    return this.#credential.apiKey;
  }

  /** The same key without a channel: tells a key that is refused from a channel that it may not enter. */
  inDefaultChannel(): VendureClient {
    return new VendureClient(this.#http, this.#credential, { ...this.settings, channel: undefined });
  }

  /** A query, or a mutation that is known to change nothing. */
  async query<T>(operation: Operation<T>, variables: Variables, signal: AbortSignal): Promise<T> {
    return this.#answer(operation, await this.#http.read(this.#request(operation, variables, signal)));
  }

  async mutate<T>(operation: Operation<T>, variables: Variables, signal: AbortSignal): Promise<T> {
    return this.#answer(operation, await this.#http.write(this.#request(operation, variables, signal)));
  }

  #request(operation: Operation<unknown>, variables: Variables, signal: AbortSignal): ShopRequest {
    return {
      method: 'POST',
      url: this.#url,
      headers: this.#headers,
      body: JSON.stringify({ query: operation.document, variables }),
      signal,
    };
  }

  async #answer<T>(operation: Operation<T>, response: ShopResponse): Promise<T> {
    const problem = httpProblem(response);
    if (problem !== undefined) throw problem;
    const parsed = envelope.safeParse(await response.json());
    if (!parsed.success) throw notGraphql();
    const { data, errors } = parsed.data;
    const first = errors?.[0];
    if (first !== undefined) {
      const key = first.path?.[0];
      throw new GraphqlError({
        message: first.message,
        code: first.extensions?.code ?? undefined,
        field: key === undefined ? undefined : fieldBehind(operation.document, String(key)),
      });
    }
    if (data == null) throw notGraphql();
    return expectPayload(operation.answer, data, "The store's answer");
  }
}

/** An answer names a field by its alias; permissions are known by the field's own name. */
function fieldBehind(document: string, key: string): string | undefined {
  // What is no name is no field of ours, and it would be read as a pattern.
  if (!/^\w{1,100}$/.test(key)) return undefined;
  return new RegExp(`(?<![$\\w])${key}:\\s*(\\w+)`).exec(document)?.[1] ?? key;
}
