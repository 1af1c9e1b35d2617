import { z } from 'zod';
import { errorDetails, retry, type CensusWindow, type DriverError, type ReadRequest } from '../contract/index.ts';
import { asSent } from '../toolkit/lists/as-sent.ts';
import { pagesByTime } from '../toolkit/lists/pages-by-time.ts';
import { placeOf as timePlaceOf } from '../toolkit/lists/place.ts';
import { PageTooLarge, RowFailed } from './answers.ts';
import type { MagentoClient } from './client.ts';
import { anyOf, chunks, criteria, isoTime, magentoTime, secondsDown, secondsUp, type Groups } from './criteria.ts';
import { NEEDS, type Need } from './needs.ts';

/** A row before it is looked at; `failed`: what stands for one that the shop cannot show. */
export type Row = Readonly<Record<string, unknown>> & { readonly failed?: DriverError };

export interface List {
  /** For messages: "orders". */
  readonly what: string;
  readonly path: string;
  readonly need: Need;
  /** `entity_id`; of products the field is called otherwise in the answer. */
  readonly idField: string;
  readonly groups: Groups;
  /** What is asked for of each row; all if absent. */
  readonly fields?: string;
}

export interface RowPage {
  readonly rows: readonly Row[];
  readonly resume: string;
  readonly end: boolean;
  readonly total: number | undefined;
}

/** A server may allow less, and says so then. */
export const MOST = 100;

const answer = z.object({
  items: z
    .array(asSent<Row>(z.object({})))
    .nullish()
    .transform((items) => items ?? []),
  total_count: z.int().min(0),
});
const idPlace = z.object({ ids: z.int() });

export const idOf = (row: Row, { idField }: List): string => String(row[idField]);

/** Rows of a list by their time of change, or those that are named. */
export function rowsFor(client: MagentoClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  return request.ids ? named(client, list, request, request.ids) : byTime(client, list, request);
}

async function* byTime(client: MagentoClient, list: List, request: ReadRequest): AsyncGenerator<RowPage> {
  const { since, until, placedFrom, signal } = request;
  const fixed: Groups = [
    ...list.groups,
    ...(until === undefined ? [] : [[{ field: 'updated_at', value: magentoTime(secondsUp(until)), is: 'lt' }]]),
    ...(placedFrom === undefined
      ? []
      : [[{ field: 'created_at', value: magentoTime(secondsDown(placedFrom)), is: 'gteq' }]]),
  ];
  let { resume, pageSize } = request;
  let announced: number | undefined;
  for (;;) {
    const pages = pagesByTime<Row>({
      what: list.what,
      time: (row) => timeOf(row),
      key: (row) => row.failed?.details.recordId ?? idOf(row, list),
      async page(from, page, size) {
        const { rows, total } = await pageOf(client, list, { fixed, from, page, size, signal });
        announced = total;
        // A full page may have more behind it, whatever is announced; a short one is the last if the total says so.
        return { rows, ...(rows.length === size ? {} : { total }) };
      },
      fragile: {
        brokenRow: (error) => (error instanceof RowFailed ? error : undefined),
        alone: (from, page, error) => alone(client, list, { fixed, from, page, size: 1, signal }, error),
      },
      since,
      resume,
      pageSize: Math.min(pageSize, MOST),
    });
    try {
      for await (const page of pages) {
        const { read = 0, skip = 0 } = timePlaceOf(resume) ?? {};
        yield { ...page, total: announced === undefined ? undefined : read + Math.max(0, announced - skip) };
        resume = page.resume;
      }
      return;
    } catch (error) {
      // The shop says how many it gives at most: it is asked for so many from there on.
      if (!(error instanceof PageTooLarge) || error.most < 1 || error.most >= pageSize) throw error;
      pageSize = error.most;
    }
  }
}

interface Part {
  readonly fixed: Groups;
  readonly from: string | undefined;
  readonly page: number;
  readonly size: number;
  readonly signal: AbortSignal;
}

const timeOf = ({ failed, updated_at }: Row): string | undefined => {
  if (failed) return undefined;
  const time = typeof updated_at === 'string' ? isoTime(updated_at) : '';
  if (Number.isNaN(Date.parse(time)))
    throw retry('UnexpectedPayload', 'the shop sent a record without a time of change: see whether it was updated');
  return time;
};

function query({ fixed, from, page, size }: Part, fields?: string) {
  const since =
    from === undefined ? [] : [[{ field: 'updated_at', value: magentoTime(secondsDown(from)), is: 'gteq' }]];
  return criteria({ groups: [...fixed, ...since], page, size, sort: ['updated_at', 'entity_id'], fields });
}

/** For `fields` of a list: these of its rows, and how many there are. */
const shown = (fields: string): string => `items[${fields}],total_count`;

