import { z } from 'zod';
import type { CensusWindow, ReadRequest } from '../contract/index.ts';
import { asSent } from '../toolkit/lists/as-sent.ts';
import { placeFrom } from '../toolkit/lists/few-records.ts';
import type { MedusaClient, Query } from './client.ts';

/** A row of a list before it is looked at: what paging needs of it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly updated_at: string };

export interface RowPage {
  readonly rows: readonly Row[];
  readonly resume: string;
  readonly end: boolean;
  readonly total?: number;
}

export interface List {
  readonly path: string;
  /** Name of the rows in the answer. */
  readonly name: keyof typeof ANSWERS;
  readonly query?: Query;
}

/** No bound is known of Medusa; a page of orders is long. */
export const MOST = 100;
const MOST_RESTARTS = 5;

/**
 * From a time on; or within one time, from which Medusa gives rows in no fixed order: there by id, after the `skip`
 * rows of which `last` was the last. `read`: rows given so far.
 */
const place = z.object({
  from: z.string().optional(),
  tie: z.object({ at: z.string(), skip: z.int().min(0), last: z.string().optional() }).optional(),
  read: z.int().min(0),
  ended: z.literal(true).optional(),
});
type Place = z.infer<typeof place>;
const idPlace = z.object({ ids: z.int().min(0) });
const timed = z.iso.datetime({ offset: true });
const rowOf = asSent<Row>(z.object({ id: z.string(), updated_at: timed }));
const answerWith = (name: string) => z.object({ [name]: z.array(rowOf), count: z.int().min(0), limit: z.int().min(1) });
const ANSWERS = { orders: answerWith('orders'), products: answerWith('products'), variants: answerWith('variants') };

/** Rows of a list by their time of change, or those that are named. */
export function rowsFor(client: MedusaClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  return request.ids ? named(client, list, request, request.ids) : byTime(client, list, request);
}

async function* named(
  client: MedusaClient,
  list: List,
  { pageSize, resume, signal }: ReadRequest,
  ids: readonly string[],
): AsyncGenerator<RowPage> {
  let from = placeFrom(resume, idPlace)?.ids ?? 0;
  do {
    const asked = ids.slice(from, from + pageSize);
    const rows = await withIds(client, list, asked, signal);
    from += asked.length;
    yield { rows, resume: JSON.stringify({ ids: from }), end: from >= ids.length };
  } while (from < ids.length);
}

/** The rows of these ids, in as many calls as the shop wants. */
export async function withIds(
  client: MedusaClient,
  list: List,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < ids.length;) {
    const id = ids.slice(from, from + MOST);
    const { rows, limit } = await ask(client, list, { id, limit: id.length }, signal);
    found.push(...rows);
    from += Math.min(id.length, limit);
  }
  return found;
}

/**
 * Medusa sorts by one field and gives rows of one time in any order, so that no page may begin in the middle of a time.
 * A page ends before its last time, which the next begins with; a time that fills a whole page is read by id.
 */
async function* byTime(client: MedusaClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  const { since, pageSize, signal } = request;
  const bounds = { 'updated_at[$lt]': request.until, 'created_at[$gte]': request.placedFrom };
  let at: Place = placeFrom(request.resume, place) ?? { from: since, read: 0 };
  for (let restarts = 0; at.ended !== true;) {
    const step = at.tie
      ? await tieStep(client, list, at, at.tie, { bounds, pageSize, signal })
      : await timeStep(client, list, at, { bounds, pageSize, signal });
    if (step === 'moved') {
      // Too much is under way in one time: it is left for the next run, which begins there again.
      if (++restarts > MOST_RESTARTS) return;
      at = { ...at, tie: { at: at.tie!.at, skip: 0 } };
      continue;
    }
    at = step.next;
    const end = at.ended === true;
    if (step.rows.length > 0 || end)
      yield {
        rows: step.rows,
        resume: JSON.stringify(at),
        end,
        ...(step.total === undefined ? {} : { total: step.total }),
      };
  }
  if (request.resume !== undefined && placeFrom(request.resume, place)?.ended)
    yield { rows: [], resume: JSON.stringify(at), end: true };
}

interface Asking {
  readonly bounds: Query;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

interface Step {
  readonly rows: readonly Row[];
  readonly next: Place;
  readonly total?: number;
}

async function timeStep(
  client: MedusaClient,
  list: List,
  at: Place,
  { bounds, pageSize, signal }: Asking,
): Promise<Step> {
  const asked = { ...bounds, 'updated_at[$gte]': at.from, order: 'updated_at', limit: pageSize + 1, offset: 0 };
  const { rows, count, limit } = await ask(client, list, asked, signal);
  const read = at.read + rows.length;
  const total = at.read + Math.max(count, rows.length);
  if (rows.length < Math.min(limit, pageSize + 1) || rows.length === 0)
    return { rows, total, next: { from: at.from, read, ended: true } };
  const last = rows.at(-1)!.updated_at;
  const head = rows.filter(({ updated_at }) => updated_at !== last);
  if (head.length === 0) return { rows: [], next: { from: last, tie: { at: last, skip: 0 }, read: at.read } };
  return { rows: head, total, next: { from: last, read: at.read + head.length } };
}

/** Rows of one time by id. The last one seen is asked for again: where another stands there, they have moved. */
async function tieStep(
  client: MedusaClient,
  list: List,
  at: Place,
  { at: time, skip, last }: NonNullable<Place['tie']>,
  { bounds, pageSize, signal }: Asking,
): Promise<Step | 'moved'> {
  const after = new Date(Date.parse(time) + 1).toISOString();
  const offset = Math.max(0, skip - 1);
  const back = skip - offset;
  const size = pageSize + back;
  const asked = { ...bounds, 'updated_at[$gte]': time, 'updated_at[$lt]': after, order: 'id', limit: size, offset };
  const { rows, limit } = await ask(client, list, asked, signal);
  if (back > 0 && rows[0]?.id !== last) return 'moved';
  const fresh = rows.slice(back);
  const read = at.read + fresh.length;
  // A shop that gives one row at a time would show the last one for ever.
  if (rows.length < Math.min(limit, size) || fresh.length === 0) return { rows: fresh, next: { from: after, read } };
  return {
    rows: fresh,
    next: { from: time, tie: { at: time, skip: skip + fresh.length, last: fresh.at(-1)!.id }, read },
  };
}

async function ask(client: MedusaClient, { path, name, query }: List, asked: Query, signal: AbortSignal) {
  const answer = await client.get(path, { ...query, ...asked }, ANSWERS[name], signal);
  return { rows: answer[name] as readonly Row[], count: answer.count as number, limit: answer.limit as number };
}

const born = ({ from, to }: CensusWindow): Query => ({ 'created_at[$gte]': from, 'created_at[$lt]': to });

/** How many came to be in the window. */
export async function count(
  client: MedusaClient,
  list: List,
  window: CensusWindow,
  signal: AbortSignal,
): Promise<number> {
  return (await ask(client, slim(list), { ...born(window), limit: 1 }, signal)).count;
}

/** Their ids, in the order of which Medusa makes them. */
export async function* ids(
  client: MedusaClient,
  list: List,
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for (let offset = 0; ;) {
    const asked = { ...born(window), order: 'id', limit: MOST, offset };
    const { rows, limit } = await ask(client, slim(list), asked, signal);
    if (rows.length > 0) yield rows.map(({ id }) => id);
    offset += rows.length;
    if (rows.length < Math.min(limit, MOST)) return;
  }
}

const slim = (list: List): List => ({ ...list, query: { ...list.query, fields: 'id,updated_at' } });
