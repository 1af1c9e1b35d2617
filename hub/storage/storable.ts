/** PostgreSQL holds neither U+0000 nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** No honest JSON goes deeper, and what walks it needs a stack for each level. */
const DEEPEST = 64;

/**
 * Where in a JSON value the first text stands that no database can hold, as ".results.0.reason"; a key counts as text,
 * and what is nested too deeply cannot be held either. Undefined where all of it can be.
 */
export function unstorableAt(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : '';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST) return '';
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return '';
    const at = unstorableAt(inner, depth + 1);
    if (at !== undefined) return `.${key}${at}`;
  }
  return undefined;
}
