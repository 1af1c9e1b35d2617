import { marketplaceWire } from '../../../simulator/wires/marketplace.ts';
import type { Driver, ImportSource, Page, WriteResult } from '../../contract/index.ts';
import { marketplace } from '../marketplace/index.ts';
import type { Mutant } from './tools.ts';

/** The driver of the marketplace with one rule broken. */
function mutant(name: string, refusedBy: string, change: (driver: Driver) => Driver['feeds']): Mutant {
  const connect: typeof marketplace.connect = (context) => {
    const driver = marketplace.connect(context);
    const feeds = change(driver);
    return { ...driver, feeds, read: (request) => (feeds[request.feed as 'OrderImport'] ?? missing()).read(request) };
  };
  return { name, refusedBy, definition: { ...marketplace, connect }, wire: marketplaceWire };
}

const missing = (): never => {
  throw new Error('the marketplace has no such feed');
};

const orders = ({ feeds }: Driver, change: (source: ImportSource) => Partial<ImportSource>): Driver['feeds'] => ({
  ...feeds,
  OrderImport: { ...feeds.OrderImport!, ...change(feeds.OrderImport!) },
});

async function* pagesWith(pages: AsyncIterable<Page>, change: (page: Page) => Page): AsyncGenerator<Page> {
  for await (const page of pages) yield change(page);
}

/** Mistakes with what is handed out, done later or made first. */
export const WAITING: readonly Mutant[] = [
  mutant('forgets what the last of a page is acknowledged by', 'C4.queue-again', (driver) =>
    orders(driver, ({ read }) => ({
      read: (request) =>
        pagesWith(read(request), (page) => ({ ...page, acks: new Map([...(page.acks ?? [])].slice(0, -1)) })),
    })),
  ),
  mutant('acknowledges all that waits', 'C4.queue-done', (driver) =>
    orders(driver, ({ read, acknowledge }) => ({
      async acknowledge(_tokens, signal) {
        const all: string[] = [];
        for await (const { acks } of read({ feed: 'OrderImport', pageSize: 50, signal }))
          all.push(...(acks?.values() ?? []));
        await acknowledge!(all, signal);
      },
    })),
  ),
  mutant('acknowledges an order by its newest message', 'C4.queue-changed', (driver) => {
    const ids = new Map<string, string>();
    return orders(driver, ({ read, acknowledge }) => ({
      read: (request) =>
        pagesWith(read(request), (page) => ({
          ...page,
          acks: new Map([...(page.acks ?? [])].map(([id]) => [id, id])),
        })),
      async acknowledge(tokens, signal) {
        for await (const { acks } of read({ feed: 'OrderImport', pageSize: 50, signal }))
          for (const [id, message] of acks ?? []) ids.set(id, message);
        await acknowledge!(
          tokens.flatMap((id) => ids.get(id) ?? []),
          signal,
        );
      },
    }));
  }),
  mutant('asks for a failed document again and again', 'C5.made-again', ({ feeds }) => {
    const { read } = feeds.ProductImport!;
    return {
      ...feeds,
      ProductImport: {
        ...feeds.ProductImport!,
        read: async function* (request) {
          for await (const page of read(request)) {
            // The place that it came with, in place of that of the new document.
            if (page.againMs !== undefined && request.resume !== undefined) yield { ...page, resume: request.resume };
            else yield page;
          }
        },
      },
    };
  }),
  mutant('calls done what the shop took and lost', 'C8.ticket-lost', ({ feeds }) => ({
    ...feeds,
    StockExport: {
      ...feeds.StockExport!,
      settle: async (entries, signal) =>
        (await feeds.StockExport!.settle!(entries, signal)).map((result): WriteResult<'StockExport'> =>
          result.outcome === 'Retry' ? { entryId: result.entryId, outcome: 'Applied' } : result,
        ),
    },
  })),
];
