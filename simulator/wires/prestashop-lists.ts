import type { Desk, WireAnswer } from '../desk/wire.ts';
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
  readonly rows: () => readonly Fields[];
  /** Fields that cannot be written. */
  readonly readOnly?: readonly string[];
  /** Fields that a list cannot be filtered by. */
  readonly unfiltered?: readonly string[];
  /** Fields that a write must have. */
  readonly required?: readonly string[];
}

export const formatOf = (query: URLSearchParams): Format =>
  (query.get('output_format') ?? query.get('io_format'))?.toUpperCase() === 'JSON' ? 'JSON' : 'XML';

/** GET of a list: display, filters, order and a part of it, or the schema. */
export function listed(desk: Desk, resource: Resource, query: URLSearchParams): WireAnswer {
  const schema = query.get('schema');
  if (schema !== null) return schemaAnswer(resource, schema);
  const format = formatOf(query);
  const wrong = (code: number, message: string): WireAnswer => errorAnswer(400, code, message, format);
  const all = resource.rows();
  const known = fieldNames(all);
  let rows = [...all];
  for (const [name, value] of query) {
    const field = /^filter\[(\w+)\]$/.exec(name)?.[1];
    if (field === undefined) continue;
    if (all.length > 0 && (!known.has(field) || resource.unfiltered?.includes(field)))
      return wrong(32, `The field "${field}" does not exist or is not filterable.`);
    if (field.startsWith('date_') && query.get('date') !== '1')
      return wrong(32, `The date filter "${field}" needs date=1`);
    const fits = filterOf(value);
    if (!fits) return wrong(31, `Unable to parse the filter of ${field}`);
    rows = rows.filter((row) => fits(textOf(row, field)));
  }
  const order = orderOf(query.get('sort'));
  if (!order) return wrong(36, 'The sort value is not well formed');
  rows.sort(order);
  const limit = query.get('limit');
  if (limit !== null) {
    const part = /^(?:(\d+),)?(\d+)$/.exec(limit);
    if (!part) return wrong(39, 'The limit value has to be integers separated by a comma');
    rows = partOf(desk, rows, Number(part[1] ?? 0), Number(part[2]));
  }
  return answerOf(desk, resource, rows, query, format);
}

function partOf({ pages, faults }: Desk, rows: readonly Fields[], offset: number, count: number): Fields[] {
  if (offset > 0) pages.goesOn();
  const from =
    offset > 0 && offset >= rows.length && faults.strikes('repeat-last-page')
      ? Math.max(0, rows.length - count)
      : offset;
  return rows.slice(from, from + count);
}

function answerOf(
  { faults }: Desk,
  { name, node }: Resource,
  rows: readonly Fields[],
  query: URLSearchParams,
  format: Format,
): WireAnswer {
  const display = query.get('display');
  const shown = rows.map((row) => shownOf(row, display, query.get('language')));
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
  const shown = shownOf(row, 'full', query.get('language'));
  return format === 'JSON'
    ? { status: 200, json: { [resource.node]: recordJson(shown) } }
    : xmlAnswer(200, recordXml(resource.node, shown));
}

function shownOf(row: Fields, display: string | null, language: string | null): Fields {
  const named = /^\[(.*)\]$/.exec(display ?? '')?.[1]?.split(',');
  const values = [...row.values].flatMap(([name, value]) => {
    if (named && !named.includes(name)) return [];
    const text = value instanceof Words ? value.byLanguage.get(language ?? '') : undefined;
    return [[name, text === undefined ? value : new Words({ [language!]: text })] as const];
  });
  return {
    id: row.id,
    values: new Map(display === null ? [['id', row.id]] : values),
    ...(display === 'full' ? { associations: row.associations } : {}),
  };
}

const fieldNames = (rows: readonly Fields[]): ReadonlySet<string> => new Set(rows[0]?.values.keys());

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

function orderOf(sort: string | null): ((a: Fields, b: Fields) => number) | undefined {
  const keys = (/^\[(.+)\]$/.exec(sort ?? '[id_ASC]')?.[1] ?? '')
    .split(',')
    .map((key) => /^(\w+)_(ASC|DESC)$/.exec(key));
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
function schemaAnswer({ node, rows, readOnly = [], required = [] }: Resource, schema: string): WireAnswer {
  const names = [...fieldNames(rows())].filter((name) => name !== 'id' || schema === 'blank');
  const inner =
    schema === 'blank'
      ? names.filter((name) => !readOnly.includes(name)).map((name) => `<${name}></${name}>`)
      : names.map((name) => {
          const marks = [
            required.includes(name) ? ' required="true"' : '',
            readOnly.includes(name) ? ' readOnly="true"' : '',
          ];
          return `<${name}${marks.join('')} format="isAnything"></${name}>`;
        });
  return xmlAnswer(200, `<${node}>${inner.join('')}<associations></associations></${node}>`);
}
