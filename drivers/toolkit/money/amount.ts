import { minorUnits } from '../../../model/money.ts';

/**
 * An amount of the platform in minor units. Throws a RangeError for what is none: never 0, or goods would be free. A
 * driver makes the record `unreadable` of it.
 */
export function amount(value: string | number, currency: string): number {
  const units = minorUnits(String(value), currency);
  if (units === undefined) throw new RangeError(`"${String(value).slice(0, 40)}" is no amount in ${currency}`);
  return units;
}
