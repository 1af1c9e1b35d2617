import { describe, expect, it } from '@jest/globals';
import { line, order, product } from '../test/support/memory-store.ts';
import { LONGEST_KEY, overlongKey } from './key-texts.ts';
import type { CanonicalRecord } from './records.ts';

const long = 'k'.repeat(LONGEST_KEY + 1);
const most = 'k'.repeat(LONGEST_KEY);
const good = order('1');
const goods = product('p', ['A']);
const [variant] = goods.variants;
const image = { id: 'i', url: 'https://shop.example/i.png', position: 0 };
const stock = { kind: 'stock', variantId: 'v', sku: 'A', locationId: 'main', onHand: 1, available: 1 } as const;
const named = { id: 'x', code: 'x', name: 'x' };

const overlong: readonly (readonly [string, CanonicalRecord])[] = [
  ['its number', { ...good, number: long }],
  ['its id', { ...good, id: long }],
  ['its shipping method', { ...good, shippingMethodCode: long }],
  ['the SKU', { ...good, lines: [line('1', long, 1)] }],
  ['the id of the line', { ...good, lines: [line(long, 'A', 1)] }],
  ['the variant id', { ...good, lines: [{ ...line('1', 'A', 1), variantId: long }] }],
  ['the id of a refund', { ...good, refunds: [{ id: long, at: '2026-01-01T00:00:00Z', lines: [] }] }],
  ['the id of a refund', { ...good, cancellations: [{ id: long, at: '2026-01-01T00:00:00Z', lines: [] }] }],
  ['its id', { ...goods, id: long }],
  ['the SKU', { ...goods, variants: [{ ...variant!, sku: long }] }],
  ['the variant id', { ...goods, variants: [{ ...variant!, id: long }] }],
  ['the id of the image', { ...goods, images: [{ ...image, id: 'i'.repeat(1001) }] }],
  ['its SKU', { ...stock, sku: long }],
  ['its location id', { ...stock, locationId: long }],
  ['its variant id', { kind: 'productSupplier', variantId: long, supplierId: 's' }],
  ["its supplier's SKU", { kind: 'productSupplier', variantId: 'v', supplierId: 's', supplierSku: long }],
  ['its code', { kind: 'shippingMethod', ...named, code: long }],
  ['its id', { kind: 'location', ...named, id: long }],
  ['its id', { kind: 'supplier', ...named, id: long }],
  ['its id', { kind: 'attribute', ...named, id: long, type: 'text', values: [] }],
  ['its id', { kind: 'attributeSet', ...named, id: long, attributeIds: [] }],
];

describe('a key text', () => {
  it.each(overlong)('that no index holds is found: %s of %j', (what, record) => {
    const fault = overlongKey(record)!;
    expect(fault).toContain(`${what}`);
    expect(fault).toMatch(/ has \d+ characters, \d+ is the most$/);
    expect(fault.length).toBeLessThan(150);
  });

  it('of the length that fits is none, nor is any other text', () => {
    const full: readonly CanonicalRecord[] = [
      { ...good, id: most, number: most, note: 'n'.repeat(9000), lines: [line(most, most, 1)] },
      {
        ...goods,
        title: 't'.repeat(9000),
        images: [{ ...image, id: `https://shop.example/${most}`, url: 'u'.repeat(3000) }],
      },
      { ...stock, sku: most },
    ];
    expect(full.map(overlongKey)).toEqual([undefined, undefined, undefined]);
  });
});
