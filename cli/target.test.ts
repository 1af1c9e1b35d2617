import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../crds/index.ts';
import { kindOf } from './target.ts';

describe('the word for a kind', () => {
  it.each(
    KINDS.flatMap(({ kind, plural, singular, shortNames }) =>
      [kind, plural, singular, ...shortNames].map((word): [string, string] => [word, kind]),
    ),
  )('%s is %s, in any case', (word, kind) => {
    expect(kindOf(word)).toBe(kind);
    expect(kindOf(word.toUpperCase())).toBe(kind);
  });

  it('means one kind only', () => {
    const words = KINDS.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
    expect(new Set(words).size).toBe(words.length);
  });

  it.each(['', 'pods', 'feedss'])('%j is refused with those there are', (word) => {
    expect(() => kindOf(word)).toThrow(/is not a kind: use one of .*connections.*feeds/);
  });
});
