import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** Where test commands keep what is slow to make, as the Makefile has it. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['SUPERCARGO_CACHE'] || env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'supercargo');
}

/**
 * The program of the pinned schemathesis, installed once into a virtual environment in the cache. Throws with what is
 * missing.
 */
export async function schemathesis(): Promise<string> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const folder = join(
    cacheFolder(),
    `schemathesis-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`,
  );
  const program = join(folder, 'bin', 'schemathesis');
  const complete = join(folder, 'complete');
  if (
    await access(complete).then(
      () => true,
      () => false,
    )
  )
    return program;
  // A virtual environment knows its own path: it is made in place, and counts once it is complete.
  await rm(folder, { recursive: true, force: true });
  await mkdir(cacheFolder(), { recursive: true });
  await execute('python3', ['-m', 'venv', folder]).catch((error: unknown) => {
    throw new Error('python3 with venv is not there', { cause: error });
  });
  await execute(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS], {
    timeout: 300_000,
  }).catch((error: unknown) => {
    throw new Error('schemathesis could not be installed from PyPI', { cause: error });
  });
  await writeFile(`${complete}.new`, requirements);
  await rename(`${complete}.new`, complete);
  return program;
}