async function pageOf(client: MagentoClient, { path, need, fields }: List, part: Part) {
  const asked = query(part, fields && shown(fields));
  const { items, total_count: total } = parsed(await client.get(path, asked, need, part.signal));
  // Whoever asks for a page behind the end is given the last one again: `pagesByTime` knows it by its rows.
  return { rows: items.slice(0, part.size), total };
}

/**
 * A row at which Magento fails. Its id may still be had; where nothing can be had at all, it is the shop that is
 * broken.
 */
async function alone(client: MagentoClient, list: List, part: Part, error: DriverError): Promise<Row> {
  const fields = shown(`${list.idField},increment_id,sku`);
  try {
    const { items } = parsed(await client.get(list.path, query(part, fields), list.need, part.signal));
    const id = items[0] && idOf(items[0], list);
    return { ...items[0], failed: about(error, id ?? `behind ${part.from ?? 'the beginning'}`) };
  } catch (again) {
    if (!(again instanceof RowFailed)) throw again;
    await client.get('/V1/modules', [], NEEDS.store, part.signal);
    return { failed: about(error, `row ${part.page} from ${part.from ?? 'the beginning'} on`) };
  }
}

function about(error: DriverError, recordId: string): DriverError {
  const { message, reason } = errorDetails(error);
  return new RowFailed({ behaviour: 'retry', reason, message, recordId });
}

async function* named(
  client: MagentoClient,
  list: List,
  { pageSize, resume, signal }: ReadRequest,
  ids: readonly string[],
): AsyncGenerator<RowPage> {
  let from = placeOf(resume)?.ids ?? 0;
  do {
    const asked = ids.slice(from, from + pageSize);
    const rows = await rowsOf(client, list, asked, signal);
    from += asked.length;
    yield { rows, resume: JSON.stringify({ ids: from }), end: from >= ids.length, total: undefined };
  } while (from < ids.length);
}

/** All rows of these ids. */
export async function rowsOf(
  client: MagentoClient,
  list: List,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Row[]> {
  const known = [...new Set(ids)].filter((id) => /^[1-9]\d{0,15}$/.test(id));
  return allWith(client, list, 'entity_id', known, signal);
}

/** All rows of a list that have one of these values. */
export async function allWith(
  client: MagentoClient,
  { groups, ...list }: Pick<List, 'path' | 'need' | 'groups' | 'fields'>,
  field: string,
  values: readonly string[],
  signal: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = [];
  for (const part of chunks(values))
    found.push(...(await allRows(client, { ...list, groups: [...groups, anyOf(field, part)] }, signal)));
  return found;
}

/** A whole list that is short by nature. */
export async function allRows(
  client: MagentoClient,
  { path, need, groups, fields }: Pick<List, 'path' | 'need' | 'groups' | 'fields'>,
  signal: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let page = 1, size = MOST; ;) {
    try {
      const asked = criteria({ groups, page, size, fields: fields && shown(fields) });
      const { items, total_count: total } = parsed(await client.get(path, asked, need, signal));
      if ((page - 1) * size < total) found.push(...items);
      if (page * size >= total) return found;
      page++;
    } catch (error) {
      if (!(error instanceof PageTooLarge) || error.most < 1 || error.most >= size || page > 1) throw error;
      size = error.most;
    }
  }
}

/** How many came to be in the window. */
export async function count(
  client: MagentoClient,
  list: List,
  window: CensusWindow,
  signal: AbortSignal,
): Promise<number> {
  const asked = criteria({ groups: [...list.groups, ...born(window)], size: 1, fields: 'total_count' });
  const told = z.looseObject({ total_count: z.int() }).safeParse(await client.get(list.path, asked, list.need, signal));
  if (!told.success) throw retry('UnexpectedPayload', `the shop does not say how many ${list.what} there are`);
  return told.data.total_count;
}

/** Their ids. */
export async function* ids(
  client: MagentoClient,
  list: List,
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for (let page = 1; ; page++) {
    const groups = [...list.groups, ...born(window)];
    const asked = criteria({ groups, page, size: MOST, sort: ['entity_id'], fields: shown(list.idField) });
    const { items, total_count: total } = parsed(await client.get(list.path, asked, list.need, signal));
    if ((page - 1) * MOST < total) yield items.map((row) => idOf(row, list));
    if (page * MOST >= total) return;
  }
}

const born = ({ from, to }: CensusWindow): Groups => [
  [{ field: 'created_at', value: magentoTime(secondsUp(from)), is: 'gteq' }],
  [{ field: 'created_at', value: magentoTime(secondsUp(to)), is: 'lt' }],
];

function parsed(json: unknown): z.infer<typeof answer> {
  const rows = answer.safeParse(json);
  if (!rows.success)
    throw retry('UnexpectedPayload', 'the shop sent no list where one was expected: see whether it was updated');
  return rows.data;
}

function placeOf(resume: string | undefined): z.infer<typeof idPlace> | undefined {
  if (resume === undefined) return undefined;
  try {
    return idPlace.safeParse(JSON.parse(resume)).data;
  } catch {
    return undefined;
  }
}
