import { currencyExponent } from '../../model/money.ts';

const DIGITS = 8;

/**
 * An amount as WooCommerce has it, exactly, in units of 1e-8: net and tax are added before they are rounded. Throws a
 * RangeError for what is no amount.
 */
export function exact(text: string | number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text).trim());
  if (!match) throw new RangeError(`"${String(text).slice(0, 40)}" is no amount`);
  const [, sign, whole = '', fraction = ''] = match;
  const value = BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return sign ? -value : value;
}

/** In minor units of the currency, rounded half away from zero. Throws a RangeError for what is too large. */
export function units(value: bigint, currency: string, pieces = 1): number {
  const divisor = 10n ** BigInt(DIGITS - currencyExponent(currency)) * BigInt(pieces);
  const size = value < 0n ? -value : value;
  const rounded = Number((size + divisor / 2n) / divisor);
  if (!Number.isSafeInteger(rounded)) throw new RangeError('an amount is larger than any number');
  return value < 0n && rounded !== 0 ? -rounded : rounded;
}

/** The sum of amounts, in minor units. */
export const sum = (currency: string, ...amounts: readonly (string | number)[]): number =>
  units(
    amounts.reduce((all, each) => all + exact(each), 0n),
    currency,
  );
