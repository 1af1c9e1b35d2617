import type { ConnectionKey } from '../../crds/index.ts';

/** The connections of the benchmark, by their number: each has a namespace, a Store, a shop and a token of its own. */
export const keyOf = (index: number): ConnectionKey => ({
  kind: 'Connection',
  namespace: `team-${index}`,
  name: `shop-${index}`,
});
export const tokenOf = (index: number): string => `token-${index}`;
export const API_KEY = 'simulated-key';

/** What a process is started with: its part, as JSON. */
export function given<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}
