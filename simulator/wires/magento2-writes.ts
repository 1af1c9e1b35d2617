import { z } from 'zod';
import { minorUnits } from '../../model/money.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer, WireCall } from '../desk/wire.ts';
import { levelKey, type Level, type ShopProduct, type ShopVariant } from '../shop/model.ts';
import { setLevel, setPrice, type PriceOutcome } from '../shop/writes.ts';
import { parseBody } from './body.ts';
import { magentoError, noSuchEntity } from './magento2-lists.ts';

const sourceItems = z.object({
  sourceItems: z.array(
    z.object({
      sku: z.string(),
      source_code: z.string(),
      quantity: z.number(),
      status: z.union([z.literal(0), z.literal(1)], { error: 'status' }),
    }),
  ),
});
type SourceItem = z.infer<typeof sourceItems>['sourceItems'][number];
const basePrices = z.object({ prices: z.array(z.object({ price: z.number(), store_id: z.int(), sku: z.string() })) });
const day = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'price_from, price_to');
const specialPrices = z.object({
  prices: z.array(z.object({ price: z.number(), store_id: z.int(), sku: z.string(), price_from: day, price_to: day })),
});
const stockItem = z.object({ stockItem: z.looseObject({ qty: z.number(), is_in_stock: z.boolean() }) });

/** Where a level lies, by SKU and source: Magento knows no other names of it. */
export const levelsBySku = ({ shop }: Desk): ReadonlyMap<string, Level> =>
  new Map([...shop.levels.values()].map((level) => [levelKey(level.sku, level.locationId), level]));

export const writing = (
  method: string,
  path: RegExp,
  needs: Permission,
  answer: (call: WireCall) => WireAnswer,
): Route => ({
  ...{ method, path, writes: true },
  answer: (call) => {
    call.demand(needs);
    return answer(call);
  },
});

/** Stock and prices. */
export function writeRoutes(desk: Desk): Route[] {
  /** What became of bulk writes, by their number. */
  const bulks = new Map<string, readonly (string | undefined)[]>();
  return [
    writing('POST', /^\/V1\/inventory\/source-items$/, 'stock:write', (call) => {
      const items = parseBody(sourceItems, call.json()).sourceItems;
      if (items.length === 0) return magentoError(400, 'Input data is empty');
      const wrong = setAll(desk, items);
      return wrong === undefined ? { status: 200, json: [] } : magentoError(400, wrong);
    }),
    writing('POST', /^\/async\/bulk\/V1\/inventory\/source-items$/, 'stock:write', (call) => {
      const operations = parseBody(z.array(sourceItems), call.json());
      const uuid = `bulk-${bulks.size + 1}`;
      bulks.set(
        uuid,
        operations.map(({ sourceItems: items }) => setAll(desk, items)),
      );
      const request_items = operations.map((_, id) => ({ id, data_hash: null, status: 'accepted' }));
      return { status: 202, json: { bulk_uuid: uuid, request_items, errors: false } };
    }),
    {
      method: 'GET',
      path: /^\/V1\/bulk\/([\w-]+)\/detailed-status$/,
      answer: ({ part }) => {
        const found = bulks.get(part);
        if (!found) return noSuchEntity('bulkUuid', part);
        const operations_list = found.map((wrong, id) => ({
          ...{ id, bulk_uuid: part, topic_name: 'async.magento.inventoryapi', status: wrong === undefined ? 1 : 3 },
          ...{ result_message: wrong ?? null, error_code: null },
        }));
        return { status: 200, json: { bulk_id: part, operations_list, operation_count: found.length } };
      },
    },
    writing('PUT', /^\/V1\/products\/[^/]+\/stockItems\/(\d+)$/, 'stock:write', (call) => {
      const { qty } = parseBody(stockItem, call.json()).stockItem;
      const level = [...desk.shop.levels.values()].find(({ variantId }) => variantId === call.part);
      if (!level) return noSuchEntity('item_id', call.part);
      const { status, message = '' } = setLevel({ ...level, quantity: qty }, desk);
      return status === 'set'
        ? { status: 200, json: Number(call.part) }
        : magentoError(400, `Could not save: ${message}`);
    }),
    writing('POST', /^\/V1\/products\/base-prices$/, 'prices:write', (call) =>
      priced(desk, parseBody(basePrices, call.json()).prices, (variant, price) =>
        variant.comparePrice === undefined
          ? { price, comparePrice: undefined }
          : { price: variant.price, comparePrice: price },
      ),
    ),
    writing('POST', /^\/V1\/products\/special-price$/, 'prices:write', (call) =>
      priced(desk, parseBody(specialPrices, call.json()).prices, (variant, price) => ({
        price,
        comparePrice: variant.comparePrice ?? variant.price,
      })),
    ),
    writing('POST', /^\/V1\/products\/special-price-delete$/, 'prices:write', (call) => {
      for (const { sku } of parseBody(specialPrices, call.json()).prices) endSale(desk, sku);
      return { status: 200, json: [] };
    }),
  ];
}

/** All or nothing; gives what is wrong. */
function setAll(desk: Desk, items: readonly SourceItem[]): string | undefined {
  const levels = levelsBySku(desk);
  const found = items.map(({ sku, source_code }) => levels.get(levelKey(sku, source_code)));
  if (found.includes(undefined)) return 'Validation Failed';
  if (items.some(({ quantity }) => quantity < 0)) return 'Validation Failed';
  if (items.some(() => desk.faults.strikes('partial-batch'))) return 'Could not save Source Item';
  for (const [index, { quantity }] of items.entries()) {
    const { variantId, locationId } = found[index]!;
    setLevel({ variantId, locationId, quantity: Math.floor(quantity) }, desk);
  }
  return undefined;
}

function variantOf({ shop }: Desk, sku: string): { product: ShopProduct; variant: ShopVariant } | undefined {
  for (const product of shop.products.all()) {
    const variant = product.variants.find((each) => each.sku === sku);
    if (variant) return { product, variant };
  }
  return undefined;
}

/** What is wrong with single prices stands in the answer, with status 200 for all. */
function priced(
  desk: Desk,
  prices: readonly { readonly sku: string; readonly price: number; readonly store_id: number }[],
  change: (variant: ShopVariant, price: number) => { readonly price: number; readonly comparePrice?: number },
): WireAnswer {
  const faults = prices.flatMap(({ sku, price, store_id }) => {
    const found = variantOf(desk, sku);
    if (!found)
      return [
        {
          message: "The product that was requested doesn't exist. Verify the product and try again. SKU = %SKU.",
          parameters: { SKU: sku },
        },
      ];
    if (store_id !== 0) throw new Refused('invalid', 'store_id');
    const { id: variantId, currency } = found.variant;
    const units = minorUnits(String(price), currency);
    const outcome: PriceOutcome =
      units === undefined
        ? { status: 'refused', message: 'Invalid attribute Price' }
        : setPrice({ variantId, currency, ...change(found.variant, units) }, desk);
    if (outcome.status === 'set') return [];
    return [{ message: `${outcome.message ?? 'not saved'} (SKU = %SKU)`, parameters: { SKU: sku } }];
  });
  return { status: 200, json: faults };
}

/** The ordinary price counts again. */
function endSale(desk: Desk, sku: string): void {
  const found = variantOf(desk, sku);
  if (!found) return;
  const { product, variant } = found;
  const { comparePrice: price, ...rest } = variant;
  if (price === undefined) return;
  const variants = product.variants.map((each) => (each === variant ? { ...rest, price } : each));
  desk.shop.products.put({ ...product, variants, updatedAt: desk.shop.stamp() }, 0, 0);
}
