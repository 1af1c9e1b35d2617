import { z } from 'zod';
import type { ImportFeed, Page, ReadRequest } from '../../contract/index.ts';
import { accepted } from '../../generic/client.ts';
import { MAPPINGS, mapItems } from '../../generic/map.ts';
import { reads } from '../../generic/reading.ts';
import type { MarketplaceClient } from './client.ts';

const answer = z.object({
  items: z.array(z.object({ message: z.int().min(1), order: z.unknown() })),
  more: z.boolean(),
});

const byId = reads({ path: '/orders', mapping: MAPPINGS.order });

/** What waits in the queue, by message; named orders are asked for as anywhere. */
export const readQueue: ImportFeed<MarketplaceClient>['read'] = (client, request) =>
  request.ids ? byId(client, request) : readWaiting(client, request);

async function* readWaiting(client: MarketplaceClient, request: ReadRequest): AsyncGenerator<Page> {
  for (let after = Number(request.resume ?? 0) || 0; ;) {
    const query = { after, limit: request.pageSize };
    const { items, more } = await client.get('/order-queue', query, answer, request.signal);
    const mapped = mapItems(
      MAPPINGS.order,
      items.map(({ order }) => order),
    );
    after = items.at(-1)?.message ?? after;
    yield { ...mapped, resume: String(after), end: !more, acks: acksOf(items) };
    if (!more) return;
  }
}

/** Of one that cannot be read, too: which of them the hub has taken is the engine's to know. */
function acksOf(items: z.infer<typeof answer>['items']): Map<string, string> {
  const acks = new Map<string, string>();
  for (const { message, order } of items) {
    const { id } = z.looseObject({ id: z.string() }).safeParse(order).data ?? {};
    if (id !== undefined) acks.set(id, String(message));
  }
  return acks;
}

export async function acknowledge(
  client: MarketplaceClient,
  tokens: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const messages = tokens.map(Number);
  const path = '/order-queue/acknowledgements';
  const response = await client.raw('POST', path, { messages }, signal);
  if (response.status !== 204) await accepted(response, path);
}
