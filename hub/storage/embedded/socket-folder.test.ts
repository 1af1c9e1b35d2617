import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, chown, lstat, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccount } from './account.ts';
import { makeSocketFolder } from './socket-folder.ts';

const account = serverAccount();
const asRoot = process.getuid?.() === 0 ? it : it.skip;

let place: string;
let folder: string;
let before: number;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'supercargo-sockets-'));
  folder = join(place, 'sockets');
  before = process.umask(0);
});
afterEach(async () => {
  process.umask(before);
  await rm(place, { recursive: true });
});

describe('the folder for sockets', () => {
  it("is the server's account's alone, whatever the umask, and found again", async () => {
    for (let start = 0; start < 2; start++) {
      await makeSocketFolder(folder, account);
      const { mode, uid } = await stat(folder);
      expect([mode & 0o777, uid]).toEqual([0o700, account.uid]);
    }
  });

  it('is refused where it is open to others: they may have put a socket of theirs there', async () => {
    await mkdir(folder);
    await chmod(folder, 0o777);
    await expect(makeSocketFolder(folder, account)).rejects.toThrow(/not a folder of user \d+ alone: remove it/);
  });

  it('is refused where a link is in its place, and what that points to keeps its owner', async () => {
    const target = join(place, 'target');
    await mkdir(target, { mode: 0o700 });
    await symlink(target, folder);
    const { uid } = await lstat(target);
    await expect(makeSocketFolder(folder, account)).rejects.toThrow(/not a folder of user/);
    expect((await lstat(target)).uid).toBe(uid);
  });

  asRoot('is refused where it is of another user (needs root to make one), and stays theirs', async () => {
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, 1234, 1234);
    await expect(makeSocketFolder(folder, account)).rejects.toThrow(/not a folder of user/);
    expect((await lstat(folder)).uid).toBe(1234);
  });
});
