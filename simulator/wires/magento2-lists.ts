import { Refused } from '../desk/refused.ts';
import type { Desk, WireAnswer } from '../desk/wire.ts';
import { filtered } from './magento2-fields.ts';

/** An error as Magento words it: places in the message, and what belongs there. */
export const magentoError = (
  status: number,
  message: string,
  parameters?: readonly unknown[] | Readonly<Record<string, unknown>>,
): WireAnswer => ({ status, json: { message, ...(parameters === undefined ? {} : { parameters }) } });

export const noSuchEntity = (field = 'id', value: unknown = 0): WireAnswer =>
  magentoError(404, 'No such entity with %fieldName = %fieldValue', { fieldName: field, fieldValue: value });

/** UTC in whole seconds, without a zone. */
export const magentoTime = (time: string): string =>
  new Date(Math.floor(Date.parse(time) / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ');

type Value = string | number;

/** A row of a list: what it can be filtered and sorted by, and what is shown of it. */
export interface ListRow {
  readonly fields: Readonly<Record<string, Value>>;
  readonly json: () => Record<string, unknown>;
}

interface Filter {
  field: string;
  value: string;
  condition: string;
}

const NAMES: Readonly<Record<string, keyof Filter>> = {
  field: 'field',
  value: 'value',
  conditionType: 'condition',
  condition_type: 'condition',
};
const FILTER = /^searchCriteria\[(?:filterGroups|filter_groups)\]\[(\d+)\]\[filters\]\[(\d+)\]\[(\w+)\]$/;
const ORDER = /^searchCriteria\[(?:sortOrders|sort_orders)\]\[(\d+)\]\[(\w+)\]$/;

/** A page of a list, by its search criteria. One behind the end is the last one again. */
export function searched({ pages, faults }: Desk, rows: readonly ListRow[], query: URLSearchParams): WireAnswer {
  const groups = filtersOf(query);
  const { fields: orders, descending } = ordersOf(query);
  const asked = whole(query, ['pageSize', 'page_size']);
  const page = whole(query, ['currentPage', 'current_page']) ?? 1;
  if (page > 1) pages.goesOn();
  const fitting = rows.filter(({ fields }) => groups.every((group) => group.some((filter) => fits(filter, fields))));
  const size = asked ?? Math.max(1, fitting.length);
  const most = pages.byOffset([], String, { limit: size }).limit;
  if (asked !== undefined && most < asked) throw new Refused('invalid', `Maximum SearchCriteria pageSize is ${most}`);
  const last = Math.max(1, Math.ceil(fitting.length / size));
  const keyOf = ({ fields }: ListRow): string => orders.map((field) => sortable(fields[field] ?? '')).join('\n');
  const offset = (Math.min(page, last) - 1) * size;
  const part = pages.byOffset(fitting, keyOf, { limit: size, offset, descending });
  const later = faults.strikes('new-fields');
  const items = part.rows.map(({ json }) => (later ? { ...json(), added_later: { by: ['another'] } } : json()));
  return {
    status: 200,
    json: filtered({ items, search_criteria: { page_size: size, current_page: page }, total_count: part.total }, query),
  };
}

function filtersOf(query: URLSearchParams): Filter[][] {
  const groups = new Map<string, Map<string, Filter>>();
  for (const [name, value] of query) {
    const [, group, filter, part] = FILTER.exec(name) ?? [];
    if (group === undefined || filter === undefined) continue;
    const key = NAMES[part ?? ''];
    if (key === undefined) throw new Refused('invalid', name);
    const filters = groups.get(group) ?? new Map<string, Filter>();
    const known = filters.get(filter) ?? { field: '', value: '', condition: 'eq' };
    groups.set(group, filters.set(filter, { ...known, [key]: value }));
  }
  return [...groups.values()].map((filters) => [...filters.values()]);
}

function ordersOf(query: URLSearchParams): { readonly fields: readonly string[]; readonly descending: boolean } {
  const found = new Map<string, string>();
  const directions = new Set<string>();
  for (const [name, value] of query) {
    const [, index, part] = ORDER.exec(name) ?? [];
    if (index === undefined) continue;
    if (part === 'field') found.set(index, value);
    else if (/^(asc|desc)$/i.test(value)) directions.add(value.toUpperCase());
    else throw new Refused('invalid', `The ${value} direction is not allowed`);
  }
  if (directions.size > 1) throw new Refused('invalid', 'only one direction for all is played here');
  return {
    fields: found.size === 0 ? ['entity_id'] : [...found.values()],
    // Without a direction Magento begins with the last.
    descending: found.size > 0 && !directions.has('ASC'),
  };
}

function fits({ field, value, condition }: Filter, fields: Readonly<Record<string, Value>>): boolean {
  const own = fields[field];
  if (own === undefined) throw new Refused('invalid', `Column not found: ${field}`);
  const against = (other: string): number => {
    if (typeof own === 'number') return own - Number(other);
    return own < other ? -1 : own > other ? 1 : 0;
  };
  switch (condition) {
    case 'eq':
      return against(value) === 0;
    case 'neq':
      return against(value) !== 0;
    case 'gt':
      return against(value) > 0;
    case 'gteq':
      return against(value) >= 0;
    case 'lt':
      return against(value) < 0;
    case 'lteq':
      return against(value) <= 0;
    case 'in':
      return value.split(',').some((each) => against(each) === 0);
    default:
      throw new Refused('invalid', `condition ${condition}`);
  }
}

const sortable = (value: Value): string => (typeof value === 'number' ? String(value).padStart(16, '0') : value);

function whole(query: URLSearchParams, names: readonly string[]): number | undefined {
  const text = names.map((name) => query.get(`searchCriteria[${name}]`)).find((each) => each !== null);
  if (text == null) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Refused('invalid', names[0]!);
  return Number(text);
}
