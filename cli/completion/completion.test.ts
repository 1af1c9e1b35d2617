import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, GROUPS } from '../command-table.ts';
import { bashScript } from './bash.ts';
import { candidates, cobraAnswer } from './candidates.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const ROOT = join(import.meta.dirname, '../..');
const TABLE = { commands: COMMANDS, groups: GROUPS };
const words = (...line: string[]): string[] => candidates(TABLE, line).words.map(({ word }) => word);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supercargo-completion-'));
  writeFileSync(join(folder, 'a manifest.yaml'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a real bash offers for the last word, with the script sourced. */
function inBash(...line: string[]): string[] {
  const script = `${bashScript(TABLE)}
    COMP_WORDS=(supercargo "$@"); COMP_CWORD=$#
    _supercargo
    (( \${#COMPREPLY[@]} == 0 )) || printf '%s\\n' "\${COMPREPLY[@]}"
    complete -p kubectl-supercargo >/dev/null`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...line], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
  return stdout.split('\n').filter((one) => one !== '');
}

const LINES: readonly (readonly string[])[] = [
  [''],
  ['re'],
  ['serve', ''],
  ['serve', 'restore', '--'],
  ['completion', 'b'],
  ['get', 'c'],
  ['get', '-n', 'acme', ''],
  ['get', '-n', ''],
  ['get', '-A', 'feeds', '-o', ''],
  ['get', 'feeds', '--output', 'j'],
  ['get', 'feeds', 'orders', ''],
  ['sync', 'a', 'b', '-'],
  ['go'],
  ['go-live', 'shop', '--'],
  ['test', '--kind', ''],
  ['errors', '-o', ''],
  ['order', '--sto'],
  ['nothing', ''],
];

describe('the bash script', () => {
  it.each(LINES.map((line) => [line]))('offers in bash what can follow in %j', (line) => {
    expect(inBash(...line).sort()).toEqual(words(...line).sort());
  });

  it('offers files where one is meant, with blanks in their names', () => {
    expect(inBash('validate', '-f', 'a')).toEqual(['a manifest.yaml']);
    expect(inBash('restore', '')).toEqual(['a manifest.yaml']);
    expect(inBash('up', '--state', '')).toEqual([]);
  });
});

describe('supercargo completion', () => {
  it('prints the script of each of the shells', async () => {
    for (const [shell, script] of [
      ['bash', bashScript],
      ['zsh', zshScript],
      ['fish', fishScript],
    ] as const) {
      // prettier-ignore
      const said: string[] = [];
      const row = COMMANDS.find(({ name }) => name === `completion ${shell}`);
      await row?.run({ args: [], say: (line: string) => void said.push(line) } as unknown as Parameters<
        typeof row.run
      >[0]);
      expect([shell, said]).toEqual([shell, [script(TABLE).trimEnd()]]);
    }
  });
});

describe('what can follow', () => {
  it('is commands, options, and words where only some are right', () => {
    expect(words('re')).toEqual(expect.arrayContaining(['replay', 'restore']));
    expect(words('serve', 'h')).toEqual(['hub']);
    expect(words('get', 'fe')).toEqual(['feeds', 'feedruns']);
    expect(words('get', '-n', 'acme', 'lic')).toEqual(['licenses']);
    expect(words('get', 'feeds', '-o', 'w')).toEqual(['wide']);
    expect(words('get', 'feeds', '--all')).toEqual(['--all-namespaces']);
  });

  it('is told to kubectl as it asks: a word a line, and whether files can follow', () => {
    expect(cobraAnswer(candidates(TABLE, ['get', 'drivers', '-o', 'w']))).toBe('wide\n:4');
    expect(cobraAnswer(candidates(TABLE, ['validate', '-f', '']))).toBe(':0');
    expect(cobraAnswer(candidates(TABLE, ['up', '--state', '']))).toBe(':16');
  });

  it('comes from the program that kubectl runs, whatever options the line has', () => {
    const { stdout } = spawnSync(join(ROOT, 'kubectl_complete-supercargo'), ['get', '-n', 'acme', 'lic'], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('licenses\n:4\n');
  });
});

describe.each([
  ['zsh', zshScript],
  ['fish', fishScript],
])('the %s script', (shell, script) => {
  const text = script(TABLE);

  it('has every command, and every long option of each', () => {
    for (const { name, flags = [] } of COMMANDS) {
      expect(text).toContain(name.split(' ').at(-1)!);
      for (const { usage } of flags) expect(text).toContain(/--([\w-]+)/.exec(usage)![1]!);
    }
  });

  it('is one that the shell reads, where it is installed', () => {
    const file = join(folder, `script.${shell}`);
    writeFileSync(file, text);
    const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    if ((error as { code?: string } | undefined)?.code === 'ENOENT') return;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
