import type { DriverDefinition } from './contract/index.ts';
import { generic } from './generic/index.ts';
import { shopify } from './shopify/index.ts';
import { magento2 } from './magento2/index.ts';
import { medusa } from './medusa/index.ts';
import { prestashop } from './prestashop/index.ts';
import { vendure } from './vendure/index.ts';
import { woocommerce } from './woocommerce/index.ts';

/** Drivers that this image has built in, by the name of their Driver resource. */
export function builtinDrivers(): ReadonlyMap<string, DriverDefinition> {
  return new Map(
    [vendure, generic, woocommerce, shopify, magento2, prestashop, medusa].map((definition) => [
      definition.manifest.name,
      definition,
    ]),
  );
}
