import type { Desk, WireAnswer } from '../desk/wire.ts';
import { ASSOCIATIONS } from './prestashop-fields.ts';
import {
  cdata,
  errorAnswer,
  recordJson,
  recordXml,
  Words,
  xmlAnswer,
  type Fields,
  type Format,
} from './prestashop-output.ts';

/** Where the simulated shop stands. */
export const ZONE = 'Europe/Vienna';

const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' });

/** The time on the wall of the shop, without a zone. */
export const localTime = (instant: string): string => clock.format(new Date(instant));

/** A resource of the webservice. */
export interface Resource {
  readonly name: string;
  /** What one of its records is called. */
  readonly node: string;
  /** What each of its records has, in order. */
  readonly fields: readonly string[];
  readonly rows: () => readonly Fields[];
  /** Fields that cannot be written. */
  readonly readOnly?: readonly string[];
  /** Fields that no column stands for: a list can neither be filtered nor sorted by them. */
  readonly computed?: readonly string[];
  /** Fields that a list cannot be filtered by, for another reason. */
  readonly unfiltered?: readonly string[];
  /** Fields that a write must have. */
  readonly required?: readonly string[];
  /** What a PUT does that the shop's own model does not. */
  readonly write?: (id: string, body: ReadonlyMap<string, string>) => WireAnswer | undefined;
  /** After a PUT, with the record as it was: what became of all other fields. */
  readonly keep?: (before: Fields, body: ReadonlyMap<string, string>) => void;
  /** What a POST does: the number of the new record, or why there is none. */
  readonly add?: (body: ReadonlyMap<string, string>) => string | WireAnswer;
}

export const formatOf = (query: URLSearchParams): Format =>
  (query.get('output_format') ?? query.get('io_format'))?.toUpperCase() === 'JSON' ? 'JSON' : 'XML';

/** A list that cannot be asked for in this way. */
class WrongQuery extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** GET of a list: display, filters, order and a part of it, or the schema. */
export function listed(desk: Desk, resource: Resource, query: URLSearchParams): WireAnswer {
  const schema = query.get('schema');
  if (schema !== null) return schemaAnswer(resource, schema);
  const format = formatOf(query);
  try {
    const unknown = unknownIn(resource, query.get('display'));
    if (unknown !== undefined)
      throw new WrongQuery(35, `Unable to display this field "${unknown}". ${available(resource.fields)}`);
    const rows = sortedBy(filteredBy(resource.rows(), resource, query), resource, query.get('sort'));
    return answerOf(desk, resource, partOf(desk, rows, query.get('limit')), query, format);
  } catch (error) {
    if (error instanceof WrongQuery) return errorAnswer(400, error.code, error.message, format);
    throw error;
  }
}

const available = (names: readonly string[]): string => `However, these are available: ${names.join(', ')}`;
const columnsOf = ({ fields, computed }: Resource): string[] => fields.filter((name) => !computed?.includes(name));

function filteredBy(all: readonly Fields[], resource: Resource, query: URLSearchParams): Fields[] {
  const columns = columnsOf(resource).filter((name) => !resource.unfiltered?.includes(name));
  let rows = [...all];
  for (const [name, value] of query) {
    const field = /^filter\[(\w+)\]$/.exec(name)?.[1];
    if (field === undefined) continue;
    if (!columns.includes(field))
      throw new WrongQuery(32, `This filter does not exist: "${field}". The full list is: ${columns.join(', ')}`);
    if (field.startsWith('date_') && query.get('date') !== '1')
      throw new WrongQuery(32, `The date filter "${field}" needs date=1`);
    const fits = filterOf(value);
    if (!fits) throw new WrongQuery(31, `Unable to parse the filter of ${field}`);
    rows = rows.filter((row) => fits(textOf(row, field)));
  }
  return rows;
}

function sortedBy(rows: Fields[], resource: Resource, sort: string | null): Fields[] {
  const order = orderOf(sort);
  if (!order) throw new WrongQuery(36, 'The sort value is not well formed');
  const columns = columnsOf(resource);
  if (sortKeys(sort).some((key) => !columns.includes(key?.[1] ?? '')))
    throw new WrongQuery(37, `Unable to filter by this field. ${available(columns)}`);
  return rows.sort(order);
}

function partOf({ pages, faults }: Desk, rows: readonly Fields[], limit: string | null): readonly Fields[] {
  if (limit === null) return rows;
  const part = /^(?:(\d+),)?(\d+)$/.exec(limit);
  if (!part) throw new WrongQuery(39, 'The limit value has to be integers separated by a comma');
  const [offset, count] = [Number(part[1] ?? 0), Number(part[2])];
  if (offset > 0) pages.goesOn();
  const from =
    offset > 0 && offset >= rows.length && faults.strikes('repeat-last-page')
      ? Math.max(0, rows.length - count)
      : offset;
  return rows.slice(from, from + count);
}

function answerOf(
  { faults }: Desk,
  { name, node, fields }: Resource,
  rows: readonly Fields[],
  query: URLSearchParams,
  format: Format,
): WireAnswer {
  const display = query.get('display');
  const shown = rows.map((row) => shownOf(fields, row, display, query.get('language')));
  if (format === 'JSON') return { status: 200, json: rows.length === 0 ? [] : { [name]: shown.map(recordJson) } };
  const note = faults.strikes('new-fields') ? `<added_later><by>${cdata('another release')}</by></added_later>` : '';
  const inner = shown.map((row) =>
    display === null ? `<${node} id="${row.id}"/>` : recordXml(node, row, display === 'full' ? note : ''),
  );
  return xmlAnswer(200, `<${name}>${inner.join('\n')}</${name}>`);
}

