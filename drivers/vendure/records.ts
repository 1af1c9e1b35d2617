import type { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import type { UnreadableRecord } from '../contract/index.ts';
import type { Slice } from './slice.ts';
import { inWords } from '../toolkit/words.ts';

export interface Mapped {
  readonly records: readonly CanonicalRecord[];
  readonly unreadable: readonly UnreadableRecord[];
}

/** Maps the rows of a slice one by one: a row that does not fit is named and set aside, the others go on. */
export function mapSlice<T>(
  what: string,
  slice: Slice,
  schema: z.ZodType<T>,
  map: (item: T) => readonly CanonicalRecord[],
  numberIn?: string,
): Mapped {
  const records: CanonicalRecord[] = [];
  const numberOf = (item: unknown) => (numberIn === undefined ? undefined : textIn(item, numberIn));
  const unreadable: UnreadableRecord[] = slice.lost.map(({ id, bare, message }) => ({
    recordId: id,
    number: numberOf(bare),
    reason: 'StoreError',
    message: `${what} ${numberOf(bare) ?? id} cannot be read: ${message} Mend it at the shop (something that it names may be deleted), it is then taken by itself`,
    raw: bare,
  }));
  for (const item of slice.items) {
    const parsed = schema.safeParse(item);
    if (parsed.success) records.push(...map(parsed.data));
    else {
      const id = idOf(item);
      const number = numberOf(item);
      unreadable.push({
        recordId: id,
        number,
        reason: 'UnexpectedPayload',
        message: `${what} ${number ?? id} cannot be taken: ${inWords(parsed.error, item)}. It is taken by itself once that is mended`,
        raw: item,
      });
    }
  }
  return { records, unreadable };
}

const idOf = (item: unknown): string => textIn(item, 'id') ?? 'without id';

function textIn(item: unknown, field: string): string | undefined {
  const value: unknown =
    typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>)[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}
