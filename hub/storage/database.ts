/** What the hub needs of PostgreSQL, whether a server (postgres.ts) or PGlite in the process (pglite.ts): the same SQL. */
export type Row = Record<string, unknown>;

export interface Queryable {
  /** `$1` parameters. bigint comes back as number, timestamptz as ISO 8601 UTC, jsonb parsed. */
  query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
}

export interface Transaction extends Queryable {
  /** COPY … FROM with rows in PostgreSQL's text format (model/copy.ts). */
  copy(table: string, columns: readonly string[], data: Buffer): Promise<void>;
  /** Runs after the commit, in order; never when the transaction is rolled back. */
  afterCommit(action: () => void): void;
}

export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it throws. Serialization failures are not repeated here. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Several statements without parameters. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
  readonly engine: 'postgresql' | 'pglite';
}

/** Statements that every session runs once: staging tables that live as long as the session. */
export type SessionSetup = string;
