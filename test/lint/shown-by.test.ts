import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Pages that promise something and name the test that shows it. */
const PAGES = ['SECURITY.md', 'docs/guarantees.md', 'docs/threat-model.md', 'docs/security-review.md'];

/** The tests a page names, each with the titles in quotation marks right after it. */
function named(page: string): readonly { readonly path: string; readonly titles: readonly string[] }[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/`([\w./-]+\.test\.ts)`((?::|,| and)? "[^"|\n]+")*/g)].map(([whole, path]) => ({
    path: path!,
    titles: [...whole.matchAll(/"([^"]+)"/g)].map(([, title]) => title!),
  }));
}

describe.each(PAGES)('%s', (page) => {
  it('names tests that there are, and titles that are in them', () => {
    const missing = named(page).flatMap(({ path, titles }) => {
      if (!existsSync(join(ROOT, path))) return [path];
      // A title in a string of the source may have its apostrophes escaped.
      const source = readFileSync(join(ROOT, path), 'utf8').replaceAll("\\'", "'");
      return titles.filter((title) => !source.includes(title)).map((title) => `${path}: ${title}`);
    });
    expect(missing).toEqual([]);
  });
});

it('finds what the pages name', () => {
  expect(named('docs/guarantees.md').length).toBeGreaterThan(60);
  expect(named('docs/threat-model.md').length).toBeGreaterThan(25);
});
