/** What a key may do, in the shop's own words. */
export const PERMISSIONS = [
  'settings:read',
  'products:read',
  'orders:read',
  'stock:read',
  'stock:write',
  'prices:write',
  'shipments:write',
  'suppliers:read',
  'webhooks:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
