import { readFileSync } from 'node:fs';
import { treeOf } from '../sync/processes.ts';

/**
 * MiB of a process, with its share of what it has in common with others (PostgreSQL's buffers would be counted by each
 * session).
 */
function shareOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const isPostgres = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'postgres';
  } catch {
    return false;
  }
};

export interface Memory {
  readonly node: number;
  readonly postgres: number;
}

/** Of a hub (or `up`) and the database that it started, now. */
export function memoryOf(root: number): Memory {
  const sum = { node: 0, postgres: 0 };
  for (const pid of treeOf(root)) sum[isPostgres(pid) ? 'postgres' : 'node'] += shareOf(pid);
  return { node: Math.round(sum.node), postgres: Math.round(sum.postgres) };
}

/** The largest sum until the returned function is called, with its two parts at that moment. */
export function watchMemory(root: number, everyMs = 250): () => Memory {
  let peak: Memory = { node: 0, postgres: 0 };
  const look = () => {
    const now = memoryOf(root);
    if (now.node + now.postgres > peak.node + peak.postgres) peak = now;
  };
  const timer = setInterval(look, everyMs);
  look();
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}
