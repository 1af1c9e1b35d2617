import { expect, it } from '@jest/globals';
import { Secrets } from './secrets.ts';
import { plainKeys } from './plain-keys.ts';

const secrets = new Secrets();
secrets.add({ apiKey: 's3cret-of-shop' });

it.each<[string, string]>([
  ['N-s3cret-of-shop', 'N-[credential]'],
  ['\u001b]0;TITLE\u00071001', '1001'],
  ['1001\norder 1002: shipped', '1001 order 1002: shipped'],
  ['for ada@buyers.example only', 'for [mail address] only'],
])('a record that a shop calls %j is not called so', (said, shown) => {
  const record = { id: said, note: said, lines: [{ id: '1', sku: said, title: said, refund: { lineId: said } }] };
  expect(plainKeys(secrets)(record)).toEqual({
    id: shown,
    note: said,
    lines: [{ id: '1', sku: shown, title: said, refund: { lineId: shown } }],
  });
});

it('all others keep theirs to the letter, and the record is the very same', () => {
  const names = [
    '1001',
    'S-000005',
    'gid://shopify/Order/5571234567890',
    'A B/ü 東京',
    'x@y.example',
    '4006381333931',
    '',
  ];
  for (const name of names) {
    const record = { kind: 'order', id: name, lines: [{ id: name, sku: name }], custom: { id: name } };
    expect(plainKeys(secrets)(record)).toBe(record);
  }
});
