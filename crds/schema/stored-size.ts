import type { KindDefinition } from './define.ts';
import { structuralSchema, type JsonSchema } from './structural.ts';
import type { Violation } from './validate.ts';

/** What etcd takes of one object, by its default (`--max-request-bytes`). */
const LARGEST_BYTES = 1.5 * 1024 * 1024;
/** Of it, for what is written later: uid and times, conditions, and who wrote them. */
const KEPT_FREE_BYTES = 16 * 1024;
/** Below it nothing is counted: the names of fields take at most four times as much as the fields. */
const SURELY_SMALL_BYTES = LARGEST_BYTES / 6;

/**
 * That a valid object is larger than a cluster stores by server-side apply: no schema says so, and etcd does not say
 * which. Of one that is sent otherwise the API server gives up who wrote what where it would be too large.
 */
export function sizeViolations(
  definition: KindDefinition,
  { metadata, spec }: { readonly metadata?: object; readonly spec?: unknown },
): Violation[] {
  // A manifest that somebody got from a cluster has besides what is not taken from it.
  const sent = { metadata: { ...metadata, managedFields: undefined }, spec };
  const own = jsonBytes(sent);
  if (own < SURELY_SMALL_BYTES) return [];
  const bytes = own + jsonBytes(ownersOf(sent, { properties: { spec: structuralSchema(definition.spec) } }));
  if (bytes <= LARGEST_BYTES - KEPT_FREE_BYTES) return [];
  const megabytes = (bytes / 1e6).toFixed(1);
  return [
    {
      field: 'spec',
      message: `takes about ${megabytes} MB with what the API server keeps of each field, and a cluster stores 1.5 MB of an object: give it fewer or shorter entries`,
    },
  ];
}

/** As the API server writes it, which is Go's way: six letters for each of these. */
const jsonBytes = (value: object): number =>
  Buffer.byteLength(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, '\\u0000'));

/**
 * The names of its fields once more, by which the API server knows who wrote which: in the shape of managedFields
 * (FieldsV1). Entries of a list stand in it by their key or as a whole, those of a list that is replaced as one do not.
 */
function ownersOf(value: unknown, schema: JsonSchema = {}): object {
  if (typeof value !== 'object' || value === null) return {};
  if (!Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [`f:${name}`, ownersOf(part, fieldOf(schema, name))]),
    );
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [], items } = schema;
  if (type === 'set') return Object.fromEntries(value.map((item) => [`v:${JSON.stringify(item)}`, {}]));
  if (type !== 'map') return {};
  return Object.fromEntries(
    value.map((item: object) => {
      const key = Object.entries(item).filter(([name]) => (keys as string[]).includes(name));
      const owners = { '.': {}, ...ownersOf(item, items as JsonSchema) };
      return [`k:${JSON.stringify(Object.fromEntries(key))}`, owners];
    }),
  );
}

const fieldOf = ({ properties, additionalProperties }: JsonSchema, name: string): JsonSchema | undefined =>
  (properties as Record<string, JsonSchema> | undefined)?.[name] ?? (additionalProperties as JsonSchema | undefined);
