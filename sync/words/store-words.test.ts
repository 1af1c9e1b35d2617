import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secrets } from './secrets.ts';
import { storeWords } from './store-words.ts';

const secretsOf = (value: unknown) => {
  const secrets = new Secrets();
  secrets.add(value);
  return secrets;
};
const KEY = 'CANARY+key/7&pw "x"';
const secrets = secretsOf({ user: 'shopkeeper', apiKey: KEY, nested: { pem: '-----BEGIN\nCANARYLINE1\nCANARYLINE2' } });
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the words of a store', () => {
  it.each([
    ['as it is', KEY],
    ['in a URL', encodeURIComponent(KEY)],
    ['in a form', encodeURIComponent(KEY).replaceAll('%20', '+')],
    ['in JSON', JSON.stringify({ k: KEY })],
    ['in HTML', KEY.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in large hex', Buffer.from(KEY).toString('hex').toUpperCase()],
    ['in base64', base64(KEY)],
    ['in base64url', Buffer.from(KEY).toString('base64url')],
    ['in Basic', base64(`shopkeeper:${KEY}`)],
    ['in base64 behind one byte', base64(`x${KEY}yz`)],
    ['in base64 behind two bytes', base64(`xx${KEY}y`)],
    ['a line of a key', 'CANARYLINE2'],
    ['with an escape in it', `CANARY\u001b[31m+key/7&pw "x"`],
    ['with a control in it', `CANARY\u0000+key/7&pw "x"`],
  ])('have no secret that comes back %s', (_how, given) => {
    const said = storeWords(`refused: bearer ${given}, sorry`, secrets);
    expect(said).toMatch(/^refused: .*\[credential\].*, sorry$/);
    for (const part of [KEY, 'CANARY', base64('CANARY').slice(0, 7), Buffer.from('CANARY+key').toString('hex')])
      expect(said.toLowerCase()).not.toContain(part.toLowerCase());
  });

  it('have no part of a secret where a quote of them was cut', () => {
    const cut = (length: number) =>
      storeWords(`${'x '.repeat(20)}${KEY}`.slice(0, 40 + length) + '…: mend it', secrets);
    for (let length = 6; length < KEY.length; length++)
      expect(cut(length)).toBe(`${'x '.repeat(20)}[credential]…: mend it`);
    expect(storeWords(`key ${KEY.slice(0, 9)}`, secrets)).toBe('key [credential]');
  });

  it('have none either where a driver cut without a mark and the sentence goes on', () => {
    const secrets = ['ck_0123456789abcdef'];
    expect(storeWords('line 2 (Shirt ck_0123456789ab) has no SKU', secrets)).toBe(
      'line 2 (Shirt [credential]) has no SKU',
    );
    expect(storeWords('"ck_01234567" is no amount', secrets)).toBe('"[credential]" is no amount');
    expect(storeWords('no: ck_0123456789 (code 5)', secrets)).toBe('no: [credential] (code 5)');
  });

  it('have none of any credential in any place of them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(
          !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(secret + before + after) &&
            !'[credential]'.includes(secret),
        );
        expect(
          storeWords(`${before}${secret}${after}`, secretsOf([secret]))
            .split('[credential]')
            .join('\n'),
        ).not.toContain(secret);
      }),
    );
  });

  it('tell mail addresses and long numbers by their shape, and keep the numbers of records', () => {
    const said =
      'order 1000012345 of ada.berg+x@buyers.example, +49 (30) 901 820-0, card 4111 1111 1111 1111, 3 pieces, 2026';
    expect(storeWords(said, [], ['1000012345'])).toBe(
      'order 1000012345 of [mail address], [18 digits], card [19 digits], 3 pieces, 2026',
    );
    expect(storeWords('order 1000012345', [])).toBe('order [10 digits]');
  });

  it('are plain text of one line and of a bounded length, whatever came', () => {
    expect(storeWords('\u001b]0;PWNED\u0007\u001b[31mred\u001b[0m\r\nline\ttab\u009b2J\u202eback', [])).toBe(
      'red  line tabback',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const said = storeWords(text, secrets);
        expect(said.length).toBeLessThanOrEqual(1000);
        expect(said).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(said.isWellFormed()).toBe(true);
      }),
    );
  });
});
