/** What `make bench-sync` takes from its environment. */
export interface Options {
  readonly records: number;
  readonly repeat: number;
  readonly peers: boolean;
  /** Orders for which the pod's peak memory is measured in a fresh process. */
  readonly memory: readonly number[];
  readonly levels: number;
  /** Of "imports", "floors", "peers", "memory", "latency", "stock"; empty: all. */
  readonly only: ReadonlySet<string>;
  readonly cpuProfile: boolean;
}

/** Every hundredth record changes between the full and the incremental run. */
export const CHANGED_STEP = 100;

export function readOptions(env: NodeJS.ProcessEnv): Options {
  const records = Number(env['RECORDS'] ?? 100_000);
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    records,
    repeat: Number(env['REPEAT'] ?? 1),
    peers: env['PEERS'] !== '0',
    memory: env['MEMORY'] === undefined ? [1000, records] : list(env['MEMORY']).map(Number),
    levels: Number(env['LEVELS'] ?? Math.min(50_000, records)),
    only: new Set(list(env['ONLY'])),
    cpuProfile: env['PROFILE'] === '1',
  };
}
