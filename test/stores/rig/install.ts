import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export type Log = (line: string) => void;

/** Where a test store is kept between runs, outside of the repository; `name` has a hash of what it was made from. */
export function cachedAs(name: string): string {
  const cache = process.env['SUPERCARGO_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'supercargo', name);
}

/** Of the contents of these files. */
export async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

export async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

/**
 * Fills a temporary sibling of `target` and renames it into place; whoever comes second discards his copy. So an
 * interrupted install is never taken for a finished one, and two test runs that start together do not disturb each
 * other.
 */
export async function intoPlace(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const folder = `${target}.${process.pid}-${Date.now()}`;
  await mkdir(dirname(target), { recursive: true });
  await mkdir(folder);
  try {
    await fill(folder);
    await rename(folder, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs npm in a folder, and tells every ten seconds that it still does. */
export function npm(folder: string, args: readonly string[], store: string, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tail: string[] = [];
    const keep = (chunk: Buffer): void => {
      tail.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      );
      tail.splice(0, tail.length - 20);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const began = Date.now();
    const ticking = setInterval(() => log(`${store}: still installing (${secondsSince(began)} s)`), 10_000);
    const ended = (problem?: Error): void => {
      clearInterval(ticking);
      if (problem === undefined) resolve();
      else reject(problem);
    };
    child.on('error', (error) => ended(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) =>
      ended(code === 0 ? undefined : new Error(`npm ${args[0]} ended with code ${code}:\n${tail.join('\n')}`)),
    );
  });
}

export function secondsSince(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(0);
}
