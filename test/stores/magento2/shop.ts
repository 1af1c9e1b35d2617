import { magento2 } from '../../../drivers/magento2/index.ts';
import { magento2Wire } from '../../../simulator/wires/magento2.ts';
import { triedAt, type Tried, type TriedShop } from '../rig/tried-shop.ts';

export { never, type Answer, type Tried, type TriedShop } from '../rig/tried-shop.ts';

/** The driver at the simulated shop. */
export const triedShop = (tried: Tried = {}): TriedShop => triedAt({ driver: magento2, wire: magento2Wire }, tried);
