import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Database } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import { Random } from '../../simulator/random.ts';
import { ownDatabase } from '../../test/support/postgres.ts';
import { dropStatements, readTables } from './catalogue.ts';

jest.setTimeout(60_000);

let db: Database;

beforeAll(async () => {
  db = await ownDatabase();
  await migrate(db);
});
afterAll(async () => db?.close());

class Undone extends Error {}

describe('what drops the schema of a hub', () => {
  it.each([1, 2, 3, 4, 5])('leaves nothing of it, in whatever order the database lists it (seed %d)', async (seed) => {
    const random = new Random(seed);
    await db
      .transaction(async (tx) => {
        const statements = await dropStatements(tx);
        expect(statements.length).toBeGreaterThan(20);
        const shuffled = statements.map((sql) => ({ sql, at: random.int(0, 1_000_000) })).sort((a, b) => a.at - b.at);
        for (const { sql } of shuffled) await tx.query(sql);
        expect(await readTables(tx)).toEqual([]);
        expect(await dropStatements(tx)).toEqual([]);
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
  });
});
