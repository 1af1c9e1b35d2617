import { createHash } from 'node:crypto';
import type { KubeObject } from './objects.ts';

/** An entry of metadata.managedFields, as far as it is read here. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

/**
 * fieldsV1: `f:name` a field, `k:{…}` the entry of a keyed list, `v:…` the value of a set; an empty node is a whole
 * value.
 */
type FieldSet = { readonly [step: string]: FieldSet };

/**
 * The part of a live object that one field manager applied, as the server recorded it. What the server defaulted and
 * what others set is not in it; what others took over or removed is missing from it. So comparing it with the intent
 * tells exactly whether an apply would change anything: no list of defaults to keep, no drift unseen.
 */
export function ownedPart(object: KubeObject, manager: string, subresource?: string): unknown {
  const entries = (object.metadata.managedFields ?? []) as ManagedFields[];
  const entry = entries.find(
    (candidate) =>
      candidate.manager === manager &&
      candidate.operation === 'Apply' &&
      (candidate.subresource ?? undefined) === subresource,
  );
  return entry?.fieldsV1 ? pick(object, entry.fieldsV1) : undefined;
}

/** Digest of what `ownedPart` finds, to be compared with `intentDigest`. */
export function ownedDigest(object: KubeObject, manager: string, subresource?: string): string {
  return digest(ownedPart(object, manager, subresource));
}

/** Digest of an intent: identity (apiVersion, kind, name, namespace, uid) is no field of it. */
export function intentDigest(intent: object): string {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = intent as Record<string, unknown>;
  const { name: _name, namespace: _namespace, uid: _uid, ...meta } = (metadata ?? {}) as Record<string, unknown>;
  return digest({ ...rest, metadata: meta });
}

function pick(value: unknown, fields: FieldSet): unknown {
  const steps = Object.keys(fields).filter((step) => step !== '.');
  if (steps.length === 0) return value;
  if (Array.isArray(value)) return steps.flatMap((step) => pickEntry(value, step, fields[step] ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  return Object.fromEntries(steps.map((step) => [step.slice(2), pick(record[step.slice(2)], fields[step] ?? {})]));
}

function pickEntry(list: readonly unknown[], step: string, fields: FieldSet): unknown[] {
  const wanted: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return list.filter((item) => canonical(item) === canonical(wanted));
  const keys = Object.entries(wanted as Record<string, unknown>);
  const entry = list.find((item) =>
    keys.every(([key, value]) => canonical((item as Record<string, unknown>)[key]) === canonical(value)),
  );
  return entry === undefined ? [] : [pick(entry, fields)];
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url').slice(0, 22);
}

/**
 * JSON with sorted keys, without undefined and empty containers' noise. Lists are compared without their order: the
 * server keeps keyed lists in the order in which they were first applied.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, child]) => child !== undefined && !isEmptyRecord(child));
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`)
    .join(',')}}`;
}

function isEmptyRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
