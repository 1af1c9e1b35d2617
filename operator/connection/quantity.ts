/** As a manifest has it: `1`, "500m", "1Gi", "1e9". */
export type Quantity = string | number;

const QUANTITY = /^([0-9]+)(?:\.([0-9]+))?(?:([mkMGTPE]|[KMGTPE]i)|[eE]([-+]?[0-9]+))?$/;
const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** More than that the API server takes for that. */
const MOST = (2n ** 63n - 1n) * 1000n;

/** In thousandths, rounded up; exact, however large: what JavaScript's numbers round would be another amount. */
function thousandthsOf(quantity: Quantity): { readonly thousandths: bigint; readonly binary: boolean } {
  const [, whole = '0', fraction = '', suffix = '', exponent = '0'] = QUANTITY.exec(String(quantity)) ?? [];
  const binary = suffix.endsWith('i');
  const unit = binary ? 1024n ** BigInt(BINARY.indexOf(suffix)) * 1000n : 1000n ** BigInt(DECIMAL.indexOf(suffix));
  const tens = Number(exponent) - fraction.length;
  const scaled = BigInt(whole + fraction) * unit * 10n ** BigInt(Math.max(tens, 0));
  const divisor = 10n ** BigInt(Math.max(-tens, 0));
  const thousandths = (scaled + divisor - 1n) / divisor;
  return { thousandths: thousandths > MOST ? MOST : thousandths, binary };
}

/** As a number, to be compared: "500m" is 0.5, "1Ki" is 1024. */
export function amountOf(quantity: Quantity): number {
  return Number(thousandthsOf(quantity).thousandths) / 1000;
}

/**
 * A quantity as the API server writes it back: whole number, largest suffix that keeps it whole ("1000m" is "1",
 * "0.5Gi" is "512Mi"). Sent otherwise, it would differ from what is read for ever, and be applied for ever.
 */
export function canonicalQuantity(quantity: Quantity): string {
  const { thousandths, binary } = thousandthsOf(quantity);
  if (thousandths === 0n) return '0';
  if (binary && thousandths % 1000n === 0n) {
    const [value, rank] = shortened(thousandths / 1000n, 1024n, BINARY);
    // Without a suffix nothing says that it is binary: "2000" is written back as "2k".
    if (rank > 0) return `${value}${BINARY[rank]}`;
  }
  const [value, rank] = shortened(thousandths, 1000n, DECIMAL);
  return `${value}${DECIMAL[rank]}`;
}

/** How often the base can be taken out of it, as far as there are suffixes, and what is left. */
function shortened(amount: bigint, base: bigint, suffixes: readonly string[]): readonly [bigint, number] {
  let rank = 0;
  let value = amount;
  while (rank < suffixes.length - 1 && value % base === 0n) {
    value /= base;
    rank += 1;
  }
  return [value, rank];
}
