import { describe, expect, it } from '@jest/globals';
import { belongsTo, isTheirs, type Claimed } from './ownership.ts';

const object = (label: string | undefined, claim: string | undefined): Claimed => ({
  metadata: { labels: label === undefined ? {} : { 'supercargo.dev/installation': label } },
  ...(claim === undefined ? {} : { status: { installation: claim } }),
});

describe('a resource belongs to', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['nobody, where nobody said so', undefined, undefined, undefined],
    ['who claimed it', undefined, 'one', 'one'],
    ['whom a person named, though another claimed it', 'two', 'one', 'two'],
    ['whom a person named, before that one claimed it', 'two', undefined, 'two'],
    ['who claimed it, where the label says nothing', '', 'one', 'one'],
  ])('%s', (_, label, claim, owner) => {
    expect(belongsTo(object(label, claim))).toBe(owner);
    for (const installation of ['one', 'two'])
      expect(isTheirs(object(label, claim), installation)).toBe(owner !== undefined && owner !== installation);
  });
});
