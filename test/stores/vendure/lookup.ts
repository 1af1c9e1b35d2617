import { z } from 'zod';
import type { AdminClient } from './graphql.ts';
import type { Shop } from './seed-shop.ts';

/** Stock of one variant at one location, as the store counts it. */
export interface StockAt {
  readonly location: string;
  readonly locationId: string;
  readonly onHand: number;
  readonly allocated: number;
}

export interface FoundVariant {
  readonly id: string;
  readonly sku: string;
  readonly stock: readonly StockAt[];
}

const named = z.object({ list: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }) });
const coded = z.object({ list: z.object({ items: z.array(z.object({ id: z.string(), code: z.string() })) }) });
const variants = z.object({
  list: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        sku: z.string(),
        stockLevels: z.array(
          z.object({
            stockOnHand: z.int(),
            stockAllocated: z.int(),
            stockLocation: z.object({ id: z.string(), name: z.string() }),
          }),
        ),
      }),
    ),
  }),
});

export async function findVariant(client: AdminClient, sku: string): Promise<FoundVariant> {
  const { list } = await client.ask(
    `query ($sku: String!) { list: productVariants(options: { filter: { sku: { eq: $sku } } }) {
      items { id sku stockLevels { stockOnHand stockAllocated stockLocation { id name } } } } }`,
    { sku },
    variants,
  );
  const variant = one(list.items, `variant with the SKU ${sku}`);
  return {
    id: variant.id,
    sku: variant.sku,
    stock: variant.stockLevels.map((level) => ({
      location: level.stockLocation.name,
      locationId: level.stockLocation.id,
      onHand: level.stockOnHand,
      allocated: level.stockAllocated,
    })),
  };
}

export async function findLocation(client: AdminClient, name: string): Promise<string> {
  const { list } = await client.ask('{ list: stockLocations { items { id name } } }', {}, named);
  return one(
    list.items.filter((location) => location.name === name),
    `stock location ${name}`,
  ).id;
}

export async function findShippingMethod(client: AdminClient, code: string): Promise<string> {
  const { list } = await client.ask('{ list: shippingMethods { items { id code } } }', {}, coded);
  return one(
    list.items.filter((method) => method.code === code),
    `shipping method ${code}`,
  ).id;
}

/** The seeded shop's tax category and locations, for products that are added later. */
export async function findShop(client: AdminClient): Promise<Shop> {
  const categories = await client.ask('{ list: taxCategories { items { id name } } }', {}, named);
  const locations = await client.ask(
    '{ list: stockLocations(options: { sort: { id: ASC } }) { items { id name } } }',
    {},
    named,
  );
  return {
    taxCategoryId: one(categories.list.items, 'tax category').id,
    locationIds: locations.list.items.map((location) => location.id),
  };
}

function one<T>(found: readonly T[], what: string): T {
  const [first] = found;
  if (first === undefined) throw new Error(`The store has no ${what}.`);
  return first;
}
