import { currencyExponent } from '../../../model/money.ts';

const DIGITS = 8;
const SCALE = 10 ** DIGITS;
/** Up to here an amount times 1e8 is off by less than a half, so that it can be rounded to what it is. */
const MOST_FAST = 2 ** 51 / SCALE;
/** So many digits a floating point number tells apart. */
const SURE_LETTERS = 15;

/**
 * An amount in units of 1e-8, exactly: a number as long as it is safe, which is an addition of the machine; else a
 * bigint, which is an object of its own.
 */
export type Exact = number | bigint;
export type Amount = string | number;

/** An amount as a platform has it, exactly. What is behind eight digits is cut. Throws a RangeError for none. */
export function exact(value: Amount): Exact {
  return quickly(value) ?? digitByDigit(value);
}

/** Undefined where it takes a look at the digits. */
function quickly(value: Amount): number | undefined {
  if (typeof value === 'string' && !(value.length <= SURE_LETTERS && /^-?\d+(?:\.\d+)?$/.test(value))) return undefined;
  const amount = Number(value);
  if (!(Math.abs(amount) < MOST_FAST)) return undefined;
  const units = Math.round(amount * SCALE);
  // More than eight digits do not come back.
  return units / SCALE === amount ? units + 0 : undefined;
}

function digitByDigit(value: Amount): Exact {
  // Of a number this small JavaScript writes the power of ten.
  const text = typeof value === 'number' && Math.abs(value) < 1e-4 ? value.toFixed(DIGITS) : String(value).trim();
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`"${text.slice(0, 40)}" is no amount`);
  const [, sign, whole = '', fraction = ''] = match;
  const size = BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return smallest(sign ? -size : size);
}

const smallest = (value: bigint): Exact => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Exactly. */
export function plus(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return smallest(BigInt(a) + BigInt(b));
}

/** Exactly. */
export const minus = (a: Exact, b: Exact): Exact => plus(a, typeof b === 'number' ? 0 - b : -b);

/** `part` of `whole` of it, in minor units of the currency, half away from zero. Throws where it is too large. */
export function units(value: Exact, currency: string, part = 1, whole = 1): number {
  const divisor = 10 ** (DIGITS - currencyExponent(currency)) * whole;
  const doubled = typeof value === 'number' ? Math.abs(value) * part : Number.NaN;
  const size =
    Number.isSafeInteger(doubled + divisor) && Number.isInteger(part) && Number.isInteger(whole) && divisor > 0
      ? dividedFast(doubled + divisor / 2, divisor)
      : dividedSlow(value, part, 10n ** BigInt(DIGITS - currencyExponent(currency)) * BigInt(whole));
  return value < 0 && size !== 0 ? -size : size;
}

/** Divisors are even, so that half of one is whole. */
const dividedFast = (value: number, divisor: number): number => (value - (value % divisor)) / divisor;

function dividedSlow(value: Exact, part: number, divisor: bigint): number {
  const whole = BigInt(value);
  const size = Number(((whole < 0n ? -whole : whole) * BigInt(part) + divisor / 2n) / divisor);
  if (!Number.isSafeInteger(size)) throw new RangeError('an amount is larger than any number');
  return size;
}

/** The sum of amounts, exactly; those that are not there are nothing. */
export function total(...amounts: readonly (Amount | null | undefined)[]): Exact {
  let sum: Exact = 0;
  for (const each of amounts) if (each !== null && each !== undefined) sum = plus(sum, exact(each));
  return sum;
}

/** The same in minor units. */
export const sum = (currency: string, ...amounts: readonly (Amount | null | undefined)[]): number =>
  units(total(...amounts), currency);
