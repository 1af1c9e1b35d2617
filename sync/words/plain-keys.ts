import { CONTROL } from '../../kit/plain-text.ts';
import type { Secrets } from './secrets.ts';
import { storeWords } from './store-words.ts';

/** Fields by which a record, a part or a place is known: problems, Events and terminals name records by them. */
const KEYS: ReadonlySet<string> = new Set(
  'id number sku code type channel currency reason method platformState ids'.split(' '),
);
const KEY_ENDINGS = ['Id', 'Ids', 'Code', 'Sku'];
/** What has both is a sentence about a person, and no name of a record. */
const SENTENCE = /\s[^\s@]*@|@\S*\s/;

/** Asked of every field of every record: no pattern is as quick. */
const isKeyName = (name: string): boolean => KEYS.has(name) || KEY_ENDINGS.some((ending) => name.endsWith(ending));

/** The name of a record, to the letter; but where a shop put a secret, a control or a person into it. Pure. */
export function plainKey(text: string, secrets: Secrets): string {
  return CONTROL.test(text) || SENTENCE.test(text) || secrets.standIn(text) ? storeWords(text, secrets, [text]) : text;
}

/** A record with its keys so, and those of its parts; the very same one where there is nothing to change. Pure. */
export function withPlainKeys<T>(record: T, secrets: Secrets): T {
  return changed(record, secrets, false) as T;
}

function changed(value: unknown, secrets: Secrets, isKey: boolean): unknown {
  if (typeof value === 'string') return isKey ? plainKey(value, secrets) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => changed(item, secrets, isKey));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let other: Record<string, unknown> | undefined;
  for (const [name, before] of Object.entries(value)) {
    const after = changed(before, secrets, isKeyName(name));
    if (after === before) continue;
    other ??= { ...value };
    other[name] = after;
  }
  return other ?? value;
}
