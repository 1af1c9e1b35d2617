import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { Row } from '../../hub/storage/database.ts';

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number,
  1184: (text) => new Date(text).toISOString(),
};
const parserOf = (oid: number): ((text: string) => unknown) =>
  PARSERS[oid] ?? (pg.types.getTypeParser(oid, 'text') as (text: string) => unknown);
/** What PostgreSQL says of each statement after the one that failed. */
const TRANSACTION_ABORTED = '25P02';

/** The part of pg's connection that is used: it writes and reads messages, and knows nothing of queries. */
export interface Wire extends EventEmitter {
  stream: Duplex;
  parse(message: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  bind(message: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
  query(text: string): void;
  sendCopyFromChunk(data: Buffer): void;
  endCopyFrom(): void;
}

interface Field {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

interface Statement {
  readonly name: string;
  /** What its rows look like, since its first use. */
  fields?: readonly Field[];
}

/** What a statement gives when its turn has come: one each, in the order in which they were sent. */
interface Pending {
  readonly statement?: Statement;
  readonly rows: Row[];
  readonly done?: PromiseWithResolvers<Row[]>;
  error?: unknown;
}

/**
 * One session to which statements go in one piece of bytes: those whose answer nobody needs wait for the next whose
 * answer is needed, and go with it. What they say of errors is said by that one. Each is prepared once. A simulated run
 * consists of round trips for the most part, and this leaves half of them.
 */
export class Pipeline {
  readonly #wire: Wire;
  readonly #socket: Duplex;
  readonly #statements = new Map<string, Statement>();
  readonly #pending: Pending[] = [];
  #bytes: Buffer[] = [];
  #failed: unknown;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#socket = wire.stream;
    wire.stream = { writable: true, write: (bytes: Buffer) => this.#bytes.push(bytes) } as unknown as Duplex;
    for (const event of [
      'rowDescription',
      'dataRow',
      'commandComplete',
      'parseComplete',
      'readyForQuery',
      'errorMessage',
      'copyInResponse',
      'emptyQuery',
    ])
      wire.removeAllListeners(event);
    wire.on('rowDescription', ({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }) => {
      const { statement } = this.#pending[0]!;
      if (statement) statement.fields = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }));
    });
    wire.on('dataRow', ({ fields }: { fields: readonly (string | null)[] }) => this.#takeRow(fields));
    wire.on('errorMessage', (error: unknown) => {
      this.#pending[0]!.error ??= error;
    });
    wire.on('readyForQuery', () => this.#end());
  }

  /** Gives the rows. */
  ask(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.#now((done) => this.#prepared(sql, params, done));
  }

  /** Gives nothing; goes with the next. */
  tell(sql: string, params: readonly unknown[] = []): void {
    this.#prepared(sql, params);
  }

  /** Any text of statements without parameters. */
  async run(text: string): Promise<void> {
    await this.#now((done) => this.#plain(text, done));
  }

  runLater(text: string): void {
    this.#plain(text);
  }

  copy(text: string, data: Buffer): void {
    this.#plain(text);
    this.#wire.sendCopyFromChunk(data);
    this.#wire.endCopyFrom();
  }

  /** Gives the connection back as it was. */
  leave(): void {
    this.#wire.stream = this.#socket;
  }

  #now(send: (done: PromiseWithResolvers<Row[]>) => void): Promise<Row[]> {
    const done = Promise.withResolvers<Row[]>();
    send(done);
    this.#socket.write(this.#bytes.length === 1 ? this.#bytes[0]! : Buffer.concat(this.#bytes));
    this.#bytes = [];
    return done.promise;
  }

  #plain(text: string, done?: PromiseWithResolvers<Row[]>): void {
    this.#wire.query(text);
    this.#pending.push({ rows: [], done });
  }

  #prepared(sql: string, params: readonly unknown[], done?: PromiseWithResolvers<Row[]>): void {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = { name: `s${this.#statements.size}` };
      this.#statements.set(sql, statement);
      this.#wire.parse({ name: statement.name, text: sql, types: [] });
    }
    this.#wire.bind({ statement: statement.name, values: params.map(textOf) });
    if (!statement.fields) this.#wire.describe({ type: 'P' });
    this.#wire.execute({});
    this.#wire.sync();
    this.#pending.push({ statement, rows: [], done });
  }

  #takeRow(values: readonly (string | null)[]): void {
    const { statement, rows } = this.#pending[0]!;
    const row: Row = {};
    for (const [index, { name, parse }] of (statement?.fields ?? []).entries()) {
      const value = values[index]!;
      row[name] = value === null ? null : parse(value);
    }
    rows.push(row);
  }

  #end(): void {
    const { rows, done, error } = this.#pending.shift()!;
    if (
      error !== undefined &&
      (this.#failed === undefined || (error as { code?: unknown }).code !== TRANSACTION_ABORTED)
    )
      this.#failed = error;
    if (!done) return;
    if (this.#failed === undefined) return done.resolve(rows);
    const failed = this.#failed;
    this.#failed = undefined;
    done.reject(failed);
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value))
    return `{${value
      .map((each) => {
        const text = textOf(each);
        return text === null ? 'NULL' : `"${text.replace(/[\\"]/g, '\\$&')}"`;
      })
      .join(',')}}`;
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
