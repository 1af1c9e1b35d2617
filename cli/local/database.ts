import { embeddedAddress, hasEmbedded, openEmbedded } from '../../hub/storage/embedded/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { findRunningUp } from './control.ts';

export interface LocalDatabaseOptions {
  readonly state: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether a running `up` is in the way. */
  readonly alone: boolean;
  /** Whether it may be made where there is none. */
  readonly make: boolean;
  readonly signal: AbortSignal;
}

/**
 * The address of the database of `up` for as long as `work` lasts: the external one of SUPERCARGO_DATABASE_URL, that of
 * a running `up` by its socket, or else its server is started for that time.
 */
export async function withLocalDatabase<T>(
  { state, env, alone, make, signal }: LocalDatabaseOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = await findRunningUp(state);
  if (running && alone) throw new Error(`"up" (process ${running.pid}) runs on ${state}: stop it, then restore`);
  const external = env['SUPERCARGO_DATABASE_URL'];
  if (external) return work(external);
  const there = await hasEmbedded(state);
  if (running && !there)
    throw new Error(`"up" on ${state} uses a PostgreSQL that it was given: set SUPERCARGO_DATABASE_URL to its address`);
  if (!there && !make) throw new Error(`${state} holds no database: name the --state folder of "supercargo up"`);
  if (running) return work(await embeddedAddress(state));
  const db = await openEmbedded({
    folder: state,
    binaries: env['SUPERCARGO_POSTGRES'],
    clock: systemClock,
    log: createLogger('database', 'warn'),
    signal,
  });
  try {
    return await work(db.url);
  } finally {
    await db.close();
  }
}
