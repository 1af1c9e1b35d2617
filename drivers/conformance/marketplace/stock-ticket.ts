import { z } from 'zod';
import { retry, type StockWrite, type SubmittedEntry, type WriteResult } from '../../contract/index.ts';
import { accepted, parsed } from '../../generic/client.ts';
import { stockResults, type StockResults } from '../../generic/payload.ts';
import type { MarketplaceClient } from './client.ts';

type Result = WriteResult<'StockExport'>;

const ASK_AGAIN_MS = 1000;

const taken = z.object({ ticket: z.string().min(1) });
const ticketState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('working') }),
  z.object({ state: z.literal('lost') }),
  z.object({ state: z.literal('done'), result: stockResults }),
]);

/** Levels are taken at once and set later, in the order in which they came. */
export async function submitStock(
  client: MarketplaceClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const levels = entries.map(({ entryId, variantId, locationId, quantity, expected }) => ({
    key: `${entryId}/${quantity}`,
    variant_id: variantId,
    location_id: locationId,
    quantity,
    expected,
  }));
  const response = await client.raw('POST', '/stock', { levels }, signal);
  const { ticket } = parsed(taken, await accepted(response, '/stock'), '/stock');
  return entries.map(({ entryId }, index) => ({
    ...{ entryId, outcome: 'Submitted', ticket: `${ticket} ${index}`, againMs: ASK_AGAIN_MS },
  }));
}

/** What became of them. */
export async function settleStock(
  client: MarketplaceClient,
  entries: readonly SubmittedEntry[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [ticket, all] of Map.groupBy(entries, (entry) => entry.ticket.split(' ')[0]!)) {
    const answer = await client.get(`/tickets/${encodeURIComponent(ticket)}`, {}, ticketState, signal);
    for (const entry of all) results.push(becameOf(entry, answer));
  }
  return results;
}

function becameOf({ entryId, ticket }: SubmittedEntry, answer: z.infer<typeof ticketState>): Result {
  if (answer.state === 'working') return { entryId, outcome: 'Submitted', ticket, againMs: ASK_AGAIN_MS };
  if (answer.state === 'lost')
    return { entryId, outcome: 'Retry', reason: 'StoreError', message: 'the marketplace took the level and lost it' };
  const said = answer.result.results[Number(ticket.split(' ')[1])];
  if (!said) throw retry('UnexpectedPayload', `ticket ${ticket} does not tell of every level`);
  return resultOf(entryId, said);
}

function resultOf(entryId: string, { status, message, variant_id, on_hand }: StockResults['results'][number]): Result {
  switch (status) {
    case 'set':
      return { entryId, outcome: 'Applied' };
    case 'repeated':
      return { entryId, outcome: 'AlreadyApplied' };
    case 'unknown':
      return {
        ...{ entryId, outcome: 'Rejected', reason: 'UnknownVariant' },
        message: `the marketplace has no level of variant ${variant_id}: run ProductImport and StockImport`,
      };
    case 'refused':
      return {
        ...{ entryId, outcome: 'Rejected', reason: 'StoreRefused' },
        message: `the marketplace refuses the level of variant ${variant_id}: ${message ?? 'no reason given'}`,
      };
    case 'conflict':
      return {
        ...{ entryId, outcome: 'Retry', reason: 'StockChanged' },
        message: `the marketplace has ${on_hand ?? 'another number'} of variant ${variant_id}: read the stock again`,
      };
    case 'failed':
      return {
        ...{ entryId, outcome: 'Retry', reason: 'StoreError' },
        message: `the marketplace failed to set variant ${variant_id}: ${message ?? 'no reason given'}`,
      };
  }
}
