import type { ConnectionKey } from '../../crds/index.ts';

/** The one connection of the benchmark, as hub and pod both know it. */
export const CONNECTION: ConnectionKey = { kind: 'Connection', namespace: 'bench', name: 'shop' };

export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
