import { join } from 'node:path';
import type { BenchPostgres } from './postgres.ts';
import type { Profile } from './supercargo.ts';

/** For PROFILE=1: CPU profiles of hub and pod under bench/results, and PostgreSQL's most expensive statements. */
export const PROFILED_POSTGRES: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_planning': 'on',
};

export function cpuProfiles(results: string): Profile {
  const options = (part: string) => ['--cpu-prof', '--cpu-prof-dir', join(results, `profile-${part}`)];
  return { hub: options('hub'), pod: options('pod') };
}

export async function printStatements(postgres: BenchPostgres, url: string): Promise<void> {
  await postgres.query(url, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const rows = await postgres.query<{ calls: string; exec: number; plan: number; rows: string; query: string }>(
    url,
    `SELECT calls, total_exec_time AS exec, total_plan_time AS plan, rows, query FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY total_exec_time + total_plan_time DESC LIMIT 24`,
  );
  console.log('   calls    exec ms   plan ms      rows  statement');
  for (const { calls, exec, plan, rows: count, query } of rows) {
    console.log(
      `${calls.padStart(8)} ${exec.toFixed(0).padStart(10)} ${plan.toFixed(0).padStart(9)} ${count.padStart(9)}  ${query.replaceAll(/\s+/g, ' ').slice(0, 170)}`,
    );
  }
}
