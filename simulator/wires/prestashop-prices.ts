import { minorUnits } from '../../model/money.ts';
import type { Desk, WireAnswer } from '../desk/wire.ts';
import type { ShopProduct } from '../shop/model.ts';
import { setPrice } from '../shop/writes.ts';
import { errorAnswer } from './prestashop-output.ts';
import type { Body } from './prestashop-writes.ts';

/** Prices of products, to which combinations add theirs. The shop's model has prices of variants alone. */
export class Prices {
  readonly #ofProducts = new Map<string, number>();

  /** In minor units: that of the first variant, until one is written. */
  of({ id, variants }: ShopProduct): number {
    return this.#ofProducts.get(id) ?? variants[0]?.price ?? 0;
  }

  /** Of a product the combinations' prices move with its own: they say what is added to it. */
  put(desk: Desk, productId: string, body: Body, combination?: string): WireAnswer | undefined {
    const product = desk.shop.products.get(productId);
    const [first] = product?.variants ?? [];
    if (!product || !first) return errorAnswer(404, 41, 'The product does not exist');
    const value = minorUnits(body.get('price') ?? '', first.currency);
    if (value === undefined || (value < 0 && combination === undefined))
      return errorAnswer(400, 85, 'Validation error: "Property price is not valid"');
    const before = this.of(product);
    for (const [variantId, price] of wantedOf(product, before, value, combination)) {
      const outcome = setPrice({ variantId, price, currency: first.currency }, desk);
      if (outcome.status !== 'set') return errorAnswer(500, 56, outcome.message ?? 'Unable to save resource');
    }
    if (!first.id.startsWith('p')) this.#ofProducts.set(productId, combination === undefined ? value : before);
    return undefined;
  }
}

function wantedOf(product: ShopProduct, before: number, value: number, combination?: string): [string, number][] {
  if (combination !== undefined) return [[combination, before + value]];
  const { variants } = product;
  // One with several that is saved for another reason.
  if (variants.length > 1 && value === before) return [];
  return variants.map(({ id, price }) => [id, price - before + value]);
}
