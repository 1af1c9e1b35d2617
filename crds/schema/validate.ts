import type { z } from 'zod';
import { parseRule, type Program } from './cel.ts';
import { API_VERSION, isServed, type KindDefinition } from './define.ts';
import { LONGEST_CONNECTION_NAME } from './name-length.ts';
import type { Rule } from './rules.ts';
import { halfPair, storable } from './storable.ts';
import { structuralSchema, type JsonSchema } from './structural.ts';

/** One thing wrong with a manifest: where, and what to do. */
export interface Violation {
  /** "spec.schedule", "spec.orderWebhooks[0].url". */
  readonly field: string;
  readonly message: string;
}

interface Manifest {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown };
  readonly spec?: unknown;
}

const CONNECTIONS = new Set(['Connection', 'ClusterConnection']);

/**
 * The admission decision of the API server, offline: structure by zod, rules by the very CEL of the CRD. Used by
 * reconcile (a CRD may be older than the operator) and by `supercargo validate` and `up`. `old` adds the rules about
 * change.
 */
export function validateResource(definition: KindDefinition, resource: Manifest, old?: Manifest): Violation[] {
  const violations: Violation[] = [];
  if (!isServed(resource.apiVersion))
    violations.push({
      field: 'apiVersion',
      message: `"${String(resource.apiVersion)}" is not known: use ${API_VERSION}`,
    });
  violations.push(...nameViolations(definition, resource.metadata?.name));
  const parsed = definition.spec.safeParse(resource.spec ?? {});
  if (!parsed.success) return [...violations, ...parsed.error.issues.flatMap(describeIssue)];
  return [...violations, ...celViolations(schemaOf(definition), resource.spec, old?.spec, 'spec')];
}

/**
 * Of each kind and rule there is one, and making it costs a thousand times its use: an operator validates at every
 * reconcile.
 */
const schemas = new WeakMap<KindDefinition, JsonSchema>();
const programs = new Map<string, Program>();

function schemaOf(definition: KindDefinition): JsonSchema {
  let schema = schemas.get(definition);
  if (!schema) schemas.set(definition, (schema = storable(structuralSchema(definition.spec))));
  return schema;
}

function programOf(rule: string): Program {
  let program = programs.get(rule);
  if (!program) programs.set(rule, (program = parseRule(rule)));
  return program;
}

function nameViolations({ kind }: KindDefinition, name: unknown): Violation[] {
  if (typeof name === 'string' && /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    return CONNECTIONS.has(kind) ? lengthViolations(name) : [];
  return [
    {
      field: 'metadata.name',
      message: `${JSON.stringify(name)} is not a name: use lower-case letters, digits, "-" and "."`,
    },
  ];
}

/** In a cluster an admission policy of the chart says so when a connection is made. */
function lengthViolations({ length }: string): Violation[] {
  if (length <= LONGEST_CONNECTION_NAME) return [];
  const message = `has ${length} characters, at most ${LONGEST_CONNECTION_NAME} fit into the labels of its pods: choose a shorter name`;
  return [{ field: 'metadata.name', message }];
}

function describeIssue(issue: z.core.$ZodIssue): Violation[] {
  const field = path(['spec', ...issue.path]);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: `${field}.${key}`,
      message: 'unknown field: check the spelling, or remove it (kubectl explain shows the fields)',
    }));
  }
  if (issue.code === 'invalid_value')
    return [{ field, message: `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}` }];
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [{ field, message: `is required (${issue.expected})` }];
  if (issue.code === 'too_small' && issue.origin === 'string')
    return [{ field, message: `is too short: it has at least ${Number(issue.minimum)} characters` }];
  if (issue.code === 'too_big' && issue.origin === 'string')
    return [{ field, message: `is too long: it has at most ${Number(issue.maximum)} characters` }];
  return [{ field, message: issue.message }];
}

function path(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
}

function celViolations(schema: JsonSchema, value: unknown, old: unknown, field: string): Violation[] {
  if (value === undefined || value === null) return [];
  const rules = (schema['x-kubernetes-validations'] as Rule[] | undefined) ?? [];
  const own = rules.flatMap((rule) => evaluateRule(rule, value, old, field));
  const half = halfPair(schema, value);
  return [
    ...own,
    ...(half === undefined ? [] : [{ field, message: half }]),
    ...childViolations(schema, value, old, field),
  ];
}

/** A key that is to be named in a message and may hold what cannot be printed. */
const shown = (key: string): string => key.replaceAll('\0', '').toWellFormed();

function childViolations(schema: JsonSchema, value: unknown, previous: unknown, field: string): Violation[] {
  if (Array.isArray(value)) {
    const items = schema['items'] as JsonSchema | undefined;
    return items ? value.flatMap((item, index) => celViolations(items, item, undefined, `${field}[${index}]`)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const properties = (schema['properties'] as Record<string, JsonSchema> | undefined) ?? {};
  const rest = schema['additionalProperties'] as JsonSchema | undefined;
  const before = (previous ?? {}) as Record<string, unknown>;
  return Object.entries(value).flatMap(([key, child]) => {
    const childSchema = Object.hasOwn(properties, key) ? properties[key] : rest;
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    return childSchema ? celViolations(childSchema, child, old, `${field}.${shown(key)}`) : [];
  });
}

function evaluateRule(rule: Rule, self: unknown, old: unknown, field: string): Violation[] {
  const aboutChange = /\boldSelf\b/.test(rule.rule);
  if (aboutChange && old === undefined) return [];
  const variables = { self: celValue(self), oldSelf: celValue(old) };
  if (holds(rule, variables)) return [];
  const message: unknown = rule.messageExpression ? programOf(rule.messageExpression)(variables) : rule.message;
  return [
    {
      field: field + (rule.fieldPath ?? ''),
      message: typeof message === 'string' ? message : `violates the rule ${rule.rule}`,
    },
  ];
}

/** A rule that cannot be carried out (a time that is none) does not hold: so it is for the API server. */
function holds({ rule }: Rule, variables: { readonly self: unknown; readonly oldSelf: unknown }): boolean {
  try {
    return programOf(rule)(variables) === true;
  } catch {
    return false;
  }
}

/** CEL tells integers from doubles; JavaScript does not. A Map, since a key may be "constructor". */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, child]) => [key, celValue(child)]));
  return value;
}
