import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import type { Database } from './database.ts';
import { sayTlsTrouble } from './database-tls.ts';
import { judgeServer, readServerFacts, type UnfitFor } from './fitness.ts';

const PATIENCE_MS = 120_000;
const LONGEST_PAUSE_MS = 5000;

/**
 * Waits for a database that is starting or restarting: a hub that dies for it would come back with the kubelet's
 * growing delays, minutes after the database. What is still wrong after two minutes (a bad password, a replica that is
 * not promoted) ends the start. What is wrong and does not stop the hub is returned.
 */
export async function databaseAnswers(db: Database, clock: Clock, log: Logger): Promise<readonly UnfitFor[]> {
  const giveUpAt = clock.now().getTime() + PATIENCE_MS;
  for (let pause = 200; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      const faults = judgeServer(await readServerFacts(db));
      const fatal = faults.find((fault) => fault.fatal);
      if (fatal) throw new Error(fatal.message);
      for (const { reason, message } of faults) log.error({ reason }, message);
      return faults;
    } catch (failure) {
      const error = sayTlsTrouble(failure);
      if (clock.now().getTime() + pause > giveUpAt) throw error;
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'the database does not answer: trying again',
      );
      await clock.sleep(pause);
    }
  }
}
