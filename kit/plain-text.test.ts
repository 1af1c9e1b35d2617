import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutControls } from './plain-text.ts';

describe('text for a terminal', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['colours by one character', '\u009b31mred', 'red'],
    ['a title', '\u001b]0;PWNED\u0007text', 'text'],
    ['a title that ends otherwise', '\u001b]0;PWNED\u001b\\text', 'text'],
    ['a title without an end, whose next line stays', '\u001b]0;PWNED\nnext', '\nnext'],
    ['a step back over what was said', 'bad\u0008\u0008\u0008good\rwell', 'badgood well'],
    ['a turn of the direction', 'a\u202etxt.exe', 'atxt.exe'],
    ['lines and tabs, which stay', 'a\tb\nc', 'a\tb\nc'],
  ])('has no %s', (_what, given, shown) => expect(withoutControls(given, true)).toBe(shown));

  it('is one line where lines are not asked for, and of whole characters whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(withoutControls(text)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(withoutControls(text).isWellFormed()).toBe(true);
      }),
    );
  });
});
