import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Of USER_HZ, which Linux fixes at 100 for /proc. */
const TICKS = 100;
const MIB = 1024 * 1024;

interface Stat {
  readonly parent: number;
  readonly own: number;
  readonly reaped: number;
}

/** CPU ticks of a process and of its children that have ended and been waited for (proc(5), fields 14 to 17). */
function stat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (field: number) => Number(fields[field - 3]);
  return { parent: at(4), own: at(14) + at(15), reaped: at(16) + at(17) };
}

function allStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? stat(Number(name)) : undefined;
    if (found) stats.set(Number(name), found);
  }
  return stats;
}

/** A process and all that descend from it. */
export function treeOf(root: number, stats: ReadonlyMap<number, Stat> = allStats()): number[] {
  const children = Map.groupBy(stats.keys(), (pid) => stats.get(pid)!.parent);
  const found: number[] = [];
  for (let wave = [root]; wave.length > 0; wave = wave.flatMap((pid) => children.get(pid) ?? [])) found.push(...wave);
  return found.filter((pid) => stats.has(pid));
}

/**
 * CPU seconds of a tree up to now, with those of its processes that have ended: PostgreSQL's backends are waited for by
 * the postmaster, which counts them in. Read until two readings agree on who is alive, so that none is between the two.
 */
export function cpuSeconds(root: number): number {
  for (;;) {
    const before = allStats();
    const tree = treeOf(root, before);
    const sum = tree.reduce((total, pid) => total + before.get(pid)!.own + before.get(pid)!.reaped, 0);
    if (treeOf(root).join() === tree.join()) return sum / TICKS;
  }
}

function statusMiB(pid: number, field: string): number {
  try {
    return (
      (Number(
        new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0,
      ) *
        1024) /
      MIB
    );
  } catch {
    return 0;
  }
}

/** Peak resident memory since the start or the last `resetPeak`. */
export const peakRss = (pid: number): number => Math.round(statusMiB(pid, 'VmHWM'));

/** Resident memory now. */
export const residentMiB = (pid: number): number => Math.round(statusMiB(pid, 'VmRSS'));

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Samples a tree: summed resident memory, or only the part that is not shared (for PostgreSQL, whose buffers are). */
export function watchMemory(root: number, part: 'VmRSS' | 'RssAnon', everyMs = 100): () => number {
  let peak = 0;
  const look = () => {
    peak = Math.max(
      peak,
      treeOf(root).reduce((sum, pid) => sum + statusMiB(pid, part), 0),
    );
  };
  const timer = setInterval(look, everyMs);
  look();
  return () => {
    clearInterval(timer);
    look();
    return Math.round(peak);
  };
}

export interface CommandCost {
  readonly cpu: number;
  readonly rss: number;
  readonly wall: number;
  readonly output: string;
}

/** Runs a shell line to its end; bash's `times` gives the CPU of all that it waited for. */
export async function runCommand(
  line: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<CommandCost> {
  const started = performance.now();
  const child = spawn('bash', ['-c', `set -o pipefail\n${line}\nstatus=$?\ntimes >&3\nexit $status`], {
    env: { ...process.env, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const memory = watchMemory(child.pid!, 'VmRSS');
  let output = '';
  let times = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  });
  child.stdio[3]!.on('data', (chunk: Buffer) => {
    times += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const rss = memory();
  if (code !== 0) throw new Error(`"${line.slice(0, 120)}" ended with ${code}:\n${output.slice(-4000)}`);
  return { cpu: secondsOf(times), rss, wall: (performance.now() - started) / 1000, output };
}

/** Two lines of "user system": the shell's own, then its children's. */
function secondsOf(times: string): number {
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
