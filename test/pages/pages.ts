import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../cli/command-table.ts';
import { commandsOf, type PageCommand } from './commands.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

const PAGES = [
  ...['*.md', '.github/**/*.md', 'docs/**/*.md', 'examples/**/*.md'],
  ...['plugins/*/*.md', 'bench/*.md', 'test/**/*.md'],
];

/** Pages whose commands are not for a reader to copy today, and why. */
const NOT_READ: readonly (readonly [RegExp, string])[] = [
  [/^CHANGELOG\.md$|^docs\/decisions\//, 'they say what was; nobody works by them'],
  [/^docs\/reference\//, 'made from the table of commands, which cli/surface tests'],
  [/^docs\/supply-chain\.md$/, 'its commands are run by test/e2e/together/release.e2e.test.ts'],
  [/node_modules\//, 'others wrote them'],
];

/** Each command of each page that somebody works by. */
export function allCommands(): PageCommand[] {
  const verbs = COMMANDS.map(({ name }) => name.split(' ')[0]!);
  return pages().flatMap((page) => commandsOf(page, readFileSync(join(ROOT, page), 'utf8'), { verbs }));
}

export function pages(): string[] {
  return PAGES.flatMap((glob) => globSync(glob, { cwd: ROOT }))
    .filter((page) => !NOT_READ.some(([left]) => left.test(page)))
    .sort();
}
