/** As a manifest has it: `1`, "500m", "1Gi", "1e9". */
export type Quantity = string | number;

const QUANTITY = /^([0-9.]+)(?:([mkMGTPE]|[KMGTPE]i)|[eE]([-+]?[0-9]+))?$/;
const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Digits and suffix; of "1e9" the digits are those of its whole number. */
function partsOf(quantity: Quantity): { readonly digits: number; readonly suffix: string } {
  const [, digits = '0', suffix = '', exponent = '0'] = QUANTITY.exec(String(quantity)) ?? [];
  return { digits: Number(`${digits}e${exponent}`), suffix };
}

/** As a number, to be compared: "500m" is 0.5, "1Ki" is 1024. */
export function amountOf(quantity: Quantity): number {
  const { digits, suffix } = partsOf(quantity);
  const binary = BINARY.indexOf(suffix);
  return digits * (suffix.endsWith('i') ? 1024 ** binary : 1000 ** (DECIMAL.indexOf(suffix) - 1));
}

/**
 * A quantity as the API server writes it back: whole number, largest suffix that keeps it whole ("1000m" is "1",
 * "0.5Gi" is "512Mi"). Sent otherwise, it would differ from what is read for ever, and be applied for ever.
 */
export function canonicalQuantity(quantity: Quantity): string {
  const { digits, suffix } = partsOf(quantity);
  const binary = suffix.endsWith('i');
  const suffixes = binary ? BINARY : DECIMAL;
  const base = binary ? 1024 : 1000;
  let rank = 0;
  // In the smallest unit: bytes, or thousandths.
  let value = Math.ceil(digits * base ** suffixes.indexOf(suffix));
  while (rank < suffixes.length - 1 && value !== 0 && value % base === 0) {
    value /= base;
    rank += 1;
  }
  if (value === 0) return '0';
  return `${value}${suffixes[rank]}`;
}
