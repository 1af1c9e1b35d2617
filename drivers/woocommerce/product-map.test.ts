import { describe, expect, it } from '@jest/globals';
import { product } from '../../test/stores/woocommerce/payloads.ts';
import { variationPayload } from './payload.ts';
import { levelsOf, productRecord } from './product-map.ts';

const facts = { currency: 'EUR', grams: 453.59237 };
const variation = (id: number, more: Readonly<Record<string, unknown>> = {}) =>
  variationPayload.parse({
    ...{ id, parent_id: 5, sku: `BOX-${id}`, price: '9', regular_price: '9', sale_price: '', status: 'publish' },
    ...{ manage_stock: true, stock_quantity: 4, attributes: [{ name: 'Size', option: 'L' }] },
    ...more,
  });

describe('a product of WooCommerce', () => {
  it('without variations is its own variant, with the price of a sale beside the ordinary one', () => {
    expect(productRecord(product(), [], facts)).toMatchObject({
      parts: [],
      record: {
        ...{ id: '5', status: 'Active', attributes: { Material: 'wood, steel' } },
        variants: [
          {
            ...{ id: '5', sku: 'BOX', title: 'Box', price: 800, compareAtPrice: 1000 },
            ...{ weightGrams: 907, enabled: true },
          },
        ],
      },
    });
    expect(levelsOf(product(), [])).toMatchObject([{ variantId: '5', locationId: 'main', available: 3 }]);
  });

  it('with variations leaves out what has no SKU or no price, and says so', () => {
    const family = [variation(6), variation(7, { sku: '' }), variation(8, { price: '' })];
    const { record, parts } = productRecord(product({ type: 'variable' }), family, facts);
    expect(record.variants.map(({ id, title }) => [id, title])).toEqual([['6', 'Box - L']]);
    expect(parts.map(({ recordId, reason, part }) => [recordId, reason, part])).toEqual([
      ['variant:7', 'NoSku', true],
      ['variant:8', 'NoPrice', true],
    ]);
  });

  it('never has a price of 0 for an amount that is none', () => {
    expect(() => productRecord(product({ price: 'ask us' }), [], facts)).toThrow(RangeError);
  });

  it('that counts its variations together gives no level for each', () => {
    const together = variation(6, { manage_stock: 'parent' });
    expect(levelsOf(product({ type: 'variable' }), [together, variation(7)])).toMatchObject([{ variantId: '7' }]);
    expect(productRecord(product({ type: 'variable' }), [together], facts).record.variants[0]?.tracked).toBe(false);
  });

  it('that is a group of others, or is sold elsewhere, has nothing to send', () => {
    for (const type of ['grouped', 'external'])
      expect(productRecord(product({ type }), [], facts).record.variants).toEqual([]);
  });
});
