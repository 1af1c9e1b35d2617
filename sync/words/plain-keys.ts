import { CONTROL } from '../../kit/plain-text.ts';
import type { Secrets } from './secrets.ts';
import { storeWords } from './store-words.ts';

/** Fields by which a record, a part or a place is known: problems, Events and terminals name records by them. */
const KEYS: ReadonlySet<string> = new Set(
  'id number sku code type channel currency reason method platformState ids'.split(' '),
);
/** Most names: neither a control nor a space in them. One look instead of two. */
const ONE_WORD = /^[!-~]*$/;
/** What has both is a sentence about a person, and no name of a record. */
const SENTENCE = /\s[^\s@]*@|@\S*\s/;

/** Asked of every field of every record: no pattern is as quick. */
function isKeyName(name: string): boolean {
  return KEYS.has(name) || name.endsWith('Id') || name.endsWith('Ids') || name.endsWith('Code') || name.endsWith('Sku');
}

/** The name of a record, to the letter; but where a shop put a secret, a control or a person into it. Pure. */
export function plainKey(text: string, secrets: Secrets): string {
  const odd = !ONE_WORD.test(text) && (CONTROL.test(text) || SENTENCE.test(text));
  return odd || secrets.standIn(text) ? storeWords(text, secrets, [text]) : text;
}

/** A record with its keys so, and those of its parts; the very same one where there is nothing to change. Pure. */
export function withPlainKeys<T>(record: T, secrets: Secrets): T {
  return changed(record, secrets, false) as T;
}

/** Plain loops: a record has some hundred fields, and almost none is changed. */
function changed(value: unknown, secrets: Secrets, isKey: boolean): unknown {
  if (typeof value === 'string') return isKey ? plainKey(value, secrets) : value;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? changedList(value, secrets, isKey) : changedFields(value, secrets);
}

function changedList(list: readonly unknown[], secrets: Secrets, isKey: boolean): readonly unknown[] {
  let other: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const after = changed(list[index], secrets, isKey);
    if (after !== list[index]) (other ??= [...list])[index] = after;
  }
  return other ?? list;
}

function changedFields(fields: object, secrets: Secrets): object {
  let other: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const before: unknown = (fields as Record<string, unknown>)[name];
    if (typeof before !== 'string' && typeof before !== 'object') continue;
    const after = changed(before, secrets, isKeyName(name));
    if (after !== before) (other ??= { ...fields })[name] = after;
  }
  return other ?? fields;
}
