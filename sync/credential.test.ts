import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseCredential, withEncoding, type CredentialOutcome } from './credential.ts';

const schema = z.object({ apiKey: z.string().min(4, 'it is too short'), shop: z.string().optional() });
const parse = (files: Record<string, string>, keys: Record<string, string> = {}, uid = 'uid-1'): CredentialOutcome =>
  parseCredential(files, schema, 'shop-key', keys, uid);

describe('a credential', () => {
  it.each<[string, Record<string, string>, Record<string, string>, object]>([
    ["under the driver's own names", { apiKey: 'secret' }, {}, { apiKey: 'secret' }],
    ['beside keys of others', { apiKey: 'secret', 'tls.crt': 'x' }, {}, { apiKey: 'secret' }],
    ['under a name of the Secret', { token: 'secret' }, { apiKey: 'token' }, { apiKey: 'secret' }],
    [
      'under the name given, though the usual is there too',
      { apiKey: 'other', token: 'secret' },
      { apiKey: 'token' },
      { apiKey: 'secret' },
    ],
    [
      'whose names are exchanged',
      { apiKey: 'the shop', shop: 'secret' },
      { apiKey: 'shop', shop: 'apiKey' },
      { apiKey: 'secret', shop: 'the shop' },
    ],
  ])('is found %s', (_what, files, keys, value) => {
    expect(parse(files, keys)).toMatchObject({ ok: true, value });
  });

  it.each<[string, Record<string, string>, Record<string, string>, string, string[]]>([
    ['a Secret that is not there', {}, {}, 'SecretMissing', ['"shop-key"', 'in the folder of manifests']],
    ['a key that is not there', { shop: 'x' }, {}, 'SecretKeyMissing', ['"shop-key"', '"apiKey"']],
    ['a renamed key that is not there', { apiKey: 'secret' }, { apiKey: 'token' }, 'SecretKeyMissing', ['"token"']],
    ['a key that cannot be used', { apiKey: 'abc' }, {}, 'SecretKeyInvalid', ['"apiKey"', 'it is too short']],
    ['a renamed key that cannot be used', { token: 'abc' }, { apiKey: 'token' }, 'SecretKeyInvalid', ['"token"']],
    ['an empty key', { apiKey: '' }, {}, 'SecretKeyInvalid', ['"apiKey"']],
  ])('is refused by name: %s', (_what, files, keys, reason, named) => {
    const outcome = parse(files, keys);
    expect(outcome).toMatchObject({ ok: false, reason });
    for (const word of named) expect((outcome as { message: string }).message).toContain(word);
  });

  it('names no other key of the Secret: who reads the status may not read the Secret', () => {
    const outcome = parse({ 'payroll-password': 'x' }, {});
    expect((outcome as { message: string }).message).not.toContain('payroll');
  });

  it('that is encoded once too often is told by its key, where the shop refuses it', () => {
    const said = { status: 'False', reason: 'KeyRefused', message: 'the shop refuses the key' } as const;
    const told = (apiKey: string) => withEncoding(said, parse({ apiKey, other: 'x' })).message;
    const encoded = Buffer.from('sk_live_key-of-the-shop\n').toString('base64');
    expect(told(encoded)).toBe(
      'the shop refuses the key. The value of "apiKey" in the Secret looks base64-encoded twice: under data it is encoded once, under stringData not at all',
    );
    // Keys that are base64 by nature are of any bytes; others are of letters and digits, and long words, too.
    for (const apiKey of [
      'sk_live_key-of-the-shop',
      'q83vEjRWeJD+/w==',
      'abcd',
      'secretsecretsecret',
      'a1b2c3d4e5f6a7b8',
    ])
      expect([apiKey, told(apiKey)]).toEqual([apiKey, said.message]);
    const named = parse({ token: encoded, payroll: encoded }, { apiKey: 'token' });
    expect(withEncoding(said, named).message).toMatch(/^((?!payroll).)*"token"((?!payroll).)*$/);
    expect(withEncoding(said, parse({ apiKey: 'abcd', payroll: encoded }))).toEqual(said);
    const good = { ...said, status: 'True' } as const;
    expect(withEncoding(good, parse({ apiKey: encoded }))).toEqual(good);
    expect(withEncoding(said, parse({}))).toEqual(said);
  });

  it('never shows a value in what it says', () => {
    for (const files of [{ apiKey: 'pw1' }, { other: 'pw1' }] as Record<string, string>[])
      expect(JSON.stringify(parse(files))).not.toContain('pw1');
  });
});

describe('the digest', () => {
  const digest = (...given: Parameters<typeof parse>) => parse(...given).digest;

  it('is the same for the same content in any order', () => {
    expect(digest({ apiKey: 'secret', shop: 'b' })).toBe(digest({ shop: 'b', apiKey: 'secret' }));
    expect(digest({ apiKey: 'secret' })).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, Parameters<typeof parse>]>([
    ['value', [{ apiKey: 'secreT' }]],
    ['key more', [{ apiKey: 'secret', shop: '' }]],
    ['connection, so that equal passwords do not show', [{ apiKey: 'secret' }, {}, 'uid-2']],
    ['Secret that is not there', [{}]],
  ])('is another for another %s', (_what, given) => {
    expect(digest(...given)).not.toBe(digest({ apiKey: 'secret' }));
  });
});
