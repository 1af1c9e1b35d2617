import type { Violation } from './validate.ts';

/** What etcd takes of one object, by its default (`--max-request-bytes`). */
const LARGEST_BYTES = 1.5 * 1024 * 1024;

/** That an object is larger than a cluster stores: no schema says so, and etcd does not say which. */
export function sizeViolations(manifest: object): Violation[] {
  const bytes = storedBytes(manifest);
  if (bytes <= LARGEST_BYTES) return [];
  const megabytes = (bytes / 1e6).toFixed(1);
  return [
    {
      field: 'spec',
      message: `takes about ${megabytes} MB with what the API server keeps of each field, and a cluster stores 1.5 MB of an object: give it fewer or shorter entries`,
    },
  ];
}

/** An object itself, and the names of its fields once more, by which the API server knows who wrote which. */
function storedBytes(manifest: object): number {
  return Buffer.byteLength(JSON.stringify(manifest)) + Buffer.byteLength(JSON.stringify(ownersOf(manifest)));
}

/** In the shape of managedFields (FieldsV1). */
function ownersOf(value: unknown): object {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Array.isArray(value)
    ? value.map((item: unknown) => [`k:${keyOf(item)}`, ownersOf(item)] as const)
    : Object.entries(value).map(([name, part]) => [`f:${name}`, ownersOf(part)] as const);
  return Object.fromEntries(entries);
}

/** Entries of lists are known by what tells them apart: about their first field. */
const keyOf = (item: unknown): string =>
  JSON.stringify(typeof item === 'object' && item !== null ? Object.entries(item).slice(0, 1) : item);
