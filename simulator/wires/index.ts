import type { Wire } from '../desk/wire.ts';
import { genericWire } from './generic.ts';
import { shopifyWire } from './shopify.ts';
import { vendureWire } from './vendure.ts';
import { woocommerceWire } from './woocommerce.ts';

/** Platforms that the simulated shop can speak like, by name. */
export function wires(): ReadonlyMap<string, Wire> {
  return new Map([genericWire, vendureWire, woocommerceWire, shopifyWire].map((wire) => [wire.name, wire]));
}
