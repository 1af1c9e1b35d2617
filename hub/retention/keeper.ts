import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { ENDS, PERSONS_OVER, type End } from './ends.ts';
import { forgetPersons, type OrderKey } from './forget.ts';
import { closeAnswered, forgetAsked } from './privacy.ts';

/** Any number, the same in every replica: one of them ends things, the others pass over it. */
const LEASE = 4_031_972;
const EVERY_MS = 3_600_000;
const FIRST_AFTER_MS = 60_000;
/** In one transaction: what waits for a lock waits for no more than that. */
const AT_ONCE = 2000;

/** How many rows ended since the start of this hub, by what they were. */
export type Ended = ReadonlyMap<string, number>;

export interface Keeper {
  readonly ended: Ended;
  stop(): Promise<void>;
}

/** The one place in which what is kept comes to its end: once an hour, in one replica. */
export function startKeeper(db: Database, clock: Clock, log: Logger): Keeper {
  const ended = new Map<string, number>();
  const stopping = new AbortController();
  async function loop(): Promise<void> {
    await clock.sleep(FIRST_AFTER_MS, stopping.signal);
    while (!stopping.signal.aborted) {
      await endWhatIsOver(db, ended, stopping.signal).catch((error: unknown) =>
        log.warn({ err: error }, 'what is over could not be ended; it is tried again within the hour'),
      );
      await clock.sleep(EVERY_MS, stopping.signal);
    }
  }
  const done = loop();
  return {
    ended,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

/** Ends all that is over, in small transactions. */
export async function endWhatIsOver(db: Database, ended: Map<string, number>, signal?: AbortSignal): Promise<void> {
  const count = (what: string, rows: number) => ended.set(what, (ended.get(what) ?? 0) + rows);
  for (const end of ENDS) {
    for (let rows = AT_ONCE; rows === AT_ONCE && !signal?.aborted; count(end.what, rows))
      rows = await db.transaction((tx) => endSome(tx, end));
  }
  for (let rows = AT_ONCE; rows === AT_ONCE && !signal?.aborted; count('persons', rows))
    rows = await db.transaction(forgetSome);
  for (let rows = AT_ONCE; rows === AT_ONCE && !signal?.aborted; count('persons', rows))
    rows = await db.transaction(forgetSomeAsked);
  await db.transaction(closeAnswered);
}

async function hasLease(tx: Transaction): Promise<boolean> {
  const [row] = await tx.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [LEASE]);
  return row!.mine;
}

async function endSome(tx: Transaction, { table, over }: End): Promise<number> {
  if (!(await hasLease(tx))) return 0;
  const [row] = await tx.query<{ count: number }>(
    `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM ${table} t ${over} LIMIT ${AT_ONCE})) RETURNING 1) SELECT count(*) AS count FROM gone`,
  );
  return row!.count;
}

/** Whose erasure was asked for while the order was open. */
async function forgetSomeAsked(tx: Transaction): Promise<number> {
  return (await hasLease(tx)) ? forgetAsked(tx, null, AT_ONCE) : 0;
}

async function forgetSome(tx: Transaction): Promise<number> {
  if (!(await hasLease(tx))) return 0;
  const orders = await tx.query<OrderKey & Record<string, unknown>>(`${PERSONS_OVER} LIMIT ${AT_ONCE}`);
  await forgetPersons(tx, orders, 'time');
  return orders.length;
}
