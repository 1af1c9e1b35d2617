import type { BenchPostgres } from './postgres.ts';
import { cpuSeconds, peakRss, resetPeak, watchMemory } from './processes.ts';
import type { Sample } from './sample.ts';

/** A shop that counts what it is asked. */
export interface CountingShop<S extends { readonly requests: number } = { readonly requests: number }> {
  /** Since the last time. */
  takeStats(): Promise<S>;
}

export interface Measured<T, S> {
  readonly result: T;
  /** What the shop counted. */
  readonly stats: S;
  readonly sample: Omit<Sample, 'system' | 'workload' | 'records'>;
}

/** CPU, memory and requests of processes that live on (hub, pod, PostgreSQL) while `work` runs. */
export async function measure<T, S extends { readonly requests: number }>(
  postgres: BenchPostgres,
  shop: CountingShop<S>,
  processes: Readonly<Record<string, number>>,
  work: () => Promise<T>,
): Promise<Measured<T, S>> {
  await postgres.checkpoint();
  await shop.takeStats();
  for (const pid of Object.values(processes)) resetPeak(pid);
  const postgresMemory = watchMemory(postgres.pid, 'RssAnon', 250);
  const roots = { ...processes, postgres: postgres.pid };
  const before = Object.fromEntries(Object.entries(roots).map(([name, pid]) => [name, cpuSeconds(pid)]));
  const started = performance.now();
  const result = await work();
  const wall = (performance.now() - started) / 1000;
  const cpu = Object.fromEntries(
    Object.entries(roots).map(([name, pid]) => [name, round(cpuSeconds(pid) - before[name]!)]),
  );
  const rss = {
    ...Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, peakRss(pid)])),
    postgres: postgresMemory(),
  };
  const stats = await shop.takeStats();
  return { result, stats, sample: { wall: round(wall), cpu, rss, requests: stats.requests } };
}

/** An idle session hands its counts in after at most ten seconds. */
const STATS_DELAY_MS = 10_500;

/** Rows written so far by table, as PostgreSQL counts them. */
export async function rowWrites(postgres: BenchPostgres, url: string): Promise<Record<string, number>> {
  await new Promise((resolve) => setTimeout(resolve, STATS_DELAY_MS));
  const rows = await postgres.query<{ relname: string; writes: string }>(
    url,
    `SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS writes FROM pg_stat_user_tables WHERE schemaname = 'public'`,
  );
  return Object.fromEntries(rows.map(({ relname, writes }) => [relname, Number(writes)]));
}

/** What was written between two counts. */
export function writesBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after)
      .map(([table, count]) => [table, count - (before[table] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );
}

export const round = (value: number): number => Math.round(value * 1000) / 1000;
