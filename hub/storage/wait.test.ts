import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { createLogger } from '../../kit/log.ts';
import type { Database } from './database.ts';
import { databaseAnswers } from './wait.ts';

const log = createLogger('test', 'silent');

const FIT = { version: 180_004, fsync: 'on', full_page_writes: 'on', replica: false, sessions: 97 };

function database(failures: number): Database & { asked: number } {
  const db = {
    asked: 0,
    query: async () => {
      if (db.asked++ < failures) throw new Error('the database system is starting up');
      return [FIT];
    },
  };
  return db as unknown as Database & { asked: number };
}

describe('a hub that starts before its database', () => {
  it('waits for it', async () => {
    const clock = new ManualClock();
    const db = database(4);
    let done = false;
    const waiting = databaseAnswers(db, clock, log).then(() => (done = true));
    await clock.advance(1000);
    expect(done).toBe(false);
    await clock.advance(5000);
    await waiting;
    expect(db.asked).toBe(5);
  });

  it("gives up after two minutes, with the database's own words", async () => {
    const clock = new ManualClock();
    const failed = databaseAnswers(database(1000), clock, log).catch((error: Error) => error.message);
    await clock.advance(121_000);
    expect(await failed).toBe('the database system is starting up');
  });

  it('waits for a replica to be promoted, and says what to do when it is not', async () => {
    const clock = new ManualClock();
    const replica = { query: async () => [{ ...FIT, replica: true }] } as unknown as Database;
    const failed = databaseAnswers(replica, clock, log).catch((error: Error) => error.message);
    await clock.advance(121_000);
    expect(await failed).toBe('the database is a read-only replica: point SUPERCARGO_DATABASE_URL at the primary');
  });

  it('starts on a server that forgets, and says so', async () => {
    const forgetful = {
      query: async () => [{ ...FIT, fsync: 'off', full_page_writes: 'off', sessions: 7 }],
    } as unknown as Database;
    expect((await databaseAnswers(forgetful, new ManualClock(), log)).map(({ reason }) => reason)).toEqual([
      'FsyncOff',
      'FullPageWritesOff',
      'TooFewSessions',
    ]);
  });
});
