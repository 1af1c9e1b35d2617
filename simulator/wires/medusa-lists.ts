import { Refused } from '../desk/refused.ts';
import type { Desk, WireAnswer } from '../desk/wire.ts';

/** A row, with what it is filtered and sorted by. */
export interface ListedRow {
  readonly id: string;
  readonly updated_at?: string;
  readonly created_at?: string;
  readonly [field: string]: unknown;
}

const OPERATORS = ['$gt', '$gte', '$lt', '$lte'] as const;
const CONTROLS = ['fields', 'order', 'limit', 'offset', 'q', 'with_deleted'];

/**
 * A page of a list: `offset`, `limit`, one field to sort by, filters with operators, and the fields that are asked for.
 * Rows of one time have no order that the caller could count on.
 */
export function listed(
  { pages, faults }: Desk,
  name: string,
  rows: readonly ListedRow[],
  query: URLSearchParams,
  filters: readonly string[] = [],
): WireAnswer {
  const limit = whole(query, 'limit') ?? 50;
  const offset = whole(query, 'offset') ?? 0;
  const order = query.get('order') ?? 'id';
  if (offset > 0 || query.has('updated_at[$gte]')) pages.goesOn();
  const fitting = rows.filter(filterOf(query, ['id', 'created_at', 'updated_at', ...filters]));
  const part = pages.byOffset(fitting, (row) => `${textOf(row[order])}\n${tieOf(row.id, limit)}`, { limit, offset });
  const later = faults.strikes('new-fields') ? { added_later: { by: ['another', 'release'] } } : {};
  const pick = picked(query);
  return {
    status: 200,
    json: {
      [name]: part.rows.map((row) => ({ ...pick(row), ...later })),
      ...{ count: part.total, offset, limit: part.limit },
    },
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The database takes rows of one time as they come, and other pages may come in another order. */
const tieOf = (id: string, limit: number): string => (limit % 2 === 0 ? id : [...id].reverse().join(''));

function filterOf(query: URLSearchParams, known: readonly string[]): (row: ListedRow) => boolean {
  const tests: ((row: ListedRow) => boolean)[] = [];
  for (const name of new Set(query.keys())) {
    const [, field = '', operator] = /^([a-z_]+)(?:\[(\$?[a-z]*)\])?$/.exec(name) ?? [];
    if (CONTROLS.includes(name)) continue;
    if (!known.includes(field)) throw new Refused('invalid', `Invalid request: Unrecognized fields: '${name}'`);
    const values = query.getAll(name);
    if (operator === undefined || operator === '') tests.push((row) => values.includes(String(row[field])));
    else tests.push((row) => compares(textOf(row[field]), operator, values[0] ?? ''));
  }
  return (row) => tests.every((test) => test(row));
}

function compares(value: string, operator: string, bound: string): boolean {
  if (!OPERATORS.some((each) => each === operator)) throw new Refused('invalid', `Invalid request: ${operator}`);
  const [a, b] = [Date.parse(value), Date.parse(bound)];
  if (Number.isNaN(b)) throw new Refused('invalid', `Invalid date: ${bound}`);
  return { $gt: a > b, $gte: a >= b, $lt: a < b, $lte: a <= b }[operator as (typeof OPERATORS)[number]];
}

/** Fields by their first part: `*items.detail` shows the items. Without `fields`: everything here. */
export function picked(query: URLSearchParams): (row: ListedRow) => Readonly<Record<string, unknown>> {
  const asked = query.get('fields');
  if (asked === null) return (row) => row;
  const names = new Set(asked.split(',').map((field) => field.replace(/^[*+]/, '').split('.')[0]));
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name === 'id' || names.has(name)));
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Refused('invalid', `Invalid request: Expected type: 'number' for field '${name}'`);
  return Number(text);
}
