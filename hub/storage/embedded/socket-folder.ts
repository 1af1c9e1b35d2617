import { createHash } from 'node:crypto';
import { lchown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Account } from './account.ts';
import { EmbeddedFault } from './fault.ts';

/** A socket's path may have 107 bytes on Linux and 103 on macOS, with "/.s.PGSQL.5432.lock" at its end. */
const LONGEST = 103 - '/.s.PGSQL.5432.lock'.length;
const OTHERS = 0o077;

/**
 * Where sockets for `folder` go: into it, or, where its path is too long for one, to a place of the same name for every
 * process.
 */
export function socketFolderOf(folder: string, temporary = tmpdir()): string {
  const whole = resolve(folder);
  if (Buffer.byteLength(whole) <= LONGEST) return whole;
  return join(temporary, `supercargo-${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`);
}

/**
 * Makes it, for the server's account alone. Its name can be guessed and everybody may write beside it: what is there
 * already and is another's, a link, or open to others, is refused and left as it is.
 */
export async function makeSocketFolder(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  const isOurs = found.uid === account.uid || found.uid === process.getuid?.();
  if (!found.isDirectory() || !isOurs || (found.mode & OTHERS) !== 0)
    throw new EmbeddedFault(
      `${folder} is not a folder of user ${account.uid} alone: remove it, or use a shorter path for the data`,
    );
  if (found.uid !== account.uid) await lchown(folder, account.uid, account.gid);
}
