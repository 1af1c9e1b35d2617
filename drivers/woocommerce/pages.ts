import { z } from 'zod';
import { retry, type CensusWindow, type ReadRequest } from '../contract/index.ts';
import { asSent } from '../toolkit/lists/as-sent.ts';
import { placeFrom } from '../toolkit/lists/few-records.ts';
import type { Need, Query, WooClient } from './client.ts';

/** A row of a list before it is looked at: what paging needs of it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: number };

export interface RowPage {
  readonly rows: readonly Row[];
  readonly resume: string;
  readonly end: boolean;
  readonly total: number | undefined;
}

export interface List {
  readonly path: string;
  readonly need: Need;
  readonly query?: Query;
}

/** WooCommerce gives no more at once; one row is taken along of the page before. */
export const MOST = 100;
const SECOND = 1000;

/** After the row `last`, the last of the `seen` ones that changed in the second `at`; `given` came before. */
const timePlace = z.object({ at: z.number(), seen: z.int(), last: z.int(), given: z.int() });
type TimePlace = z.infer<typeof timePlace>;
const idPlace = z.object({ ids: z.int() });

const rowsOf = z.array(asSent<Row>(z.object({ id: z.int() })));

/** Rows of a list by their time of change, or those that are named. */
export function rowsFor(client: WooClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  return request.ids ? named(client, list, request, request.ids) : byTime(client, list, request);
}

async function* named(
  client: WooClient,
  { path, need, query }: List,
  { pageSize, resume, signal }: ReadRequest,
  ids: readonly string[],
): AsyncGenerator<RowPage> {
  let from = placeFrom(resume, idPlace)?.ids ?? 0;
  do {
    const asked = ids.slice(from, from + pageSize);
    const known = asked.filter((id) => /^[1-9]\d{0,15}$/.test(id));
    const rows = known.length === 0 ? [] : await all(client, { path, need, query }, known, signal);
    from += asked.length;
    yield { rows, resume: JSON.stringify({ ids: from }), end: from >= ids.length, total: undefined };
  } while (from < ids.length);
}

/** All rows of these ids: a shop may give fewer at once than it is asked for. */
export async function all(
  client: WooClient,
  { path, need, query }: List,
  ids: readonly (string | number)[],
  signal: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < ids.length; from += MOST) {
    const part = ids.slice(from, from + MOST);
    for (let offset = 0; ;) {
      const asked = { ...query, include: part.join(','), orderby: 'include', order: 'asc', per_page: MOST };
      const answer = await client.get(path, { ...asked, offset: offset || undefined }, need, signal);
      const rows = parsed(answer.json);
      found.push(...rows);
      offset += rows.length;
      if (rows.length === 0 || offset >= Math.max(answer.total ?? 0, part.length) || isWhole(rows, answer.total)) break;
    }
  }
  return found;
}

const isWhole = (rows: readonly Row[], total: number | undefined): boolean =>
  total !== undefined && rows.length >= total;

/**
 * Never by the number of a page: one row that changes would move all behind it up. Each page is asked for from the
 * second of the last row on; in that second rows stand in the order of their ids, and one row of the page before is
 * taken along: where another stands in its place, that second is read anew.
 */
async function* byTime(client: WooClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  const { since, until, placedFrom, pageSize, signal } = request;
  const fixed: Query = {
    ...list.query,
    ...{ orderby: 'modified', order: 'asc', dates_are_gmt: 'true' },
    modified_before: until === undefined ? undefined : gmt(Math.ceil(Date.parse(until) / SECOND)),
    after: placedFrom === undefined ? undefined : gmt(seconds(placedFrom) - 1),
  };
  const ask = async (from: number | undefined, offset: number, size: number) => {
    // Bounds are exclusive.
    const bound = from === undefined ? undefined : gmt(from - 1);
    const query = { ...fixed, modified_after: bound, offset: offset || undefined, per_page: size };
    const { json, total } = await client.get(list.path, query, list.need, signal);
    return { rows: parsed(json), total };
  };
  let place = placeFrom(request.resume, timePlace);
  for (;;) {
    const page = await pageAfter(place, since === undefined ? undefined : seconds(since), pageSize, ask);
    const { fresh, next, end, total } = page;
    place = next;
    yield { rows: fresh, resume: JSON.stringify(next ?? { given: 0, end: true }), end, total };
    if (end) return;
  }
}

