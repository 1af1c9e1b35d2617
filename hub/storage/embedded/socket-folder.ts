import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Account } from './account.ts';
import { EmbeddedFault } from './fault.ts';

/** A socket's path may have 107 bytes on Linux and 103 on macOS, with "/.s.PGSQL.5432.lock" at its end. */
const LONGEST = 103 - '/.s.PGSQL.5432.lock'.length;

/**
 * Where sockets for `folder` go: into it, or, where its path is too long for one, to a place of the same name for every
 * process.
 */
export function socketFolderOf(folder: string, temporary = tmpdir()): string {
  const whole = resolve(folder);
  if (Buffer.byteLength(whole) <= LONGEST) return whole;
  return join(temporary, `supercargo-${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`);
}

/** Makes it, for the server's account alone. Somebody else's folder of that name is refused. */
export async function makeSocketFolder(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) await chown(folder, account.uid, account.gid);
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== account.uid)
    throw new EmbeddedFault(
      `${folder} is not a folder of user ${account.uid}: remove it, or use a shorter path for the data`,
    );
}
