import { createHash } from 'node:crypto';
import type { SessionAnswer } from './sync-api.ts';

/** How references of orders look for a Store's back office. */
export type ReferenceRules = SessionAnswer['orderNumbers'];

const DEFAULT_LENGTH = 20;

/** The rules of a Store with what it leaves out. */
export function referenceRules(given: Partial<ReferenceRules> | undefined): ReferenceRules {
  return {
    maxLength: given?.maxLength ?? DEFAULT_LENGTH,
    alphabet: given?.alphabet ?? 'Printable',
    prefix: given?.prefix ?? '',
  };
}

export const REFERENCE_ALPHABETS: Readonly<
  Record<ReferenceRules['alphabet'], { readonly allowed: RegExp; readonly digits: string }>
> = {
  Digits: { allowed: /^[0-9]+$/, digits: '0123456789' },
  UpperAlphanumeric: { allowed: /^[0-9A-Z]+$/, digits: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  Printable: { allowed: /^[\x21-\x7e]+$/, digits: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
};

/** A reference for `text` by the rules: prefix and as many digits of a digest as fit. Pure. */
export function digestReference(text: string, { maxLength, alphabet, prefix }: ReferenceRules): string {
  const { digits } = REFERENCE_ALPHABETS[alphabet];
  let value = BigInt('0x' + createHash('sha256').update(text).digest('hex'));
  const base = BigInt(digits.length);
  let reference = '';
  while (reference.length < Math.min(maxLength - prefix.length, 24)) {
    reference += digits[Number(value % base)]!;
    value /= base;
  }
  return prefix + reference;
}
