import { z } from 'zod';

export type JsonSchema = { [key: string]: unknown };

/** Keys of JSON Schema that a structural schema of Kubernetes has no place for. */
const DROPPED = new Set(['$schema', 'propertyNames', 'default', 'const', 'id', '$id']);

/**
 * A zod schema as the structural OpenAPI v3 schema of a CRD (apiextensions.k8s.io/v1, "Specifying a structural
 * schema"): no `additionalProperties: false` (the API server prunes and `kubectl apply` warns), no `const`, no bounds
 * that only repeat the range of a safe integer.
 */
export function structuralSchema(schema: z.ZodType): JsonSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

function convert(node: JsonSchema): JsonSchema {
  const out: JsonSchema = {};
  for (const [key, value] of Object.entries(node)) {
    if (!DROPPED.has(key) && !isRepeatedBound(key, value)) out[key] = value;
  }
  if ('const' in node) out['enum'] = [node['const']];
  if (out['type'] === 'integer') out['format'] = integerFormat(out);
  // The one union that a structural schema has.
  if (node['x-kubernetes-int-or-string'] === true) delete out['anyOf'];
  if (out['additionalProperties'] === false || node['x-kubernetes-preserve-unknown-fields'] === true)
    delete out['additionalProperties'];
  if (isSchema(out['additionalProperties'])) out['additionalProperties'] = convert(out['additionalProperties']);
  if (isSchema(out['items'])) out['items'] = convert(out['items']);
  if (isSchema(out['properties']))
    out['properties'] = mapValues(out['properties'], (property) => convert(property as JsonSchema));
  return sortSchemaKeys(out);
}

/** How large a reader has to make room for it: the bounds say. */
export function integerFormat({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): 'int32' | 'int64' {
  return (minimum as number) >= -(2 ** 31) && (maximum as number) < 2 ** 31 ? 'int32' : 'int64';
}

const ORDER = ['description', 'type', 'format', 'enum', 'required', 'properties'];

/** `type` and `description` first, the rest by name: generated files are read by people. */
function sortSchemaKeys(node: JsonSchema): JsonSchema {
  const rank = (key: string) => ORDER.indexOf(key) + 1 || ORDER.length + 1;
  return Object.fromEntries(Object.entries(node).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

function isRepeatedBound(key: string, value: unknown): boolean {
  return (
    (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) || (key === 'minimum' && value === Number.MIN_SAFE_INTEGER)
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(record: JsonSchema, change: (value: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