/** GET of one record: always in full. */
export function single(resource: Resource, id: string, query: URLSearchParams): WireAnswer {
  const format = formatOf(query);
  const row = resource.rows().find((each) => each.id === id);
  if (!row) return format === 'JSON' ? { status: 404, json: [] } : { status: 404, text: '' };
  const shown = shownOf(resource.fields, row, 'full', query.get('language'));
  return format === 'JSON'
    ? { status: 200, json: { [resource.node]: recordJson(shown) } }
    : xmlAnswer(200, recordXml(resource.node, shown));
}

/** Fields by name; of the lists in a record (`taxes[id]`) with what is to be shown of each row. */
function namedIn(display: string | null): ReadonlyMap<string, readonly string[] | undefined> | undefined {
  const inner = /^\[(.*)\]$/.exec(display ?? '')?.[1];
  if (inner === undefined) return undefined;
  return new Map(
    [...inner.matchAll(/([^,[\]]+)(?:\[([^\]]*)\])?/g)].map(
      ([, name = '', parts]) => [name, parts?.split(',')] as const,
    ),
  );
}

function unknownIn({ name, fields }: Resource, display: string | null): string | undefined {
  for (const [field, parts] of namedIn(display) ?? []) {
    const has = ASSOCIATIONS[name]?.[field] ?? [];
    if (parts ? !parts.every((part) => has.includes(part)) : !fields.includes(field)) return field;
  }
  return undefined;
}

/** All fields of the resource, empty where this record has nothing, or those that are named. */
function shownOf(fields: readonly string[], row: Fields, display: string | null, language: string | null): Fields {
  const named = display === null ? new Map([['id', undefined]]) : namedIn(display);
  const values = fields.flatMap((name) => {
    if (named && !named.has(name)) return [];
    const value = row.values.get(name) ?? '';
    const text = value instanceof Words ? value.byLanguage.get(language ?? '') : undefined;
    return [[name, text === undefined ? value : new Words({ [language!]: text })] as const];
  });
  const associations = display === 'full' ? row.associations : named && listsOf(row, named);
  return { id: row.id, values: new Map(values), ...(associations ? { associations } : {}) };
}

/** Of the lists in a record those that are named, and of their rows what is. */
function listsOf(
  { associations = {} }: Fields,
  named: ReadonlyMap<string, readonly string[] | undefined>,
): Fields['associations'] {
  const shown = Object.entries(associations).flatMap(([name, { node, rows }]) => {
    const parts = named.get(name);
    if (!parts) return [];
    const cut = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([field]) => parts.includes(field))));
    return [[name, { node, rows: cut }] as const];
  });
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}

const textOf = ({ values }: Fields, field: string): string => {
  const value = values.get(field) ?? '';
  return value instanceof Words ? ([...value.byLanguage.values()][0] ?? '') : value;
};

/** Of numbers by their size, else by the letters: times are written so that both are the same. */
function compared(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

function filterOf(value: string): ((text: string) => boolean) | undefined {
  const parts = /^(%|>|<|!)?\[(.*)\](%)?$/s.exec(value);
  if (!parts) return undefined;
  const [, before, inside = '', after] = parts;
  if (before === '%' && after === '%') return (text) => text.includes(inside);
  if (before === '%') return (text) => text.endsWith(inside);
  if (after === '%') return (text) => text.startsWith(inside);
  if (before === '>') return (text) => compared(text, inside) > 0;
  if (before === '<') return (text) => compared(text, inside) < 0;
  const between = inside.split(',');
  if (before === undefined && between.length === 2)
    return (text) => compared(text, between[0]!) >= 0 && compared(text, between[1]!) <= 0;
  const any = new Set(inside.split('|'));
  return (text) => any.has(text) !== (before === '!');
}

const sortKeys = (sort: string | null): (RegExpExecArray | null)[] =>
  (/^\[(.+)\]$/.exec(sort ?? '[id_ASC]')?.[1] ?? '').split(',').map((key) => /^(\w+)_(ASC|DESC)$/.exec(key));

function orderOf(sort: string | null): ((a: Fields, b: Fields) => number) | undefined {
  const keys = sortKeys(sort);
  if (keys.some((key) => key === null)) return undefined;
  return (a, b) => {
    for (const key of keys) {
      const order = compared(textOf(a, key![1]!), textOf(b, key![1]!));
      if (order !== 0) return key![2] === 'ASC' ? order : -order;
    }
    return 0;
  };
}

/** blank: what may be written, empty. synopsis: what each field must be. */
function schemaAnswer(
  { node, fields, readOnly = [], required = [], computed = [], unfiltered = [] }: Resource,
  schema: string,
): WireAnswer {
  if (schema !== 'blank' && schema !== 'synopsis')
    return errorAnswer(400, 103, 'Please select a schema of type "synopsis" to get the whole schema informations');
  const inner =
    schema === 'blank'
      ? fields.filter((name) => !readOnly.includes(name)).map((name) => `<${name}></${name}>`)
      : fields
          .filter((name) => name !== 'id')
          .map((name) => {
            const marks = [
              required.includes(name) ? ' required="true"' : '',
              readOnly.includes(name) ? ' readOnly="true"' : '',
              computed.includes(name) || unfiltered.includes(name) ? ' notFilterable="true"' : '',
            ];
            return `<${name}${marks.join('')} format="isAnything"></${name}>`;
          });
  return xmlAnswer(200, `<${node}>${inner.join('')}<associations></associations></${node}>`);
}
