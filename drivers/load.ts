import type { DriverDefinition } from './contract/index.ts';

/** A pod needs one: the others would be a third of what it keeps in memory. */
const LOADERS: Readonly<Record<string, () => Promise<DriverDefinition>>> = {
  generic: async () => (await import('./generic/index.ts')).generic,
  magento2: async () => (await import('./magento2/index.ts')).magento2,
  medusa: async () => (await import('./medusa/index.ts')).medusa,
  prestashop: async () => (await import('./prestashop/index.ts')).prestashop,
  shopify: async () => (await import('./shopify/index.ts')).shopify,
  vendure: async () => (await import('./vendure/index.ts')).vendure,
  woocommerce: async () => (await import('./woocommerce/index.ts')).woocommerce,
};

/** The built-in driver of that name and nothing of the others; undefined: there is none. */
export async function loadDriver(name: string): Promise<DriverDefinition | undefined> {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name]!() : undefined;
}

/** Names of all that can be loaded. */
export function loadableDrivers(): string[] {
  return Object.keys(LOADERS);
}
