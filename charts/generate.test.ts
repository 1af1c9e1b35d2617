import { describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartFiles, staleChartFiles } from './generate.ts';

const ROOT = join(import.meta.dirname, '..');

describe('generated files of the chart', () => {
  it('are what the code gives (else run "npm run generate")', async () => {
    expect(await staleChartFiles(ROOT)).toEqual([]);
  });

  it('are found stale when one is edited, and when one is missing', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'chart-'));
    for (const folder of ['charts', join('docs', 'reference')])
      await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
    const drivers = [...chartFiles().keys()].filter((path) => path.includes(join('files', 'drivers')));
    const [edited, missing] = drivers as [string, string];
    await writeFile(join(copy, edited), `${await readFile(join(copy, edited), 'utf8')}# by hand\n`);
    await rm(join(copy, missing));
    expect(await staleChartFiles(copy)).toEqual([edited, missing]);
    await rm(copy, { recursive: true });
  });
});

describe('make check', () => {
  it('looks at the generated files of both generators', async () => {
    const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
    const check = makefile.split('\n\n').find((part) => part.startsWith('check:'));
    expect(check).toContain('crds/generate.ts --check');
    expect(check).toContain('charts/generate.ts --check');
  });
});
