import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';
import { oneWriter } from './one-writer.ts';

describe('the folder of the embedded database', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supercargo-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const take = (signal = new AbortController().signal, where = folder) =>
    oneWriter({ folder: where, clock: systemClock, log: createLogger('test', 'silent'), signal });

  it('is taken by one process, and by the next once that one has let go', async () => {
    const first = await take();
    let taken = false;
    const second = take().then((writer) => {
      taken = true;
      return writer;
    });
    await systemClock.sleep(500);
    expect(taken).toBe(false);
    await first.release();
    await (await second).release();
  });

  it('is free again when its process was killed, though what it left is still there', async () => {
    const holder = spawn(
      process.execPath,
      [
        '-e',
        `require('node:net').createServer().listen(${JSON.stringify(join(folder, 'one-writer.sock'))}, () => process.stdout.write('.'))`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(holder.stdout, 'data');
    let taken = false;
    const next = take().then((writer) => {
      taken = true;
      return writer;
    });
    await systemClock.sleep(500);
    expect(taken).toBe(false);
    holder.kill('SIGKILL');
    await (await next).release();
  });

  it('is waited for no longer than the process is wanted', async () => {
    const first = await take();
    const stop = new AbortController();
    const second = take(stop.signal);
    stop.abort();
    await expect(second).rejects.toThrow();
    await first.release();
  });

  it('on a volume that has no such lock is taken as it is', async () => {
    await (await take(undefined, join(folder, 'not-there'))).release();
  });
});
