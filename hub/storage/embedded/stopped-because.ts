import type { LogLine } from './log-lines.ts';

/** Why a server ended while it started. */
export interface StopCause {
  /** It may start by itself a little later (a full disk, a process before it that is still ending). */
  readonly passes: boolean;
  readonly sentence: string;
}

const DAMAGED =
  'restore your last backup into a new folder ("supercargo restore"), and keep the damaged one until you know that nothing is missing';

const CAUSES: readonly (readonly [RegExp, boolean, string])[] = [
  [
    /No space left on device|could not extend file|could not write to file .*space/i,
    true,
    'the volume of the embedded database is full: enlarge it. Nothing is lost, and the database starts by itself when there is space',
  ],
  [
    /lock file .* already exists|pre-existing shared memory block/i,
    true,
    'another server still has the folder of the embedded database: waiting for its end',
  ],
  [
    /could not (create|map) .*shared memory|out of memory/i,
    true,
    'there is too little memory for the embedded database: raise the memory limit',
  ],
  [
    /incompatible with server|was initialized (with|by)/i,
    false,
    'another build of PostgreSQL made the folder of the embedded database, and this one cannot read it: start the release that made it, and move the data with "supercargo backup" and "supercargo restore"',
  ],
  [
    /has wrong ownership/i,
    false,
    'the folder of the embedded database belongs to another user: start as that user, or give the folder to this one (chown -R)',
  ],
  [
    /has invalid permissions|Permission denied/i,
    false,
    'the folder of the embedded database cannot be read and written by its owner: correct its permissions (chmod -R u+rwX,go= on the folder)',
  ],
  [/Read-only file system/i, false, 'the volume of the embedded database is mounted read-only: mount it for writing'],
  [
    /checkpoint record|control file|pg_control|invalid page|WAL|could not (open|read|stat|access) (file|directory)|is not a valid data directory|incorrect checksum|unexpected/i,
    false,
    `the folder of the embedded database is damaged: ${DAMAGED}`,
  ],
];

/** From the last words of a server that ended while it started. `words`: newest last. */
export function stoppedBecause(words: readonly LogLine[], exit: string): StopCause {
  const last = words.filter(({ severity }) => severity === 'FATAL' || severity === 'PANIC' || severity === '').at(-1);
  const text = words.map(({ text: word }) => word).join('\n');
  const known =
    CAUSES.find(([pattern]) => pattern.test(last?.text ?? '')) ?? CAUSES.find(([pattern]) => pattern.test(text));
  const said = last ? ` PostgreSQL said: ${last.text}` : '';
  if (known) return { passes: known[1], sentence: `${known[2]}.${said}` };
  return { passes: false, sentence: `the embedded database did not start (${exit}).${said}` };
}
