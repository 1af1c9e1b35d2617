import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import { errorDetails, type CheckReport } from '../contract/index.ts';
import type { ShopifyClient } from './client.ts';
import { BUYER, IDENTITY } from './documents.ts';
import { numberOf } from './ids.ts';

const identity = z.object({
  shop: z.object({ id: z.string(), name: z.string(), myshopifyDomain: z.string(), currencyCode: z.string() }),
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
});

const ORDERS = ['read_orders', 'read_merchant_managed_fulfillment_orders', 'read_returns'];
/** Scopes by feed, as Shopify calls them; who may write may read. */
const SCOPES: Readonly<Partial<Record<FeedType, readonly string[]>>> = {
  DataModelSync: ['read_products', 'read_locations', 'read_shipping'],
  ProductImport: ['read_products'],
  ProductUpdate: ['read_products'],
  ProductImageImport: ['read_products'],
  StockImport: ['read_products', 'read_inventory'],
  StockCheck: ['read_products', 'read_inventory'],
  OrderImport: ORDERS,
  OrderUpdate: ORDERS,
  StockExport: ['read_products', 'write_inventory'],
  PriceExport: ['write_products'],
  ShipmentExport: ['read_orders', 'write_merchant_managed_fulfillment_orders'],
};

/** Is it Shopify, and may the app do all that these feeds need? Nothing is changed for it. */
export async function check(
  client: ShopifyClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  const reachable = { status: 'True', reason: 'Reachable', message: 'the shop answers' } as const;
  try {
    const { data, version } = await client.ask({ document: IDENTITY, answer: identity, cost: 5 }, {}, signal);
    const { id, name, currencyCode } = data.shop;
    const shop = { id: numberOf(id), name, currency: currencyCode };
    const credential = await credentialOf(client, feeds, data, signal);
    const { apiVersion } = client.settings;
    if (version !== undefined && version !== apiVersion)
      return {
        ...{ credential, shop },
        reachable: {
          ...{ status: 'False', reason: 'ApiVersionGone' },
          message: `Shopify does not serve version ${apiVersion} any more and answers with ${version}: set apiVersion in spec.settings`,
        },
      };
    return { reachable, credential, shop };
  } catch (error) {
    const { behaviour, reason, message, scope } = errorDetails(error);
    if (scope === 'credential') return { reachable, credential: { status: 'False', reason, message } };
    return {
      reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
      credential: { status: 'Unknown', reason: 'NotChecked', message: 'the shop must be reachable first' },
    };
  }
}

async function credentialOf(
  client: ShopifyClient,
  feeds: readonly FeedType[],
  { currentAppInstallation }: z.infer<typeof identity>,
  signal: AbortSignal,
): Promise<CheckReport['credential']> {
  const granted = new Set(currentAppInstallation.accessScopes.map(({ handle }) => handle));
  const has = (scope: string): boolean => granted.has(scope) || granted.has(scope.replace(/^read_/, 'write_'));
  const missing = [...new Set(feeds.flatMap((feed) => SCOPES[feed] ?? []))].filter((scope) => !has(scope));
  if (missing.length > 0)
    return {
      ...{ status: 'False', reason: 'PermissionMissing' },
      message: `the app lacks ${missing.join(', ')}: add them to its scopes in the Dev Dashboard, release a version, and install it again`,
    };
  // Names and addresses have an approval of their own.
  if (feeds.some((feed) => feed.startsWith('Order')))
    await client.query({ document: BUYER, answer: z.unknown(), cost: 5 }, {}, signal);
  return {
    status: 'True',
    reason: 'Accepted',
    message: 'the shop accepts the app with every scope that the feeds need',
  };
}
