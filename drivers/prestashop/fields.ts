import type { XmlNode } from '../toolkit/bodies/to-xml.ts';
import { child, childText, type XmlElement } from '../toolkit/bodies/xml.ts';
import { amount } from '../toolkit/money/amount.ts';
import { exact as exactly, units } from '../toolkit/money/exact.ts';

/** A record that cannot be taken, in words for the shop's owner. */
export class NotTaken extends Error {}

/** Text of a field; empty where there is none. */
export const field = (record: XmlElement | undefined, name: string): string => childText(record, name) ?? '';

/** Text of a field that there must be. */
export function needed(record: XmlElement, name: string): string {
  const text = field(record, name);
  if (text === '') throw new NotTaken(`its "${name}" is missing`);
  return text;
}

/** For `display`: these fields, and of the lists in a record those that stand in brackets behind their name. */
export const display = (names: readonly string[]): string => `[${names.join(',')}]`;

export const given = (text: string): string | undefined => (text === '' ? undefined : text);

/** A number of a record; undefined for none, which PrestaShop writes as 0 or leaves out. */
export const link = (record: XmlElement | undefined, name: string): string | undefined => {
  const text = field(record, name);
  return text === '' || text === '0' ? undefined : text;
};

export const flag = (record: XmlElement | undefined, name: string): boolean => field(record, name) === '1';

/** A text in one language: the one that was asked for, else the first that has any. */
export function words(record: XmlElement | undefined, name: string): string {
  const found = child(record, name);
  const languages = found?.children.filter((each) => each.name === 'language') ?? [];
  if (languages.length === 0) return found?.text.trim() ?? '';
  return languages.map(({ text }) => text.trim()).find((text) => text !== '') ?? '';
}

/** Rows of an association. */
export const rowsOf = (record: XmlElement, name: string): readonly XmlElement[] =>
  child(record, 'associations', name)?.children ?? [];

function amountText(record: XmlElement, name: string): string {
  const text = field(record, name);
  if (!/^-?\d{1,12}(\.\d{1,9})?$/.test(text)) throw new RangeError(`its "${name}" (${text.slice(0, 30)}) is no amount`);
  return text;
}

/** An amount with all six digits, for sums before it is rounded. */
export const exact = (record: XmlElement, name: string): number => Number(amountText(record, name));

/** An amount in minor units. */
export const moneyOf = (record: XmlElement, name: string, currency: string): number =>
  units(exactly(amountText(record, name)), currency);

/** In minor units. A sum of amounts with six digits is exact to the sixth. */
export function money(value: number, currency: string): number {
  return value < 0 ? -amount((-value).toFixed(6), currency) : amount(value.toFixed(6), currency);
}

/** Whole pieces. */
export function pieces(record: XmlElement, name: string): number {
  const count = Number(field(record, name));
  if (field(record, name) === '' || !Number.isSafeInteger(count))
    throw new NotTaken(`its "${name}" is no whole number`);
  return count;
}

/** For what is set aside: fields by name. */
export function plain({ children, text }: XmlElement): unknown {
  if (children.length === 0) return text.trim();
  const names = new Set(children.map(({ name }) => name));
  if (names.size < children.length) return children.map(plain);
  return Object.fromEntries(children.map((each) => [each.name, plain(each)]));
}

/** A record to be sent back, with other values for some fields. Of attributes the number of a language alone. */
export function nodeOf(
  record: XmlElement,
  changes: Readonly<Record<string, string>>,
  only?: ReadonlySet<string>,
): XmlNode {
  const kept = record.children.filter(({ name }) => !only || only.has(name));
  return { name: record.name, content: kept.map((each) => copied(each, changes[each.name])) };
}

function copied({ name, attributes, children, text }: XmlElement, value?: string): XmlNode {
  const { id } = attributes;
  return {
    name,
    ...(name === 'language' && id !== undefined ? { attributes: { id } } : {}),
    content: value ?? (children.length > 0 ? children.map((each) => copied(each)) : text.trim()),
  };
}
