import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(60_000);
const ROOT = join(import.meta.dirname, '..', '..');

/** What the check says of a tree of files. In a process of its own, as `make lint` runs it. */
async function check(files: Readonly<Record<string, string>>): Promise<string[]> {
  const tree = await mkdtemp(join(tmpdir(), 'imports-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const script = `import { findings, importsOf } from ${JSON.stringify(join(import.meta.dirname, 'imports.ts'))};
    console.log(JSON.stringify(findings(await importsOf(${JSON.stringify(tree)}, ${JSON.stringify([...new Set(Object.keys(files).map((path) => path.split('/')[0]))])}))));`;
  const { stdout } = await promisify(execFile)('node', ['--input-type=module-typescript', '--eval', script], {
    cwd: ROOT,
  });
  await rm(tree, { recursive: true });
  return JSON.parse(stdout) as string[];
}

describe('the check of imports', () => {
  it.each<[string, Record<string, string>, RegExp[]]>([
    ['nothing to say of a line of files', { 'sync/a.ts': `import './b.ts';`, 'sync/b.ts': 'export {};' }, []],
    [
      'a circle of files',
      { 'sync/a.ts': `import './b.ts';`, 'sync/b.ts': `import './a.ts';` },
      [/^circle of files: sync\/a\.ts -> sync\/b\.ts -> sync\/a\.ts/],
    ],
    [
      'a circle of types alone',
      {
        'sync/a.ts': `import type { B } from './b.ts'; export interface A { b: B }`,
        'sync/b.ts': `import type { A } from './a.ts'; export interface B { a?: A }`,
      },
      [/^circle of files/],
    ],
    [
      'a circle of folders without one of files',
      {
        'sync/one/a.ts': `import '../two/b.ts';`,
        'sync/two/b.ts': 'export {};',
        'sync/two/c.ts': `import '../one/d.ts';`,
        'sync/one/d.ts': 'export {};',
      },
      [
        /^circle of folders: sync\/one -> sync\/two -> sync\/one \(sync\/one\/a\.ts imports sync\/two\/b\.ts, sync\/two\/c\.ts imports sync\/one\/d\.ts\)$/,
      ],
    ],
    [
      'a circle through a file at the root',
      { 'sync/x.ts': `import './one/a.ts';`, 'sync/one/a.ts': 'export {};', 'sync/one/b.ts': `import '../x.ts';` },
      [/^circle of folders: sync\/one -> sync\/x\.ts -> sync\/one/],
    ],
    [
      'a room of hub/ that its table forbids',
      { 'hub/problems/a.ts': `import '../rest/b.ts';`, 'hub/rest/b.ts': 'export {};' },
      [/^hub\/problems\/a\.ts imports hub\/rest\/b\.ts: hub\/problems may import only base, storage of hub\/$/],
    ],
    [
      'a room of hub/ that is not in the table',
      { 'hub/extra/a.ts': `import '../base/b.ts';`, 'hub/base/b.ts': 'export {};' },
      [/^hub\/extra is not in the table/],
    ],
  ])('has for %s', async (_what, files, expected) => {
    const found = await check(files);
    expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it('is part of make check and make lint', async () => {
    const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
    for (const target of ['check:', 'lint:'])
      expect(makefile.split('\n\n').find((part) => part.startsWith(target))).toContain('test/lint/imports.ts');
  });
});
