import { hash } from 'node:crypto';
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

/** Digest of what `ownedPart` finds, to be compared with `intentDigest` in this process: no release keeps to it. */
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
  let steps = 0;
  for (const step in fields) if (step !== '.') steps += 1;
  if (steps === 0) return value;
  if (Array.isArray(value)) {
    const found: unknown[] = [];
    for (const step in fields) if (step !== '.') pickEntries(value, step, fields[step]!, found);
    return found;
  }
  if (typeof value !== 'object' || value === null) return value;
  const picked: Record<string, unknown> = {};
  for (const step in fields) {
    if (step === '.') continue;
    const name = step.slice(2);
    picked[name] = pick((value as Record<string, unknown>)[name], fields[step]!);
  }
  return picked;
}

function pickEntries(list: readonly unknown[], step: string, fields: FieldSet, found: unknown[]): void {
  const wanted: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) {
    for (const item of list) if (isSame(item, wanted)) found.push(item);
    return;
  }
  const entry = list.find((item) => {
    for (const key in wanted as Record<string, unknown>)
      if (!isSame((item as Record<string, unknown>)[key], (wanted as Record<string, unknown>)[key])) return false;
    return true;
  });
  if (entry !== undefined) found.push(pick(entry, fields));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b));
}

function digest(value: unknown): string {
  return hash('sha256', canonical(value), 'base64url').slice(0, 22);
}

/**
 * A text for each value, the same for those that mean the same: records without their order, without undefined and
 * empty records; lists without their order, since the server keeps keyed lists in the order in which they were first
 * applied.
 * Every part says how long it is or where it ends, so that nothing has to be escaped: a restart makes hundreds of
 * thousands of these.
 */
function canonical(value: unknown): string {
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (typeof value !== 'object' || value === null) return `${JSON.stringify(value) ?? 'null'};`;
  if (Array.isArray(value)) return canonicalList(value);
  let text = '{';
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record).sort()) {
    const child = record[key];
    if (child !== undefined && !isEmptyRecord(child)) text += `${key.length}:${key}${canonical(child)}`;
  }
  return `${text}}`;
}

function canonicalList(list: readonly unknown[]): string {
  if (list.length === 1) return `[${canonical(list[0])}]`;
  return `[${list.map(canonical).sort().join('')}]`;
}

function isEmptyRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const _key in value) return false;
  return true;
}
