import { isStorable } from '../storage/storable.ts';

/** A Store's rules as a database can hold them, and where what it cannot hold stood. */
export interface StorableSpec<T> {
  readonly spec: T;
  readonly left: readonly string[];
}

/**
 * Leaves out what no database can hold, which the CRD refuses and an older one took: the entry of a map, or the whole
 * item of a list, so that one alias that nobody can type does not keep all of the Store's rules out. Pure.
 */
export function storableSpec<T extends object>(spec: T): StorableSpec<T> {
  const left: string[] = [];
  return { spec: withoutUnstorable(spec, 'spec', left) as T, left };
}

function withoutUnstorable(value: unknown, path: string, left: string[]): unknown {
  if (Array.isArray(value))
    return value.filter((item, index) => {
      const inner: string[] = [];
      const kept = withoutUnstorable(item, `${path}[${index}]`, inner);
      if (kept !== undefined && inner.length === 0) return true;
      left.push(`${path}[${index}]`);
      return false;
    });
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        const at = `${path}.${key.replaceAll('\0', '').toWellFormed()}`;
        if (!isStorable(key)) return (left.push(at), []);
        const kept = withoutUnstorable(inner, at, left);
        return kept === undefined && inner !== undefined ? (left.push(at), []) : [[key, kept]];
      }),
    );
  return typeof value === 'string' && !isStorable(value) ? undefined : value;
}
