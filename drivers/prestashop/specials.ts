import type { XmlNode } from '../toolkit/bodies/to-xml.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import type { Settings } from './config.ts';
import { field, link } from './fields.ts';
import { micros, microsText } from './micros.ts';

/** What tells a special price (`specific_prices`) that is in force for every buyer. */
export interface Everyone {
  readonly settings: Pick<Settings, 'shop' | 'shopGroup'>;
  /** Number of the currency of the shop. */
  readonly currency: string;
  /** The shop's own time: `2026-10-25 02:30:00`. */
  readonly now: string;
}

const OPEN = '0000-00-00 00:00:00';
const NOBODY_ELSE = ['id_cart', 'id_customer', 'id_group', 'id_country'];

/**
 * Whether a special price changes now what every buyer pays for one piece. Those of groups, countries, quantities,
 * other currencies and other days are agreements of their own.
 */
export function isForEveryone(row: XmlElement, { settings, currency, now }: Everyone): boolean {
  const own = (name: string, wanted: number | undefined): boolean =>
    link(row, name) === undefined || wanted === undefined || Number(field(row, name)) === wanted;
  const [from, to] = [field(row, 'from') || OPEN, field(row, 'to') || OPEN];
  return (
    NOBODY_ELSE.every((name) => link(row, name) === undefined) &&
    own('id_shop', settings.shop) &&
    own('id_shop_group', settings.shopGroup) &&
    (link(row, 'id_currency') ?? currency) === currency &&
    Number(field(row, 'from_quantity')) <= 1 &&
    (from === OPEN || from <= now) &&
    (to === OPEN || to >= now)
  );
}

/** What a special price takes off the ordinary one, where it says so as it is written here. */
export function reductionOf(row: XmlElement): bigint | undefined {
  const plain =
    Number(field(row, 'price')) < 0 &&
    field(row, 'reduction_type') === 'amount' &&
    field(row, 'reduction_tax') === '0' &&
    field(row, 'price') !== '';
  return plain ? micros(field(row, 'reduction')) : undefined;
}

/** Fields of one that takes an amount without tax off the ordinary price. */
export const reducedBy = (reduction: bigint): Readonly<Record<string, string>> => ({
  ...{ price: '-1.000000', reduction_type: 'amount', reduction_tax: '0' },
  reduction: microsText(reduction),
});

/** A new one, for every buyer and without days. */
export function newSpecial(
  product: string,
  combination: string | undefined,
  reduction: bigint,
  { settings }: Pick<Everyone, 'settings'>,
): XmlNode {
  const fields = {
    ...(settings.shop === undefined && settings.shopGroup !== undefined
      ? { id_shop_group: String(settings.shopGroup) }
      : {}),
    ...{ id_shop: String(settings.shop ?? 0), id_cart: '0', id_product: product },
    ...{ id_product_attribute: combination ?? '0', id_currency: '0', id_country: '0', id_group: '0' },
    ...{ id_customer: '0', from_quantity: '1', from: OPEN, to: OPEN, ...reducedBy(reduction) },
  };
  return { name: 'specific_price', content: Object.entries(fields).map(([name, content]) => ({ name, content })) };
}
