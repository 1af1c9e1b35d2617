import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { setLocal, type Database, type Row, type Transaction, type TransactionSettings } from './database.ts';
import { stagingSetup } from './staging.ts';
import { SessionLine } from './session-line.ts';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * What waits in a transaction is dead: a node that went away without a word would hold back every list, and rows, for
 * hours.
 */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * Before the first write of a session: has the database moved to another server since? A new database has no such
 * function yet.
 */
const KEEP_POSITIONS = `DO $$ BEGIN IF to_regprocedure('keep_positions()') IS NOT NULL THEN PERFORM keep_positions(); END IF; END $$;`;

/**
 * "0020-02-29 00:00:00.5+00", as PLAIN_TIMES has it, in ISO 8601. As it stands JavaScript takes years of one or two
 * digits for others, or for no time. Whole hours of another zone, should one come, count.
 */
const isoOf = (text: string): string => new Date(`${text.replace(' ', 'T')}:00`).toISOString();

/**
 * Numbers and times as the rest of the hub wants them; the parsers are this pool's own, not the library's global ones.
 */
const parsers: PoolConfig['types'] = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === INT8) return Number;
    if (format !== 'binary' && oid === TIMESTAMPTZ) return isoOf;
    return types.getTypeParser(oid, format) as unknown;
  }) as typeof types.getTypeParser,
};

export interface PostgresOptions {
  /** postgres://… ; the password comes from PGPASSWORD or the URL, never from an argument. */
  readonly url: string;
  readonly maxConnections?: number;
  /** Told of errors on idle connections (a server restart): the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * What was answered is on disk, whatever the server's default. A server that waits for replicas, too (remote_apply), is
 * left to it.
 */
const DURABLE_SESSION = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')`;

/**
 * Values are other people's data: no error of a statement takes them into the server's log. All else of that log is
 * its owner's to set (docs/operating.md).
 */
const DISCREET_SESSION = `SELECT set_config('log_parameter_max_length_on_error', '0', false)`;

/**
 * Times come in one form whatever the server's or the database's own: before 1900 many a zone is some seconds off, and
 * not every style of dates can be told from another.
 */
const PLAIN_TIMES = `SELECT set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO, YMD', false)`;

/** Sessions of one hub: what a server must have room for. */
export const POOL_SIZE = 10;

export function openPostgres(options: PostgresOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? POOL_SIZE,
    types: parsers,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // Kept for good: each new one makes its staging tables again, which fills the catalogue with dead rows.
    idleTimeoutMillis: 0,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it; its types do not say so yet
    onConnect: (client) => client.query(`${DURABLE_SESSION}; ${DISCREET_SESSION}; ${PLAIN_TIMES}`),
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // Between two statements of a transaction the pool does not listen: a server that goes then would end this process.
  // The
  // next statement fails, and with it the transaction.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const ready = new WeakSet<PoolClient>();
  const line = new SessionLine(options.maxConnections ?? POOL_SIZE);

  async function session(): Promise<PoolClient> {
    const client = await pool.connect();
    if (!ready.has(client)) {
      await client.query(stagingSetup() + KEEP_POSITIONS);
      ready.add(client);
    }
    return client;
  }

  async function transact<T>(work: (tx: Transaction) => Promise<T>, settings?: TransactionSettings): Promise<T> {
    const client = await session();
    const after: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      await client.query(settings ? `BEGIN; ${setLocal(settings)}` : 'BEGIN');
      const result = await work(transactionOn(client, after));
      await client.query('COMMIT');
      for (const action of after) action();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failed: Error) => {
        broken = failed;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    where: 'external',
    async query<R extends Row>(sql: string, params: readonly unknown[] = [], name?: string) {
      return (await line.take(() => pool.query<R>({ text: sql, values: [...params], name }))).rows;
    },
    async execute(sql) {
      await line.take(() => pool.query(sql));
    },
    transaction: (work, settings) => line.take(() => transact(work, settings)),
    close: () => pool.end(),
  };
}

function transactionOn(client: PoolClient, after: (() => void)[]): Transaction {
  return {
    async query<R extends Row>(sql: string, params: readonly unknown[] = [], name?: string) {
      return (await client.query<R>({ text: sql, values: [...params], name })).rows;
    },
    copy: (table, columns, data) =>
      new Promise((resolve, reject) => {
        const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
        stream.on('error', reject);
        stream.on('finish', resolve);
        stream.end(data);
      }),
    afterCommit: (action) => {
      after.push(action);
    },
  };
}
