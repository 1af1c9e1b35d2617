import { describe, expect, it } from '@jest/globals';
import type { CustomField } from './custom-fields.ts';
import { productRecord, type ProductContext } from './product-map.ts';
import { productPayload, type ProductPayload } from './product-payload.ts';

const fields: CustomField[] = [
  { entity: 'Product', name: 'material', type: 'string', list: false },
  { entity: 'Product', name: 'tags', type: 'string', list: true },
  { entity: 'Product', name: 'brand', type: 'string', list: false },
  { entity: 'ProductVariant', name: 'gtin', type: 'string', list: false },
  { entity: 'ProductVariant', name: 'weightGrams', type: 'int', list: false },
];
const context: ProductContext = {
  settings: { url: 'https://shop.example/admin-api' },
  fields,
  shop: { outOfStockThreshold: 0, trackInventory: false, serverConfig: { moneyStrategyPrecision: 2 } },
};
const asset = (id: string, type = 'IMAGE') => ({ id, source: `https://cdn.example/${id}.png`, name: id, type });

function product(change: Record<string, unknown> = {}, variant: Record<string, unknown> = {}): ProductPayload {
  return productPayload.parse({
    id: '1',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
    name: 'Mug',
    description: '',
    enabled: true,
    facetValues: [
      { name: 'Stein', facet: { code: 'brand' } },
      { name: 'Kitchen', facet: { code: 'category' } },
      { name: 'Gifts', facet: { code: 'category' } },
    ],
    assets: [],
    featuredAsset: null,
    customFields: { material: 'enamel', tags: ['new', 'sale'], brand: 'ignored' },
    variants: [
      {
        id: '10',
        updatedAt: '2026-01-03T00:00:00.000Z',
        sku: 'MUG',
        name: 'Mug White',
        enabled: true,
        trackInventory: 'INHERIT',
        priceWithTax: 1490,
        currencyCode: 'EUR',
        options: [{ name: 'White', group: { name: 'Colour' } }],
        assets: [],
        featuredAsset: null,
        customFields: { gtin: '2000000000008', weightGrams: 210 },
        ...variant,
      },
    ],
    ...change,
  });
}

describe('a product of Vendure', () => {
  it('has facets and its own fields as attributes, facets first', () => {
    expect(productRecord(product(), context)).toMatchObject({
      brand: 'Stein',
      description: undefined,
      attributes: { brand: 'Stein', category: 'Kitchen, Gifts', material: 'enamel', tags: 'new, sale' },
    });
  });

  it('takes brand, barcode and weight from where the settings say', () => {
    const settings = {
      url: 'https://shop.example/admin-api',
      brandFacet: 'category',
      barcodeField: 'weightGrams',
      weightField: 'gtin',
    };
    expect(productRecord(product(), { ...context, settings })).toMatchObject({
      brand: 'Kitchen, Gifts',
      variants: [{ barcode: '210', weightGrams: 2_000_000_000_008 }],
    });
    expect(productRecord(product(), context).variants).toMatchObject([
      { barcode: '2000000000008', weightGrams: 210, options: { Colour: 'White' }, price: 1490, tracked: false },
    ]);
    expect(
      productRecord(product({}, { customFields: { gtin: null, weightGrams: null } }), context).variants[0],
    ).toMatchObject({ barcode: undefined, weightGrams: undefined });
  });

  it('changed last when a variant did', () => {
    expect(productRecord(product(), context).updatedAt).toBe('2026-01-03T00:00:00.000Z');
  });

  it('shows pictures only, the featured one first, each id once', () => {
    const shown = productRecord(
      product(
        { assets: [asset('a'), asset('b'), asset('film', 'VIDEO')], featuredAsset: { id: 'b' } },
        { assets: [asset('a')], featuredAsset: { id: 'a' } },
      ),
      context,
    );
    expect(shown.images.map(({ id, position, variantId }) => [id, position, variantId])).toEqual([
      ['b', 0, undefined],
      ['a', 1, undefined],
      ['a@10', 2, '10'],
    ]);
  });

  it('makes an address of a mere path', () => {
    expect(
      productRecord(product({ assets: [{ ...asset('a'), source: 'preview/a.png' }] }), context).images[0]?.url,
    ).toBe('https://shop.example/preview/a.png');
  });
});
