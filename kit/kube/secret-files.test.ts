import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSecretFiles } from './secret-files.ts';

describe('the mounted files', () => {
  let folder: string;
  beforeAll(async () => {
    // As the kubelet mounts it: a dated folder, a symlink to it, and a symlink for each key.
    folder = await mkdtemp(join(tmpdir(), 'secret-'));
    await mkdir(join(folder, '..2026_05_02'));
    await symlink('..2026_05_02', join(folder, '..data'));
    const files = { apiKey: 'secret\n', windows: 'a\r\n', lines: 'a\nb\n\n', bare: ' spaced ' };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, '..2026_05_02', name), text);
      await symlink(join('..data', name), join(folder, name));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("are read without the kubelet's own and without the one line end that editors add", async () => {
    expect(await readSecretFiles(folder)).toEqual({
      apiKey: 'secret',
      windows: 'a',
      lines: 'a\nb\n',
      bare: ' spaced ',
    });
  });

  it('are none where nothing is mounted', async () => {
    expect(await readSecretFiles(join(folder, 'nothing'))).toEqual({});
  });
});
