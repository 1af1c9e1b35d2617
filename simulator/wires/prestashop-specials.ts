import type { WireAnswer } from '../desk/wire.ts';
import { fieldsOf } from './prestashop-orders.ts';
import { errorAnswer, type Fields } from './prestashop-output.ts';
import type { Body } from './prestashop-writes.ts';

/** Two with all of these alike are one. */
const KEY = [
  ...['id_product', 'id_product_attribute', 'id_customer', 'id_cart', 'from', 'to', 'id_shop', 'id_shop_group'],
  ...['id_currency', 'id_country', 'id_group', 'from_quantity', 'id_specific_price_rule'],
];

/** Special prices: the shop's model has none, so they stand here. */
export class Specials {
  readonly #rows = new Map<string, Body>();

  rows(): readonly Fields[] {
    return [...this.#rows].map(([id, body]) => ({ id, values: fieldsOf({ ...Object.fromEntries(body), id }) }));
  }

  /** The number of the new one, or why there is none. */
  add(body: Body): string | WireAnswer {
    const id = String(this.#rows.size + 1);
    return this.put(id, body) ?? id;
  }

  put(id: string, body: Body): WireAnswer | undefined {
    if (!['amount', 'percentage'].includes(body.get('reduction_type') ?? ''))
      return errorAnswer(400, 85, 'Validation error: "Property SpecificPrice->reduction_type is not valid"');
    const keyOf = (row: Body): string => KEY.map((name) => row.get(name) ?? '').join('|');
    if ([...this.#rows].some(([other, row]) => other !== id && keyOf(row) === keyOf(body)))
      return errorAnswer(500, 1, 'Duplicate entry for key id_product_2');
    this.#rows.set(id, body);
    return undefined;
  }
}
