import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tryRun, type RunOptions, type RunResult } from './exec.ts';
import type { Layout } from './layout.ts';
import { isAlive, processIdentity, type ProcessIdentity } from './pid.ts';
import { waitFor } from './wait.ts';

/**
 * The node's own network, process and mount namespaces, held by one process.
 * When that process ends, the kernel ends every process of the node, unmounts
 * every mount and removes its network: nothing has to be remembered or undone,
 * after a crash either.
 */
export async function createSandbox(layout: Layout, pause: string): Promise<ProcessIdentity> {
  const pidFile = join(layout.folder, 'init.pid');
  const logFile = join(layout.logs, 'init.log');
  const binds: [string, string][] = [
    [join(layout.folder, 'run'), '/run/containerd'],
    [join(layout.folder, 'var-log'), '/var/log'],
  ];
  for (const [source, target] of binds) {
    await mkdir(source, { recursive: true });
    await mkdir(target, { recursive: true });
  }
  await rm(pidFile, { force: true });
  const script = [
    'set -e',
    // /proc still shows the outer numbers here: this is the process's id as the machine sees it.
    'read -r pid rest < /proc/self/stat',
    'mount -t proc proc /proc',
    'mount --make-rshared /',
    ...binds.map(([source, target]) => `mount --bind '${source}' '${target}'`),
    `echo "$pid" > '${pidFile}'`,
    `exec '${pause}'`,
  ].join('\n');
  const log = openSync(logFile, 'a');
  const child = spawn(
    'unshare',
    ['--net', '--pid', '--fork', '--mount', '--propagation', 'private', 'sh', '-c', script],
    { detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  child.unref();
  child.on('error', () => undefined);
  const pid = await waitFor(
    'namespaces of the node',
    async () => Number(await readFile(pidFile, 'utf8')) || undefined,
    { timeout: 15_000, interval: 20, alive: () => child.exitCode === null && child.pid !== undefined, logFile },
  );
  return processIdentity(pid);
}

/** Ends the holder, and with it everything inside. */
export async function destroySandbox(init: ProcessIdentity): Promise<void> {
  if (!isAlive(init)) return;
  process.kill(init.pid, 'SIGKILL');
  await waitFor("end of the node's processes", async () => !isAlive(init), { timeout: 60_000 });
}

/** Command and arguments that run something inside. */
export function inside(init: ProcessIdentity, command: string, args: readonly string[]): [string, string[]] {
  return ['nsenter', ['--target', String(init.pid), '--mount', '--pid', '--net', '--', command, ...args]];
}

export function tryRunInside(
  init: ProcessIdentity,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return tryRun(...inside(init, command, args), options);
}

export async function runInside(
  init: ProcessIdentity,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await tryRunInside(init, command, args, options);
  if (result.code !== 0)
    throw new Error(
      `${command} ${args.slice(0, 6).join(' ')}: exit code ${result.code}\n${(result.stderr || result.stdout).slice(-2000)}`,
    );
  return result.stdout;
}
