import { chmod, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Logger } from '../../../kit/log.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/** Where root keeps what the server's own account must reach, when its way is closed (a checkout under /root). */
const OPEN_PLACE = '/var/lib/supercargo';
const POINTER = 'database-folder';

/**
 * The folder for the data of `folder`: itself, or, as root where the server's account cannot get there, one in
 * /var/lib/supercargo. A note in `folder` says which, so that a new `folder` of the same name gets a new database.
 */
export async function dataHome(folder: string, account: Account, newId: () => string, log: Logger): Promise<string> {
  if (process.getuid?.() !== 0) return folder;
  const pointer = join(folder, POINTER);
  const known = await knownHome(folder);
  if (known !== folder) return known;
  // Others may pass through and see nothing: each folder in it is closed to them.
  await chmod(folder, 0o711);
  if (!(await closedFolder(folder, account))) return folder;
  const elsewhere = join(OPEN_PLACE, newId());
  await mkdir(elsewhere, { recursive: true, mode: 0o711 });
  // `up` has a umask that takes the way in away, of the folder above, too, where it was not there.
  for (const each of [OPEN_PLACE, elsewhere]) await chmod(each, 0o711);
  await writeFile(pointer, `${elsewhere}\n`, { mode: 0o600 });
  log.warn(
    { folder: elsewhere },
    `as root the embedded database runs as user ${account.uid}, who cannot enter ${folder}: its data is kept elsewhere`,
  );
  return elsewhere;
}

/** Where the data of `folder` is by its note; itself, if there is none. */
export async function knownHome(folder: string): Promise<string> {
  return (await readFile(join(folder, POINTER), 'utf8').catch(() => '')).trim() || folder;
}

/**
 * Programs that the server's account can start: those given, or, where it cannot get there, a copy in
 * /var/lib/supercargo.
 */
export async function reachablePrograms(binaries: Binaries, account: Account): Promise<Binaries> {
  const home = dirname(dirname(binaries.postgres));
  if (process.getuid?.() !== 0 || !(await closedFolder(join(home, 'bin'), account))) return binaries;
  const copy = join(OPEN_PLACE, `postgresql-${binaries.version}`);
  if (!(await stat(copy).catch(() => undefined))) {
    await mkdir(OPEN_PLACE, { recursive: true, mode: 0o711 });
    await chmod(OPEN_PLACE, 0o711);
    const unfinished = `${copy}.${process.pid}`;
    await cp(home, unfinished, { recursive: true, verbatimSymlinks: true });
    await chmod(unfinished, 0o755);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  const moved = (path: string) => join(copy, 'bin', basename(path));
  return { ...binaries, postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) };
}

/** The first folder on the way, seen from its end, that the account may not enter. */
export async function closedFolder(path: string, account: Account): Promise<string | undefined> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
