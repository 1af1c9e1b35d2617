import { z } from 'zod';
import { certificateTrouble } from '../kit/net/certificate-trouble.ts';
import type { StoreOptions, Target } from './target.ts';

/** The hub's REST as a Store's developer key sees it; every answer is checked. */
export interface HubApi {
  get<T extends z.ZodType>(shape: T, path: string): Promise<z.output<T>>;
  post<T extends z.ZodType>(shape: T, path: string, body: unknown): Promise<z.output<T>>;
  /** All pages of a list, at most `most` items. */
  list<T extends z.ZodType>(item: T, path: string, most: number): Promise<z.output<T>[]>;
}

const problem = z.object({ detail: z.string() });

export async function hubApi(target: Target, of: StoreOptions): Promise<HubApi> {
  const { url, key } = await target.hub(of);
  const call = async <T extends z.ZodType>(
    shape: T,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.output<T>> => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((error: unknown) => {
      const trouble = certificateTrouble(error, 'the file that NODE_EXTRA_CA_CERTS names');
      if (trouble) throw new Error(`the certificate of the hub ${trouble}`, { cause: error });
      throw new Error(
        'the hub cannot be reached: if SUPERCARGO_HUB_URL is set, check it; else its pod has just ended: try again',
        { cause: error },
      );
    });
    const value: unknown = await answer.json().catch(() => ({}));
    if (!answer.ok)
      throw new Error(
        `the hub answered ${answer.status}: ${problem.safeParse(value).data?.detail ?? 'no reason given'}`,
      );
    const parsed = shape.safeParse(value);
    if (!parsed.success) throw new Error("the hub's answer is not as expected: use a CLI and a hub of one release");
    return parsed.data;
  };
  return {
    get: (shape, path) => call(shape, 'GET', path),
    post: (shape, path, body) => call(shape, 'POST', path, body),
    async list<T extends z.ZodType>(item: T, path: string, most: number) {
      const items: z.output<T>[] = [];
      let after: string | null = null;
      do {
        const query: string = `${path}${path.includes('?') ? '&' : '?'}limit=500${after === null ? '' : `&after=${after}`}`;
        const answer: { items: z.output<T>[]; nextCursor: string | null } = await call(
          z.object({ items: z.array(item), nextCursor: z.string().nullable() }),
          'GET',
          query,
        );
        items.push(...answer.items);
        after = answer.nextCursor;
      } while (after !== null && items.length < most);
      return items.slice(0, most);
    },
  };
}

/** `?a=1&b=2` of what is set. */
export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return set.length > 0 ? `?${new URLSearchParams(set).toString()}` : '';
}
