import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderReference, type ReferenceRules } from './reference.ts';

const ALLOWED: Readonly<Record<ReferenceRules['alphabet'], RegExp>> = {
  Digits: /^[0-9]*$/,
  UpperAlphanumeric: /^[0-9A-Z]*$/,
  Printable: /^[\x21-\x7e]*$/,
};
const rules = (maxLength: number, alphabet: ReferenceRules['alphabet'], prefix = ''): ReferenceRules => ({
  maxLength,
  alphabet,
  prefix,
});

describe('the reference of an order', () => {
  it.each<[string, string, ReferenceRules, string]>([
    ['a number that fits', '1001', rules(20, 'Digits'), '1001'],
    ['a number with a prefix', '1001', rules(20, 'Digits', 'ACME-'), 'ACME-1001'],
    ['a number of the very length', '123456', rules(6, 'Digits'), '123456'],
    ['a number that fits beside its prefix', '1234', rules(6, 'Digits', 'AB'), 'AB1234'],
    ['letters in capitals', 'AB12', rules(20, 'UpperAlphanumeric'), 'AB12'],
    ['any printable', '#1001-x', rules(20, 'Printable'), '#1001-x'],
  ])('is the number itself: %s', (_what, number, asked, reference) => {
    expect(orderReference(number, 'ns/shop', asked)).toBe(reference);
  });

  it.each<[string, string, ReferenceRules]>([
    ['one too long', '1234567', rules(6, 'Digits')],
    ['one too long beside its prefix', '12345', rules(6, 'Digits', 'AB')],
    ['letters where digits are asked', 'AB12', rules(20, 'Digits')],
    ['small letters', 'ab12', rules(20, 'UpperAlphanumeric')],
    ['a space', '10 01', rules(20, 'Printable')],
    ['an umlaut', 'Ü1', rules(20, 'Printable')],
    ['a digit of another script', '١٢', rules(20, 'Digits')],
    ['a line end after a good number', '1001\n', rules(20, 'Digits')],
    ['nothing', '', rules(20, 'Digits')],
  ])('is a digest in place of %s', (_what, number, asked) => {
    const reference = orderReference(number, 'ns/shop', asked);
    expect(reference).not.toBe(asked.prefix + number);
    expect(reference).toHaveLength(asked.maxLength);
    expect(reference.slice(asked.prefix.length)).toMatch(ALLOWED[asked.alphabet]);
  });

  it('always keeps prefix, length and alphabet, and is the same for the same number', () => {
    const prefixes = fc.string({ unit: fc.constantFrom('A', 'Z', '-'), maxLength: 4 });
    const asked = fc.record({
      maxLength: fc.integer({ min: 6, max: 64 }),
      alphabet: fc.constantFrom('Digits', 'UpperAlphanumeric', 'Printable'),
      prefix: prefixes,
    });
    const numbers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('0', '7', 'A', 'a'), maxLength: 80 }),
    );
    fc.assert(
      fc.property(numbers, asked, (number, given) => {
        const reference = orderReference(number, 'ns/shop', given);
        expect(reference.startsWith(given.prefix)).toBe(true);
        expect(reference.length).toBeLessThanOrEqual(given.maxLength);
        expect(reference.length).toBeGreaterThan(given.prefix.length);
        expect(reference.slice(given.prefix.length)).toMatch(ALLOWED[given.alphabet]);
        expect(orderReference(number, 'ns/shop', given)).toBe(reference);
      }),
      { numRuns: 500 },
    );
  });

  it('of another connection is another digest', () => {
    expect(orderReference('a long number of an order', 'ns/a', rules(20, 'Digits'))).not.toBe(
      orderReference('a long number of an order', 'ns/b', rules(20, 'Digits')),
    );
  });

  it.each(['Digits', 'UpperAlphanumeric'] as const)(
    'never collides among 20,000 long numbers of neighbours at 20 %s',
    (alphabet) => {
      const seen = new Set<string>();
      for (let number = 0; number < 20_000; number++)
        seen.add(orderReference(`MARKETPLACE-2026-000000000000-${number}`, 'ns/shop', rules(20, alphabet)));
      expect(seen.size).toBe(20_000);
    },
  );
});
