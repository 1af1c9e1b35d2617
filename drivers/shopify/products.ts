import { z } from 'zod';
import type { ProductRecord, StockRecord, VariantRecord } from '../../model/records.ts';
import { type CensusWindow, type Page, type ReadRequest, type UnreadableRecord } from '../contract/index.ts';
import { amount } from '../toolkit/money/amount.ts';
import { inWords } from '../toolkit/words.ts';
import type { BulkList } from './bulk.ts';
import type { Child } from './bulk-groups.ts';
import { catalogueRows, countVariants, isWhole, variantCount } from './catalogue.ts';
import type { ShopifyClient } from './client.ts';
import * as documents from './documents.ts';
import { numberOf } from './ids.ts';
import { count, idsIn, pageInfo, type List, type Row } from './pages.ts';
import { productPayload, stockedPayload, variantPayload, type ProductPayload, type VariantPayload } from './payload.ts';

const PRODUCTS: List = {
  field: 'products',
  type: 'Product',
  document: documents.PRODUCTS,
  byIds: documents.PRODUCTS_BY_ID,
  timed: true,
  // What a page of 50 costs by Shopify's formula.
  cost: 650,
};
const STOCK: List = {
  field: 'productVariants',
  type: 'ProductVariant',
  document: documents.STOCK,
  byIds: documents.STOCK_BY_ID,
  timed: false,
  cost: 200,
};
const BULK_PRODUCTS: BulkList = {
  what: 'products',
  scopes: 'read_products',
  document: documents.BULK_PRODUCTS,
  row: ({ root, children }) => {
    const own = children.get(root.id) ?? [];
    const [variants, others] = [own.filter(isVariant), own.filter((each) => !isVariant(each))];
    return {
      ...root,
      metafields: { nodes: others.filter(isMetafield).slice(0, MOST_OF_EACH) },
      media: { nodes: others.filter((each) => !isMetafield(each)).slice(0, MOST_OF_EACH) },
      variants: {
        nodes: variants.map((each) => ({ ...each, media: { nodes: (children.get(each.id ?? '') ?? []).slice(0, 1) } })),
        pageInfo: { hasNextPage: false },
      },
    };
  },
};
const isVariant = ({ __typename }: Child): boolean => __typename === 'ProductVariant';
const isMetafield = ({ __typename }: Child): boolean => __typename === 'Metafield';
/** As many images and attributes as a list in pages gives: a product must not change with the way that it comes. */
const MOST_OF_EACH = 25;
const BULK_STOCK: BulkList = {
  what: 'stock levels',
  scopes: 'read_products and read_inventory',
  document: documents.BULK_STOCK,
  row: ({ root, children }) => ({
    ...root,
    inventoryItem: {
      ...(root['inventoryItem'] as object | undefined),
      inventoryLevels: { nodes: [...children.values()].flat(), pageInfo: { hasNextPage: false } },
    },
  }),
};
const COUNT = { field: 'productsCount', document: documents.PRODUCT_COUNT, placed: 'created_at' };
const IDS = { field: 'products', document: documents.PRODUCT_IDS, placed: 'created_at' } as const;
export const countProducts = (client: ShopifyClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, COUNT, window, signal);
export const productIds = (client: ShopifyClient, window: CensusWindow, signal: AbortSignal) =>
  idsIn(client, IDS, window, signal);

const moreVariants = z.object({
  product: z.object({ variants: z.object({ nodes: z.array(variantPayload), pageInfo }) }).nullable(),
});
const shop = z.object({ currencyCode: z.string(), taxesIncluded: z.boolean() });
const shopMoney = z.object({ shop });
const facts = z.object({ shop, productVariantsCount: variantCount });

/** The currency of all prices, and whether they are with tax. */
export async function moneyOfShop(client: ShopifyClient, signal: AbortSignal) {
  const operation = { document: documents.SHOP_MONEY, answer: shopMoney, cost: 1 };
  return (await client.query(operation, {}, signal)).shop;
}

/** The same, and whether the catalogue is a large one: in one question. */
async function factsOfShop(client: ShopifyClient, signal: AbortSignal) {
  const operation = { document: documents.CATALOGUE, answer: facts, cost: 10 };
  const { shop, productVariantsCount } = await client.query(operation, {}, signal);
  return { ...shop, variants: productVariantsCount?.count ?? 0 };
}

/** Products with all their variants and images. */
export async function* readProducts(client: ShopifyClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal } = request;
  const { currencyCode, variants } = isWhole(PRODUCTS, request)
    ? await factsOfShop(client, signal)
    : { ...(await moneyOfShop(client, signal)), variants: 0 };
  for await (const { rows, ...page } of catalogueRows(client, PRODUCTS, BULK_PRODUCTS, request, async () => variants)) {
    const records: ProductRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const row of rows) {
      const parsed = productPayload.safeParse(row);
      if (!parsed.success) {
        unreadable.push(aside(row, inWords(parsed.error, row)));
        continue;
      }
      try {
        const { record, parts } = productRecord(
          await withAllVariants(client, parsed.data, request.signal),
          currencyCode,
        );
        records.push(record);
        unreadable.push(...parts);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        unreadable.push(aside(row, `${error.message}: correct it in Shopify`));
      }
    }
    yield { ...page, records, unreadable };
  }
}

