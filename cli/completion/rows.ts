import { row, type CommandRow } from '../surface/command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Completion of the other rows, and of its own. */
export function completionRows(
  table: () => { readonly commands: readonly CommandRow[]; readonly groups: Readonly<Record<string, string>> },
): readonly CommandRow[] {
  return [
    ...SHELLS.map((shell) =>
      row({
        name: `completion ${shell}`,
        summary: `a script for ${shell}`,
        needs: [],
        async run({ say }) {
          const scripts = {
            bash: async () => (await import('./bash.ts')).bashScript,
            zsh: async () => (await import('./zsh.ts')).zshScript,
            fish: async () => (await import('./fish.ts')).fishScript,
          };
          say((await scripts[shell]())(table()).trimEnd());
        },
      }),
    ),
    row<[string[]], object>({
      name: 'completion words',
      summary: 'what could stand at the end of a line, for kubectl (kubectl_complete-supercargo)',
      args: [{ usage: '[line...]', description: 'the words of the line, after "--"' }],
      needs: [],
      async run({ args: [line], say }) {
        const { candidates, cobraAnswer } = await import('./candidates.ts');
        say(cobraAnswer(candidates(table(), line)));
      },
    }),
  ];
}
