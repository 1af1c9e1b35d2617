import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadedBy, ROOT } from './loaded.ts';

/** Benchmarks that run what was compiled: the compiler changes the ends of paths in imports, and in nothing else. */
const COMPILED = ['bench/sync/main.ts', 'bench/drivers/main.ts'];

it.each(COMPILED)('what %s loads names no TypeScript file but in an import', (main) => {
  const files = [...loadedBy(main)].filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  const named = files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => /[\w/*]\.ts['"`]/.test(line) && !/from '|import\('|import '|endsWith\(/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(named).toEqual([]);
});
