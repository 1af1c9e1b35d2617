import { z } from 'zod';
import type { CensusWindow, DriverError, ReadRequest } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { pagesByTime } from '../toolkit/lists/pages-by-time.ts';
import type { ZonedTime } from '../toolkit/time/zoned-time.ts';
import { zonedSince, zonedUntil } from '../toolkit/time/zoned-bounds.ts';
import { MOST, shownWith, type Broken } from './broken-rows.ts';
import type { PrestaClient, Query } from './client.ts';
import { field } from './fields.ts';
import { BARE, bareOf, brokenOf, Hidden, pageOf, type Row } from './pages.ts';

export interface RowPage {
  readonly rows: readonly XmlElement[];
  /** Those that the shop cannot show. */
  readonly broken: readonly Broken[];
  readonly resume: string;
  readonly end: boolean;
}

export interface TimedList {
  readonly resource: string;
  /** What is asked for of each; all if absent. */
  readonly display?: string;
  readonly zone: ZonedTime;
  readonly language?: string;
}

/** Later than any record. */
const NEVER = '2999-01-01 00:00:00';
const local = (zone: ZonedTime, instant: string): string => zone.local(instant).replace('T', ' ');

/** Records by their time of change, or those that are named. */
export function rowsFor(client: PrestaClient, list: TimedList, request: ReadRequest): AsyncGenerator<RowPage> {
  return request.ids ? named(client, list, request, request.ids) : byTime(client, list, request);
}

async function* byTime(client: PrestaClient, list: TimedList, request: ReadRequest): AsyncGenerator<RowPage> {
  const { resource, zone, language, display = 'full' } = list;
  const { since, until, placedFrom, resume, pageSize, signal } = request;
  const fixed: Query = {
    ...{ display, date: '1', sort: '[date_upd_ASC,id_ASC]', language },
    'filter[date_add]':
      placedFrom === undefined ? undefined : `[${local(zone, zonedSince(zone, placedFrom))},${NEVER}]`,
  };
  const to = until === undefined ? NEVER : local(zone, zonedUntil(zone, until));
  const time = ({ changed }: Row): string | undefined => instantOf(zone, changed);
  const pages = pagesByTime<Row>({
    ...{ what: resource, time, key: ({ id }) => id, resume, pageSize },
    since: since === undefined ? undefined : zonedSince(zone, since),
    page: async (from, page, size) => {
      const window = `[${from === undefined ? '0000-00-00 00:00:00' : local(zone, from)},${to}]`;
      const query = { ...fixed, 'filter[date_upd]': window, limit: `${(page - 1) * size},${size}` };
      return { rows: await pageOf(client, resource, { query, bare: BARE }, signal) };
    },
    fragile: {
      brokenRow: (error) => (error instanceof Hidden ? error : undefined),
      alone: async (from, page, error) => hiddenRow(`row ${page} from ${from ?? 'the beginning'} on`, error),
    },
  });
  for await (const { rows, resume: place, end } of pages) {
    const within = until === undefined ? rows : rows.filter((row) => (time(row) ?? '') < until);
    yield { ...partsOf(within), resume: place, end };
  }
}

/** Nothing is known of it but its place. */
const hiddenRow = (id: string, error: DriverError): Row => ({
  ...{ id, changed: '', broken: { id, bare: undefined, error } },
});

const partsOf = (rows: readonly Row[]): Pick<RowPage, 'rows' | 'broken'> => ({
  rows: rows.flatMap(({ shown }) => shown ?? []),
  broken: rows.flatMap(({ broken }) => broken ?? []),
});

/** Undefined for what is no time: "0000-00-00 00:00:00" of what was imported. */
export function instantOf(zone: ZonedTime, text: string): string | undefined {
  try {
    return zone.instants(text).first;
  } catch {
    return undefined;
  }
}

const idPlace = z.object({ ids: z.int() });
const afterPlace = z.object({ after: z.int(), more: z.boolean() });

async function* named(
  client: PrestaClient,
  { resource, language, display = 'full' }: TimedList,
  { pageSize, resume, signal }: ReadRequest,
  ids: readonly string[],
): AsyncGenerator<RowPage> {
  let from = placeOf(resume, idPlace)?.ids ?? 0;
  do {
    const asked = ids.slice(from, from + pageSize);
    const known = asked.filter((id) => /^[1-9]\d{0,15}$/.test(id));
    const found = await shownWith(client, { resource, name: 'id', query: { language, display } }, known, signal);
    const broken = brokenOf(found, await bareOf(client, resource, found, signal));
    from += asked.length;
    yield { rows: found.rows, broken, resume: JSON.stringify({ ids: from }), end: from >= ids.length };
  } while (from < ids.length);
}

/** A whole list in the order of its numbers: what is added or goes meanwhile moves nothing. */
export async function* byNumber(
  client: PrestaClient,
  resource: string,
  { resume, pageSize, signal }: ReadRequest,
): AsyncGenerator<RowPage> {
  let { after } = placeOf(resume, afterPlace) ?? { after: 0 };
  for (;;) {
    const query = { display: 'full', sort: '[id_ASC]', 'filter[id]': `>[${after}]`, limit: `0,${pageSize}` };
    const rows = await pageOf(client, resource, { query, bare: '[id]' }, signal);
    const end = rows.length < pageSize;
    after = Math.max(after, ...rows.map(({ id }) => Number(id)));
    yield { ...partsOf(rows), resume: JSON.stringify({ after, more: !end }), end };
    if (end) return;
  }
}

/** All records that have one of these values; throws where the shop breaks down at any. */
export async function allWith(
  client: PrestaClient,
  resource: string,
  name: string,
  values: readonly string[],
  signal: AbortSignal,
  query: Query = {},
): Promise<readonly XmlElement[]> {
  const wanted = [...new Set(values)];
  const found: XmlElement[] = [];
  for (let at = 0; at < wanted.length; at += MOST) {
    const filter = { [`filter[${name}]`]: `[${wanted.slice(at, at + MOST).join('|')}]` };
    found.push(...(await client.list(resource, { display: 'full', ...query, ...filter }, signal)));
  }
  return found;
}

/** Ids of what came to be in the window; the platform counts in no other way. */
export async function bornIn(
  client: PrestaClient,
  { resource, zone }: TimedList,
  { from, to }: CensusWindow,
  signal: AbortSignal,
): Promise<string[]> {
  const window = `[${local(zone, zonedSince(zone, from))},${local(zone, zonedUntil(zone, to))}]`;
  const query = { display: '[id,date_add]', date: '1', sort: '[id_ASC]', 'filter[date_add]': window };
  return (await client.list(resource, query, signal)).flatMap((row) => {
    const at = instantOf(zone, field(row, 'date_add'));
    return at !== undefined && Date.parse(at) >= Date.parse(from) && Date.parse(at) < Date.parse(to)
      ? [field(row, 'id')]
      : [];
  });
}

/** Undefined where it is none of this release's: from the start. */
export function placeOf<T>(resume: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (resume === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(resume)).data;
  } catch {
    return undefined;
  }
}
