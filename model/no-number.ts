/** A number that is none (NaN, or without end): PostgreSQL would keep it, and no JSON has a word for it. */
export class NoNumber extends Error {
  constructor() {
    super('one of its numbers is none');
  }
}

/** JSON of a value; throws `NoNumber` where a number in it is none, of which JSON would make null without a word. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // Nothing else becomes null but what is null.
  if (text.includes('null') && placeOfNoNumber(value) !== undefined) throw new NoNumber();
  return text;
}

/** Where in a value the first number stands that is none: "lines.0.taxRate". Pure. */
export function placeOfNoNumber(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : '';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const place = placeOfNoNumber(part);
    if (place !== undefined) return place === '' ? name : `${name}.${place}`;
  }
  return undefined;
}
