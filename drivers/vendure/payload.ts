import { z } from 'zod';
import { retry } from '../contract/index.ts';

/** Parts of a record that hold personal data: what stands there is never quoted. */
const PRIVATE = new Set(['customer', 'shippingAddress', 'billingAddress']);

/** The first thing wrong with a payload, as "lines.0.quantity is text of 3 characters: expected int". */
export function describeIssue(error: z.ZodError, value: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not have the expected shape';
  const path = issue.path.map(String);
  const what = path.some((part) => PRIVATE.has(part))
    ? 'has an unexpected value (not shown: personal data)'
    : `is ${told(valueAt(value, path))}`;
  return `${path.length === 0 ? 'the answer' : path.join('.')} ${what}: ${issue.message}`;
}

/** Checks what a store sent. A misfit may be a hiccup of the store or of something before it, so it is tried again. */
export function expectPayload<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw retry('UnexpectedPayload', `${what}: ${describeIssue(parsed.error, value)}`);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[part] : undefined,
    value,
  );
}

/** What stands in a field, without its text: any text may be a person's. */
export function told(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text of ${value.length} characters`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value) ?? 'nothing';
}
