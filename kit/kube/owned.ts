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
 * Digest of the part of a live object that one field manager applied, as the server recorded it: to be compared with
 * `intentDigest` in this process, no release keeps to it. What the server defaulted and what others set is not in it;
 * what others took over or removed is missing from it. So it tells exactly whether an apply would change anything: no
 * list of defaults to keep, no drift unseen.
 */
export function ownedDigest(object: KubeObject, manager: string, subresource?: string): string {
  const entries = (object.metadata.managedFields ?? []) as ManagedFields[];
  const entry = entries.find(
    (candidate) =>
      candidate.manager === manager &&
      candidate.operation === 'Apply' &&
      (candidate.subresource ?? undefined) === subresource,
  );
  return digest(entry?.fieldsV1 ? canonicalPart(object, entry.fieldsV1) : canonical(undefined));
}

/** Digest of an intent: identity (apiVersion, kind, name, namespace, uid) is no field of it. */
export function intentDigest(intent: object): string {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = intent as Record<string, unknown>;
  const { name: _name, namespace: _namespace, uid: _uid, ...meta } = (metadata ?? {}) as Record<string, unknown>;
  return digest(canonical({ ...rest, metadata: meta }));
}

/** The text (see `canonical`) of what these fields are of a value. */
function canonicalPart(value: unknown, fields: FieldSet): string {
  const steps = Object.keys(fields).sort();
  if (steps[0] === '.') steps.shift();
  if (steps.length === 0 || typeof value !== 'object' || value === null) return canonical(value);
  if (Array.isArray(value)) return listOf(steps.flatMap((step) => canonicalEntries(value, step, fields[step]!)));
  let text = '{';
  for (const step of steps) {
    const name = step.slice(2);
    const child = (value as Record<string, unknown>)[name];
    if (child === undefined || isEmptyRecord(child)) continue;
    text += `${name.length}:${name}${canonicalPart(child, fields[step]!)}`;
  }
  return `${text}}`;
}

function canonicalEntries(list: readonly unknown[], step: string, fields: FieldSet): string[] {
  const wanted: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return list.filter((item) => isSame(item, wanted)).map(canonical);
  const entry = list.find((item) => {
    for (const key in wanted as Record<string, unknown>)
      if (!isSame((item as Record<string, unknown>)[key], (wanted as Record<string, unknown>)[key])) return false;
    return true;
  });
  return entry === undefined ? [] : [canonicalPart(entry, fields)];
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b));
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
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
  return listOf(list.map(canonical));
}

function listOf(texts: string[]): string {
  return `[${texts.length === 1 ? texts[0] : texts.sort().join('')}]`;
}

function isEmptyRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const _key in value) return false;
  return true;
}
