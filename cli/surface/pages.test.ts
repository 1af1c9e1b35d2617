import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import { COMMANDS, GROUPS } from '../command-table.ts';
import type { Doors } from './command.ts';
import { program } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })].filter((page) => !page.includes('reference/'));

/** Command lines as they stand in code: in backticks, or indented by themselves. */
function linesOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const spans = [...text.matchAll(/`(?:\.\/|kubectl )?(supercargo [a-z][^`\n]*)`/g)];
  const blocks = [...text.matchAll(/^ {4,}(?:\.\/|kubectl )?(supercargo [a-z][^\n]*)$/gm)];
  return [...spans, ...blocks].map(([, line]) => line!.replace(/\s+#.*$/, '').replace(/\s*[|>&].*$/, ''));
}

const doors: Doors = {
  ...{ env: {}, clock: systemClock, say: () => undefined, tell: () => undefined, ask: undefined },
  stop: () => new AbortController().signal,
  withTarget: async () => {
    throw new Error('no target here');
  },
};

/** What the program says of the line. Unless it is to be `whole`, something may be left out, as pages do in passing. */
async function faultOf(line: string, whole = false): Promise<string | undefined> {
  const commands = COMMANDS.map((row) => ({ ...row, run: async () => undefined }));
  const root = program({ version: '1', commands, groups: GROUPS, doors, exit: () => undefined });
  const quiet = { writeErr: () => undefined, writeOut: () => undefined };
  for (const command of [root, ...root.commands, ...root.commands.flatMap((one) => one.commands)])
    command.configureOutput(quiet);
  const words = line
    .replaceAll(/[[\]…]/g, '')
    .split(/\s+/)
    .slice(1);
  try {
    await root.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    if (!whole && /^commander\.(missing|optionMissing|help)/.test(error.code)) return undefined;
    return `${line}: ${error.message}`;
  }
}

describe('command lines in the pages', () => {
  it('are those of the table of commands, with its options', async () => {
    const lines = PAGES.flatMap((page) => linesOf(page).map((line) => ({ page, line })));
    expect(lines.length).toBeGreaterThan(100);
    const faults: string[] = [];
    for (const { page, line } of lines) {
      const fault = await faultOf(line);
      if (fault !== undefined) faults.push(`${page}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });

  // Somebody who is woken at night copies it as it stands, in a shell whose namespace is another.
  it('are whole in a runbook, and name the namespace', async () => {
    const lines = PAGES.filter((page) => page.includes('runbooks/Supercargo')).flatMap((page) =>
      linesOf(page).map((line) => ({ page, line })),
    );
    expect(lines.length).toBeGreaterThan(10);
    const faults: string[] = [];
    for (const { page, line } of lines) {
      const command = COMMANDS.find(({ name }) => `${line} `.startsWith(`supercargo ${name} `));
      const fault =
        command?.flags?.some(({ usage }) => usage.startsWith('-n,')) && !/ -[nA]\b/.test(line)
          ? `${line}: no -n`
          : undefined;
      const said = fault ?? (await faultOf(line, true));
      if (said !== undefined) faults.push(`${page}: ${said}`);
    }
    expect(faults).toEqual([]);
  });

  it('would be refused if they were not', async () => {
    expect(await faultOf('supercargo go-life shop')).toContain('unknown command');
    expect(await faultOf('supercargo replay -n acme', true)).toContain('--reason');
    expect(await faultOf('supercargo go-live shop --force')).toContain('unknown option');
    expect(await faultOf('supercargo go-live shop -n acme --accept problems --wait')).toBeUndefined();
  });
});
