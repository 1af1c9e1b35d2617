/** Who wrote which fields, as the API server keeps it with each object, in the version in which it was written. */
export interface FieldOwner {
  readonly apiVersion?: string;
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Fields;
  readonly [more: string]: unknown;
}
interface Fields {
  readonly [field: string]: Fields;
}

/**
 * The owners with `to` in place of versions that `isOld`, or undefined where none is. All versions have the same
 * fields, so the fields stay; who wrote in both versions is one owner then. Pure.
 */
export function ownersIn(
  to: string,
  owners: readonly FieldOwner[],
  isOld: (apiVersion: string) => boolean,
): readonly FieldOwner[] | undefined {
  if (!owners.some(({ apiVersion }) => apiVersion !== undefined && isOld(apiVersion))) return undefined;
  const found = new Map<string, FieldOwner>();
  for (const owner of owners) {
    const now = owner.apiVersion !== undefined && isOld(owner.apiVersion) ? { ...owner, apiVersion: to } : owner;
    const key = JSON.stringify([now.apiVersion, now.manager, now.operation, now.subresource]);
    const other = found.get(key);
    found.set(key, other ? { ...other, ...now, fieldsV1: union(other.fieldsV1, now.fieldsV1) } : now);
  }
  return [...found.values()];
}

function union(one: Fields = {}, other: Fields = {}): Fields {
  const all = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(all.map((name) => [name, union(one[name], other[name])]));
}
