import { describe, expect, it } from '@jest/globals';
import { selectorKeys } from './label-selector.ts';

describe('the keys of a label selector', () => {
  it.each<[string, string[]]>([
    ['supercargo.dev/shard=a', ['supercargo.dev/shard']],
    ['supercargo.dev/shard == a', ['supercargo.dev/shard']],
    ['supercargo.dev/shard!=a', ['supercargo.dev/shard']],
    ['!supercargo.dev/shard', ['supercargo.dev/shard']],
    ['shard', ['shard']],
    ['shard=', ['shard']],
    ['shard in (a, b),team notin (x),!old', ['shard', 'team', 'old']],
    ['shard!=a, shard!=b', ['shard']],
  ])('are found in "%s"', (selector, keys) => {
    expect(selectorKeys(selector)).toEqual(keys);
  });

  it.each(['', 'a=b,', '=a', 'shard in a', 'shard in (a', 'a b', 'shard=a=b', '-a=b', 'shard>1'])(
    'are not asked of "%s", which is no selector',
    (selector) => {
      expect(selectorKeys(selector)).toBeUndefined();
    },
  );
});
