import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { systemClock } from '../../kit/clock.ts';
import { databaseAddress, databaseVariables } from '../storage/database-address.ts';
import { embeddedAddress } from '../storage/embedded/index.ts';
import { findExisting, lossOf } from './existing.ts';
import { restoreBackup } from './restore.ts';
import { openCopySession } from './session.ts';
import { takeBackup } from './take.ts';

/** As hub/main.ts has it. */
const environment = z.object({
  ...databaseVariables,
  SUPERCARGO_DATA_DIR: z.string().default('/var/lib/supercargo'),
  SUPERCARGO_VERSION: z.string().default('0.0.0'),
});

/** The database of the hub that runs beside this process: external, or on its socket. */
async function addressOf(env: NodeJS.ProcessEnv): Promise<{ readonly url: string; readonly release: string }> {
  const config = environment.parse(env);
  return {
    url: databaseAddress(config) ?? (await embeddedAddress(config.SUPERCARGO_DATA_DIR)),
    release: config.SUPERCARGO_VERSION,
  };
}

/** `serve backup`, in the hub's pod: the backup to stdout, progress to stderr. */
export async function serveBackup(env: NodeJS.ProcessEnv, out: Writable, say: (line: string) => void): Promise<void> {
  const { url, release } = await addressOf(env);
  await takeBackup({ url, release, out, say, clock: systemClock, newId: randomUUID });
}

/** What `serve restore --look` prints, as JSON. */
export const lookAnswer = z.object({ loss: z.string().nullable() });

/** `serve restore --look`: what a restore would take away. */
export async function serveLook(env: NodeJS.ProcessEnv, out: Writable): Promise<void> {
  out.write(
    `${JSON.stringify({ loss: (await lookAt((await addressOf(env)).url)) ?? null } satisfies z.infer<typeof lookAnswer>)}\n`,
  );
}

/**
 * `serve restore`: the backup from stdin. Its own last line says that it is whole, so that nobody has to close stdin.
 */
export async function serveRestore(
  env: NodeJS.ProcessEnv,
  source: Readable,
  replace: boolean,
  say: (line: string) => void,
): Promise<void> {
  const { url } = await addressOf(env);
  await restoreBackup({ url, source, replace, say, clock: systemClock, newId: randomUUID });
}

/** What a database holds that a restore would take away, in words. */
export async function lookAt(url: string): Promise<string | undefined> {
  const session = await openCopySession(url);
  try {
    const existing = await findExisting(session);
    return existing && lossOf(existing);
  } finally {
    session.end();
  }
}
