import { mkdir } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/log.ts';
import type { Database } from '../database.ts';
import { openPostgres } from '../postgres.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { createFolder, SUPERUSER } from './create.ts';
import { judgeFolder, lookAt } from './data-folder.ts';
import { assertSpace } from './disk-space.ts';
import { EmbeddedFault } from './fault.ts';
import { oneWriter } from './one-writer.ts';
import { dataHome, knownHome, reachablePrograms } from './reachable.ts';
import { PostgresServer } from './server.ts';
import { DISCREET, DURABLE, SMALL_MACHINE, socketOnly } from './settings.ts';
import { makeSocketFolder, socketFolderOf } from './socket-folder.ts';

export interface EmbeddedOptions {
  /** Holds the data folder `postgres/` and the lock. Made if it is not there. */
  readonly folder: string;
  /** Folder with bin/ of another PostgreSQL than the packaged one. */
  readonly binaries?: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** With the address under which other processes of the account reach it while it is open. */
export interface EmbeddedDatabase extends Database {
  readonly url: string;
}

/** Of the folder given, so that what else lies there is left alone. */
export const DATA_FOLDER = 'postgres';

/**
 * Starts the PostgreSQL that belongs to `folder` and opens it; makes it at the first start. `close` stops it. One
 * process at a time: a second one waits for the first. Throws EmbeddedFault with a sentence where it cannot run.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { clock, log, signal } = options;
  const given = resolve(options.folder);
  await mkdir(given, { recursive: true, mode: 0o700 });
  const account = serverAccount();
  const folder = await dataHome(given, account, randomUUID, log);
  const writer = await oneWriter({ folder, clock, log, signal });
  try {
    const binaries = await reachablePrograms(await findBinaries(options.binaries), account);
    const data = join(folder, DATA_FOLDER);
    const verdict = judgeFolder(await lookAt(data), binaries.major, account);
    if (verdict.kind === 'fault') throw new EmbeddedFault(verdict.sentence);
    if (verdict.kind === 'create') {
      log.info({ folder: data, version: binaries.version }, 'making the embedded database');
      await assertSpace(folder);
      await createFolder(data, binaries, account);
    }
    const socketFolder = socketFolderOf(data);
    if (socketFolder !== data) await makeSocketFolder(socketFolder, account);
    const server = await PostgresServer.start({
      folder: data,
      socketFolder,
      binaries,
      account,
      clock,
      log,
      signal,
      settings: { ...SMALL_MACHINE, ...DISCREET, ...socketOnly(socketFolder), ...DURABLE },
    });
    let closing = false;
    const db = openPostgres({
      url: embeddedUrl(folder),
      onIdleError: (error) => {
        if (!closing) log.warn({ reason: error.message }, 'a session of the embedded database ended');
      },
    });
    return {
      ...db,
      where: 'embedded',
      url: embeddedUrl(folder),
      async transaction(work, settings) {
        await assertSpace(data);
        return db.transaction(work, settings);
      },
      async close() {
        closing = true;
        await db.close();
        await server.stop();
        await writer.release();
      },
    };
  } catch (error) {
    await writer.release();
    throw error;
  }
}

/** How a process of the same account reaches the server of a folder, while it runs. */
export function embeddedUrl(folder: string): string {
  return `postgres://${SUPERUSER}@/postgres?host=${encodeURIComponent(socketFolderOf(join(resolve(folder), DATA_FOLDER)))}`;
}

/** How to reach the server that another process runs on `folder`. */
export async function embeddedAddress(folder: string): Promise<string> {
  return embeddedUrl(await knownHome(resolve(folder)));
}

/** Whether `folder` holds an embedded database; nothing is made. */
export async function hasEmbedded(folder: string): Promise<boolean> {
  return (await lookAt(join(await knownHome(resolve(folder)), DATA_FOLDER))).entries.length > 0;
}
