import type { JsonSchema } from './structural.ts';
import type { Rule } from './rules.ts';

const WHAT = 'holds a character that cannot be stored (U+0000, or half of a pair): remove it';
const TEXT: Rule = { rule: "!self.contains('\\u0000')", message: `it ${WHAT}` };
const KEYS: Rule = { rule: "!self.exists(key, key.contains('\\u0000'))", message: `a key ${WHAT}` };
const RULES = 'x-kubernetes-validations';

/**
 * The schema of a spec with a rule at every text and every map: no database holds U+0000. Half a surrogate pair never
 * comes out of an API server; offline it is refused in the same words (`isWhole`). What a driver's own schema reads
 * (free-form settings) goes to no database, and stays as it is.
 */
export function storable(schema: JsonSchema): JsonSchema {
  const out: JsonSchema = { ...schema };
  if (schema['type'] === 'string' && !schema['enum']) out[RULES] = withRule(schema, TEXT);
  if (isSchema(schema['items'])) out['items'] = storable(schema['items']);
  if (isSchema(schema['additionalProperties'])) {
    out['additionalProperties'] = storable(schema['additionalProperties']);
    out[RULES] = withRule(schema, KEYS);
  }
  if (isSchema(schema['properties']))
    out['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([key, child]) => [key, storable(child as JsonSchema)]),
    );
  return out;
}

/** What is wrong with half of a pair in this text or these keys, in the words of the schema's rule about it. */
export function halfPair(schema: JsonSchema, value: unknown): string | undefined {
  if (typeof value === 'string') return has(schema, TEXT) && !value.isWellFormed() ? TEXT.message : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return has(schema, KEYS) && !Object.keys(value).every((key) => key.isWellFormed()) ? KEYS.message : undefined;
}

const rulesOf = (schema: JsonSchema): Rule[] => (schema[RULES] as Rule[] | undefined) ?? [];
const withRule = (schema: JsonSchema, rule: Rule): Rule[] => [...rulesOf(schema), rule];
const has = (schema: JsonSchema, { rule }: Rule): boolean => rulesOf(schema).some((each) => each.rule === rule);

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
