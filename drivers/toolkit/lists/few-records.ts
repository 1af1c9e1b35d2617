import { z } from 'zod';
import type { CanonicalRecord } from '../../../model/records.ts';
import type { Page, ReadRequest } from '../../contract/index.ts';

const place = z.object({ read: z.int().min(0) });

/** Pages of a few dozen records that come one after the other, always in the same order: it goes on by their number. */
export async function* fewRecords(
  all: AsyncIterable<CanonicalRecord>,
  { resume, pageSize }: Pick<ReadRequest, 'resume' | 'pageSize'>,
): AsyncGenerator<Page> {
  let read = placeFrom(resume, place)?.read ?? 0;
  let index = 0;
  let records: CanonicalRecord[] = [];
  for await (const record of all) {
    if (index++ < read) continue;
    if (records.length === pageSize) {
      read += records.length;
      yield { records, resume: JSON.stringify({ read }), end: false };
      records = [];
    }
    records.push(record);
  }
  yield { records, resume: JSON.stringify({ read: read + records.length }), end: true };
}

/** A `resume` of this release; undefined where it is none: from the start, which is always safe. */
export function placeFrom<T>(resume: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (resume === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(resume)).data;
  } catch {
    return undefined;
  }
}
