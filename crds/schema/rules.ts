import { z } from 'zod';

/**
 * A CEL rule of `x-kubernetes-validations`. It is written once and runs in three places: in the API server (apply says
 * what is wrong), in the reconcilers and in `supercargo validate` (see validate.ts).
 */
export interface Rule {
  /** CEL over `self` (and `oldSelf`: then it runs on updates alone). */
  readonly rule: string;
  /** Names the field, the value and the remedy. One of the two. */
  readonly message?: string;
  /** CEL that gives the message, where it should name the value. */
  readonly messageExpression?: string;
  readonly fieldPath?: string;
}

const RULES = 'x-kubernetes-validations';

/** The schema with these rules added to those it has. */
export function withRules<T extends z.ZodType>(schema: T, ...rules: Rule[]): T {
  const meta = schema.meta() ?? {};
  const before = (meta[RULES] as Rule[] | undefined) ?? [];
  return schema.meta({ ...meta, [RULES]: [...before, ...rules] });
}

/** Cannot change once set. `what` is the field's name, `remedy` what to do instead. */
export function immutable<T extends z.ZodType>(schema: T, what: string, remedy: string): T {
  return withRules(schema, { rule: 'self == oldSelf', message: `${what} cannot be changed: ${remedy}` });
}
