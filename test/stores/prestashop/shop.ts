import { prestashop } from '../../../drivers/prestashop/index.ts';
import { prestashopWire } from '../../../simulator/wires/prestashop.ts';
import { triedAt, type Tried, type TriedShop } from '../rig/tried-shop.ts';

export { never, type Answer, type Tried, type TriedShop } from '../rig/tried-shop.ts';

/** The driver at the simulated shop. */
export const triedShop = (tried: Tried = {}): TriedShop =>
  triedAt({ driver: prestashop, wire: prestashopWire, contentType: 'text/xml;charset=utf-8' }, tried);
