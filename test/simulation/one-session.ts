import { createHash } from 'node:crypto';
import pg, { type Client as PgClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { setLocal, type Database, type Row, type Transaction } from '../../hub/storage/database.ts';

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = { 20: Number, 1184: (text) => new Date(text).toISOString() };

/**
 * The hub's database over one session with prepared statements and without a pool: three times as many runs in the same
 * time as hub/storage/postgres.ts, with the same SQL. Transactions queue up.
 */
export async function openSession(where: { readonly host: string; readonly port: number; readonly database: string; readonly user: string; readonly password: string }): Promise<Database> {
  const parser = (oid: number, format?: 'text' | 'binary') => (format !== 'binary' && PARSERS[oid]) || (pg.types.getTypeParser(oid, format) as unknown);
  const client = new pg.Client({ ...where, types: { getTypeParser: parser as typeof pg.types.getTypeParser } });
  await client.connect();
  const names = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  async function query<R extends Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    if (params.length === 0) return (await client.query<R>(sql)).rows;
    const name = names.get(sql) ?? createHash('md5').update(sql).digest('hex');
    names.set(sql, name);
    return (await client.query<R>({ name, text: sql, values: [...params] })).rows;
  }
  return {
    engine: 'postgresql',
    query: (sql, params) => alone(() => query(sql, params)),
    execute: (sql) => alone(async () => { await client.query(sql); }),
    transaction: (work, settings) => alone(async () => {
      const after: (() => void)[] = [];
      await client.query(settings ? `BEGIN; ${setLocal(settings)}` : 'BEGIN');
      try {
        const result = await work({ query, copy: (table, columns, data) => copy(client, table, columns, data), afterCommit: (action) => { after.push(action); } });
        await client.query('COMMIT');
        for (const action of after) action();
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    }),
    close: () => client.end(),
  };
}

const copy = (client: PgClient, ...[table, columns, data]: Parameters<Transaction['copy']>): Promise<void> => new Promise((resolve, reject) => {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  stream.on('error', reject);
  stream.on('finish', resolve);
  stream.end(data);
});
