import { z } from 'zod';
import type { StockRecord } from '../../model/records.ts';
import { retry, type Page, type ReadRequest, type UnreadableRecord } from '../contract/index.ts';
import type { MagentoClient } from './client.ts';
import { allWith, rowsFor, type List } from './lists.ts';
import { NEEDS } from './needs.ts';
import { SOLD } from './product-map.ts';
import { readProduct } from './products.ts';
import type { MagentoProduct } from './product-payload.ts';

/** Where stock is counted without Multi Source Inventory. */
export const ONE_PLACE = 'default';

const SOLD_ONES: List = {
  ...{ what: 'products', path: '/V1/products', need: NEEDS.products, idField: 'id' },
  groups: [[{ field: 'type_id', value: SOLD.join(','), is: 'in' }]],
};
const SOURCE_ITEMS = { path: '/V1/inventory/source-items', need: NEEDS.sources, groups: [] };

const sourceItem = z.looseObject({
  sku: z.string(),
  source_code: z.string(),
  quantity: z.number(),
  status: z.int().nullish(),
});
export type SourceItem = z.infer<typeof sourceItem>;

const stockItem = z.looseObject({
  item_id: z.int(),
  qty: z.number().nullish(),
  manage_stock: z.boolean().nullish(),
  is_in_stock: z.boolean().nullish(),
});
export type StockItem = z.infer<typeof stockItem>;

/** Levels of all products that are sold, page by page. */
export async function* readStock(client: MagentoClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, total: _products, ...page } of rowsFor(client, SOLD_ONES, request)) {
    const unreadable: UnreadableRecord[] = [];
    const products = rows.flatMap((row) => {
      const read = readProduct(row);
      if ('product' in read) return read.product.sku === '' ? [] : [read.product];
      unreadable.push(read);
      return [];
    });
    yield { ...page, records: await levelsOf(client, products, request.signal), unreadable };
  }
}

async function levelsOf(client: MagentoClient, products: readonly MagentoProduct[], signal: AbortSignal) {
  if (client.context.settings.stock === 'stockItems') return oneByOne(client, products, signal);
  const items = await sourceItems(
    client,
    products.map(({ sku }) => sku),
    signal,
  );
  const levels: StockRecord[] = [];
  for (const { id, sku } of products) {
    const own = items.get(keyOf(sku)) ?? [];
    const salable = own.length === 1 ? await salableOf(client, sku, signal) : undefined;
    for (const { source_code: locationId, quantity } of own) {
      const onHand = Math.floor(quantity);
      const available = salable ?? onHand;
      levels.push({
        ...{ kind: 'stock', variantId: String(id), sku, locationId, onHand, available },
        ...(salable === undefined ? {} : { allocated: Math.max(0, onHand - salable) }),
      });
    }
  }
  return levels;
}

/** Magento takes SKUs that differ in case alone for one. */
export const keyOf = (sku: string): string => sku.trim().toLowerCase();

/** What lies in each source, by SKU. */
export async function sourceItems(
  client: MagentoClient,
  skus: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly SourceItem[]>> {
  const rows = z.array(sourceItem).safeParse(await allWith(client, SOURCE_ITEMS, 'sku', [...new Set(skus)], signal));
  if (!rows.success)
    throw retry('UnexpectedPayload', 'the shop sent stock of sources in another form than it describes');
  return Map.groupBy(rows.data, ({ sku }) => keyOf(sku));
}

/** What can be sold of it in the stock of the settings: what open orders have taken is not in it. */
async function salableOf(client: MagentoClient, sku: string, signal: AbortSignal): Promise<number | undefined> {
  const { salableStock } = client.context.settings;
  if (salableStock === undefined) return undefined;
  const path = `/V1/inventory/get-product-salable-quantity/${encodeURIComponent(sku)}/${salableStock}`;
  const found = await client.find(path, [], NEEDS.salable, signal);
  return typeof found?.json === 'number' ? Math.floor(found.json) : undefined;
}

async function oneByOne(client: MagentoClient, products: readonly MagentoProduct[], signal: AbortSignal) {
  const levels: StockRecord[] = [];
  for (const { id, sku } of products) {
    const item = await stockItemOf(client, sku, signal);
    if (item?.manage_stock === false || item?.qty == null) continue;
    const onHand = Math.floor(item.qty);
    levels.push({ kind: 'stock', variantId: String(id), sku, locationId: ONE_PLACE, onHand, available: onHand });
  }
  return levels;
}

/** The stock item of a product; undefined where there is no such product. */
export async function stockItemOf(
  client: MagentoClient,
  sku: string,
  signal: AbortSignal,
): Promise<StockItem | undefined> {
  const found = await client.find(`/V1/stockItems/${encodeURIComponent(sku)}`, [], NEEDS.stockItems, signal);
  if (!found) return undefined;
  const parsed = stockItem.safeParse(found.json);
  if (!parsed.success)
    throw retry('UnexpectedPayload', `the shop sent the stock of ${sku} in another form than it describes`);
  return parsed.data;
}
