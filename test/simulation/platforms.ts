import { marketplace } from '../../drivers/conformance/marketplace/index.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { shopifyWith } from '../../drivers/shopify/index.ts';
import type { Wire } from '../../simulator/desk/wire.ts';
import { marketplaceWire } from '../../simulator/wires/marketplace.ts';
import { wires } from '../../simulator/wires/index.ts';
import { shopifyWire } from '../../simulator/wires/shopify.ts';

/** A shop's words and the driver that knows them. */
export interface Platform {
  readonly wire: Wire;
  readonly definition: DriverDefinition;
}

/** Whose words shop and pods speak where a case does not say: `DRIVER=magento2` plays all scenarios at its shop. */
export const DEFAULT_PLATFORM = process.env['DRIVER'] ?? 'generic';

/**
 * By the name of the driver; `marketplace` is the one of the tests, with queue, tickets and documents to wait for, and
 * `shopifyFiles` counts each catalogue as a large one.
 */
export function platformOf(name: string): Platform {
  if (name === marketplaceWire.name) return { wire: marketplaceWire, definition: marketplace };
  if (name === 'shopifyFiles') return { wire: shopifyWire, definition: shopifyWith(-1) };
  const [wire, definition] = [wires().get(name), builtinDrivers().get(name)];
  if (!wire || !definition) throw new Error(`there is no simulated shop that speaks like ${name}`);
  return { wire, definition };
}
