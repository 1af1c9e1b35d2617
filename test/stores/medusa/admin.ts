import { z } from 'zod';

/** A body that the test knows the shape of. */
export type Body = Readonly<Record<string, unknown>>;

/** The store says no. */
export class StoreRefusal extends Error {}

/** The Admin API by hand: what a shopkeeper does in the admin's pages. */
export class MedusaAdmin {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, schema: z.ZodType<T>, body?: Body): Promise<T> {
    const response = await fetch(`${this.#url}/admin${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${this.#key}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new StoreRefusal(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return schema.parse(JSON.parse(text));
  }

  /** For what gives nothing that is needed. */
  async do(method: 'POST' | 'DELETE', path: string, body: Body = {}): Promise<void> {
    await this.call(method, path, z.unknown(), body);
  }

  /** Of a list: its ids by a field. */
  async idsBy(path: string, name: string, field: string): Promise<ReadonlyMap<string, string>> {
    const rows = z.object({ [name]: z.array(z.looseObject({ id: z.string() })) });
    const answer = await this.call('GET', `${path}?limit=100`, rows);
    return new Map((answer[name] ?? []).map((row) => [String(row[field]), row.id]));
  }
}
