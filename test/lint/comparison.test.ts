import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const ROWS = readFileSync(join(ROOT, 'docs', 'comparison.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| topic'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

describe('docs/comparison.md', () => {
  it('has an answer in each row, and what is missing where it is no or partly', () => {
    expect(ROWS.length).toBeGreaterThan(20);
    for (const [topic, here = '', , missing = ''] of ROWS) {
      expect([topic, /^\*\*(yes|partly|no)\*\*/.test(here)]).toEqual([topic, true]);
      if (here.startsWith('**partly**')) expect([topic, missing !== '']).toEqual([topic, true]);
    }
  });

  it('names files that there are, and tests in them', () => {
    const named = ROWS.flatMap(([topic, , shown = '']) =>
      [...shown.matchAll(/`([\w./-]+\/[\w./-]+)`(?:: "([^"]+)")?/g)].map(([, path, test]) => ({
        topic,
        path: path!,
        test,
      })),
    );
    expect(named.length).toBeGreaterThan(25);
    for (const { topic, path, test } of named) {
      expect([topic, path, existsSync(join(ROOT, path))]).toEqual([topic, path, true]);
      if (test !== undefined)
        expect([topic, test, readFileSync(join(ROOT, path), 'utf8').includes(test)]).toEqual([topic, test, true]);
    }
  });

  it('shows each yes', () => {
    const bare = ROWS.filter(([, here = '', shown = '']) => here.startsWith('**yes**') && !shown.includes('`'));
    expect(bare.map(([topic]) => topic)).toEqual([]);
  });
});
