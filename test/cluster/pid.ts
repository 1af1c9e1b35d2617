import { readFileSync } from 'node:fs';

/** A process id alone is reused sooner or later; with its start time it is not. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot, from /proc; absent where there is no /proc. */
  startedAt?: string;
}

export function processIdentity(pid: number): ProcessIdentity {
  const stat = readStat(pid);
  return stat ? { pid, startedAt: stat.startedAt } : { pid };
}

/** True while this very process runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const stat = readStat(identity.pid);
  if (!stat) return identity.startedAt === undefined;
  return stat.state !== 'Z' && (identity.startedAt === undefined || stat.startedAt === identity.startedAt);
}

function readStat(pid: number): { state: string; startedAt: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may hold anything, so count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '?', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
