import { z } from 'zod';
import { decimalString } from '../../model/money.ts';
import { errorDetails, HeldWrite, retry, type EntryOf, type WriteResult } from '../contract/index.ts';
import { wordsOf } from './answers.ts';
import type { MagentoClient } from './client.ts';
import { sum } from '../toolkit/money/exact.ts';
import { allWith } from './lists.ts';
import { NEEDS } from './needs.ts';
import { specialOf } from './product-map.ts';
import { productPayload, valueOf, type MagentoProduct } from './product-payload.ts';
import { shopFacts, type ShopFacts } from './shop.ts';
import { keyOf } from './stock.ts';

type PriceWrite = EntryOf<'PriceExport'>;
type Result = WriteResult<'PriceExport'>;
type Call = 'base-prices' | 'special-price' | 'special-price-delete';

/** One price of a call, for one entry. */
interface Item {
  readonly entry: PriceWrite;
  readonly call: Call;
  readonly price: Readonly<Record<string, unknown>>;
}

const CALLS: readonly Call[] = ['base-prices', 'special-price', 'special-price-delete'];
const PRODUCTS = { path: '/V1/products', need: NEEDS.products, groups: [] };
/** A sale without days is asked for with some all the same. */
const ALWAYS = { price_from: '2000-01-01 00:00:00', price_to: '2099-12-31 00:00:00' };

/** Sets prices: the ordinary one, and that of a sale where one is to be struck out. */
export async function writePrices(
  client: MagentoClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const facts = await shopFacts(client, signal);
  const rows = await allWith(client, PRODUCTS, 'sku', [...new Set(entries.map(({ sku }) => sku))], signal);
  const products = new Map(
    rows.flatMap((row) => {
      const parsed = productPayload.safeParse(row);
      return parsed.success ? [[keyOf(parsed.data.sku), parsed.data] as const] : [];
    }),
  );
  const results = new Map<string, Result>();
  const items: Item[] = [];
  for (const entry of entries) {
    const plan = planOf(client, entry, products.get(keyOf(entry.sku)), facts);
    if ('outcome' in plan) results.set(entry.entryId, plan);
    else items.push(...plan);
  }
  await sendAll(client, items, results, signal);
  return entries.map(({ entryId }) => results.get(entryId) ?? { entryId, outcome: 'Applied' });
}

function planOf(
  { context: { settings, now } }: MagentoClient,
  entry: PriceWrite,
  product: MagentoProduct | undefined,
  { currency, storeId }: ShopFacts,
): Item[] | Result {
  const { entryId, sku } = entry;
  const rejected = (reason: string, message: string): Result => ({
    ...{ entryId, outcome: 'Rejected', reason },
    message: `${sku}: ${message}`,
  });
  if (!product || String(product.id) !== entry.variantId)
    return rejected('UnknownVariant', 'Magento does not know it any more: run ProductImport, or take the SKU off');
  if (entry.currency !== currency)
    return rejected(
      'NotSupported',
      `the shop sells in ${currency}, the price is in ${entry.currency}: send it in ${currency}`,
    );
  if (entry.includesTax !== settings.pricesIncludeTax)
    return rejected(
      'NotSupported',
      `prices of the shop are entered ${settings.pricesIncludeTax ? 'with' : 'without'} tax (settings.pricesIncludeTax): send this one so, too`,
    );
  return itemsOf(entry, product, { currency, storeId }, now());
}

/** The calls that make it so. */
function itemsOf(
  entry: PriceWrite,
  product: MagentoProduct,
  { currency, storeId }: Pick<ShopFacts, 'currency' | 'storeId'>,
  now: Date,
): Item[] {
  const { price, compareAt } = entry;
  const number = (units: number): number => Number(decimalString(units, currency));
  const item = (call: Call, units: number, more: object = {}): Item => ({
    ...{ entry, call },
    price: { sku: product.sku, price: number(units), store_id: storeId, ...more },
  });
  const sale = specialOf(product, now);
  const days = {
    price_from: valueOf(product, 'special_from_date') ?? ALWAYS.price_from,
    price_to: valueOf(product, 'special_to_date') ?? ALWAYS.price_to,
  };
  if (compareAt !== undefined && compareAt > price)
    return [item('base-prices', compareAt), item('special-price', price, sale === undefined ? ALWAYS : days)];
  const regular = product.price == null ? undefined : sum(currency, product.price);
  // The one that is struck out stays where none is given and it is still the higher one.
  if (compareAt === undefined && sale !== undefined && regular !== undefined && regular > price)
    return [item('special-price', price, days)];
  return [
    item('base-prices', price),
    ...(sale === undefined ? [] : [item('special-price-delete', sum(currency, sale), days)]),
  ];
}

/** In Test mode each call is to be shown, not the first alone. */
async function sendAll(
  client: MagentoClient,
  items: readonly Item[],
  results: Map<string, Result>,
  signal: AbortSignal,
): Promise<void> {
  let held: HeldWrite | undefined;
  const { writeBatch } = client.context.settings;
  for (const call of CALLS) {
    const own = items.filter((item) => item.call === call && !results.has(item.entry.entryId));
    for (let at = 0; at < own.length; at += writeBatch)
      try {
        await send(client, call, own.slice(at, at + writeBatch), results, signal);
      } catch (error) {
        if (error instanceof HeldWrite) {
          held = error;
          continue;
        }
        const { behaviour, scope, reason, message, retryAfterMs } = errorDetails(error);
        if (behaviour !== 'retry' && scope !== 'record') throw error;
        for (const { entry } of own.slice(at, at + writeBatch))
          results.set(entry.entryId, {
            ...{ entryId: entry.entryId, outcome: 'Retry', reason, message, scope, retryAfterMs },
            behaviour: 'retry',
          });
      }
  }
  if (held) throw held;
}

const faults = z.array(z.looseObject({ message: z.string(), parameters: z.unknown().optional() }));

/** What is wrong with single prices is told beside status 200; the others are done. */
async function send(
  client: MagentoClient,
  call: Call,
  items: readonly Item[],
  results: Map<string, Result>,
  signal: AbortSignal,
): Promise<void> {
  const body = { prices: items.map(({ price }) => price) };
  const answer = await client.write('POST', `/V1/products/${call}`, body, NEEDS.prices, signal);
  const told = faults.safeParse(answer?.json);
  if (!told.success) throw retry('UnexpectedPayload', 'the shop does not say what became of prices');
  for (const fault of told.data) {
    const words = wordsOf(fault);
    const named = items.filter(({ price }) => valuesOf(fault.parameters).includes(String(price['sku'])));
    // One that names no product may be about any of them.
    for (const { entry } of named.length > 0 ? named : items)
      results.set(entry.entryId, {
        entryId: entry.entryId,
        ...(named.length > 0 && /doesn't exist|invalid attribute|no such/i.test(words)
          ? { outcome: 'Rejected', reason: 'StoreRefused' }
          : { outcome: 'Retry', reason: 'StoreError' }),
        message: `${entry.sku}: Magento does not take the price: ${words}`,
      });
  }
}

const valuesOf = (parameters: unknown): string[] =>
  typeof parameters === 'object' && parameters !== null ? Object.values(parameters).map(String) : [];
