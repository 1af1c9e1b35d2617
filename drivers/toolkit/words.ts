import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const LONGEST_TITLE = 60;
const PARTS: Readonly<Record<string, string>> = {
  lines: 'line',
  variants: 'variant',
  images: 'image',
  shipments: 'shipment',
  fulfillments: 'shipment',
  payments: 'payment',
  surcharges: 'surcharge',
  deliveries: 'delivery',
  refunds: 'refund',
  returns: 'return',
  cancellations: 'cancellation',
};

/**
 * What a shop's owner can do something with: which part of the record, what is wrong, what to do. Never a validator's
 * text, never a value that may be personal.
 */
export function inWords(error: z.ZodError, item: unknown): string {
  const [issue] = error.issues;
  if (!issue) return "it is not as the shop's API describes it";
  const { part, title } = placeOf(issue, item);
  const where = part === undefined ? '' : `${part}${title === undefined ? '' : ` (${title})`} `;
  return `${where}${whatIsWrong(issue, valueAt(item, issue.path), part === undefined)}`;
}

function whatIsWrong(issue: Issue, value: unknown, whole: boolean): string {
  const field = String(issue.path.at(-1) ?? 'record');
  if (field === 'sku' && (value === '' || value == null)) return 'has no SKU: give the item a SKU at the shop';
  if (field === 'quantity' && typeof value === 'number' && !Number.isInteger(value))
    return `has the quantity ${value}: only whole pieces can be handled, sell it in a smaller unit or split the order by hand`;
  if (field === 'quantity' && typeof value === 'number' && value < 0)
    return `has the quantity ${value}: a quantity is never below zero`;
  const its = whole ? 'its ' : 'has a ';
  if (value === undefined || value === null || value === '')
    return whole ? `its "${field}" is missing` : `has no "${field}"`;
  return `${its}"${field}" that is not as the shop's API describes it (${expectedOf(issue)})`.replace(
    /^its "([^"]*)" that/,
    'its "$1"',
  );
}

/** What a validator calls them, in words. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

function expectedOf(issue: Issue): string {
  if (issue.code === 'invalid_type')
    return `must be ${String(issue.path.at(-1)).toLowerCase().includes('quantity') ? TYPES['int'] : (TYPES[issue.expected] ?? 'something else')}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format')
    return issue.format === 'datetime'
      ? 'must be a time with its offset, such as 2026-03-01T10:00:00+01:00'
      : issue.format === 'regex'
        ? 'must be an amount as text, such as "12.50"'
        : 'another form';
  if (issue.code === 'too_big' && typeof issue.maximum === 'number' && issue.maximum >= Number.MAX_SAFE_INTEGER)
    return 'no number that large can be handled';
  if (issue.code === 'too_big') return `at most ${String(issue.maximum)}`;
  if (issue.code === 'too_small') return `at least ${String(issue.minimum)}`;
  return 'another form';
}

/** "line 2" and its title: people count from one. */
function placeOf({ path }: Issue, item: unknown): { readonly part?: string; readonly title?: string } {
  const [list, index] = path;
  const name = PARTS[String(list)];
  if (name === undefined || typeof index !== 'number') return {};
  const title =
    valueAt(item, [list!, index, 'title']) ??
    valueAt(item, [list!, index, 'productVariant', 'name']) ??
    valueAt(item, [list!, index, 'description']);
  return { part: `${name} ${index + 1}`, ...(typeof title === 'string' && title !== '' ? { title: cut(title) } : {}) };
}

/** With a mark where it ends: half of a credential that a shop put there is known by it (sync/words/). */
function cut(title: string): string {
  return title.length <= LONGEST_TITLE ? title : `${title.slice(0, LONGEST_TITLE)}…`;
}

function valueAt(item: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    item,
  );
}