function aside(row: Row, message: string): UnreadableRecord {
  const recordId = numberOf(row.id);
  return { recordId, reason: 'UnexpectedPayload', message: `product ${recordId}: ${message}`, raw: row };
}

async function withAllVariants(
  client: ShopifyClient,
  product: ProductPayload,
  signal: AbortSignal,
): Promise<ProductPayload> {
  const nodes = [...product.variants.nodes];
  let info = product.variants.pageInfo;
  while (info.hasNextPage && info.endCursor != null) {
    const operation = { document: documents.PRODUCT_VARIANTS, answer: moreVariants, cost: 100 };
    const { product: more } = await client.query(operation, { id: product.id, after: info.endCursor }, signal);
    if (!more) break;
    nodes.push(...more.variants.nodes);
    info = more.variants.pageInfo;
  }
  return { ...product, variants: { ...product.variants, nodes, pageInfo: info } };
}

/** The product as the hub has it; variants without a SKU are told apart. */
export function productRecord(product: ProductPayload, currency: string) {
  const { variants } = product;
  const parts = variants.nodes
    .filter(({ sku }) => !sku)
    .map(({ id, title }): UnreadableRecord => ({
      ...{ recordId: `variant:${numberOf(id)}`, part: true, reason: 'NoSku' },
      message: `product ${numberOf(product.id)} (${product.title.slice(0, 60)}): ${title} has no SKU: give it one in Shopify`,
    }));
  const variantOfImage = new Map(
    variants.nodes.flatMap(({ id, media }) =>
      media.nodes.flatMap((image) => (image.id ? [[image.id, id] as const] : [])),
    ),
  );
  const record: ProductRecord = {
    kind: 'product',
    id: numberOf(product.id),
    title: product.title,
    description: product.descriptionHtml || undefined,
    brand: product.vendor || undefined,
    status: product.status === 'ACTIVE' || product.status === 'UNLISTED' ? 'Active' : 'Inactive',
    attributes: {
      ...Object.fromEntries(product.metafields.nodes.map(({ key, value }) => [key, value])),
      ...(product.productType ? { product_type: product.productType } : {}),
    },
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    variants: variants.nodes.filter(({ sku }) => !!sku).map((variant) => variantRecord(product, variant, currency)),
    images: product.media.nodes
      .filter(({ image }) => image != null)
      .map(({ id, alt, image }, position) => ({
        ...{ id: numberOf(id), url: image!.url, position },
        ...(alt ? { alt } : {}),
        ...(variantOfImage.has(id) ? { variantId: numberOf(variantOfImage.get(id)!) } : {}),
      })),
  };
  return { record, parts };
}

const GRAMS: Readonly<Record<string, number>> = { GRAMS: 1, KILOGRAMS: 1000, OUNCES: 28.349523125, POUNDS: 453.59237 };
const NO_OPTIONS = 'Default Title';

function variantRecord(product: ProductPayload, variant: VariantPayload, currency: string): VariantRecord {
  const { weight } = variant.inventoryItem.measurement ?? {};
  const price = amount(variant.price, currency);
  const before = variant.compareAtPrice ? amount(variant.compareAtPrice, currency) : undefined;
  return {
    id: numberOf(variant.id),
    sku: variant.sku ?? '',
    title: variant.title === NO_OPTIONS ? product.title : `${product.title} - ${variant.title}`,
    barcode: variant.barcode || undefined,
    price,
    currency,
    compareAtPrice: before !== undefined && before > price ? before : undefined,
    weightGrams: weight ? Math.round(weight.value * (GRAMS[weight.unit] ?? 1)) : undefined,
    enabled: true,
    tracked: variant.inventoryItem.tracked,
    options:
      variant.title === NO_OPTIONS
        ? {}
        : Object.fromEntries(variant.selectedOptions.map(({ name, value }) => [name, value])),
  };
}

/** Levels by variant and location, of what Shopify counts. */
export async function* readStock(client: ShopifyClient, request: ReadRequest): AsyncGenerator<Page> {
  const { locations } = client.settings;
  const variants = () => countVariants(client, request.signal);
  for await (const { rows, ...page } of catalogueRows(client, STOCK, BULK_STOCK, request, variants)) {
    const unreadable: UnreadableRecord[] = [];
    const records = rows.flatMap((row): StockRecord[] => {
      const parsed = stockedPayload.safeParse(row);
      if (!parsed.success) {
        unreadable.push({ ...aside(row, inWords(parsed.error, row)), recordId: `variant:${numberOf(row.id)}` });
        return [];
      }
      const { id, sku, inventoryItem } = parsed.data;
      if (!sku || !inventoryItem.tracked) return [];
      if (inventoryItem.inventoryLevels.pageInfo.hasNextPage)
        unreadable.push({
          ...aside(row, `${sku} is stocked at more than 50 locations: the stock of the others is not read`),
          recordId: `variant:${numberOf(row.id)}`,
          part: true,
        });
      return inventoryItem.inventoryLevels.nodes
        .map(({ location, quantities }) => {
          const of = (name: string): number => quantities.find((each) => each.name === name)?.quantity ?? 0;
          return {
            ...{ kind: 'stock' as const, variantId: numberOf(id), sku, locationId: numberOf(location.id) },
            ...{ onHand: of('on_hand'), allocated: of('committed'), available: of('available') },
          };
        })
        .filter(({ locationId }) => locations?.includes(locationId) ?? true);
    });
    yield { ...page, records, unreadable };
  }
}
