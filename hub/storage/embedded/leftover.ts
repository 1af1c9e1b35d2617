import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/log.ts';
import { EmbeddedFault } from './fault.ts';

/** First line of postmaster.pid, if the file is there. */
export async function postmasterPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const pid = Number.parseInt(text?.split('\n')[0] ?? '', 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

const ORDERLY_MS = 2000;
const HURRIED_MS = 2000;
const LOOK_EVERY_MS = 25;

/**
 * Ends a server that outlived the hub which started it (kill -9), with all its sessions, so that there is never a
 * second one on its folder. Called by whoever holds the folder's lock. Its note of itself goes only when no process of
 * it is left: the number in it may by now be another program's, and PostgreSQL would wait for that one.
 */
export async function endLeftover(folder: string, clock: Clock, log: Logger): Promise<void> {
  if (process.platform !== 'linux') return; // PostgreSQL's own check of postmaster.pid has to do
  const running = () => processesIn(folder);
  if ((await running()).length > 0) {
    log.warn('a database server was left running by a process before: ending it');
    const master = await postmasterPid(folder);
    signal(master !== undefined && (await running()).includes(master) ? [master] : await running(), 'SIGINT');
    if (!(await gone(running, ORDERLY_MS, clock))) signal(await running(), 'SIGQUIT');
    if (!(await gone(running, HURRIED_MS, clock))) signal(await running(), 'SIGKILL');
    if (!(await gone(running, HURRIED_MS, clock))) {
      throw new EmbeddedFault(
        `process ${(await running()).join(', ')} still has the folder of the embedded database and does not end: stop it, and start again`,
      );
    }
  }
  await rm(join(folder, 'postmaster.pid'), { force: true });
}

/** Every process of a server works in its data folder. */
async function processesIn(folder: string): Promise<number[]> {
  const whole = await realpath(folder).catch(() => folder);
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    if ((await readlink(`/proc/${name}/cwd`).catch(() => '')) === whole && (await isPostgres(name)))
      found.push(Number(name));
  }
  return found;
}

async function isPostgres(pid: string): Promise<boolean> {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  const state = /^State:\s+(\S)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1];
  return name === 'postgres' && state !== 'Z';
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile, or is not ours to end: whoever waits for it finds out.
    }
  }
}

async function gone(running: () => Promise<number[]>, withinMs: number, clock: Clock): Promise<boolean> {
  for (let waited = 0; waited <= withinMs; waited += LOOK_EVERY_MS) {
    if ((await running()).length === 0) return true;
    await clock.sleep(LOOK_EVERY_MS);
  }
  return false;
}
