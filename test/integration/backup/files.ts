import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  checkBackup,
  restoreBackup,
  takeBackup,
  type CheckedBackup,
  type Restored,
} from '../../../hub/backup/index.ts';
import { systemClock } from '../../../kit/clock.ts';

/** Backs a database up into a file. */
export function backUp(url: string, file: string, lines: string[] = []): Promise<void> {
  return takeBackup({
    url,
    out: createWriteStream(file),
    clock: systemClock,
    newId: randomUUID,
    release: 'test',
    say: (line) => void lines.push(line),
  });
}

/** Restores a file into a database. */
export function restore(
  url: string,
  file: string,
  options: { readonly replace?: boolean; readonly say?: (line: string) => void } = {},
): Promise<Restored> {
  return restoreBackup({
    url,
    source: createReadStream(file),
    replace: options.replace ?? false,
    clock: systemClock,
    newId: randomUUID,
    say: options.say ?? (() => undefined),
  });
}

export const check = (file: string): Promise<CheckedBackup> => checkBackup(createReadStream(file));
