import { integerFormat } from '../schema/structural.ts';

/** A schema of a CRD, as far as compatibility asks. */
export type Schema = { readonly [key: string]: unknown };

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
  readonly subresources?: Readonly<Record<string, unknown>>;
  readonly schema: { readonly openAPIV3Schema: Schema };
}

interface Names {
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly scope: string; readonly names: Names; readonly versions: readonly Version[] };
}

/** Those of which a smaller value refuses what was taken. */
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Those of which a greater value does. */
const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'];
/**
 * Rules that stand in place of one that refused more: the test tries what the former took. A rule that is another is
 * otherwise one that there was not.
 */
export const WIDENED: ReadonlyMap<string, string> = new Map([
  [
    "string(self).matches('^[0-9]+(\\\\.[0-9]+)?([mkMGTPE]|[KMGTPE]i|[eE][-+]?(1[0-8]|[0-9]))?$')",
    "string(self).matches('^[0-9]+(\\\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$')",
  ],
]);
const PARTS = ['items', 'additionalProperties'];
/**
 * What is compared in a way of its own, or is for readers alone. Every other word of a schema says how a value is read,
 * merged and owned, or narrows it: neither may it say another thing nor be added or taken away.
 */
const APART = new Set([
  ...[...UPPER, ...LOWER, 'required', 'enum', 'properties', 'x-kubernetes-validations'],
  ...['description', 'title', 'example', 'externalDocs'],
]);

/**
 * What breaks for who wrote objects, scripts or Git repositories against `before`: a line each, by the path of the
 * field. New optional fields, wider bounds and more values are no break. Of a status, which only our parts write, what
 * they may put there is no question, only what readers find.
 */
export function incompatibilities(before: Crd, after: Crd, versionName: string): string[] {
  const found: string[] = [];
  const [old, now] = [before, after].map((crd) => crd.spec.versions.find(({ name }) => name === versionName));
  if (!old) return found;
  if (!now?.served) return [`${versionName} is not served any more`];
  found.push(...otherNames(before.spec, after.spec), ...lessServed(old, now));
  const storage = after.spec.versions.find((version) => version.storage);
  if (!before.spec.versions.some((version) => version.served && version.name === storage?.name))
    found.push(`${storage?.name} is stored, which the release before does not serve: its CRDs could not be put back`);
  const [oldRoot, root] = [propertiesOf(old.schema.openAPIV3Schema), propertiesOf(now.schema.openAPIV3Schema)];
  for (const part of ['spec', 'status'])
    found.push(...narrowed(part, oldRoot[part] ?? {}, root[part] ?? {}, part === 'spec'));
  return found;
}

function* otherNames(before: Crd['spec'], after: Crd['spec']): Generator<string> {
  if (before.scope !== after.scope) yield `scope was ${before.scope}`;
  for (const name of ['kind', 'listKind', 'plural', 'singular'] as const)
    if (before.names[name] !== after.names[name]) yield `${name} was ${before.names[name]}`;
  for (const name of before.names.shortNames ?? [])
    if (!after.names.shortNames?.includes(name)) yield `short name ${name} is gone`;
  for (const name of before.names.categories ?? [])
    if (!after.names.categories?.includes(name)) yield `category ${name} is gone`;
}

function* lessServed(old: Version, now: Version): Generator<string> {
  for (const { jsonPath } of old.selectableFields ?? [])
    if (!now.selectableFields?.some((field) => field.jsonPath === jsonPath))
      yield `${jsonPath} cannot be selected by any more`;
  for (const name of Object.keys(old.subresources ?? {}))
    if (!now.subresources?.[name]) yield `the subresource ${name} is gone`;
}

/** `written`: by others than our own parts. */
function narrowed(path: string, old: Schema, now: Schema, written: boolean): string[] {
  const found = [...changedWords(path, old, now, written)];
  if (written) found.push(...tighterBounds(path, old, now), ...newDemands(path, old, now));
  const [oldFields, fields] = [propertiesOf(old), propertiesOf(now)];
  for (const [name, field] of Object.entries(oldFields)) {
    const at = `${path}.${name}`;
    found.push(...(fields[name] ? narrowed(at, field, fields[name], written) : [`${at} is gone`]));
  }
  for (const part of PARTS)
    if (isSchema(old[part]) && isSchema(now[part]))
      found.push(...narrowed(`${path}${part === 'items' ? '[]' : '.*'}`, old[part], now[part], written));
  return found;
}

function* changedWords(path: string, old: Schema, now: Schema, written: boolean): Generator<string> {
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    // Schemas of their own are looked at in turn.
    if (APART.has(key) || (PARTS.includes(key) && isSchema(old[key]) && isSchema(now[key]))) continue;
    // Of what our parts write a reader loses nothing by a pattern, nor by the size that the bounds give anyway.
    if (old[key] === undefined && (key === 'pattern' ? !written : key === 'format' && saysItsBounds(now))) continue;
    const [was, is] = [old[key], now[key]].map((value) => JSON.stringify(value));
    if (was !== is) yield `${path}: ${key} was ${was ?? 'absent'}, is ${is ?? 'absent'}`;
  }
}

const saysItsBounds = (schema: Schema): boolean =>
  schema['type'] === 'integer' && schema['format'] === integerFormat(schema);

function* tighterBounds(path: string, old: Schema, now: Schema): Generator<string> {
  const bound = (schema: Schema, key: string) => schema[key] as number | undefined;
  for (const key of [...UPPER, ...LOWER]) {
    const [was, is] = [bound(old, key), bound(now, key)];
    const wider = was !== undefined && is !== undefined && (UPPER.includes(key) ? is >= was : is <= was);
    if (is !== undefined && !wider) yield `${path}: ${key} was ${was ?? 'absent'}, is ${is}`;
  }
}

function* newDemands(path: string, old: Schema, now: Schema): Generator<string> {
  const list = (schema: Schema, key: string): unknown[] => (schema[key] as unknown[] | undefined) ?? [];
  for (const name of list(now, 'required'))
    if (!list(old, 'required').includes(name)) yield `${path}.${String(name)} is required now`;
  if (now['enum'] !== undefined) {
    if (old['enum'] === undefined) yield `${path} takes only some values now`;
    for (const value of list(old, 'enum'))
      if (!list(now, 'enum').includes(value)) yield `${path} does not take ${JSON.stringify(value)} any more`;
  }
  const fresh = Object.keys(propertiesOf(now)).filter((name) => !propertiesOf(old)[name]);
  const known = new Set(rulesOf(old));
  for (const rule of rulesOf(now))
    if (
      !known.has(rule) &&
      !known.has(WIDENED.get(rule) ?? '') &&
      !fresh.some((name) => rule.startsWith(`!has(self.${name}) ||`))
    )
      yield `${path} has a rule that it had not: ${rule}`;
}

const rulesOf = (schema: Schema): string[] =>
  ((schema['x-kubernetes-validations'] as readonly { readonly rule: string }[] | undefined) ?? []).map(
    ({ rule }) => rule,
  );

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> =>
  (schema['properties'] as Record<string, Schema> | undefined) ?? {};
