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

const isKeyName = (name: string): boolean => KEYS.has(name) || /(?:Ids?|Code|Sku)$/.test(name);
/** Names of fields whose answer is kept; a shop can make up any number. */
const MOST_NAMES = 1000;

/** The name of a record, to the letter; but where a shop put a secret, a control or a person into it. Pure. */
export function plainKey(text: string, secrets: Secrets): string {
  const odd = !ONE_WORD.test(text) && (CONTROL.test(text) || SENTENCE.test(text));
  return odd || secrets.standIn(text) ? storeWords(text, secrets, [text]) : text;
}

/**
 * A record with its keys so, and those of its parts; the very same one where there is nothing to change. It looks at
 * some hundred fields of every record, and almost none is changed: plain loops, and each field's name judged once.
 */
export function plainKeys(secrets: Secrets): <T>(record: T) => T {
  const names = new Map<string, boolean>();

  function isKey(name: string): boolean {
    const known = names.get(name);
    if (known !== undefined) return known;
    const found = isKeyName(name);
    if (names.size < MOST_NAMES) names.set(name, found);
    return found;
  }

  function changed(value: unknown, key: boolean): unknown {
    if (typeof value === 'string') return key ? plainKey(value, secrets) : value;
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? changedList(value, key) : changedFields(value);
  }

  function changedList(list: readonly unknown[], key: boolean): readonly unknown[] {
    let other: unknown[] | undefined;
    for (let index = 0; index < list.length; index++) {
      const after = changed(list[index], key);
      if (after !== list[index]) (other ??= [...list])[index] = after;
    }
    return other ?? list;
  }

  function changedFields(fields: object): object {
    let other: Record<string, unknown> | undefined;
    for (const name in fields) {
      const before: unknown = (fields as Record<string, unknown>)[name];
      if (typeof before !== 'string' && typeof before !== 'object') continue;
      const after = changed(before, isKey(name));
      if (after !== before) (other ??= { ...fields })[name] = after;
    }
    return other ?? fields;
  }

  return <T>(record: T) => changed(record, false) as T;
}
