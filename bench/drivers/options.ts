import { loadableDrivers } from '../../drivers/load.ts';

/** What `make bench-drivers` takes from its environment. */
export interface Options {
  readonly drivers: readonly string[];
  /** For CPU and peak memory, beside a shop of a thousand products. */
  readonly orders: number;
  /** For peak memory, in a shop without orders. */
  readonly products: number;
  readonly only: ReadonlySet<string>;
  readonly cpuProfile: boolean;
}

/** Others are given as a ratio to it. */
export const BASELINE = 'vendure';

export function readOptions(env: NodeJS.ProcessEnv): Options {
  const list = (text: string | undefined) => (text ?? '').split(',').flatMap((part) => part.trim() || []);
  const asked = list(env['DRIVERS']);
  const known = loadableDrivers();
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`DRIVERS names ${unknown}; there are ${known.join(', ')}`);
  const drivers = asked.length > 0 ? asked : known;
  return {
    drivers: [...drivers].sort((a, b) => Number(b === BASELINE) - Number(a === BASELINE)),
    orders: Number(env['ORDERS'] ?? 20_000),
    products: Number(env['PRODUCTS'] ?? 10_000),
    only: new Set(list(env['ONLY'])),
    cpuProfile: env['PROFILE'] === '1',
  };
}
