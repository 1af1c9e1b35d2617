import type { FeedType } from '../../model/feeds.ts';
import { errorDetails, terminal, type CheckReport } from '../contract/index.ts';
import { NotWritten } from './answers.ts';
import type { MagentoClient } from './client.ts';
import { criteria } from './criteria.ts';
import { NEEDS, type Need } from './needs.ts';
import { shopFacts, storeViews } from './shop.ts';

/** Is it Magento, and does the integration have every resource that these feeds need? Nothing is changed for it. */
export async function check(
  client: MagentoClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  const reachable = { status: 'True', reason: 'Reachable', message: 'the shop answers' } as const;
  try {
    const { id, currency } = await shopFacts(client, signal);
    await storesAreThere(client, signal);
    await mayAll(client, feeds, signal);
    return {
      reachable,
      credential: { status: 'True', reason: 'Accepted', message: 'the shop accepts the integration' },
      shop: { id, name: URL.parse(id)?.host ?? id, currency },
    };
  } catch (error) {
    const { behaviour, reason, message, scope } = errorDetails(error);
    if (scope === 'credential') return { reachable, credential: { status: 'False', reason, message } };
    return {
      reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
      credential: { status: 'Unknown', reason: 'NotChecked', message: 'the shop must be reachable first' },
    };
  }
}

async function storesAreThere(client: MagentoClient, signal: AbortSignal): Promise<void> {
  const { stores, storeCode } = client.context.settings;
  if (stores.length === 0 && storeCode === 'all') return;
  const codes = (await storeViews(client, signal)).map(({ code }) => code);
  const wrong = [...stores, ...(storeCode === 'all' ? [] : [storeCode])].find((code) => !codes.includes(code));
  if (wrong !== undefined)
    throw terminal(
      'WrongUrl',
      `the shop has no store view "${wrong}": it has ${codes.join(', ').slice(0, 200)}; check settings.stores and settings.storeCode`,
    );
}

/** Asks a little of everything that the feeds need. */
async function mayAll(client: MagentoClient, feeds: readonly FeedType[], signal: AbortSignal): Promise<void> {
  const any = (...types: readonly FeedType[]): boolean => feeds.some((feed) => types.includes(feed));
  const hasSources = client.context.settings.stock === 'sources';
  const one = criteria({ groups: [], size: 1, fields: 'total_count' });
  for (const [path, need, types] of LISTS) if (any(...types)) await client.get(path, one, need, signal);
  if (hasSources && any(...STOCK, 'DataModelSync')) await sourcesAreThere(client, signal);
  // Nothing in it: refused where the right is missing, and else nothing is done.
  for (const [path, body, need, type] of PROBES)
    if (any(type) && (hasSources || need !== NEEDS.writeSources)) await probe(client, path, body, need, signal);
}

const PRODUCTS: readonly FeedType[] = ['ProductImport', 'ProductUpdate', 'ProductImageImport'];
const STOCK: readonly FeedType[] = ['StockImport', 'StockCheck', 'StockExport'];
const ORDERS: readonly FeedType[] = ['OrderImport', 'OrderUpdate'];

/** Lists, and the feeds that read them. */
const LISTS: readonly (readonly [string, Need, readonly FeedType[]])[] = [
  ['/V1/orders', NEEDS.orders, [...ORDERS, 'ShipmentExport']],
  ['/V1/creditmemos', NEEDS.credits, ORDERS],
  ['/V1/shipments', NEEDS.shipments, ['ShipmentExport']],
  ['/V1/products', NEEDS.products, [...PRODUCTS, ...STOCK, 'PriceExport']],
  ['/V1/products/attributes', NEEDS.attributes, [...PRODUCTS, 'DataModelSync']],
  ['/V1/products/attribute-sets/sets/list', NEEDS.sets, ['DataModelSync']],
];
const PROBES: readonly (readonly [string, unknown, Need, FeedType])[] = [
  ['/V1/inventory/source-items', { sourceItems: [] }, NEEDS.writeSources, 'StockExport'],
  ['/V1/products/base-prices', { prices: [] }, NEEDS.prices, 'PriceExport'],
  ['/V1/order/0/ship', {}, NEEDS.ship, 'ShipmentExport'],
];

async function sourcesAreThere(client: MagentoClient, signal: AbortSignal): Promise<void> {
  const asked = criteria({ groups: [], size: 1, fields: 'total_count' });
  if (await client.find('/V1/inventory/sources', asked, NEEDS.sources, signal)) return;
  throw terminal(
    'NotSupported',
    'the shop has no sources (Multi Source Inventory is off): set stock to stockItems in spec.settings',
  );
}

async function probe(
  client: MagentoClient,
  path: string,
  body: unknown,
  need: Need,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.ask(path, body, need, signal);
  } catch (error) {
    if (!(error instanceof NotWritten)) throw error;
  }
}
