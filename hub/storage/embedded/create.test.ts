import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccount } from './account.ts';
import { createFolder } from './create.ts';

let place: string;
let before: number;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'supercargo-create-'));
  before = process.umask(0);
});
afterEach(async () => {
  process.umask(before);
  await rm(place, { recursive: true });
});

it("a data folder is its account's alone, though umask and the image's template let everybody in", async () => {
  const template = join(place, 'template');
  await mkdir(join(template, 'base', '1'), { recursive: true, mode: 0o777 });
  for (const name of ['PG_VERSION', 'base/1/112']) await writeFile(join(template, name), '18\n', { mode: 0o666 });
  const account = serverAccount();
  const data = join(place, 'postgres');
  await createFolder(data, { postgres: '', initdb: '', major: 18, version: '18.4', template }, account);
  const names = ['', ...(await readdir(data, { recursive: true }))];
  expect(names.sort()).toEqual(['', 'PG_VERSION', 'base', 'base/1', 'base/1/112', 'pg_hba.conf']);
  for (const name of names) {
    const found = await stat(join(data, name));
    expect([name, found.mode & 0o777, found.uid]).toEqual([name, found.isDirectory() ? 0o700 : 0o600, account.uid]);
  }
});
