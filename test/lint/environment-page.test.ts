import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentReference } from '../../charts/environment-reference.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** What a person can start. A drill writes the variables of its own pod. */
const PARTS = ['cli', 'hub', 'kit', 'operator', 'sync'];

const rows = () => [...environmentReference().matchAll(/^\| `(\w+)` \|(?: (.*) \|)? (.*) \|$/gm)];

it('docs/reference/environment.md has every variable that the code of a part reads', () => {
  const read = PARTS.flatMap((part) => globSync(`${part}/**/*.ts`, { cwd: ROOT }))
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(/\bSUPERCARGO_[A-Z_]*[A-Z]\b/g) ?? []);
  const shown = new Set(rows().map(([, name]) => name!));
  expect(new Set(read).size).toBeGreaterThan(60);
  expect([...new Set(read)].filter((name) => !shown.has(name))).toEqual([]);
});

it('docs/reference/environment.md says what each is, and its default as it is written', () => {
  expect(rows().filter(([, , , words]) => !words).map(([, name]) => name)).toEqual([]); // prettier-ignore
  const defaultOf = (name: string) => rows().find(([, one]) => one === name)?.[2];
  expect(defaultOf('SUPERCARGO_LICENSE_GRACE_PERIOD')).toBe('`14d`');
  expect(defaultOf('SUPERCARGO_ADOPT_BY_NAME')).toBe('`false`');
  expect(defaultOf('SUPERCARGO_METRICS_PORT')).toBe('`8081`');
  expect(defaultOf('SUPERCARGO_SYNC_IMAGE')).toBe('required');
  expect(defaultOf('SUPERCARGO_WATCH_NAMESPACES')).toBe('');
});
