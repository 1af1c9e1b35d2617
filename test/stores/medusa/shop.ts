import { medusa } from '../../../drivers/medusa/index.ts';
import { medusaWire } from '../../../simulator/wires/medusa.ts';
import { triedAt, type Tried, type TriedShop } from '../rig/tried-shop.ts';

export { never, type Answer, type Tried, type TriedShop } from '../rig/tried-shop.ts';

/** The driver at the simulated shop. */
export const triedShop = (tried: Tried = {}): TriedShop => triedAt({ driver: medusa, wire: medusaWire }, tried);
