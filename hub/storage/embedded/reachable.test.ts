import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../kit/log.ts';
import { closedFolder, dataHome } from './reachable.ts';

/** Elsewhere data stays where it is: only root's is run by another. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

asRoot("root's data is kept where the server's account gets in, whatever umask `up` has", async () => {
  const account = { uid: 60_777, gid: 60_777 };
  const outer = await mkdtemp(join(tmpdir(), 'closed-'));
  const folder = join(outer, 'state');
  await mkdir(folder);
  const before = process.umask(0o077);
  const home = await dataHome(folder, account, randomUUID, createLogger('hub', 'silent')).finally(() =>
    process.umask(before),
  );
  try {
    expect(await closedFolder(home, account)).toBeUndefined();
  } finally {
    await rm(outer, { recursive: true });
    if (home !== folder) await rm(home, { recursive: true });
  }
});
