import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWriter } from './writers.ts';

const AT = new Date('2026-11-27T12:00:00Z');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supercargo-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
const BIG = 'line of a log\n'.repeat(200_000);

describe('a report in a file', () => {
  it('is a tar that the tar of every machine unpacks into one folder, for its owner alone', async () => {
    const path = join(folder, 'it.tar.gz');
    const writer = await openWriter(path, AT);
    await writer.add('index.txt', 'Ünïcode\n');
    await writer.add(`namespaces/acme/${'long'.repeat(30)}/sync.log`, BIG);
    expect(await readdir(folder)).toEqual(['it.tar.gz.unfinished']);
    await writer.finish();
    expect([await readdir(folder), await mode(path)]).toEqual([['it.tar.gz'], '600']);
    const { status } = spawnSync('tar', ['-xzf', path, '-C', folder]);
    expect(status).toBe(0);
    expect(await readFile(join(folder, 'it/index.txt'), 'utf8')).toBe('Ünïcode\n');
    expect(await readFile(join(folder, 'it/namespaces/acme', 'long'.repeat(30), 'sync.log'), 'utf8')).toBe(BIG);
  });

  it('leaves nothing behind where it came to nothing, and writes over nothing', async () => {
    const path = join(folder, 'it.tgz');
    const writer = await openWriter(path, AT);
    await writer.add('index.txt', 'half');
    await writer.discard();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'mine');
    await expect(openWriter(path, AT)).rejects.toThrow('is there already: name another file with -o');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('says so where the folder is not there, and does not wait for ever', async () => {
    const writer = await openWriter(join(folder, 'no/it.tar.gz'), AT);
    await expect(writer.add('log', BIG).then(() => writer.finish())).rejects.toThrow('ENOENT');
    await writer.discard();
  });
});

describe('a report in a folder', () => {
  it('is files for their owner alone', async () => {
    const path = join(folder, 'report');
    const writer = await openWriter(path, AT);
    await writer.add('namespaces/acme/pods.json', '[]\n');
    await writer.finish();
    expect(await readFile(join(path, 'namespaces/acme/pods.json'), 'utf8')).toBe('[]\n');
    expect([await mode(path), await mode(join(path, 'namespaces/acme/pods.json'))]).toEqual(['700', '600']);
  });

  it('is put into no folder that holds anything, and in the place of no file', async () => {
    await writeFile(join(folder, 'mine'), '');
    await expect(openWriter(folder, AT)).rejects.toThrow('is not empty: name another one with -o');
    await expect(openWriter(join(folder, 'mine'), AT)).rejects.toThrow('is a file: name a folder');
  });
});
