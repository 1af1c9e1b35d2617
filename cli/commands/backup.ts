import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { checkBackup, takeBackup } from '../../hub/backup/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { databaseOf, type DatabaseChoice } from '../database-choice.ts';
import { withLocalDatabase } from '../local/database.ts';
import { ownPackage } from '../version.ts';

export interface BackupCommand extends DatabaseChoice {
  /** The file; named by the time if absent. */
  readonly output?: string;
}

/** `supercargo backup`: into a file that its owner alone can read, under its name only when it is whole. */
export async function runBackup(
  command: BackupCommand,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const file =
    command.output ??
    `supercargo-${systemClock
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, '')}.backup`;
  const where = await databaseOf(command, env);
  const unfinished = `${file}.unfinished`;
  await rm(unfinished, { force: true });
  try {
    const out = createWriteStream(unfinished, { mode: 0o600, flags: 'wx' });
    if (where.kind === 'local') {
      await withLocalDatabase({ state: command.state, env, alone: false, make: false, signal }, (url) =>
        takeBackup({ url, out, clock: systemClock, newId: randomUUID, release: ownPackage().version, say }),
      );
    } else {
      const { clusterDatabase } = await import('../cluster/hub-database.ts');
      const hub = await clusterDatabase(where.config, command.systemNamespace, process.stderr);
      try {
        await hub.backup(out);
        await close(out);
      } finally {
        await hub.close();
      }
    }
    // What was written is read again before anybody relies on it: from the disk, or from over the network.
    const { header, rows } = await checkBackup(createReadStream(unfinished));
    await onDisk(unfinished);
    await rename(unfinished, file);
    say(
      `${file}: ${rows} rows of ${header.tables.length} tables as of ${header.takenAt}, ${megabytes((await stat(file)).size)}. It holds personal data and the webhook master key: keep it as you keep those`,
    );
    return file;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function close(out: Writable): Promise<void> {
  out.end();
  await finished(out);
}

async function onDisk(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
