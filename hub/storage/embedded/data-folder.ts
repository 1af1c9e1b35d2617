import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** What is found where the data should be. */
export interface FoundFolder {
  readonly path: string;
  readonly exists: boolean;
  readonly entries: readonly string[];
  /** First line of PG_VERSION. */
  readonly version?: string;
  readonly hasControlFile?: boolean;
  readonly owner?: Account;
  /** It exists and its content cannot be listed, or it cannot be made: the system's word. */
  readonly refused?: string;
}

/** `create`: there is none yet. `open`: start on it. Else a sentence with its remedy, and nothing is touched. */
export type FolderVerdict =
  { readonly kind: 'create' | 'open' } | { readonly kind: 'fault'; readonly sentence: string };

/** Reads alone. */
export async function lookAt(path: string): Promise<FoundFolder> {
  try {
    const { uid, gid } = await stat(path);
    const entries = await readdir(path);
    const version = (await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => undefined))?.split('\n')[0]?.trim();
    const hasControlFile = await access(join(path, 'global', 'pg_control'), constants.R_OK).then(
      () => true,
      () => false,
    );
    return { path, exists: true, entries, version, hasControlFile, owner: { uid, gid } };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === 'ENOENT') return { path, exists: false, entries: [] };
    const owner = await stat(path).then(
      ({ uid, gid }) => ({ uid, gid }),
      () => undefined,
    );
    return { path, exists: true, entries: [], owner, refused: code };
  }
}

/** Nothing that is found is ever overwritten: what is not clearly ours to open is a fault. */
export function judgeFolder(found: FoundFolder, major: number, account: Account): FolderVerdict {
  const fault = (sentence: string): FolderVerdict => ({ kind: 'fault', sentence });
  if (found.owner && found.exists && found.owner.uid !== account.uid && (found.refused || found.entries.length > 0)) {
    return fault(
      `${found.path} belongs to user ${found.owner.uid}, and the embedded database runs as user ${account.uid}: start as that user, or give it the folder (chown -R ${account.uid}:${account.gid} ${found.path})`,
    );
  }
  if (found.refused)
    return fault(`${found.path} cannot be read (${found.refused}): let user ${account.uid} read and write it`);
  if (!found.exists || found.entries.length === 0) return { kind: 'create' };
  if (found.version === undefined)
    return fault(
      `${found.path} holds files but no PostgreSQL database (there is no PG_VERSION): name another folder, or restore a backup into an empty one`,
    );
  if (!/^\d+$/.test(found.version))
    return fault(
      `${found.path}/PG_VERSION is damaged: restore your last backup into a new folder ("supercargo restore")`,
    );
  if (Number(found.version) !== major) {
    const age = Number(found.version) < major ? 'an older' : 'a newer';
    return fault(
      `PostgreSQL ${found.version} made ${found.path}, and this release brings PostgreSQL ${major}: ${age} one. Start the release that made it, run "supercargo backup", and restore that into a new folder with this release (docs/operating.md, "A new major version")`,
    );
  }
  if (!found.hasControlFile)
    return fault(
      `${found.path} is damaged: global/pg_control is missing or cannot be read. Restore your last backup into a new folder ("supercargo restore")`,
    );
  return { kind: 'open' };
}
