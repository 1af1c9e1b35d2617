import { join } from 'node:path';
import { cacheFolder } from '../cluster/cache.ts';
import { isHeldBy, livingHolder, lockForLife } from '../cluster/lock.ts';
import type { Log } from '../cluster/log.ts';
import { processIdentity } from '../cluster/pid.ts';

/**
 * The end-to-end tests of one clone at a time: clones on one machine share the cluster's name, so that one whose tests
 * were killed leaves no cluster behind that nobody takes down. The turn is held by the process that HOLDER names, the
 * shell in which `make` runs all of them, until it ends. Without one (a part run by hand) there are no turns.
 */
export async function waitForTurn(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const holder = holderIn(env);
  if (holder) await lockForLife(turnFile(env), holder, log);
}

/** The process whose tests use the cluster now, unless they are those of this `make`. */
export async function whoseTurn(env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const holder = holderIn(env);
  if (holder && (await isHeldBy(turnFile(env), holder))) return undefined;
  return (await livingHolder(turnFile(env)))?.pid;
}

function holderIn({ HOLDER: pid }: NodeJS.ProcessEnv): ReturnType<typeof processIdentity> | undefined {
  return pid ? processIdentity(Number(pid)) : undefined;
}

function turnFile({ CLUSTER: name = 'supercargo' }: NodeJS.ProcessEnv): string {
  return join(cacheFolder(), 'clusters', `${name}.tests.lock`);
}
