import { z } from 'zod';
import type { ImportFeed, Page, ReadRequest } from '../contract/index.ts';
import type { GenericClient } from './client.ts';
import { readIds, readList } from './lists.ts';
import { mapItems, type Mapping } from './map.ts';

/** A list of the API, and how its items become records. */
export interface Source {
  readonly path: string;
  readonly mapping: Mapping<unknown>;
}

/** Which list a run is in, and where. */
const token = z.object({ list: z.int().min(0), at: z.string().optional() });

/** Reads lists one after the other. */
export const reads =
  (...sources: readonly Source[]): ImportFeed<GenericClient>['read'] =>
  (client, request) =>
    readAll(client, sources, request);

async function* readAll(client: GenericClient, sources: readonly Source[], request: ReadRequest): AsyncGenerator<Page> {
  const { since, until, placedFrom, pageSize, signal } = request;
  const from = decode(request.resume, sources.length);
  for (let list = from.list; list < sources.length; list++) {
    const { path, mapping } = sources[list]!;
    const at = { path, since, until, placedFrom, resume: list === from.list ? from.at : undefined, pageSize, signal };
    for await (const slice of request.ids ? readIds(client, { ...at, ids: request.ids }) : readList(client, at)) {
      const last = list === sources.length - 1;
      const resume = slice.end && !last ? { list: list + 1 } : { list, at: slice.resume };
      // Of several lists no total is known before the last one.
      yield {
        ...mapItems(mapping, slice.items),
        resume: JSON.stringify(resume),
        end: slice.end && last,
        total: sources.length === 1 ? slice.total : undefined,
      };
    }
  }
}

function decode(resume: string | undefined, lists: number): z.infer<typeof token> {
  try {
    const { data } = token.safeParse(JSON.parse(resume ?? 'null'));
    if (data && data.list < lists) return data;
  } catch {
    // A token of another release: from the start, which is always safe.
  }
  return { list: 0 };
}
