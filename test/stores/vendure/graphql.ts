import { z } from 'zod';

/** Vendure said no: either in `errors`, or in the result union of a mutation. */
export class StoreRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export type Variables = Readonly<Record<string, unknown>>;

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }))
    .optional(),
});

const refusal = z.object({ errorCode: z.string(), message: z.string() });

/** A small GraphQL client on the Admin API for tests: every answer is checked against a schema. */
export class AdminClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** A client that acts as the superadmin. */
  static async login(url: string, username: string, password: string): Promise<AdminClient> {
    const login = `mutation { login(username: ${JSON.stringify(username)}, password: ${JSON.stringify(password)}) { ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }`;
    return (await new AdminClient(url).#openSession(login, z.unknown())).client;
  }

  /** A customer on the Shop API of the same store; their session begins with the given call. */
  shopper<T>(document: string, answer: z.ZodType<T>): Promise<{ client: AdminClient; answer: T }> {
    return new AdminClient(this.#url.replace(/admin-api$/, 'shop-api')).#openSession(document, answer);
  }

  async #openSession<T>(document: string, answer: z.ZodType<T>): Promise<{ client: AdminClient; answer: T }> {
    const response = await this.#post(JSON.stringify({ query: document }), { 'content-type': 'application/json' });
    const first = unwrap(await response.json(), answer);
    const token = response.headers.get('vendure-auth-token');
    if (token === null) throw new Error('Vendure gave no session.');
    return { client: new AdminClient(this.#url, { authorization: `Bearer ${token}` }), answer: first };
  }

  ask<T>(document: string, variables: Variables, answer: z.ZodType<T>): Promise<T> {
    return this.#send(JSON.stringify({ query: document, variables }), { 'content-type': 'application/json' }, answer);
  }

  /** One file in one variable, by the GraphQL multipart request convention. */
  upload<T>(
    document: string,
    file: { name: string; type: string; bytes: Uint8Array<ArrayBuffer> },
    answer: z.ZodType<T>,
  ): Promise<T> {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: document, variables: { file: null } }));
    form.set('map', JSON.stringify({ 0: ['variables.file'] }));
    form.set('0', new Blob([file.bytes], { type: file.type }), file.name);
    return this.#send(form, { 'apollo-require-preflight': 'true' }, answer);
  }

  async #send<T>(body: string | FormData, headers: Readonly<Record<string, string>>, answer: z.ZodType<T>): Promise<T> {
    return unwrap(await (await this.#post(body, headers)).json(), answer);
  }

  #post(body: string | FormData, headers: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.#url, { method: 'POST', headers: { ...headers, ...this.#headers }, body });
  }
}

function unwrap<T>(body: unknown, answer: z.ZodType<T>): T {
  const { data, errors } = envelope.parse(body);
  const first = errors?.[0];
  if (first !== undefined) throw new StoreRefusal(first.extensions?.code ?? 'ERROR', first.message);
  for (const result of Object.values(data ?? {})) {
    const refused = refusal.safeParse(result);
    if (refused.success) throw new StoreRefusal(refused.data.errorCode, refused.data.message);
  }
  return answer.parse(data);
}
