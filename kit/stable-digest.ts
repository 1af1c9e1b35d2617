import { hash } from 'node:crypto';

/**
 * Digest of a value that is kept in the cluster and compared with that of later releases: it must stay what it is.
 * Names in any order, undefined and empty records as if they were not there, lists in any order.
 */
export function stableDigest(value: object): string {
  return hash('sha256', canonical(value), 'base64url').slice(0, 22);
}

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
