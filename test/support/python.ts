import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cluster/cache.ts';
import { withLock } from '../cluster/lock.ts';
import { noLog } from '../cluster/log.ts';

const execute = promisify(execFile);
const INSTALL_MS = 300_000;

/**
 * The programs of a virtual environment with the packages of a requirements file, made once in the cache: another file
 * is another environment. Throws with what is missing.
 */
export async function pythonPrograms(name: string, requirementsFile: string): Promise<string> {
  const requirements = await readFile(requirementsFile, 'utf8');
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `${name}-${digest}`);
  const complete = join(folder, 'complete');
  const isComplete = (): Promise<boolean> =>
    access(complete).then(
      () => true,
      () => false,
    );
  // Tests that run beside one another want the same environment.
  if (!(await isComplete()))
    await withLock(`${folder}.lock`, noLog, async () => {
      if (await isComplete()) return;
      await install(name, folder, requirementsFile);
      await writeFile(`${complete}.new`, requirements);
      await rename(`${complete}.new`, complete);
    });
  return join(folder, 'bin');
}

/** A virtual environment knows its own path: it is made in place, and counts once it is complete. */
async function install(name: string, folder: string, requirementsFile: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await execute('python3', ['-m', 'venv', folder]).catch((error: unknown) => {
    throw new Error('python3 with venv is not there', { cause: error });
  });
  const options = ['install', '--quiet', '--disable-pip-version-check', '-r', requirementsFile];
  await execute(join(folder, 'bin', 'pip'), options, { timeout: INSTALL_MS }).catch((error: unknown) => {
    throw new Error(`what ${name} needs could not be installed from PyPI`, { cause: error });
  });
}
