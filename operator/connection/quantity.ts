/** As a manifest has it: `1`, "500m", "1Gi". */
export type Quantity = string | number;

const QUANTITY = /^([0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const DECIMAL = ['m', '', 'k', 'M', 'G', 'T'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti'];

/** As a number, to be compared: "500m" is 0.5, "1Ki" is 1024. */
export function amountOf(quantity: Quantity): number {
  const [, digits = '0', suffix = ''] = QUANTITY.exec(String(quantity)) ?? [];
  const binary = BINARY.indexOf(suffix);
  return Number(digits) * (suffix.endsWith('i') ? 1024 ** binary : 1000 ** (DECIMAL.indexOf(suffix) - 1));
}

/**
 * A quantity as the API server writes it back: whole number, largest suffix that keeps it whole ("1000m" is "1",
 * "0.5Gi" is "512Mi"). Sent otherwise, it would differ from what is read for ever, and be applied for ever.
 */
export function canonicalQuantity(quantity: Quantity): string {
  const [, digits = '0', suffix = ''] = QUANTITY.exec(String(quantity)) ?? [];
  const binary = suffix.endsWith('i');
  const suffixes = binary ? BINARY : DECIMAL;
  const base = binary ? 1024 : 1000;
  let rank = 0;
  // In the smallest unit: bytes, or thousandths.
  let value = Math.ceil(Number(digits) * base ** suffixes.indexOf(suffix));
  while (rank < suffixes.length - 1 && value !== 0 && value % base === 0) {
    value /= base;
    rank += 1;
  }
  if (value === 0) return '0';
  return `${value}${suffixes[rank]}`;
}
