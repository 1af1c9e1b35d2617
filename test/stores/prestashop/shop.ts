import { prestashop } from '../../../drivers/prestashop/index.ts';
import { prestashopWireOf, type Release } from '../../../simulator/wires/prestashop.ts';
import { triedAt, type Tried, type TriedShop } from '../rig/tried-shop.ts';

export { never, type Answer, type Tried, type TriedShop } from '../rig/tried-shop.ts';

/** The driver at the simulated shop, of another release where one is named. */
export const triedShop = (tried: Tried = {}, release: Release = {}): TriedShop =>
  triedAt({ driver: prestashop, wire: prestashopWireOf(release), contentType: 'text/xml;charset=utf-8' }, tried);
