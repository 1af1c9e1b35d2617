import { Random } from '../../../simulator/random.ts';
import { addOrder, addProduct } from '../../../simulator/shop/generate.ts';
import type { Break } from '../../../simulator/wires/prestashop-breaks.ts';
import { triedShop, type Tried, type TriedShop } from './shop.ts';

/** Records of a shop where no test wants another number. */
export const PAGE = 50;

/** A shop of so many orders and products beside those of the showcase, each changed at a second of its own. */
export async function shopOf(breaks: readonly Break[], tried: Tried = {}, size = PAGE): Promise<TriedShop> {
  const shop = triedShop(tried, { breaks });
  const random = new Random(5);
  for (let count = 0; count < size; count++) {
    await shop.clock.advance(1000);
    addProduct(shop.store.shop, random);
    addOrder(shop.store.shop, random);
  }
  return shop;
}

/** In the order of their numbers. */
export const idsIn = ({ store: { shop } }: TriedShop, what: 'orders' | 'products'): string[] =>
  [...(what === 'orders' ? shop.readOrders() : shop.readProducts())].map(({ id }) => id);
/** How often a resource was asked for. */
export const listed = ({ asked }: TriedShop, resource: string): number =>
  asked.filter(({ url }) => new URL(url).pathname.endsWith(`/${resource}`)).length;
