import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLockForLife, withLock } from './lock.ts';
import { noLog } from './log.ts';
import { processIdentity } from './pid.ts';

describe('withLock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one in at a time and is gone afterwards', async () => {
    const file = join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, noLog, work)));
    expect(most).toBe(1);
    expect(existsSync(file)).toBe(false);
  });

  it('takes over from a holder that has died', async () => {
    const file = join(folder, 'lock');
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 'another life' }));
    expect(await withLock(file, noLog, async () => 'done')).toBe('done');
  });

  it('lets go when the work fails', async () => {
    const file = join(folder, 'lock');
    await expect(withLock(file, noLog, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('is tried without waiting: taken where nobody who lives has it, and kept until then', async () => {
    const file = join(folder, 'deeper', 'lock');
    const self = processIdentity(process.pid);
    expect(await tryLockForLife(file, self)).toBe(true);
    expect(await tryLockForLife(file, self)).toBe(false);
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 'another life' }));
    expect(await tryLockForLife(file, self)).toBe(true);
  });
});
