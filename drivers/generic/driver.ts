import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import { terminal, type Driver, type Page, type ReadRequest } from '../contract/index.ts';
import { count, ids } from './census.ts';
import { check } from './check.ts';
import { GenericClient, type GenericContext } from './client.ts';
import { genericHooks } from './hooks.ts';
import { readIds, readList } from './lists.ts';
import { manifest } from './manifest.ts';
import { MAPPINGS, mapItems, type Mapping } from './map.ts';
import { writeShipments } from './shipments.ts';
import { writeStock } from './stock-write.ts';

interface Source {
  readonly path: string;
  readonly mapping: Mapping<unknown>;
}

const PRODUCTS: readonly Source[] = [{ path: '/products', mapping: MAPPINGS.product }];
const ORDERS: readonly Source[] = [{ path: '/orders', mapping: MAPPINGS.order }];
const STOCK: readonly Source[] = [{ path: '/stock', mapping: MAPPINGS.stock }];

/** The lists of a feed, read one after the other. */
const SOURCES: Readonly<Partial<Record<FeedType, readonly Source[]>>> = {
  DataModelSync: [{ path: '/locations', mapping: MAPPINGS.location }, { path: '/shipping-methods', mapping: MAPPINGS.shippingMethod }],
  SupplierImport: [{ path: '/suppliers', mapping: MAPPINGS.supplier }],
  ProductSupplierImport: [{ path: '/product-suppliers', mapping: MAPPINGS.productSupplier }],
  ProductImport: PRODUCTS, ProductUpdate: PRODUCTS, ProductImageImport: PRODUCTS,
  StockImport: STOCK, StockCheck: STOCK,
  OrderImport: ORDERS, OrderUpdate: ORDERS,
};

export function connect(context: GenericContext): Driver {
  const client = new GenericClient(context);
  return {
    check: (feeds, signal) => check(client, feeds, signal),
    read: (request) => read(client, request),
    count: (feed, window, signal) => count(client, feed, window, signal),
    ids: (feed, window, signal) => ids(client, feed, window, signal),
    hooks: genericHooks(client),
    writeStock: (entries, signal) => writeStock(client, entries, signal),
    writeShipments: (entries, signal) => writeShipments(client, entries, signal),
  };
}

/** Which list a run is in, and where. */
const token = z.object({ list: z.int().min(0), at: z.string().optional() });

async function* read(client: GenericClient, request: ReadRequest): AsyncGenerator<Page> {
  const sources = SOURCES[request.feed];
  if (!sources) throw terminal('UnsupportedFeed', `there is nothing to read for ${request.feed}`);
  const most = manifest.feeds.find(({ type }) => type === request.feed)?.maxPageSize ?? 1;
  const pageSize = Math.max(1, Math.min(request.pageSize, most));
  const from = decode(request.resume, sources.length);
  for (let list = from.list; list < sources.length; list++) {
    const { path, mapping } = sources[list]!;
    const at = { path, since: request.since, until: request.until, placedFrom: request.placedFrom, resume: list === from.list ? from.at : undefined, pageSize, signal: request.signal };
    for await (const slice of request.ids ? readIds(client, { ...at, ids: request.ids }) : readList(client, at)) {
      const last = list === sources.length - 1;
      const resume = slice.end && !last ? { list: list + 1 } : { list, at: slice.resume };
      // Of several lists no total is known before the last one.
      yield { ...mapItems(mapping, slice.items), resume: JSON.stringify(resume), end: slice.end && last, total: sources.length === 1 ? slice.total : undefined };
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
