import { z } from 'zod';
import type { CensusWindow, ReadRequest } from '../contract/index.ts';
import { asSent } from '../toolkit/lists/as-sent.ts';
import { placeFrom } from '../toolkit/lists/few-records.ts';
import { affordable, type Operation, type ShopifyClient } from './client.ts';
import { globalId, numberOf } from './ids.ts';

export type Row = Readonly<Record<string, unknown>> & { readonly id: string };
const row = asSent<Row>(z.object({ id: z.string() }));
export const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });
const connection = z.object({ nodes: z.array(row), pageInfo });
const ANSWERS = {
  orders: z.object({ orders: connection }),
  products: z.object({ products: connection }),
  productVariants: z.object({ productVariants: connection }),
};
const place = z.object({
  after: z.string().optional(),
  from: z.string().optional(),
  read: z.int(),
  ids: z.int().optional(),
});
type Place = z.infer<typeof place>;

/** Shopify gives no more than 25,000 objects by cursor: from here on a new list begins at the time that was reached. */
const DEEPEST = 20_000;
const IDS_AT_ONCE = 25;

/** A list of the root, whole and by ids. */
export interface List {
  readonly field: 'orders' | 'products' | 'productVariants';
  readonly type: string;
  readonly document: string;
  readonly byIds: string;
  /** The filter for when records came to be. */
  readonly placed?: string;
  readonly timed: boolean;
  readonly cost: number;
}

export interface RowsPage {
  readonly rows: readonly Row[];
  readonly resume: string;
  readonly end: boolean;
}

/** Rows of a request: named ones, or the list in order of change. */
export async function* rowsFor(client: ShopifyClient, list: List, request: ReadRequest): AsyncGenerator<RowsPage> {
  if (request.ids) yield* named(client, list, request.ids, request);
  else yield* listed(client, list, request);
}

async function* named(
  client: ShopifyClient,
  list: List,
  ids: readonly string[],
  { pageSize, resume, signal }: ReadRequest,
): AsyncGenerator<RowsPage> {
  let at = placeOf(resume)?.ids ?? 0;
  do {
    const size = Math.min(pageSize, IDS_AT_ONCE);
    const { asked, rows } = await affordable(size, async (count) => {
      const part = ids.slice(at, at + count);
      return { asked: part.length, rows: await byIds(client, list.byIds, list.type, part, signal) };
    });
    at += asked;
    yield { rows, resume: JSON.stringify({ read: 0, ids: at }), end: at >= ids.length };
  } while (at < ids.length);
}

/** Those of the named that there are. */
export async function byIds(
  client: ShopifyClient,
  document: string,
  type: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (ids.length === 0) return [];
  const operation: Operation<{ nodes: (Row | null | Record<string, never>)[] }> = {
    document,
    answer: z.object({ nodes: z.array(z.union([row, z.object({}).strict(), z.null()])) }),
    cost: 400,
  };
  const known = ids.filter((id) => /^\d+$/.test(id)).map((id) => globalId(type, id));
  if (known.length === 0) return [];
  const { nodes } = await client.query(operation, { ids: known }, signal);
  return nodes.filter((each): each is Row => each !== null && typeof each['id'] === 'string');
}

async function* listed(client: ShopifyClient, list: List, request: ReadRequest): AsyncGenerator<RowsPage> {
  let at: Place = placeOf(request.resume) ?? { read: 0 };
  let size = request.pageSize;
  for (;;) {
    const query = list.timed ? filterOf(list, request, at.from) : undefined;
    const { rows, info, asked } = await page(client, list, { query, after: at.after, size }, request.signal);
    // What was too large once is too large for the next page, too.
    size = asked;
    // A platform that gives its last page again says so by the cursor.
    const repeated = at.after !== undefined && info.endCursor === at.after;
    const end = !info.hasNextPage || repeated || info.endCursor == null;
    at = next(at, rows, info.endCursor ?? at.after, list.timed);
    yield { rows, resume: JSON.stringify(end ? { ...at, read: at.read + 1 } : at), end };
    if (end) return;
  }
}

function next(at: Place, rows: readonly Row[], after: string | undefined, timed: boolean): Place {
  const read = at.read + rows.length;
  const last = rows.at(-1)?.['updatedAt'];
  if (timed && read >= DEEPEST && typeof last === 'string' && last !== at.from) return { from: last, read: 0 };
  return { ...at, after, read };
}

async function page(
  client: ShopifyClient,
  { field, document, cost }: Pick<List, 'field' | 'document' | 'cost'>,
  { query, after, size }: { readonly query?: string; readonly after?: string; readonly size: number },
  signal: AbortSignal,
): Promise<{ readonly rows: readonly Row[]; readonly info: z.infer<typeof pageInfo>; readonly asked: number }> {
  const answer: z.ZodType<Readonly<Record<string, z.infer<typeof connection>>>> = ANSWERS[field];
  const filter = query === undefined ? {} : { query };
  let asked = size;
  const data = await affordable(size, (first) => {
    asked = first;
    return client.query({ document, answer, cost }, { first, after: after ?? null, ...filter }, signal);
  });
  const { nodes, pageInfo: info } = data[field]!;
  return { rows: nodes, info, asked };
}

const placeOf = (resume: string | undefined): Place | undefined => placeFrom(resume, place);

/** How many rows of a list were read up to this place; undefined: it is none of a list. */
export const rowsBefore = (resume: string | undefined): number | undefined => placeOf(resume)?.read;

/** Shopify's times are whole seconds: down for what is included, up for what is not. */
const floor = (time: string): string => iso(Math.floor(Date.parse(time) / 1000));
const ceil = (time: string): string => iso(Math.ceil(Date.parse(time) / 1000));
const iso = (seconds: number): string => `${new Date(1000 * seconds).toISOString().slice(0, 19)}Z`;

function filterOf(
  { placed, field }: List,
  { since, until, placedFrom }: ReadRequest,
  from?: string,
): string | undefined {
  const terms = [
    ...(field === 'orders' ? ['status:any'] : []),
    ...(from !== undefined
      ? [`updated_at:>='${from}'`]
      : since === undefined
        ? []
        : [`updated_at:>='${floor(since)}'`]),
    ...(until === undefined ? [] : [`updated_at:<'${ceil(until)}'`]),
    ...(placedFrom === undefined || placed === undefined ? [] : [`${placed}:>='${floor(placedFrom)}'`]),
  ];
  return terms.length === 0 ? undefined : terms.join(' ');
}

const windowFilter = (placed: string, { from, to }: CensusWindow): string =>
  `${placed}:>='${floor(from)}' ${placed}:<'${ceil(to)}'`;

/** By the platform's own count. */
export async function count(
  client: ShopifyClient,
  { field, document, placed }: { readonly field: string; readonly document: string; readonly placed: string },
  window: CensusWindow,
  signal: AbortSignal,
): Promise<number> {
  const answer = z.object({ [field]: z.object({ count: z.int() }) });
  const data = await client.query({ document, answer, cost: 10 }, { query: windowFilter(placed, window) }, signal);
  return data[field]!.count;
}

/** Ids alone, 250 in a call. */
export async function* idsIn(
  client: ShopifyClient,
  list: { readonly field: List['field']; readonly document: string; readonly placed: string },
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const query = windowFilter(list.placed, window);
  for (let after: string | undefined; ;) {
    const { rows, info } = await page(client, { ...list, cost: 20 }, { query, after, size: 250 }, signal);
    yield rows.map(({ id }) => numberOf(id));
    if (!info.hasNextPage || info.endCursor == null || info.endCursor === after) return;
    after = info.endCursor;
  }
}
