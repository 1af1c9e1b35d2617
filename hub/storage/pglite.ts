import { PGlite, types } from '@electric-sql/pglite';
import { setLocal, type Database, type Queryable, type Row, type Transaction } from './database.ts';
import { assertSpace } from './disk-space.ts';
import { stagingSetup } from './staging.ts';

type Runner = Pick<PGlite, 'query' | 'exec'>;

const parsers = {
  [types.INT8]: Number,
  [types.TIMESTAMPTZ]: (text: string) => new Date(text).toISOString(),
};

/** PostgreSQL in the process. `dataDir` is a folder, or undefined for memory. One session: transactions queue up. None begins on a volume that is nearly full. */
export async function openPglite(dataDir?: string): Promise<Database> {
  const db = dataDir ? await PGlite.create(dataDir, { parsers, relaxedDurability: false }) : await PGlite.create({ parsers });
  await db.exec(stagingSetup());
  return {
    engine: 'pglite',
    ...queryable(db),
    async execute(sql) {
      await db.exec(sql);
    },
    async transaction(work, settings) {
      if (dataDir) await assertSpace(dataDir);
      const after: (() => void)[] = [];
      const result = await db.transaction(async (tx) => {
        if (settings) await tx.exec(setLocal(settings));
        return work(transactionOn(tx, after));
      });
      for (const action of after) action();
      return result;
    },
    close: () => db.close(),
  };
}

function queryable(runner: Runner): Queryable {
  return {
    async query<R extends Row>(sql: string, params: readonly unknown[] = []) {
      return (await runner.query<R>(sql, [...params])).rows;
    },
  };
}

function transactionOn(tx: Runner, after: (() => void)[]): Transaction {
  return {
    ...queryable(tx),
    async copy(table, columns, data) {
      await tx.query(`COPY ${table} (${columns.join(', ')}) FROM '/dev/blob'`, [], { blob: new Blob([new Uint8Array(data)]) });
    },
    afterCommit: (action) => { after.push(action); },
  };
}
