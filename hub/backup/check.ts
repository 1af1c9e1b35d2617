import type { Readable } from 'node:stream';
import { NEWEST_SCHEMA } from '../storage/migrate.ts';
import { BackupFault, readBackup, type BackupHeader } from './format.ts';

export interface CheckedBackup {
  readonly header: BackupHeader;
  readonly rows: number;
}

/** Reads all of a backup and changes nothing. Throws BackupFault where this release cannot restore it. */
export async function checkBackup(source: Readable): Promise<CheckedBackup> {
  let header: BackupHeader | undefined;
  for await (const part of readBackup(source)) {
    if (part.kind === 'header') header = refuseNewer(part.header);
    if (part.kind === 'end') return { header: header!, rows: part.rows };
  }
  throw new BackupFault('the backup has no end');
}

/** Migrations go forward only. */
export function refuseNewer(header: BackupHeader): BackupHeader {
  if (header.schema > NEWEST_SCHEMA)
    throw new BackupFault(
      `the backup has schema version ${header.schema} (release ${header.release}), and this release knows ${NEWEST_SCHEMA}: restore it with that release, or a newer one`,
    );
  return header;
}
