import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, kindByName } from '../kinds/index.ts';
import { API_VERSION } from './define.ts';
import { storable } from './storable.ts';
import { structuralSchema, type JsonSchema } from './structural.ts';
import { validateResource } from './validate.ts';

const problems = (kind: string, spec: unknown): string[] =>
  validateResource(kindByName(kind)!, { apiVersion: API_VERSION, kind, metadata: { name: 'x' }, spec }).map(
    ({ field, message }) => `${field}: ${message}`,
  );

const NUL = 'a\0b';
const HALF = 'a\ud800b';

/** Paths of texts and maps of a kind's spec that have no rule about it, but for what is free-form or one of a list. */
function unguarded(kind: string): string[] {
  const walk = (schema: JsonSchema, path: string): string[] => {
    const rules = JSON.stringify(schema['x-kubernetes-validations'] ?? []);
    const open = schema['type'] === 'string' && !schema['enum'];
    const rest = schema['additionalProperties'] as JsonSchema | undefined;
    const children = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
    return [
      ...((open || typeof rest === 'object') && !rules.includes('cannot be stored') ? [path] : []),
      ...(schema['items'] ? walk(schema['items'] as JsonSchema, `${path}[]`) : []),
      ...(typeof rest === 'object' ? walk(rest, `${path}.*`) : []),
      ...children.flatMap(([name, child]) => walk(child, `${path}.${name}`)),
    ];
  };
  return walk(storable(structuralSchema(kindByName(kind)!.spec)), 'spec');
}

describe('what no database can hold', () => {
  it.each([
    ['a key of a map', { skuAliases: { [NUL]: 'A' } }, 'spec.skuAliases: a key holds'],
    ['a value of a map', { shippingMethods: { post: NUL } }, 'spec.shippingMethods.post: it holds'],
    ['a map in a map', { carriers: { dhl: { [NUL]: 'x' } } }, 'spec.carriers.dhl: a key holds'],
    ['an item of a list', { promotionalCodes: ['A', NUL] }, 'spec.promotionalCodes[1]: it holds'],
    [
      'a field deep inside',
      { kits: [{ sku: 'S', components: [{ sku: NUL, quantity: 1 }] }] },
      'spec.kits[0].components[0].sku: it holds',
    ],
    ['half a character in a key', { skuAliases: { [HALF]: 'A' } }, 'spec.skuAliases: a key holds'],
    ['half a character in a value', { title: HALF }, 'spec.title: it holds'],
    [
      'a URL',
      { orderWebhooks: [{ name: 'w', url: `https://a.example/${NUL}` }] },
      'spec.orderWebhooks[0].url: it holds',
    ],
  ])('is refused by name and with the remedy: %s', (_what, spec, begin) => {
    expect(problems('Store', spec)).toEqual([
      `${begin} a character that cannot be stored (U+0000, or half of a pair): remove it`,
    ]);
  });

  it('is not a word that JavaScript has for itself', () => {
    expect(problems('Store', { skuAliases: { constructor: 'A', toString: 'B' } })).toEqual([]);
    expect(problems('Store', { skuAliases: { constructor: NUL } })).toEqual([
      'spec.skuAliases.constructor: it holds a character that cannot be stored (U+0000, or half of a pair): remove it',
    ]);
  });

  it('is not in whatever the schema of a Store accepts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      fc.constantFrom('A', NUL, HALF, '\0', '\udc00x', '😀', '\u0001'),
    );
    const map = fc.dictionary(text, text, { maxKeys: 3 });
    const spec = fc.record(
      {
        title: text,
        skuAliases: map,
        shippingMethods: map,
        carriers: fc.dictionary(text, map, { maxKeys: 2 }),
        promotionalCodes: fc.uniqueArray(text, { maxLength: 3 }),
        warehouses: fc.array(fc.record({ name: fc.constant('w'), location: text }), { maxLength: 1 }),
        kits: fc.array(fc.record({ sku: text, components: fc.constant([{ sku: 'A', quantity: 1 }]) }), {
          maxLength: 1,
        }),
      },
      { requiredKeys: [] },
    );
    let taken = 0;
    fc.assert(
      fc.property(spec, (given) => {
        if (problems('Store', given).length > 0) return;
        taken++;
        expect(JSON.stringify(given)).not.toMatch(/\\u0000|\\ud[89a-f]/);
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  it('is looked for in every text of every kind', () => {
    for (const { kind } of KINDS) expect([kind, unguarded(kind)]).toEqual([kind, []]);
  });
});
