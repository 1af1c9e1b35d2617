import { execFile } from 'node:child_process';
import { chmod, cp, lchown, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { spawnAs, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedFault } from './fault.ts';

const run = promisify(execFile);

/** Whoever reaches the socket is let in; its folder admits the server's own account alone. */
export const SUPERUSER = 'supercargo';
const HBA = 'local all all trust\n';
/** initdb wants an account that the system knows by name. What it makes is given to the server's own afterwards. */
const NAMED_ACCOUNT: Account = { uid: 65_534, gid: 65_534 };
/** In the Dockerfile, too. */
export const INITDB = [
  '-U',
  SUPERUSER,
  '-A',
  'trust',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
  '--no-sync',
];

/** Makes an empty data folder at `path`, whole and on disk, or nothing. */
export async function createFolder(path: string, binaries: Binaries, account: Account): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { recursive: true, force: true });
  if (binaries.template) await cp(binaries.template, unfinished, { recursive: true });
  else await initialise(unfinished, binaries);
  await writeFile(join(unfinished, 'pg_hba.conf'), HBA);
  await finish(unfinished, account);
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}

async function initialise(path: string, binaries: Binaries): Promise<void> {
  const asRoot = process.getuid?.() === 0;
  const work = await mkdtemp(join(tmpdir(), 'supercargo-initdb-'));
  const made = join(work, 'data');
  try {
    if (asRoot) await lchown(work, NAMED_ACCOUNT.uid, NAMED_ACCOUNT.gid);
    await run(binaries.initdb, ['-D', made, ...INITDB], {
      env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
      ...(asRoot ? spawnAs(NAMED_ACCOUNT) : {}),
    });
    await cp(made, path, { recursive: true });
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    const words = (stderr ?? '').trim().split('\n').at(-1);
    throw new EmbeddedFault(`the embedded database could not be made in ${path}: ${words || message}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Owner, permissions, and everything on disk: a power cut after the first answered order must find the files. */
async function finish(folder: string, account: Account): Promise<void> {
  const asRoot = process.getuid?.() === 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (asRoot) await lchown(path, account.uid, account.gid);
    if (entry.isDirectory()) {
      await chmod(path, 0o700);
      await syncFolder(path);
    } else if (entry.isFile()) {
      await chmod(path, 0o600);
      await syncFile(path);
    }
  }
  if (asRoot) await lchown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
