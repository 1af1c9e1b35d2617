import { z } from 'zod';
import { variantsOf, type SeedProduct } from './catalogue.ts';
import type { AdminClient } from './graphql.ts';
import { plainPng } from './image.ts';
import type { Shop } from './seed-shop.ts';

const made = z.object({ made: z.object({ id: z.string() }) });
const facet = z.object({ made: z.object({ values: z.array(z.object({ id: z.string(), name: z.string() })) }) });
const group = z.object({
  made: z.object({ id: z.string(), options: z.array(z.object({ id: z.string(), name: z.string() })) }),
});
const asset = z.object({ made: z.array(z.object({ id: z.string() })) });

const en = (name: string): { languageCode: string; name: string }[] => [{ languageCode: 'en', name }];
const codeOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** The catalogue: facets, then each product with its image, option groups and variants. */
export async function seedProducts(client: AdminClient, shop: Shop, products: readonly SeedProduct[]): Promise<void> {
  const categories = await createFacet(
    client,
    'Category',
    products.map((product) => product.category),
  );
  const brands = await createFacet(
    client,
    'Brand',
    products.map((product) => product.brand),
  );
  for (const product of products) {
    const facetValueIds = [categories.get(product.category), brands.get(product.brand)].filter(
      (id) => id !== undefined,
    );
    await createProduct(client, shop, product, facetValueIds);
  }
}

async function createFacet(client: AdminClient, name: string, values: readonly string[]): Promise<Map<string, string>> {
  const answer = await client.ask(
    'mutation ($input: CreateFacetInput!) { made: createFacet(input: $input) { values { id name } } }',
    {
      input: {
        code: codeOf(name),
        isPrivate: false,
        translations: en(name),
        values: [...new Set(values)].map((value) => ({ code: codeOf(value), translations: en(value) })),
      },
    },
    facet,
  );
  return new Map(answer.made.values.map((value) => [value.name, value.id]));
}

export async function createProduct(
  client: AdminClient,
  shop: Shop,
  product: SeedProduct,
  facetValueIds: readonly string[],
): Promise<void> {
  const assetIds = await createImages(client, product);
  const {
    made: { id: productId },
  } = await client.ask(
    'mutation ($input: CreateProductInput!) { made: createProduct(input: $input) { id } }',
    {
      input: {
        enabled: true,
        facetValueIds,
        featuredAssetId: assetIds[0],
        assetIds,
        translations: [
          {
            languageCode: 'en',
            name: product.name,
            slug: product.slug,
            description: `<p>${product.name} by ${product.brand}.</p>`,
          },
        ],
      },
    },
    made,
  );
  const optionIds = await createOptions(client, product, productId);
  await client.ask(
    'mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }',
    {
      input: variantsOf(product).map((variant) => ({
        productId,
        sku: variant.sku,
        price: product.price,
        taxCategoryId: shop.taxCategoryId,
        trackInventory: 'TRUE',
        optionIds: Object.entries(variant.options).map(([name, value]) => optionIds.get(`${name}/${value}`)),
        stockLevels: shop.locationIds.map((stockLocationId, index) => ({
          stockLocationId,
          stockOnHand: product.stock[index] ?? 0,
        })),
        translations: en(variant.name),
        customFields: { ean: variant.ean, weightGrams: product.weightGrams },
      })),
    },
    z.object({ createProductVariants: z.array(z.object({ id: z.string() })) }),
  );
}

async function createImages(client: AdminClient, product: SeedProduct): Promise<string[]> {
  if (product.colour === undefined) return [];
  const image = await client.upload(
    'mutation ($file: Upload!) { made: createAssets(input: [{ file: $file }]) { ... on Asset { id } } }',
    { name: `${product.slug}.png`, type: 'image/png', bytes: plainPng(64, 64, product.colour) },
    asset,
  );
  return image.made.map((each) => each.id);
}

/** Ids of the product's options by "group/value". */
async function createOptions(
  client: AdminClient,
  product: SeedProduct,
  productId: string,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [name, values] of Object.entries(product.options)) {
    const answer = await client.ask(
      'mutation ($input: CreateProductOptionGroupInput!) { made: createProductOptionGroup(input: $input) { id options { id name } } }',
      {
        input: {
          code: `${product.slug}-${codeOf(name)}`,
          translations: en(name),
          options: values.map((value) => ({ code: codeOf(value), translations: en(value) })),
        },
      },
      group,
    );
    for (const option of answer.made.options) ids.set(`${name}/${option.name}`, option.id);
    await client.ask(
      'mutation ($productId: ID!, $optionGroupId: ID!) { made: addOptionGroupToProduct(productId: $productId, optionGroupId: $optionGroupId) { id } }',
      { productId, optionGroupId: answer.made.id },
      made,
    );
  }
  return ids;
}
