import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import type { Queryable } from './database.ts';
import { readOwner } from './owner.ts';

const LOOK_EVERY_MS = 10_000;
/** Whoever restored it from within this pod may still say so. */
const LEAVE_MS = 2000;

/** The id of this life of the database, another one after each restore, and whose it is. */
export async function readEpoch(db: Queryable): Promise<string> {
  const [row] = await db.query<{ id: string }>('SELECT id FROM database_epoch');
  return `${row?.id ?? ''} ${(await readOwner(db)) ?? ''}`;
}

export interface EpochWatch {
  /** Whether the database is the one that was there at the start. */
  readonly isSame: () => Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Notices that the database was restored under a hub, or that another installation took it over: what the hub has in
 * memory is of another one, so it must end and start anew. `onRestored` is called once.
 */
export async function watchEpoch(
  db: Queryable,
  clock: Clock,
  log: Logger,
  onRestored: () => void,
): Promise<EpochWatch> {
  const began = await readEpoch(db);
  const stopping = new AbortController();
  const found = new AbortController();
  const isSame = async () => {
    if (!found.signal.aborted && (await readEpoch(db)) !== began) found.abort();
    return !found.signal.aborted;
  };
  async function look(): Promise<void> {
    while (!stopping.signal.aborted) {
      // A database that is away now is looked at again.
      if (!(await isSame().catch(() => true))) {
        log.warn(
          'the database was restored from a backup, or another installation took it over: this hub ends, and what is started anew sees which',
        );
        await clock.sleep(LEAVE_MS, stopping.signal);
        if (!stopping.signal.aborted) onRestored();
        return;
      }
      await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([stopping.signal, found.signal]));
    }
  }
  const looking = look();
  return {
    isSame,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}
