import { z } from 'zod';
import { badRequest } from '../base/errors.ts';
import { isPlainText, NO_CONTROLS } from './plain-text.ts';

/** An item of a list that cannot be taken: where it stands, what it names, and why. */
export interface RefusedItem {
  readonly index: number;
  readonly sku: string | null;
  readonly message: string;
}

/** What a field must be, in words, and whether it is. */
export interface FieldRule {
  readonly is: (value: unknown) => boolean;
  readonly must: string;
  readonly optional?: true;
}

const grouped = new Intl.NumberFormat('en');

/** Text of 1 to `max` characters. */
export const textRule = (max: number): FieldRule => ({
  is: (value) => typeof value === 'string' && value.length > 0 && value.length <= max && isPlainText(value),
  must: `text of 1 to ${max} characters, with ${NO_CONTROLS}`,
});
/** A whole number of 0 to `max`. */
export const wholeRule = (max: number): FieldRule => ({
  is: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max,
  must: `a whole number from 0 to ${grouped.format(max)}`,
});
export const optional = (rule: FieldRule): FieldRule => ({ ...rule, optional: true });

/** Items as the documentation has them, taken as they come: one that is malformed must not stop the others. */
export const leniently = (item: z.ZodType) => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(item, { io: 'input' });
  return z.unknown().meta(schema);
};

/**
 * Takes the good items of a list apart from the malformed, each of which is named by where it stands and by its SKU.
 * Where none is good nothing can be done, and the request is refused.
 */
export function sorted<T extends { readonly sku: string }>(
  items: readonly unknown[],
  rules: { readonly [field in keyof T]-?: FieldRule },
  list: string,
): { readonly good: (T & { readonly index: number })[]; readonly refused: RefusedItem[] } {
  const good: (T & { readonly index: number })[] = [];
  const refused: RefusedItem[] = [];
  items.forEach((item, index) => {
    const message = faultOf(item, rules);
    if (message === undefined) good.push({ ...(item as T), index });
    else refused.push({ index, sku: skuOf(item), message });
  });
  if (good.length === 0) {
    const [first] = refused;
    throw badRequest('InvalidRequest', `no item can be taken; ${list}[0]: ${first?.message ?? 'the list is empty'}`);
  }
  return { good, refused };
}

function faultOf(item: unknown, rules: Readonly<Record<string, FieldRule>>): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return `must be an object with ${Object.keys(rules)
      .filter((field) => !rules[field]!.optional)
      .join(' and ')}`;
  for (const [field, { is, must, optional: mayLack }] of Object.entries(rules)) {
    const value = (item as Record<string, unknown>)[field];
    if (value === undefined && mayLack) continue;
    if (!is(value))
      return `${field} ${value === undefined ? 'is missing, it' : `is ${shown(value)}, and`} must be ${must}`;
  }
  return undefined;
}

/** Of a value as much as tells which it is. */
function shown(value: unknown): string {
  if (typeof value === 'string' && value.length > 40) return `text of ${grouped.format(value.length)} characters`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value) ?? 'nothing';
}

/** Of an item that is refused its SKU, if it is one that people can read. */
function skuOf(item: unknown): string | null {
  const sku = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)['sku'] : undefined;
  return typeof sku === 'string' && isPlainText(sku) ? sku.slice(0, 128) : null;
}
