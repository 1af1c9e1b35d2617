/** Minor-unit digits of currencies that do not have two (ISO 4217, list one). */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/** Digits after the decimal point of a currency's amounts. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/**
 * A store's decimal string ("12.345", "-3") as integer minor units, rounded half away from zero, computed on digits:
 * binary floating point would turn 1.005 into 1.00. Returns undefined when it is not a decimal number.
 */
export function minorUnits(decimal: string, currency: string): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal.trim());
  if (!match) return undefined;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const exponent = currencyExponent(currency);
  const kept = fraction.slice(0, exponent).padEnd(exponent, '0');
  const roundUp = (fraction[exponent] ?? '0') >= '5';
  const units = Number(whole + kept) + (roundUp ? 1 : 0);
  return Number.isSafeInteger(units) ? (sign && units !== 0 ? -units : units) : undefined;
}

/** Integer minor units as the decimal string people read. */
export function decimalString(units: number, currency: string): string {
  const exponent = currencyExponent(currency);
  const digits = Math.abs(units)
    .toString()
    .padStart(exponent + 1, '0');
  const sign = units < 0 ? '-' : '';
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
