import type { WireAnswer } from '../desk/wire.ts';

/** A text in several languages, by the number of the language. */
export class Words {
  readonly byLanguage: ReadonlyMap<string, string>;

  constructor(byLanguage: Readonly<Record<string, string>>) {
    this.byLanguage = new Map(Object.entries(byLanguage));
  }
}

/** Rows that belong to another: the name of one of them, and their fields. */
export interface Associated {
  readonly node: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** One record of a resource, as the webservice shows it. */
export interface Fields {
  readonly id: string;
  readonly values: ReadonlyMap<string, string | Words>;
  readonly associations?: Readonly<Record<string, Associated>>;
}

export type Format = 'XML' | 'JSON';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n';

/** A whole answer: XML with every text in CDATA. */
export const xmlAnswer = (status: number, inner: string): WireAnswer => ({
  status,
  text: `${HEAD}${inner}\n</prestashop>`,
  headers: { 'content-type': 'text/xml;charset=utf-8' },
});

/** Errors are in the form of the answer that was asked for. */
export function errorAnswer(status: number, code: number, message: string, format: Format = 'XML'): WireAnswer {
  if (format === 'JSON') return { status, json: { errors: [{ code, message }] } };
  return xmlAnswer(
    status,
    `<errors><error><code>${cdata(String(code))}</code><message>${cdata(message)}</message></error></errors>`,
  );
}

export const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

/** One record in full. */
export function recordXml(node: string, { values, associations = {} }: Fields, note = ''): string {
  const fields = [...values].map(([name, value]) => `<${name}>${valueXml(value)}</${name}>`);
  const rows = Object.entries(associations).map(
    ([name, { node: each, rows: own }]) =>
      `<${name} nodeType="${each}" api="${name}">${own.map((row) => `<${each}>${flat(row)}</${each}>`).join('')}</${name}>`,
  );
  const more = rows.length === 0 ? '' : `<associations>${rows.join('')}</associations>`;
  return `<${node}>${fields.join('')}${more}${note}</${node}>`;
}

const valueXml = (value: string | Words): string =>
  value instanceof Words
    ? [...value.byLanguage].map(([id, text]) => `<language id="${id}">${cdata(text)}</language>`).join('')
    : cdata(value);

const flat = (row: Readonly<Record<string, string>>): string =>
  Object.entries(row)
    .map(([name, value]) => `<${name}>${cdata(value)}</${name}>`)
    .join('');

/** One record as JSON: numbers are sometimes texts, one language is a text alone. */
export function recordJson({ id, values, associations }: Fields): Record<string, unknown> {
  return {
    ...Object.fromEntries(
      [...values].map(([name, value]) => [
        name,
        value instanceof Words
          ? value.byLanguage.size === 1
            ? [...value.byLanguage.values()][0]
            : [...value.byLanguage].map(([language, text]) => ({ id: language, value: text }))
          : value,
      ]),
    ),
    ...(values.has('id') ? { id: Number(id) } : {}),
    ...(associations
      ? { associations: Object.fromEntries(Object.entries(associations).map(([name, { rows }]) => [name, rows])) }
      : {}),
  };
}
