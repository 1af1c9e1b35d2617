import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storableSpec } from './storable-spec.ts';

describe('what a Store says', () => {
  it('is as it is where a database can hold it', () => {
    const spec = {
      client: 'acme',
      skuAliases: { a: 'b' },
      promotionalCodes: ['GIFT'],
      retention: { historyDays: 7 },
      x: null,
    };
    expect(storableSpec(spec)).toEqual({ spec, left: [] });
  });

  it('loses no more than the entry or the item that none can hold, and says which', () => {
    expect(
      storableSpec({
        skuAliases: { 'A\0': 'B', C: 'D\0', E: 'F' },
        promotionalCodes: ['GIFT', '\ud800'],
        kits: [
          { sku: 'K', components: [{ sku: 'A\0', quantity: 1 }] },
          { sku: 'L', components: [{ sku: 'A', quantity: 1 }] },
        ],
      }),
    ).toEqual({
      spec: {
        skuAliases: { E: 'F' },
        promotionalCodes: ['GIFT'],
        kits: [{ sku: 'L', components: [{ sku: 'A', quantity: 1 }] }],
      },
      left: ['spec.skuAliases.A', 'spec.skuAliases.C', 'spec.promotionalCodes[1]', 'spec.kits[0]'],
    });
  });

  it('can be stored whatever it is', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.string({ unit: 'binary' }),
          values: [fc.string({ unit: 'binary' }), fc.constant('\0\ud800')],
        }),
        (spec) => {
          const text = JSON.stringify(storableSpec(spec));
          expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/);
        },
      ),
    );
  });
});
