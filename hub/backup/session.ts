import { Socket } from 'node:net';
import pg from 'pg';
import { sayTlsTrouble } from '../storage/database-tls.ts';
import type { Queryable, Row } from '../storage/database.ts';

/** One session of a database, for a backup or a restore alone: COPY in both directions, and no limit of time. */
export interface CopySession extends Queryable {
  readonly client: pg.Client;
  /** At once, whatever is under way: the server rolls back what was not committed. */
  end(): void;
}

/** Values as every release writes and reads them, whatever the server's settings. */
const SETTINGS = `SET client_encoding = 'UTF8'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET bytea_output = 'hex'; SET extra_float_digits = 1;
SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0`;

/** `url` holds a password: it is never shown. */
export async function openCopySession(url: string): Promise<CopySession> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    stream: () => socket,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'supercargo-backup',
  });
  // What was under way fails by itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(SETTINGS);
  } catch (error) {
    socket.destroy();
    throw sayTlsTrouble(error);
  }
  return {
    client,
    async query<R extends Row>(sql: string, params: readonly unknown[] = []) {
      return (await client.query<R>(sql, [...params])).rows;
    },
    end: () => void socket.destroy(),
  };
}

/** A name for SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
