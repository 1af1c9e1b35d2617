import { initial } from './0001-initial.ts';
import { guarantees } from './0002-guarantees.ts';
import { directCopy } from './0005-direct-copy.ts';

/** In order; the position is the schema version. Only ever appended to. */
export const MIGRATIONS: readonly { readonly name: string; readonly sql: string }[] = [
  { name: '0001-initial', sql: initial },
  { name: '0002-guarantees', sql: guarantees },
  { name: '0005-direct-copy', sql: directCopy },
];
