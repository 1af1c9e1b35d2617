import { z } from 'zod';
import { withRules } from './rules.ts';

/** A string with a bound: without one the API server cannot bound the cost of CEL over it and refuses the CRD. */
export const text = (max: number, description: string) => z.string().min(1).max(max).describe(description);

/** RFC 1123 label, as the name of a resource in the same namespace. */
export const resourceName = (description: string) =>
  withRules(z.string().min(1).max(253).describe(description), {
    rule: "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
    messageExpression: `'"' + self + '" is not a resource name: use lower-case letters, digits, "-" and ".", starting and ending with a letter or digit'`,
  });

export const label = (max: number, description: string) =>
  withRules(z.string().min(1).max(max).describe(description), {
    rule: "self.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",
    messageExpression: `'"' + self + '" cannot be a label value: use letters, digits, "-", "_" and ".", starting and ending with a letter or digit'`,
  });

/** "90s", "15m", "1h30m", "7d": whole numbers, largest unit first. At most some thirty years, whatever the unit. */
export const duration = (description: string) =>
  withRules(z.string().min(2).max(32).describe(description), {
    rule: "self.matches('^([0-9]{1,4}d)?([0-9]{1,5}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$')",
    messageExpression: `'"' + self + '" is not a duration: write for example "90s", "15m", "1h30m" or "7d", at most "9999d"'`,
  });

const CRON_FIELD = '(\\\\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?(,(\\\\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?)*';
const CRON_NAMED =
  '([A-Za-z]{3}(-[A-Za-z]{3})?|(\\\\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?)(,([A-Za-z]{3}(-[A-Za-z]{3})?|(\\\\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?))*';

export const cron = (description: string) =>
  withRules(z.string().min(1).max(120).describe(description), {
    rule: `self.matches('^(@(hourly|daily|weekly|monthly|yearly)|${CRON_FIELD} ${CRON_FIELD} ${CRON_FIELD} ${CRON_NAMED} ${CRON_NAMED})$')`,
    messageExpression: `'"' + self + '" is not a cron schedule: use five fields (minute hour day-of-month month day-of-week), for example "*/5 * * * *", or @hourly, @daily, @weekly, @monthly'`,
  });

export const timeZone = (description: string) =>
  withRules(z.string().min(1).max(64).describe(description), {
    rule: "self.matches('^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z0-9_+-]+){1,2})$')",
    messageExpression: `'"' + self + '" is not an IANA time zone: use for example "UTC" or "Europe/Berlin"'`,
  });

/**
 * RFC 3339, as Kubernetes writes times, and a time that there is: whoever makes a date of it is not to be surprised.
 * Not zod's own check: its pattern of 300 characters would land in the CRD.
 */
export const timestamp = (description: string) =>
  z
    .string()
    .min(20)
    .max(40)
    .regex(
      /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
      'must be an RFC 3339 time such as 2026-01-31T08:00:00Z',
    )
    .describe(description);

export const httpUrl = (description: string) =>
  withRules(z.string().min(8).max(2048).describe(description), {
    rule: "isURL(self) && self.matches('^https?://[^/ ?#@]+(:[0-9]+)?([/?#].*)?$')",
    messageExpression: `'"' + self + '" is not a URL: it must begin with http:// or https:// and name a host (no user or password in it)'`,
  });

/** A host that requests may go to, as model/hosts.ts reads it. Not `settings.KEY`: that is for who writes a driver. */
export const hostName = (description: string) =>
  withRules(z.string().min(1).max(253).describe(description), {
    rule: String.raw`self.matches('^(([*][.])?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[[][0-9A-Fa-f:.]+[]])(:[0-9]{1,5})?$')`,
    messageExpression: `'"' + self + '" is not a host: write for example "shop.example", "*.shop.example", "shop.example:8443" or "[2001:db8::1]", without https:// and path'`,
  });

/** Free-form objects that a driver's own schema checks later. */
export const freeForm = (description: string) =>
  z.record(z.string(), z.unknown()).meta({ description, 'x-kubernetes-preserve-unknown-fields': true });

/** Of a list that is replaced as a whole: its order counts, or its entries have no key. */
export const ATOMIC = { 'x-kubernetes-list-type': 'atomic' };

/** A list whose entries are found by a key: a server-side apply of one entry leaves the others alone. */
export function keyedList<T extends z.ZodType>(item: T, key: string, max: number, description: string) {
  return z
    .array(item)
    .max(max)
    .meta({ description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });
}

export function setOf<T extends z.ZodType>(item: T, max: number, description: string) {
  return z.array(item).max(max).meta({ description, 'x-kubernetes-list-type': 'set' });
}

/** As metav1.Condition has them. */
const CONDITION_TYPE =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$';
/** Of a condition's reason, as the API server takes it. */
export const REASON = '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$';

/** Kubernetes API conventions, "Typical status properties". */
export const condition = z.strictObject({
  type: z.string().max(316).meta({ pattern: CONDITION_TYPE }).describe('What the condition is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
  reason: z
    .string()
    .max(1024)
    .meta({ pattern: REASON })
    .describe('Why, in one word that does not change between releases of a version.'),
  message: z.string().max(32768).describe('Why, in a sentence, and what to do next.'),
  lastTransitionTime: timestamp('When the status last changed.'),
  observedGeneration: z.int().min(0).optional().describe('The generation that this condition speaks of.'),
});
export type Condition = z.infer<typeof condition>;

export const conditions = keyedList(
  condition,
  'type',
  24,
  'What is known about the resource (kstatus: Ready, Reconciling, Stalled).',
).optional();
/** Of the kinds whose status an operator writes by itself: one of several installations does. */
export const installation = z
  .string()
  .max(63)
  .optional()
  .describe('The installation that looks after it; the label supercargo.dev/installation says another.');

export const observedGeneration = z.int().min(0).optional().describe('The generation that the conditions speak of.');
