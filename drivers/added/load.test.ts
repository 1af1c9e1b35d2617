import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION } from '../../model/contract-version.ts';
import { loadAddedDriver } from './load.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'third-party-driver', 'driver.ts');

describe('a driver that an image of its own has', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'added-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function moduleOf(name: string, text: string): Promise<string> {
    const path = join(folder, `${name}.mjs`);
    await writeFile(path, text);
    return path;
  }

  it('is loaded where contract and name fit', async () => {
    const { manifest } = await loadAddedDriver('example', EXAMPLE);
    expect(manifest.feeds.map(({ type }) => type)).toEqual(['ProductImport']);
  });

  it('is refused under another name, and the name it has is told', async () => {
    await expect(loadAddedDriver('other', EXAMPLE)).rejects.toThrow(/has the driver "example", not "other"/);
  });

  it.each([
    [
      'an older contract',
      `export const contract = ${CONTRACT_VERSION - 1};`,
      /is written for contract 1, this release/,
    ],
    ['a newer contract', `export const contract = ${CONTRACT_VERSION + 1};`, /is written for contract 3, this release/],
    ['no contract', 'export const driver = () => undefined;', /does not say its contract/],
    ['no driver', `export const contract = ${CONTRACT_VERSION};`, /exports no function "driver"/],
  ])('is refused with %s, and told why', async (what, text, reason) => {
    await expect(loadAddedDriver('x', await moduleOf(what.replaceAll(' ', '-'), text))).rejects.toThrow(reason);
  });
});
