import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Files and packages that a file has loaded once it runs: static imports that are more than types. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8');
  for (const [, clause = '', from = ''] of text.matchAll(/^(?:import|export) ([^;]*?)from '([^']+)';/gms)) {
    if (/^type\b/.test(clause) || onlyTypes(clause)) continue;
    if (from.startsWith('.')) loadedBy(relative(ROOT, join(ROOT, dirname(file), from)), seen);
    else seen.add(from);
  }
  return seen;
}

const onlyTypes = (clause: string): boolean => {
  const names = /^\{([^}]*)\}\s*$/s.exec(clause)?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
};

describe('what a sync pod has loaded', () => {
  const loaded = [...loadedBy('sync/main.ts')];

  it('is its engine', () => {
    expect(loaded).toContain('sync/engine.ts');
    expect(loaded).toContain('undici');
  });

  it('is neither the big Kubernetes client, nor the rules of the kinds, nor a driver that it does not run', () => {
    const heavy = /^(@kubernetes|@marcbachmann|graphql|crds\/schema\/validate|drivers\/registry|drivers\/[^/]+\/index)/;
    const found = loaded.filter((name) => heavy.test(name) && !/^drivers\/(contract|toolkit)\//.test(name));
    expect(found).toEqual([]);
  });
});

describe('what the program has loaded before it knows its command', () => {
  it('is neither the kinds nor a client of anything: every pod starts by it, and every line typed', () => {
    const loaded = [...loadedBy('cli/main.ts')];
    expect(loaded).toContain('cli/command-table.ts');
    expect(
      loaded.filter((name) => /^(@kubernetes|@marcbachmann|zod|undici|pg$|crds\/(index|kinds))/.test(name)),
    ).toEqual([]);
  });
});
