import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';
import { isAlive, processIdentity, type ProcessIdentity } from './pid.ts';

/**
 * Runs `work` while no other process runs work under the same lock file. The
 * file names its holder; a holder that has died does not hold. Waiting says
 * so at once and again every 15 seconds.
 */
export async function withLock<T>(file: string, log: Log, work: () => Promise<T>): Promise<T> {
  await waitToTake(file, processIdentity(process.pid), log);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Takes the lock for another process, which holds it for as long as it lives: for what goes on after this process, in
 * commands that the other one starts. Who holds it already may take it again.
 */
export async function lockForLife(file: string, holder: ProcessIdentity, log: Log): Promise<void> {
  if (!(await isHeldBy(file, holder))) await waitToTake(file, holder, log);
}

/** Takes the lock for as long as the process lives, without waiting; false where another one that lives has it. */
export async function tryLockForLife(file: string, holder: ProcessIdentity): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  if (await take(file, holder)) return true;
  const other = await holderOf(file);
  if (!other || isAlive(other)) return false;
  await breakLock(file, other);
  return take(file, holder);
}

/** The living process that holds the lock, if one does. */
export async function livingHolder(file: string): Promise<ProcessIdentity | undefined> {
  const holder = await holderOf(file);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Whether it is this process that holds the lock. */
export async function isHeldBy(file: string, process_: ProcessIdentity): Promise<boolean> {
  const holder = await holderOf(file);
  return holder?.pid === process_.pid && holder.startedAt === process_.startedAt;
}

async function waitToTake(file: string, holder: ProcessIdentity, log: Log): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  let nextWord = 0;
  while (!(await take(file, holder))) {
    const other = await holderOf(file);
    if (other && !isAlive(other)) await breakLock(file, other);
    else if (Date.now() >= nextWord) {
      log(`waiting for process ${other?.pid ?? '?'}, which holds ${file}`);
      nextWord = Date.now() + 15_000;
    }
    await sleep(200);
  }
}

/** A link appears whole, with its content, or not at all. */
async function take(file: string, holder: ProcessIdentity): Promise<boolean> {
  const own = `${file}.${process.pid}-${randomUUID()}`;
  await writeFile(own, JSON.stringify(holder));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function holderOf(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined; // just released
  }
}

/**
 * Several waiters may find the same dead holder. Renaming lets one of them
 * remove its file; who comes too late and has moved a living holder's puts it back.
 */
async function breakLock(file: string, dead: ProcessIdentity): Promise<void> {
  const aside = `${file}.dead-${process.pid}-${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await holderOf(aside);
  if (moved && (moved.pid !== dead.pid || moved.startedAt !== dead.startedAt))
    await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
