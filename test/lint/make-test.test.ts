import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const PARTS = ['check', 'test-unit', 'test-integration', 'e2e-up', 'e2e-silent', 'e2e-alone', 'e2e-together'];
const ALL = [...PARTS, 'test-pages', 'e2e-down'];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supercargo-make-'));
  for (const name of ['node_modules', 'test']) mkdirSync(join(folder, name));
  for (const name of ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'])
    writeFileSync(join(folder, name), '');
  for (const name of ['package.json', 'test/summary.ts']) copyFileSync(join(ROOT, name), join(folder, name));
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `make test` whose parts do nothing, but that one fails; `last` takes a little longer, and so does its lane. */
function makeTest({ failing, last = 'test-integration' }: { failing?: string; last?: string }) {
  const part = `#!/bin/bash
for word in "$@"; do case $word in --*|*=*) ;; *) part=$word ;; esac; done
echo $part >> ran
[ $part = ${last} ] && sleep 0.3
echo "1 0 0" > .test-summary/$part.txt
[ $part != ${failing} ]`;
  writeFileSync(join(folder, 'part'), part, { mode: 0o755 });
  const words = ['-f', join(ROOT, 'Makefile'), 'test', `MAKE=${join(folder, 'part')}`, `NODE=${process.execPath}`];
  // Nothing of a make that runs these tests.
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, MFLAGS: _old, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync('make', words, { cwd: folder, env, encoding: 'utf8' });
  const ran = readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n');
  return { isWell: status === 0, said: stdout + stderr, ran };
}

describe('make test', () => {
  it('runs each part once, and is well when all are', () => {
    const { isWell, ran, said } = makeTest({});
    expect({ isWell, said }).toMatchObject({ isWell: true, said: expect.stringContaining('9 passed, 0 failed') });
    expect(ran.sort()).toEqual([...ALL].sort());
  });

  // In a shell of make the end of a lane that is over before the other is that of its last program alone.
  it.each(['test-integration', 'test-pages'])(
    'fails where any part does, and runs the others, with %s last',
    (last) => {
      const outcomes = [...PARTS, 'test-pages'].map((failing) => [failing, makeTest({ failing, last }).isWell]);
      expect(outcomes).toEqual([...PARTS, 'test-pages'].map((failing) => [failing, false]));
    },
  );
});
