import { Refused } from '../desk/refused.ts';
import type { Desk, WireAnswer } from '../desk/wire.ts';

/** An error as WordPress words it. */
export const wpError = (status: number, code: string, message: string): WireAnswer => ({
  status,
  json: { code, message, data: { status } },
});

const MOST_A_PAGE = 100;
const ORDERS = ['date', 'id', 'include', 'title', 'slug', 'modified'];

interface Row {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What every collection takes. */
export interface CollectionQuery {
  readonly perPage: number;
  readonly offset: number;
  readonly page: number;
  readonly fits: (row: Row) => boolean;
  readonly keyOf: (row: Row) => string;
  readonly pick: (json: Record<string, unknown>) => unknown;
}

/** Reads the parameters of a collection; refuses what WordPress refuses. */
export function collectionQuery(query: URLSearchParams): CollectionQuery {
  const perPage = whole(query, 'per_page') ?? 10;
  if (perPage < 1 || perPage > MOST_A_PAGE) throw new Refused('invalid', 'per_page');
  const page = whole(query, 'page') ?? 1;
  if (page < 1) throw new Refused('invalid', 'page');
  const order = query.get('order') ?? 'desc';
  const orderby = query.get('orderby') ?? 'date';
  if (!['asc', 'desc'].includes(order)) throw new Refused('invalid', 'order');
  if (!ORDERS.includes(orderby)) throw new Refused('invalid', 'orderby');
  const include = query.get('include')?.split(',');
  const given = whole(query, 'offset');
  return {
    perPage,
    page,
    offset: given ?? (page - 1) * perPage,
    fits: fitting(query, include),
    keyOf: ({ id, createdAt, updatedAt }) => {
      const turn = (value: number): string => String(order === 'asc' ? value : 1e15 - value).padStart(16, '0');
      const by = { modified: seconds(updatedAt), date: seconds(createdAt), include: include?.indexOf(id) ?? 0 };
      return `${turn(orderby in by ? by[orderby as keyof typeof by] : 0)}\n${turn(Number(id))}`;
    },
    pick: fieldsOf(query),
  };
}

/** Bounds of time are exclusive and in whole seconds; those in the shop's own time are not played here. */
function fitting(query: URLSearchParams, include: readonly string[] | undefined): (row: Row) => boolean {
  if (['after', 'before', 'modified_after', 'modified_before'].some((name) => query.has(name)))
    if (query.get('dates_are_gmt') !== 'true') throw new Refused('invalid', 'dates_are_gmt');
  const [after, before] = [bound(query, 'after'), bound(query, 'before')];
  const [modifiedAfter, modifiedBefore] = [bound(query, 'modified_after'), bound(query, 'modified_before')];
  return ({ id, createdAt, updatedAt }) =>
    (include?.includes(id) ?? true) &&
    (after === undefined || seconds(createdAt) > after) &&
    (before === undefined || seconds(createdAt) < before) &&
    (modifiedAfter === undefined || seconds(updatedAt) > modifiedAfter) &&
    (modifiedBefore === undefined || seconds(updatedAt) < modifiedBefore);
}

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);

function bound(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(at)) throw new Refused('invalid', name);
  return Math.floor(at / 1000);
}

/** The top-level fields that `_fields` names. */
export function fieldsOf(query: URLSearchParams): (json: Record<string, unknown>) => unknown {
  const names = query.get('_fields')?.split(',');
  return (json) => (names ? Object.fromEntries(Object.entries(json).filter(([name]) => names.includes(name))) : json);
}

/** A page of a collection. One beyond the end is an empty list. */
export function listed<T extends Row>(
  { pages, faults }: Desk,
  rows: readonly T[],
  { perPage, offset, page, fits, keyOf, pick }: CollectionQuery,
  json: (row: T) => Record<string, unknown>,
): WireAnswer {
  if (offset > 0) pages.goesOn();
  const part = pages.byOffset(rows.filter(fits), keyOf, { limit: perPage, offset });
  const all = Math.ceil(part.total / perPage);
  const later = faults.strikes('new-fields');
  return {
    status: 200,
    json: part.rows.map((row) =>
      pick(later ? { ...json(row), added_later: { by: ['another', 'release'] } } : json(row)),
    ),
    headers: {
      'x-wp-total': String(part.total),
      'x-wp-totalpages': String(all),
      ...(page < all ? { link: `<https://shop.example/wp-json/wc/v3?page=${page + 1}>; rel="next"` } : {}),
    },
  };
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Refused('invalid', name);
  return Number(text);
}
