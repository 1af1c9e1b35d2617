import { CHANGES } from './surface/changes.ts';
import type { CommandRow } from './surface/command.ts';
import { completionRows } from './completion/rows.ts';
import { LOCAL } from './surface/local.ts';
import { OPERATIONS } from './surface/operations.ts';
import { PARTS } from './surface/parts.ts';
import { HUB_QUERIES, QUERIES } from './surface/queries.ts';

/** Commands of several words, by the first: what help says of them together. */
export const GROUPS: Readonly<Record<string, string>> = {
  serve: 'run a part; what containers do',
  completion: 'completion of this command line for a shell',
};

/** Every command of the program, in the order in which help lists them. */
export const COMMANDS: readonly CommandRow[] = [
  ...PARTS,
  ...LOCAL,
  ...QUERIES,
  ...HUB_QUERIES,
  ...CHANGES,
  ...OPERATIONS,
  ...completionRows(() => ({ commands: COMMANDS, groups: GROUPS })),
];
