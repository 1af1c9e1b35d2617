/** What a driver does is not what the rules demand. */
export class NotConformant extends Error {}

/** `what`: what is wrong, in a sentence. */
export function demand(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new NotConformant(typeof what === 'string' ? what : what());
}

const TIMES = new Set(['placedAt', 'updatedAt', 'createdAt', 'at', 'shipBy', 'deliverBy']);

/**
 * The first difference between what a driver gave and what is true, undefined where there is none. Absent and undefined
 * are the same, times are the same instants, `lacks` names fields that the platform has no word for.
 */
export function difference(
  given: unknown,
  wanted: unknown,
  at: string,
  lacks: readonly string[] = [],
): string | undefined {
  if (lacks.includes(at.replaceAll(/\[\d+\]/g, ''))) return undefined;
  if (Array.isArray(given) && Array.isArray(wanted)) {
    if (given.length !== wanted.length) return `${at} has ${given.length} entries, and should have ${wanted.length}`;
    return given
      .map((each, index) => difference(each, wanted[index], `${at}[${index}]`, lacks))
      .find((found) => found !== undefined);
  }
  if (isRecord(given) && isRecord(wanted)) {
    return [...new Set([...Object.keys(wanted), ...Object.keys(given)])]
      .map((name) => difference(given[name], wanted[name], `${at}.${name}`, lacks))
      .find((found) => found !== undefined);
  }
  if (TIMES.has(at.split('.').at(-1) ?? '') && typeof given === 'string' && typeof wanted === 'string')
    return Date.parse(given) === Date.parse(wanted) ? undefined : `${at} is ${given}, and should be ${wanted}`;
  return given === wanted ? undefined : `${at} is ${shown(given)}, and should be ${shown(wanted)}`;
}

/** Demands that there is no difference. */
export function demandSame(given: unknown, wanted: unknown, at: string, lacks: readonly string[] = []): void {
  const found = difference(given, wanted, at, lacks);
  demand(found === undefined, found ?? '');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value).slice(0, 120));
