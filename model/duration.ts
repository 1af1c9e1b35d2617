const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** "1h30m" as milliseconds; undefined when it is not a duration of the API (crds/schema/fields.ts). */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/.test(text) || text === '') return undefined;
  let total = 0;
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+)([dhms])/g))
    total += Number(count) * (UNIT_MS[unit] ?? 0);
  return total;
}

/** Milliseconds as the API writes durations, in the largest units. */
export function formatDuration(ms: number): string {
  let seconds = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size)}${unit}`);
    seconds %= size;
  }
  return parts.join('') || '0s';
}
