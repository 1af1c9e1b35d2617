import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { createLogger } from '../../kit/log.ts';
import type { Database } from './database.ts';
import { databaseAnswers } from './wait.ts';

const log = createLogger('test', 'silent');

function database(failures: number): Database & { asked: number } {
  const db = { asked: 0, query: async () => { if (db.asked++ < failures) throw new Error('the database system is starting up'); return []; } };
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

  it('gives up after two minutes, with the database\'s own words', async () => {
    const clock = new ManualClock();
    const failed = databaseAnswers(database(1000), clock, log).catch((error: Error) => error.message);
    await clock.advance(121_000);
    expect(await failed).toBe('the database system is starting up');
  });
});
