import { describe, expect, it } from '@jest/globals';
import { loadableDrivers, loadDriver } from './load.ts';
import { builtinDrivers } from './registry.ts';

describe('loading one driver', () => {
  it('has every built-in driver under the name of its manifest', async () => {
    const all = builtinDrivers();
    expect(loadableDrivers().sort()).toEqual([...all.keys()].sort());
    for (const [name, definition] of all) expect(await loadDriver(name)).toBe(definition);
  });

  it.each(['', 'nobody', 'toString', '__proto__'])('has none called "%s"', async (name) => {
    expect(await loadDriver(name)).toBeUndefined();
  });
});
