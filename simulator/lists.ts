import type { Faults } from './faults.ts';
import { touch } from './life.ts';
import type { Random } from './random.ts';
import type { Shop } from './shop.ts';
import { Refused } from './refused.ts';

export type Paging = 'keyset' | 'offset';

interface Timed { readonly id: string; readonly updated_at: string }

export interface ListContext {
  readonly shop: Shop;
  readonly random: Random;
  readonly faults: Faults;
  readonly paging: Paging;
  /** Items in an answer at most, whatever is asked for. */
  readonly pageCap: number;
}

/** A list answer: rows in a stable order, the part that was asked for, how to go on. */
export function listOf(rows: readonly unknown[], keyOf: (row: never) => string, query: URLSearchParams, context: ListContext): unknown {
  const { faults, random } = context;
  const sorted = [...rows].sort((a, b) => compare(keyOf(a as never), keyOf(b as never)));
  const limit = Math.min(context.pageCap, whole(query, 'limit') ?? context.pageCap);
  const total = faults.strikes('wrong-total') ? Math.max(0, sorted.length + random.int(-3, 3)) : sorted.length;
  if (context.paging === 'offset') {
    const asked = whole(query, 'offset') ?? 0;
    const offset = asked >= sorted.length && asked > 0 && faults.strikes('repeat-last-page') ? Math.max(0, sorted.length - limit) : asked;
    return { items: sorted.slice(offset, offset + limit), total, paging: { kind: 'offset', offset: asked, limit } };
  }
  const cursor = query.get('cursor');
  const after = cursor === null ? '' : Buffer.from(cursor, 'base64url').toString('utf8');
  const rest = after === '' ? sorted : sorted.filter((row) => compare(keyOf(row as never), after) > 0);
  const items = rest.slice(0, limit);
  const ended = items.length === rest.length;
  const next = ended ? (cursor !== null && faults.strikes('repeat-last-page') ? cursor : null) : Buffer.from(keyOf(items.at(-1) as never)).toString('base64url');
  return { items, total, paging: { kind: 'keyset', next } };
}

/** Orders or products by ids, or by time of change in order of (time, id). */
export function timedList<T extends Timed>(read: () => readonly T[], query: URLSearchParams, context: ListContext): unknown {
  const ids = query.get('ids');
  if (ids !== null) {
    const named = new Set(ids.split(',').map(decodeURIComponent));
    return listOf(read().filter(({ id }) => named.has(id)), timedKey, query, context);
  }
  if ((query.has('cursor') || query.has('offset')) && context.faults.strikes('moving-rows')) touch(context.shop, context.random);
  const since = time(query, 'updated_since');
  const before = time(query, 'updated_before');
  const placed = time(query, 'placed_since');
  const rows = read().filter((row) => placed === undefined || !('placed_at' in row) || Date.parse(String(row.placed_at)) >= placed).filter(({ updated_at }) => Date.parse(updated_at) >= (since ?? Number.NEGATIVE_INFINITY) && Date.parse(updated_at) < (before ?? Number.POSITIVE_INFINITY));
  return listOf(rows, timedKey, query, context);
}

const timedKey = ({ updated_at, id }: Timed): string => `${updated_at}\n${id}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refused(400, 'invalid_request', `${name} is no time`);
  return at;
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Refused(400, 'invalid_request', `${name} is no whole number`);
  return Number(text);
}
