import { createApiKey } from './access.ts';
import { products } from './catalogue.ts';
import type { AdminClient } from './graphql.ts';
import { seedProducts } from './seed-products.ts';
import { seedShop } from './seed-shop.ts';

/** Fills an empty store by its own API and makes the connector's key. */
export async function seed(client: AdminClient): Promise<{ apiKey: string }> {
  const shop = await seedShop(client);
  await seedProducts(client, shop, products);
  return { apiKey: await createApiKey(client) };
}
