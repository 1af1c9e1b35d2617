/** What the hub needs of PostgreSQL, its own (embedded/) or one it was given (postgres.ts). */
export type Row = Record<string, unknown>;

export interface Queryable {
  /**
   * `$1` parameters. bigint comes back as number, timestamptz as ISO 8601 UTC, jsonb parsed. With a `name` the
   * statement stays prepared in its session: for those that run with every batch. One name, one text; not for staging
   * tables, whose plans end with each commit.
   */
  query<R extends Row = Row>(sql: string, params?: readonly unknown[], name?: string): Promise<R[]>;
}

/** Set for one transaction, as by SET LOCAL: names and values of our own making, never from outside. */
export type TransactionSettings = Readonly<Record<string, string | number>>;

export function setLocal(settings: TransactionSettings = {}): string {
  return Object.entries(settings)
    .map(([name, value]) => `SET LOCAL ${name} = '${String(value)}';`)
    .join(' ');
}

export interface Transaction extends Queryable {
  /** COPY … FROM with rows in PostgreSQL's text format (model/copy.ts). */
  copy(table: string, columns: readonly string[], data: Buffer): Promise<void>;
  /** Runs after the commit, in order; never when the transaction is rolled back. */
  afterCommit(action: () => void): void;
}

export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it throws. Serialization failures are not repeated here. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, settings?: TransactionSettings): Promise<T>;
  /** Several statements without parameters. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
  /** `embedded`: a server that this process started. `external`: one at the address it was given. */
  readonly where: 'embedded' | 'external';
}
