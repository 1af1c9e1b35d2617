import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeWhole } from './whole-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('who has a file open reads all of what was there before, and who opens it then all of the new one', async () => {
  const path = join(folder, 'up.json');
  await writeFile(path, 'the one before');
  const reader = await open(path);
  await writeWhole(path, 'the new one');
  expect(await reader.readFile('utf8')).toBe('the one before');
  await reader.close();
  expect(await readFile(path, 'utf8')).toBe('the new one');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
