import { describe, expect, it } from '@jest/globals';
import { loadedBy } from './loaded.ts';

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
