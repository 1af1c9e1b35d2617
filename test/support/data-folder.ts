import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from '../../hub/storage/embedded/account.ts';
import type { Binaries } from '../../hub/storage/embedded/binaries.ts';
import { createFolder } from '../../hub/storage/embedded/create.ts';
import { cachedAs, exists, hashOf, intoPlace } from '../stores/rig/install.ts';

const run = promisify(execFile);

/**
 * An empty data folder at `path`, copied from one that is made once and kept between runs: nearly every integration
 * file wants one, and to make it and have each of its files on disk takes seconds.
 */
export async function copiedFolder(path: string, binaries: Binaries, account: Account): Promise<void> {
  // The benchmarks run what was compiled: there it ends as this file does.
  const name = `../../hub/storage/embedded/create${extname(import.meta.filename)}`;
  const maker = await hashOf([join(import.meta.dirname, name)]);
  const from = [binaries.version, account.uid, maker].join(' ');
  const kept = cachedAs(`postgres-data-${createHash('sha256').update(from).digest('hex').slice(0, 12)}`);
  if (!(await exists(kept))) await intoPlace(kept, (made) => createFolder(join(made, 'data'), binaries, account));
  // As the server's account has them: it refuses a folder that is another's.
  await run('cp', ['-Rp', join(kept, 'data'), path]);
}
