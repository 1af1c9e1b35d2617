import { decimalString } from '../../model/money.ts';

/** PrestaShop keeps amounts with six digits behind the point. */
const DIGITS = 6;

/** An amount in millionths, exactly; undefined: it is none, or has more digits than PrestaShop keeps. */
export function micros(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,14})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(DIGITS))) return undefined;
  const units = BigInt(whole! + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return sign ? -units : units;
}

/** Of minor units of a currency. */
export const microsOf = (units: number, currency: string): bigint => micros(decimalString(units, currency))!;

/** As PrestaShop writes it: "-3.416667". */
export function microsText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`;
}
