import { CHANGES } from './changes.ts';
import type { CommandRow } from './command.ts';
import { LOCAL } from './local.ts';
import { OPERATIONS } from './operations.ts';
import { PARTS } from './parts.ts';
import { HUB_QUERIES, QUERIES } from './queries.ts';

/** Commands of several words, by the first: what help says of them together. */
export const GROUPS: Readonly<Record<string, string>> = { serve: 'run a part; what containers do' };

/** Every command of the program, in the order in which help lists them. */
export const COMMANDS: readonly CommandRow[] = [
  ...PARTS,
  ...LOCAL,
  ...QUERIES,
  ...HUB_QUERIES,
  ...CHANGES,
  ...OPERATIONS,
];
