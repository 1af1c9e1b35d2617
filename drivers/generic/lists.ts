import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { GenericClient, Query } from './client.ts';
import { listAnswer, type ListAnswer } from './payload.ts';
import { againFrom, place, placeAfter, startOf, type Place, type RowKeys } from '../toolkit/lists/place.ts';

/**
 * Rows that were read once move on while paging; after so many new beginnings at one place the run ends and comes
 * again.
 */
const MOST_RESTARTS = 5;

/** Where reading a list goes on; a token for `Page.resume`. */
const position = z.union([z.object({ cursor: z.string(), read: z.number() }), place]);
type Position = z.infer<typeof position>;

export interface Slice {
  readonly items: readonly unknown[];
  readonly resume: string;
  readonly end: boolean;
  readonly total: number | undefined;
}

export interface ListRequest {
  readonly path: string;
  readonly since?: string;
  readonly until?: string;
  readonly placedFrom?: string;
  readonly resume?: string;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

/** A list to its end, by keyset or by offset, whichever the server answers with. */
export async function* readList(client: GenericClient, request: ListRequest): AsyncGenerator<Slice> {
  let at: Position = decode(request.resume) ?? startOf(request.since);
  for (let restarts = 0; ;) {
    const answer = await client.get(request.path, queryOf(request, at), listAnswer, request.signal);
    const step = stepOf(request.path, at, answer);
    if (step === 'moved') {
      if (++restarts > MOST_RESTARTS)
        throw retry(
          'RowsMove',
          `rows of ${request.path} change place faster than they can be read: the run comes again`,
        );
      at = againFrom('skip' in at ? at : { skip: 0, read: at.read });
      continue;
    }
    at = step.next;
    yield { items: step.items, resume: JSON.stringify(at), end: step.end, total: step.total };
    if (step.end) return;
  }
}

interface Step {
  readonly items: readonly unknown[];
  readonly next: Position;
  readonly end: boolean;
  readonly total: number | undefined;
}

function stepOf(path: string, at: Position, answer: ListAnswer): Step | 'moved' {
  const { paging, items } = answer;
  const announced = answer.total ?? undefined;
  if (paging.kind === 'keyset') {
    if (paging.next !== null && 'cursor' in at && paging.next === at.cursor)
      throw retry('PageRepeated', `${path} names the same page as the next one: the run comes again`);
    return {
      items,
      next: { cursor: paging.next ?? '', read: at.read + items.length },
      end: paging.next === null,
      total: announced,
    };
  }
  if (!('skip' in at))
    throw retry('UnexpectedPayload', `${path} changed from keyset to offset paging: the run comes again`);
  if (isAnchored(at) && keyOf(items[0]) !== at.last) return 'moved';
  const fresh = isAnchored(at) ? items.slice(1) : items;
  return {
    items: fresh,
    next: placeAfter(at, fresh, KEYS),
    // A page that is not full is the end, whatever the total says: totals are wrong more often than pages.
    end: items.length < paging.limit,
    total: announced === undefined ? undefined : announced + at.read - at.skip,
  };
}

/** One row of the page before is asked for again: where another stands in its place, rows moved. */
const isAnchored = (at: Place): boolean => at.skip > 0;

/** The named rows, a page of ids at a time; a token is the number of ids done. */
export async function* readIds(
  client: GenericClient,
  request: ListRequest & { readonly ids: readonly string[] },
): AsyncGenerator<Slice> {
  let done = Number(request.resume ?? 0) || 0;
  do {
    const ids = request.ids.slice(done, done + request.pageSize);
    const items =
      ids.length === 0
        ? []
        : (
            await client.get(
              request.path,
              { ids: ids.map(encodeURIComponent).join(','), limit: ids.length },
              listAnswer,
              request.signal,
            )
          ).items;
    done += ids.length;
    yield { items, resume: String(done), end: done >= request.ids.length, total: undefined };
  } while (done < request.ids.length);
}

function queryOf(request: ListRequest, at: Position): Query {
  const { until, placedFrom } = request;
  if ('cursor' in at)
    return {
      limit: request.pageSize,
      updated_since: request.since,
      updated_before: until,
      placed_since: placedFrom,
      cursor: at.cursor,
    };
  const window = { updated_since: at.from, updated_before: until, placed_since: placedFrom };
  return isAnchored(at)
    ? { limit: request.pageSize + 1, ...window, offset: at.skip - 1 }
    : { limit: request.pageSize, ...window };
}

function decode(token: string | undefined): Position | undefined {
  if (token === undefined) return undefined;
  try {
    return position.safeParse(JSON.parse(token)).data;
  } catch {
    // Of another version: from the start, which is always safe.
    return undefined;
  }
}

const field = (item: unknown, name: string): unknown =>
  typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[name] : undefined;

function timeOf(item: unknown): string | undefined {
  const time = field(item, 'updated_at');
  return typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? time : undefined;
}

/** A row's identity; levels and prices have two parts. */
function keyOf(item: unknown): string {
  const parts = ['id', 'variant_id', 'location_id', 'supplier_id']
    .map((name) => field(item, name))
    .filter((part) => typeof part === 'string');
  return parts.join('@');
}

const KEYS: RowKeys<unknown> = { time: timeOf, key: keyOf };
