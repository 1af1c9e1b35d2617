import type { Wire } from '../desk/wire.ts';
import { genericWire } from './generic.ts';
import { shopifyWire } from './shopify.ts';
import { magento2Wire } from './magento2.ts';
import { medusaWire } from './medusa.ts';
import { prestashopWire } from './prestashop.ts';
import { vendureWire } from './vendure.ts';
import { woocommerceWire } from './woocommerce.ts';

/** Platforms that the simulated shop can speak like, by name. */
export function wires(): ReadonlyMap<string, Wire> {
  return new Map(
    [genericWire, vendureWire, woocommerceWire, shopifyWire, magento2Wire, prestashopWire, medusaWire].map((wire) => [
      wire.name,
      wire,
    ]),
  );
}
