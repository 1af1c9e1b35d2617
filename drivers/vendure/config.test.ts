import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { vendure } from './index.ts';

describe('credential and settings', () => {
  it('take a key as a Secret has it, with a line end, and ignore its other keys', () => {
    expect(vendure.credential.parse({ apiKey: 'abc:def\n', other: 'x' })).toEqual({ apiKey: 'abc:def' });
    expect(vendure.credential.safeParse({ apiKey: ' ' }).success).toBe(false);
  });

  it('name a setting that is misspelt or no address', () => {
    expect(vendure.settings.safeParse({ url: 'https://shop.example/admin-api', chanel: 'x' }).error?.message).toContain(
      'chanel',
    );
    for (const url of ['shop.example', 'ftp://shop.example', ''])
      expect(vendure.settings.safeParse({ url }).success).toBe(false);
  });

  it('can be published as JSON Schema', () => {
    expect(z.toJSONSchema(vendure.settings, { io: 'input' })).toMatchObject({
      type: 'object',
      required: ['url'],
      additionalProperties: false,
    });
    expect(z.toJSONSchema(vendure.credential, { io: 'input' })).toMatchObject({ required: ['apiKey'] });
  });
});
