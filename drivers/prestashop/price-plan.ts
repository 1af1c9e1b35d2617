import type { EntryOf, WriteResult } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { field, link } from './fields.ts';
import { micros, microsOf, microsText } from './micros.ts';
import { reductionOf } from './specials.ts';

export type PriceWrite = EntryOf<'PriceExport'>;
export type PriceResult = WriteResult<'PriceExport'>;

/** What the shop has of a variant. */
export interface Present {
  readonly product: XmlElement | undefined;
  /** Of a variant that is one. */
  readonly combination: XmlElement | undefined;
  /** Special prices that are in force for every buyer. */
  readonly specials: readonly XmlElement[];
}

/** Things that make it so, in this order. */
export type Step =
  /** Price of a product, or what a combination adds to it. */
  | { readonly kind: 'base'; readonly price: string }
  | { readonly kind: 'special'; readonly row: XmlElement | undefined; readonly reduction: bigint }
  /** Ended by its date: it is not taken away. */
  | { readonly kind: 'end'; readonly row: XmlElement };

export const rejected = ({ entryId, sku }: PriceWrite, reason: string, message: string): PriceResult => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `${sku}: ${message}`,
});

/** How one price is written, or why it is not. Pure. */
export function planOf(entry: PriceWrite, present: Present, currency: string): readonly Step[] | PriceResult {
  const { product, combination } = present;
  const hasOthers = !combination && link(product, 'cache_default_attribute') !== undefined;
  if (!product || hasOthers)
    return rejected(
      entry,
      'UnknownVariant',
      'PrestaShop does not know it any more: run ProductImport, or take the SKU off',
    );
  return refusal(entry, currency) ?? refusedSpecial(entry, present) ?? stepsOf(entry, present);
}

function refusal(entry: PriceWrite, currency: string): PriceResult | undefined {
  if (entry.currency !== currency)
    return rejected(
      entry,
      'NotSupported',
      `the shop keeps prices in ${currency}, the price is in ${entry.currency}: send it in ${currency}`,
    );
  if (entry.includesTax)
    return rejected(
      entry,
      'NotSupported',
      'PrestaShop keeps prices without tax, and which tax comes on top depends on the country of the buyer: send it without tax (includesTax false)',
    );
  return undefined;
}

/** A special price that is not this variant's alone cannot be written for it. */
function refusedSpecial(entry: PriceWrite, { combination, specials }: Present): PriceResult | undefined {
  const no = (message: string) => rejected(entry, 'NotSupported', message);
  if (specials.some((row) => link(row, 'id_specific_price_rule') !== undefined))
    return no(
      'a catalogue price rule sets a special price of it: end the rule in PrestaShop, then send the price again',
    );
  if (combination && specials.some((row) => link(row, 'id_product_attribute') === undefined))
    return no(
      'a special price of the whole product is in force, and would change its other combinations: end it in PrestaShop, then send the price again',
    );
  if (specials.length > 1)
    return no(
      `${specials.length} special prices of it are in force for every buyer: leave one in PrestaShop, then send the price again`,
    );
  return undefined;
}

/**
 * The price that is struck out is the ordinary one, and a special price takes off the difference. Where none is given,
 * it stays as long as it is the higher one. What is between two steps is never cheaper than both before and after.
 */
function stepsOf(
  entry: PriceWrite,
  { product, combination, specials: [special] }: Present,
): readonly Step[] | PriceResult {
  const own = micros(field(product, 'price'));
  const added = combination ? micros(field(combination, 'price')) : 0n;
  if (own === undefined || added === undefined)
    return rejected(entry, 'NotSupported', 'its price in PrestaShop is no amount of six digits: correct it there');
  const before = own + added;
  const price = microsOf(entry.price, entry.currency);
  const asked = entry.compareAt === undefined ? undefined : microsOf(entry.compareAt, entry.currency);
  const struckOut = asked ?? (special && before);
  const ordinary = struckOut !== undefined && struckOut > price ? struckOut : price;
  const base: Step[] =
    ordinary === before ? [] : [{ kind: 'base', price: microsText(combination ? ordinary - own : ordinary) }];
  const sale = saleOf(special, ordinary - price);
  return ordinary >= before && ordinary !== price ? [...base, ...sale] : [...sale, ...base];
}

function saleOf(special: XmlElement | undefined, reduction: bigint): Step[] {
  if (reduction === 0n) return special ? [{ kind: 'end', row: special }] : [];
  return special && reductionOf(special) === reduction ? [] : [{ kind: 'special', row: special, reduction }];
}
