import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import { follow } from './follow.ts';

// Each look that must see nothing takes two seconds. What is to come mostly takes a third of one.
jest.setTimeout(60_000);

let folder: string;
let seen: number;
let following: { close(): void } | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supercargo-follow-'));
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'a.yaml'), '0');
  await writeFile(join(folder, 'inner', 'b.yaml'), '0');
  seen = 0;
});
afterEach(async () => {
  following?.close();
  await rm(folder, { recursive: true, force: true });
});

const start = async (path: string) => {
  following = await follow(path, async () => void (seen += 1));
};

/** As an editor does it: a new file in the place of the old one. */
async function replace(path: string): Promise<void> {
  await writeFile(`${path}~`, String(Math.random()));
  await rename(`${path}~`, path);
}

const LOOK_EVERY_MS = 50;

/** Whether it was told of the change, in good time or within so long. */
async function isTold(change: () => Promise<void>, withinMs = 20_000): Promise<boolean> {
  const before = seen;
  await change();
  for (let ms = 0; ms < withinMs && seen === before; ms += LOOK_EVERY_MS) await systemClock.sleep(LOOK_EVERY_MS);
  return seen > before;
}
const isToldSoon = (change: () => Promise<void>) => isTold(change, 2000);

describe('who follows files', () => {
  it('is told each time that a file of a folder is replaced, in inner folders too', async () => {
    await start(folder);
    for (const file of ['a.yaml', 'a.yaml', 'a.yaml', 'inner/b.yaml', 'inner/b.yaml', 'inner/b.yaml'])
      expect([file, await isTold(() => replace(join(folder, file)))]).toEqual([file, true]);
  });

  it('is told of what is in a folder that came later', async () => {
    await start(folder);
    expect(await isTold(async () => void (await mkdir(join(folder, 'later'))))).toBe(true);
    for (const _ of [1, 2]) expect(await isTold(() => replace(join(folder, 'later', 'c.yaml')))).toBe(true);
  });

  it('is not told of hidden folders: the state of "up" may be among them', async () => {
    await mkdir(join(folder, '.supercargo'));
    await start(folder);
    expect(await isToldSoon(() => replace(join(folder, '.supercargo', 'resources.json')))).toBe(false);
  });

  it('of one file is told of that file alone, and of nothing once it has ended', async () => {
    await start(join(folder, 'a.yaml'));
    for (const _ of [1, 2]) expect(await isTold(() => replace(join(folder, 'a.yaml')))).toBe(true);
    expect(await isToldSoon(() => replace(join(folder, 'other.yaml')))).toBe(false);
    following!.close();
    expect(await isToldSoon(() => replace(join(folder, 'a.yaml')))).toBe(false);
  });
});
