import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import { terminal, type CheckReport } from '../contract/index.ts';
import { accepted, notAccepted } from '../toolkit/check-report.ts';
import { NEEDS, type WooClient } from './client.ts';

const site = z.looseObject({ name: z.string(), home: z.string(), namespaces: z.array(z.string()) });
const currency = z.looseObject({ code: z.string() });

/** Is it WooCommerce, and may the key do all that these feeds need? Nothing is changed for it. */
export async function check(client: WooClient, feeds: readonly FeedType[], signal: AbortSignal): Promise<CheckReport> {
  try {
    const { name, home } = await siteOf(client, signal);
    const shop = { id: home.replace(/\/+$/, ''), name };
    const code = await mayAll(client, feeds, signal);
    return accepted('key', { ...shop, ...(code === undefined ? {} : { currency: code }) });
  } catch (error) {
    return notAccepted(error);
  }
}

async function siteOf(client: WooClient, signal: AbortSignal): Promise<z.infer<typeof site>> {
  const parsed = site.safeParse(await client.site(signal));
  if (!parsed.success) throw terminal('WrongUrl', 'what answers is no WordPress: check settings.url');
  if (!parsed.data.namespaces.includes('wc/v3'))
    throw terminal('WrongUrl', 'there is WordPress at the address, and no WooCommerce: activate the plugin');
  return parsed.data;
}

/** Asks a little of everything that the feeds need; gives the currency where it was asked for. */
async function mayAll(client: WooClient, feeds: readonly FeedType[], signal: AbortSignal): Promise<string | undefined> {
  const any = (...types: readonly FeedType[]): boolean => feeds.some((feed) => types.includes(feed));
  const one = { per_page: 1, _fields: 'id' };
  const orders = any('OrderImport', 'OrderUpdate', 'ShipmentExport');
  if (orders) await client.get('/orders', one, NEEDS.orders, signal);
  if (!orders || feeds.some((feed) => feed.startsWith('Product') || feed.startsWith('Stock')))
    await client.get('/products', one, NEEDS.products, signal);
  if (any('StockExport', 'PriceExport')) await client.probe('/products/batch', NEEDS.writeProducts, signal);
  if (any('ShipmentExport')) await client.probe('/orders/batch', NEEDS.writeOrders, signal);
  if (!any('DataModelSync', 'ProductImport', 'ProductUpdate', 'ProductImageImport', 'PriceExport')) return undefined;
  const { json } = await client.get('/data/currencies/current', { _fields: 'code' }, NEEDS.manage, signal);
  return currency.safeParse(json).data?.code;
}
