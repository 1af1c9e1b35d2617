import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeStateFolder } from './state-folder.ts';

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'supercargo-state-'));
  folder = join(parent, 'state');
});
afterEach(() => rm(parent, { recursive: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('the state folder of "up"', () => {
  it('is made for its user alone, and taken again without a word', async () => {
    expect(await takeStateFolder(folder)).toEqual([]);
    expect(await modeOf(folder)).toBe('700');
    expect(await takeStateFolder(folder)).toEqual([]);
  });

  it.each(['777', '1777', '770', '702'])(
    'is refused where others may write to it (%s), and left as it is',
    async (mode) => {
      await mkdir(folder);
      await chmod(folder, parseInt(mode, 8));
      await expect(takeStateFolder(folder)).rejects.toThrow(
        /can be written by other users .* chmod 700 .*state, or give/,
      );
      expect(await modeOf(folder)).toBe(mode.slice(-3));
    },
  );

  it.each(['keys', 'keys/default.main', 'up.json'])('is refused where others may write to its %s', async (name) => {
    await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'keys/default.main'), 'sck_planted');
    await writeFile(join(folder, 'up.json'), '{}');
    await chmod(folder, 0o755);
    await chmod(join(folder, name), 0o777);
    await expect(takeStateFolder(folder)).rejects.toThrow(`${name} can be written by other users`);
  });

  it('is refused where another user owns it, but for root', async () => {
    await mkdir(folder, { mode: 0o700 });
    const me = process.getuid!();
    if (me === 0) {
      await chown(folder, 4242, 4242);
      await expect(takeStateFolder(folder)).rejects.toThrow('belongs to another user of this machine (uid 4242)');
      await chown(folder, 0, 0);
      expect(await takeStateFolder(folder, 4242)).toEqual([]);
    } else await expect(takeStateFolder(folder, me + 1)).rejects.toThrow('belongs to another user of this machine');
  });

  it('is refused where one of its files is a link', async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(parent, 'other'), 'x', { mode: 0o600 });
    await symlink(join(parent, 'other'), join(folder, 'up.json'));
    await expect(takeStateFolder(folder)).rejects.toThrow('up.json is a link');
  });

  it('has its files closed where others could read them, and says which', async () => {
    await mkdir(join(folder, 'keys'), { recursive: true });
    await writeFile(join(folder, 'keys/default.main'), 'sck_x');
    await writeFile(join(folder, 'resources.json'), '{}');
    for (const name of ['.', 'keys']) await chmod(join(folder, name), 0o755);
    for (const name of ['keys/default.main', 'resources.json']) await chmod(join(folder, name), 0o644);
    const said = await takeStateFolder(folder);
    expect(said).toHaveLength(3);
    expect(said.join('\n')).toMatch(/default\.main could be read by other users .* makes a new developer key/);
    expect(said.join('\n')).not.toContain('sck_x');
    expect(
      await Promise.all(['keys', 'keys/default.main', 'resources.json'].map((name) => modeOf(join(folder, name)))),
    ).toEqual(['700', '600', '600']);
    expect(await takeStateFolder(folder)).toEqual([]);
  });
});
