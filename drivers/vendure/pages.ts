import type { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import type { Page, ReadRequest } from '../contract/index.ts';
import type { VendureClient } from './client.ts';
import { decode, encode, position, startAt } from './cursor.ts';
import { ListReader, type List } from './list.ts';
import { mapSlice } from './records.ts';
import type { ShopFacts } from './shop.ts';

/** How a row of a list becomes records. */
export interface Mapping<T> {
  /** For messages: "order". */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  /** The field with the number that people know a row by, where it is not the id. */
  readonly numberIn?: string;
  /** Where a row can be several records or none, the number of rows proves nothing about the number of records. */
  readonly perRow: 'one' | 'any';
  readonly map: (item: T, shop: ShopFacts) => CanonicalRecord | readonly CanonicalRecord[];
}

type Range = Pick<ReadRequest, 'since' | 'until' | 'resume' | 'pageSize' | 'signal'>;

/** A list from its first row, or from where an interrupted run stopped, to its end. */
export async function* readList<T>(
  client: VendureClient,
  list: List,
  mapping: Mapping<T>,
  request: Range,
): AsyncGenerator<Page> {
  const reader = new ListReader(client, list, request.signal);
  let at = decode(position, request.resume) ?? startAt(request.since);
  for (;;) {
    const window = await reader.window(at, request.pageSize, request.until);
    const mapped = mapSlice(
      mapping.what,
      window,
      mapping.schema,
      (item) => [mapping.map(item, window.shop)].flat(),
      mapping.numberIn,
    );
    at = window.next;
    yield {
      ...mapped,
      resume: encode(at),
      end: window.end,
      total: mapping.perRow === 'one' ? window.total : undefined,
    };
    if (window.end) return;
  }
}

/** The named rows, a page of ids at a time. */
export async function* readById<T>(
  client: VendureClient,
  list: List,
  mapping: Mapping<T>,
  request: Range & { readonly ids: readonly string[] },
): AsyncGenerator<Page> {
  const reader = new ListReader(client, list, request.signal);
  // A token of this reading is the number of ids that are done.
  let done = Number(request.resume ?? 0) || 0;
  do {
    const ids = request.ids.slice(done, done + request.pageSize);
    const slice = ids.length === 0 ? undefined : await reader.byIds(ids);
    const mapped =
      slice === undefined
        ? { records: [], unreadable: [] }
        : mapSlice(
            mapping.what,
            slice,
            mapping.schema,
            (item) => [mapping.map(item, slice.shop)].flat(),
            mapping.numberIn,
          );
    done += ids.length;
    yield { ...mapped, resume: String(done), end: done >= request.ids.length };
  } while (done < request.ids.length);
}
