import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allCommands, ROOT } from './pages.ts';
import { isRun } from './plan.ts';
import { PLAN, rowsFor } from './plan/index.ts';

const COMMANDS = allCommands();

describe('the commands of the pages', () => {
  it('are each run by a test, or left out for a reason', () => {
    const unknown = COMMANDS.filter((command) => rowsFor(command).length === 0);
    // Add a row for it in test/pages/plan: in which world it is run, and what it must say.
    expect(unknown.map(({ page, line, text }) => `${page}:${line}: ${text}`)).toEqual([]);
  });

  it('have no row that stands for nothing', () => {
    const meant = new Set(COMMANDS.flatMap((command) => rowsFor(command)));
    expect(PLAN.filter((row) => !meant.has(row)).map(({ text }) => text)).toEqual([]);
  });

  it('are not run and left out at once, and each only once at a place', () => {
    const twice = COMMANDS.filter((command) => rowsFor(command).length > 1);
    expect(twice.map(({ page, line, text }) => `${page}:${line}: ${text}`)).toEqual([]);
  });

  it('are left out with tests that there are', () => {
    const named = PLAN.flatMap((row) => (isRun(row) ? [] : (row.by ?? [])));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
