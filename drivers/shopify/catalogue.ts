import { z } from 'zod';
import type { ReadRequest } from '../contract/index.ts';
import { bulkPlaceOf, bulkRows, type BulkList, type BulkPage } from './bulk.ts';
import type { ShopifyClient } from './client.ts';
import { VARIANT_COUNT } from './documents.ts';
import { rowsBefore, rowsFor, type List } from './pages.ts';

/** Null where the shop does not say. */
export const variantCount = z.object({ count: z.int() }).nullish();
const counted = z.object({ productVariantsCount: variantCount });

/** How many variants the shop has. */
export async function countVariants(client: ShopifyClient, signal: AbortSignal): Promise<number> {
  const operation = { document: VARIANT_COUNT, answer: counted, cost: 10 };
  return (await client.query(operation, {}, signal)).productVariantsCount?.count ?? 0;
}

/** Whether all of the list is asked for: of one without times it always is. */
export const isWhole = ({ timed }: List, { ids, since, until }: ReadRequest): boolean =>
  !ids && (!timed || (since === undefined && until === undefined));

/** Rows of a list, in pages, or as a file where all of a large catalogue is asked for. */
export async function* catalogueRows(
  client: ShopifyClient,
  list: List,
  bulk: BulkList,
  request: ReadRequest,
  variants: () => Promise<number>,
): AsyncGenerator<BulkPage> {
  if (!isWhole(list, request)) {
    yield* rowsFor(client, list, request);
    return;
  }
  const place = bulkPlaceOf(request.resume);
  if (place) yield* bulkRows(client, bulk, request, place);
  else if (isInPages(client, request.resume) || (await variants()) <= client.largest)
    yield* rowsFor(client, list, request);
  else yield* bulkRows(client, bulk, request);
}

/** A reading that began in pages goes on so, where it can come to an end. */
const isInPages = ({ largest }: ShopifyClient, resume: string | undefined): boolean =>
  (rowsBefore(resume) ?? Number.POSITIVE_INFINITY) <= largest;
