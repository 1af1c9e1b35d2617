// A driver outside this repository: products in pages and nothing else. Types are all it imports, so it needs no build:
// Node.js leaves them out. docs/writing-a-driver.md explains each part.
import type { CheckReport, DriverContext, Page, ReadRequest, UnreadableRecord } from '../../drivers/contract/index.ts';
import type { DriverKit } from '../../drivers/added/module.ts';
import type { ProductRecord } from '../../model/records.ts';

/** The version of the contract that this driver is written for. */
export const contract = 2;

/** Makes the driver of what the sync pod hands in. */
export function driver(kit: DriverKit) {
  const { z, defineDriver, errorDetails, retry, terminal, waiting, bearer, minorUnits } = kit;
  const credential = z.object({ token: z.string().min(1) });
  const settings = z.strictObject({ url: z.url() });
  type Context = DriverContext<{ token: string }, { url: string }>;
  const item = z.object({
    id: z.string(),
    sku: z.string(),
    name: z.string(),
    price: z.string(),
    updatedAt: z.string(),
  });
  const answer = z.object({ items: z.array(item), next: z.string().nullable(), total: z.number() });

  async function get(context: Context, path: string, signal: AbortSignal) {
    const { http, settings: at, credential: key } = context;
    const response = await http.read({ method: 'GET', url: at.url + path, auth: bearer(key.token), signal });
    const { status, headers } = response;
    if (status === 429)
      throw waiting('RateLimited', 'the shop asks to wait', 1000 * Number(headers['retry-after'] ?? 30));
    if (status >= 500) throw retry('StoreUnavailable', `the shop cannot answer at the moment (HTTP ${status})`);
    if (status === 401)
      throw terminal('KeyRefused', 'the shop does not accept the token: make a new one and put it into the Secret');
    if (status >= 300)
      throw terminal('WrongUrl', `there is no API at the address (HTTP ${status}): check settings.url`);
    const parsed = answer.safeParse(await response.json());
    if (!parsed.success) throw retry('UnexpectedPayload', 'the shop sent what was not expected: check settings.url');
    return parsed.data;
  }

  async function check(context: Context, signal: AbortSignal): Promise<CheckReport> {
    const reachable = { status: 'True', reason: 'Reachable', message: 'the shop answers' } as const;
    try {
      await get(context, '/products?limit=1', signal);
    } catch (error) {
      const { behaviour, reason, message, scope } = errorDetails(error);
      if (scope === 'credential') return { reachable, credential: { status: 'False', reason, message } };
      return {
        reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
        credential: { status: 'Unknown', reason: 'NotChecked', message: 'the shop must be reachable first' },
      };
    }
    return { reachable, credential: { status: 'True', reason: 'Accepted', message: 'the shop accepts the token' } };
  }

  async function* read(context: Context, request: ReadRequest): AsyncIterable<Page> {
    let cursor = request.resume ?? '';
    for (;;) {
      const query = new URLSearchParams({ limit: String(request.pageSize), cursor });
      const { items, next, total } = await get(context, `/products?${query.toString()}`, request.signal);
      cursor = next ?? `${cursor}.`;
      const page = { records: [] as ProductRecord[], unreadable: [] as UnreadableRecord[] };
      for (const found of items) {
        const record = product(found);
        if (record) page.records.push(record);
        // Never a price of 0: the goods would be free.
        else
          page.unreadable.push({
            recordId: found.id,
            reason: 'UnexpectedPayload',
            message: `product ${found.id}: its price is no amount`,
            raw: found,
          });
      }
      yield { ...page, resume: cursor, end: next === null, total };
      if (next === null) return;
    }
  }

  function product({
    id,
    sku,
    name,
    price: text,
    updatedAt,
  }: {
    id: string;
    sku: string;
    name: string;
    price: string;
    updatedAt: string;
  }): ProductRecord | undefined {
    const price = minorUnits(text, 'EUR');
    if (price === undefined) return undefined;
    const variant = { id, sku, title: name, price, currency: 'EUR', enabled: true, tracked: true, options: {} };
    return {
      kind: 'product',
      id,
      title: name,
      status: 'Active',
      attributes: {},
      images: [],
      updatedAt,
      variants: [variant],
    };
  }

  return defineDriver({
    manifest: {
      name: 'example',
      title: 'Example platform',
      documentation: 'https://example.com/docs',
      platformKind: 'Store',
      hosts: [{ setting: 'url' }],
      limits: ['Prices are in euro.'],
    },
    credential,
    settings,
    connect: (context) => context,
    check: (context, _feeds, signal) => check(context, signal),
    feeds: { ProductImport: { cursor: { kind: 'full' }, maxPageSize: 100, read } },
  });
}
