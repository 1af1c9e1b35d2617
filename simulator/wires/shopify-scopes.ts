import type { Permission } from '../desk/permissions.ts';

/** What an app is allowed, as Shopify calls it. */
export const SCOPES: Readonly<Record<Permission, string>> = {
  'settings:read': 'read_locations',
  'products:read': 'read_products',
  'orders:read': 'read_orders',
  'stock:read': 'read_inventory',
  'stock:write': 'write_inventory',
  'prices:write': 'write_products',
  'shipments:write': 'write_merchant_managed_fulfillment_orders',
  'suppliers:read': 'read_locales',
  'webhooks:write': 'read_orders',
};
/** Scopes that come with one of the shop's permissions. */
const WITH: Readonly<Partial<Record<Permission, readonly string[]>>> = {
  'orders:read': ['read_all_orders', 'read_merchant_managed_fulfillment_orders', 'read_returns'],
  'settings:read': ['read_shipping'],
};

/** All scopes of a key. */
export const scopesOf = (granted: readonly Permission[]): string[] => [
  ...new Set(
    granted
      .filter((each) => each !== 'webhooks:write')
      .flatMap((permission) => [SCOPES[permission], ...(WITH[permission] ?? [])]),
  ),
];
