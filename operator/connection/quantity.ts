const DECIMAL = ['m', '', 'k', 'M', 'G', 'T'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti'];

/**
 * A quantity as the API server writes it back: whole number, largest suffix that keeps it whole ("1000m" is "1",
 * "0.5Gi" is "512Mi"). Sent otherwise, it would differ from what is read for ever, and be applied for ever.
 */
export function canonicalQuantity(text: string): string {
  const [, digits = '0', suffix = ''] = /^([0-9.]+)(m|k|M|G|Ki|Mi|Gi)?$/.exec(text) ?? [];
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
