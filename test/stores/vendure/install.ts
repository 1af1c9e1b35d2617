import { spawn } from 'node:child_process';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists, fileOf, serverFiles, type StorePaths } from './paths.ts';

export type Log = (line: string) => void;

/**
 * Installs the store's dependencies once per machine and lock file. Everything is made in a folder
 * of its own and renamed at the end, so that an interrupted install is never taken for a finished
 * one and two test runs that start together do not disturb each other.
 */
export async function ensureInstalled(paths: StorePaths, log: Log): Promise<void> {
  if (!(await exists(paths.install))) {
    log('vendure: installing the store (once per machine, about half a minute) …');
    const began = Date.now();
    await intoPlace(paths.install, async (folder) => {
      for (const name of ['package.json', 'package-lock.json'])
        await copyFile(join(paths.source, name), join(folder, name));
      await npmCi(folder, log);
    });
    log(`vendure: installed in ${seconds(began)} s`);
  }
  if (!(await exists(paths.app))) {
    await intoPlace(paths.app, async (folder) => {
      await copyFile(join(paths.source, 'package.json'), join(folder, 'package.json'));
      for (const name of serverFiles) await copyFile(fileOf(paths.source, name), join(folder, name));
    });
  }
}

/** Fills a temporary sibling of `target` and renames it into place; whoever comes second discards his copy. */
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

function npmCi(folder: string, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
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
    const ticking = setInterval(() => log(`vendure: still installing (${seconds(began)} s)`), 10_000);
    const ended = (problem?: Error): void => {
      clearInterval(ticking);
      if (problem === undefined) resolve();
      else reject(problem);
    };
    child.on('error', (error) => ended(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) =>
      ended(code === 0 ? undefined : new Error(`npm ci ended with code ${code}:\n${tail.join('\n')}`)),
    );
  });
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(0);
}
