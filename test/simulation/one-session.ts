import pg from 'pg';
import { setLocal, type Database, type Row, type Transaction } from '../../hub/storage/database.ts';
import { Pipeline, type Wire } from './pipeline.ts';

export interface Session extends Database {
  /** For whatever comes next. */
  set(name: string, value: string): void;
}

/** Statements that give no rows: nobody has to wait for them but who commits. */
const GIVES_NOTHING = /^\s*(INSERT|UPDATE|DELETE)(?![\s\S]*\bRETURNING\b)/;

/**
 * The hub's database over one session without a pool, with the same SQL as hub/storage/postgres.ts and half of its
 * round trips. Transactions are the caller's to put one after the other.
 */
export async function openSession(where: {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}): Promise<Session> {
  const client = new pg.Client(where);
  await client.connect();
  const pipeline = new Pipeline((client as unknown as { readonly connection: Wire }).connection);

  async function query<R extends Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return (await pipeline.ask(sql, params)) as R[];
  }

  /** Their errors are the transaction's, since it waits for its end. */
  const inside = (after: (() => void)[]): Transaction => ({
    query: async <R extends Row>(sql: string, params: readonly unknown[] = []) => {
      if (!GIVES_NOTHING.test(sql)) return query<R>(sql, params);
      pipeline.tell(sql, params);
      return [];
    },
    copy: async (table, columns, data) => pipeline.copy(`COPY ${table} (${columns.join(', ')}) FROM STDIN`, data),
    afterCommit: (action) => {
      after.push(action);
    },
  });

  return {
    where: 'external',
    query,
    execute: (sql) => pipeline.run(sql),
    async transaction(work, settings) {
      const after: (() => void)[] = [];
      pipeline.runLater(settings ? `BEGIN; ${setLocal(settings)}` : 'BEGIN');
      try {
        const result = await work(inside(after));
        await pipeline.run('COMMIT');
        for (const action of after) action();
        return result;
      } catch (error) {
        // What was told and not heard of belongs to what is rolled back.
        await pipeline.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    set: (name, value) => pipeline.tell('SELECT set_config($1, $2, false)', [name, value]),
    async close() {
      pipeline.leave();
      await client.end();
    },
  };
}