type Ask = (
  from: number | undefined,
  offset: number,
  size: number,
) => Promise<{ readonly rows: readonly Row[]; readonly total: number | undefined }>;

async function pageAfter(place: TimePlace | undefined, since: number | undefined, pageSize: number, ask: Ask) {
  const old = (row: Row): boolean => place !== undefined && modified(row) === place.at && row.id <= place.last;
  const size = Math.min(MOST, pageSize + (place ? 1 : 0));
  const { rows, total, offset } = place
    ? await rowsAfter(place, size, old, ask)
    : { ...(await ask(since, 0, size)), offset: 0 };
  const fresh = rows.filter((row) => !old(row));
  const behind = offset + rows.length;
  return {
    fresh,
    next: placeAfter(place, rows, fresh.length, offset),
    end: rows.length === 0 || (rows.length < size && (total === undefined || behind >= total)),
    total: total === undefined ? undefined : place ? place.given + total - (behind - fresh.length) : total,
  };
}

/** From the last row that was given, or, where it has moved away, from the beginning of its second. */
async function rowsAfter({ at, seen, last }: TimePlace, size: number, old: (row: Row) => boolean, ask: Ask) {
  const there = await ask(at, seen - 1, size);
  if (there.rows[0]?.id === last) return { ...there, offset: seen - 1 };
  for (let offset = 0; ;) {
    const answer = await ask(at, offset, size);
    if (answer.rows.length === 0 || !answer.rows.every(old)) return { ...answer, offset };
    offset += answer.rows.length;
  }
}

function placeAfter(
  place: TimePlace | undefined,
  rows: readonly Row[],
  fresh: number,
  offset: number,
): TimePlace | undefined {
  const row = rows.at(-1);
  if (!row) return place;
  const at = modified(row);
  const tied = rows.filter((each) => modified(each) === at).length;
  const seen = tied === rows.length && place?.at === at ? offset + tied : tied;
  return { at, seen, last: row.id, given: (place?.given ?? 0) + fresh };
}

/** The second in which a row changed. */
function modified(row: Row): number {
  const at = Date.parse(`${String(row['date_modified_gmt'])}Z`);
  if (Number.isNaN(at))
    throw retry('UnexpectedPayload', `the shop sent ${row.id} without a time of change: see whether it was updated`);
  return at / SECOND;
}

/** How many came to be in the window. */
export async function count(client: WooClient, list: List, window: CensusWindow, signal: AbortSignal): Promise<number> {
  const { total } = await client.get(
    list.path,
    { ...list.query, ...born(window), per_page: 1, _fields: 'id' },
    list.need,
    signal,
  );
  if (total === undefined)
    throw retry('UnexpectedPayload', 'the shop does not say how many there are: let the header X-WP-Total pass');
  return total;
}

/** Their ids. */
export async function* ids(
  client: WooClient,
  list: List,
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for (let offset = 0; ;) {
    const asked = { ...list.query, ...born(window), orderby: 'id', order: 'asc', per_page: MOST, _fields: 'id' };
    const { json } = await client.get(list.path, { ...asked, offset: offset || undefined }, list.need, signal);
    const rows = parsed(json);
    if (rows.length === 0) return;
    yield rows.map(({ id }) => String(id));
    offset += rows.length;
  }
}

const born = ({ from, to }: CensusWindow): Query => ({
  after: gmt(Math.ceil(Date.parse(from) / SECOND) - 1),
  before: gmt(Math.ceil(Date.parse(to) / SECOND)),
  dates_are_gmt: 'true',
});

const seconds = (time: string): number => Math.floor(Date.parse(time) / SECOND);
const gmt = (second: number): string => new Date(second * SECOND).toISOString().slice(0, 19);

function parsed(json: unknown): Row[] {
  const rows = rowsOf.safeParse(json);
  if (!rows.success)
    throw retry('UnexpectedPayload', 'the shop sent no list where one was expected: see whether it was updated');
  return rows.data;
}
