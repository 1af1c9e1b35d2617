import { currencyExponent } from '../../model/money.ts';

const DIGITS = 8;

/**
 * An amount as Magento has it (a JSON number with four digits), exactly, in units of 1e-8: net and tax are added before
 * they are rounded. Throws a RangeError for what is no amount.
 */
export function exact(value: string | number): bigint {
  const text = typeof value === 'number' && Math.abs(value) < 1e-4 ? value.toFixed(DIGITS) : String(value).trim();
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`"${text.slice(0, 40)}" is no amount`);
  const [, sign, whole = '', fraction = ''] = match;
  const size = BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return sign ? -size : size;
}

/** `part` of `whole` of it, in minor units of the currency, half away from zero. Throws where it is too large. */
export function units(value: bigint, currency: string, part = 1, whole = 1): number {
  const divisor = 10n ** BigInt(DIGITS - currencyExponent(currency)) * BigInt(whole);
  const size = (value < 0n ? -value : value) * BigInt(part);
  const rounded = Number((size + divisor / 2n) / divisor);
  if (!Number.isSafeInteger(rounded)) throw new RangeError('an amount is larger than any number');
  return value < 0n && rounded !== 0 ? -rounded : rounded;
}

/** The sum of amounts, exactly; those that are not there are nothing. */
export const total = (...amounts: readonly (string | number | null | undefined)[]): bigint =>
  amounts.reduce<bigint>((sum, each) => (each == null ? sum : sum + exact(each)), 0n);

/** The same in minor units. */
export const sum = (currency: string, ...amounts: readonly (string | number | null | undefined)[]): number =>
  units(total(...amounts), currency);
