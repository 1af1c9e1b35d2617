import { createHash } from 'node:crypto';
import { createZstdDecompress } from 'node:zlib';
import type { Readable } from 'node:stream';
import { z } from 'zod';

/** Raised when a release of before could not read what is written. */
export const FORMAT = 1;

/** Why a backup cannot be taken or restored, in one sentence with its remedy. */
export class BackupFault extends Error {}

const headerSchema = z.object({
  supercargo: z.literal('backup'),
  format: z.int(),
  id: z.string(),
  takenAt: z.string(),
  release: z.string(),
  schema: z.int().min(1),
  /** "18.4". */
  postgres: z.string(),
  tables: z.array(z.string()),
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** Where a sequence stands: bigint as text. */
export interface SequenceState {
  readonly name: string;
  readonly last: string;
  readonly called: boolean;
}

const lineSchema = z.union([
  z.strictObject({ table: z.string(), columns: z.array(z.string()) }),
  z.strictObject({
    bytes: z
      .int()
      .min(0)
      .max(64 * 1024 * 1024),
  }),
  z.strictObject({ rows: z.int().min(0) }),
  z.strictObject({ sequences: z.array(z.object({ name: z.string(), last: z.string(), called: z.boolean() })) }),
  z.strictObject({ end: z.literal(true), tables: z.int(), rows: z.int(), sha256: z.string() }),
]);

/** What a backup consists of, in order: header, for each table its name, data and count, sequences, end. */
export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'data'; readonly chunk: Buffer }
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'sequences'; readonly sequences: readonly SequenceState[] }
  | { readonly kind: 'end'; readonly tables: number; readonly rows: number };

/** Lines of JSON and COPY text as bytes, with the sum of all at the end. Compressed by who writes it. */
export class BackupWriter {
  readonly #hash = createHash('sha256');
  #tables = 0;
  #rows = 0;

  header(header: Omit<BackupHeader, 'supercargo' | 'format'>): Buffer {
    return this.#line({ supercargo: 'backup', format: FORMAT, ...header });
  }

  table(table: string, columns: readonly string[]): Buffer {
    this.#tables++;
    return this.#line({ table, columns });
  }

  data(chunk: Buffer): Buffer {
    const head = Buffer.from(JSON.stringify({ bytes: chunk.length }) + '\n');
    this.#hash.update(head).update(chunk);
    return Buffer.concat([head, chunk]);
  }

  rows(rows: number): Buffer {
    this.#rows += rows;
    return this.#line({ rows });
  }

  sequences(sequences: readonly SequenceState[]): Buffer {
    return this.#line({ sequences });
  }

  end(): Buffer {
    return Buffer.from(
      JSON.stringify({ end: true, tables: this.#tables, rows: this.#rows, sha256: this.#hash.copy().digest('hex') }) +
        '\n',
    );
  }

  #line(value: unknown): Buffer {
    const line = Buffer.from(JSON.stringify(value) + '\n');
    this.#hash.update(line);
    return line;
  }
}

/**
 * Reads a backup part by part, memory flat, and throws BackupFault where it is none, is cut off or was changed. The
 * part
 * `end` comes only when everything before it is as it was written; whoever changes something on the way keeps it only
 * then.
 */
export async function* readBackup(source: Readable): AsyncGenerator<BackupPart> {
  const plain = createZstdDecompress();
  // Told to who reads; whoever has stopped to read does not want to know.
  plain.on('error', () => undefined);
  source.once('error', (error) => plain.destroy(error));
  source.pipe(plain);
  try {
    yield* partsOf(new ByteSource(plain));
  } finally {
    source.unpipe(plain);
    plain.destroy();
  }
}

async function* partsOf(bytes: ByteSource): AsyncGenerator<BackupPart> {
  const hash = createHash('sha256');
  const header = await bytes.line();
  hash.update(header);
  yield { kind: 'header', header: headerOf(header) };
  const counts = new Counts();
  for (;;) {
    const sum = hash.copy();
    const text = await bytes.line();
    hash.update(text);
    const line = lineSchema.safeParse(jsonOf(text)).data;
    if (!line) throw damaged();
    if ('bytes' in line) {
      for await (const chunk of bytes.take(line.bytes)) {
        hash.update(chunk);
        counts.data(chunk);
        yield { kind: 'data', chunk };
      }
    } else if ('end' in line) {
      counts.end(line.tables, line.rows);
      if (line.sha256 !== sum.digest('hex')) throw damaged();
      yield { kind: 'end', tables: line.tables, rows: line.rows };
      return;
    } else yield counts.line(line);
  }
}

/** Whether parts come in order and are as many as they say. */
class Counts {
  #tables = 0;
  #rows = 0;
  #newlines = 0;
  #inTable = false;

  data(chunk: Buffer): void {
    if (!this.#inTable) throw damaged();
    this.#newlines += newlines(chunk);
  }

  line(line: Exclude<z.infer<typeof lineSchema>, { bytes: number } | { end: true }>): BackupPart {
    if ('sequences' in line) return { kind: 'sequences', sequences: line.sequences };
    if ('table' in line) {
      if (this.#inTable) throw damaged();
      this.#inTable = true;
      this.#tables++;
      this.#newlines = 0;
      return { kind: 'table', table: line.table, columns: line.columns };
    }
    // COPY text writes a newline within a value as two letters: each one that is there ends a row.
    if (!this.#inTable || this.#newlines !== line.rows) throw damaged();
    this.#inTable = false;
    this.#rows += line.rows;
    return { kind: 'rows', rows: line.rows };
  }

  end(tables: number, rows: number): void {
    if (this.#inTable || tables !== this.#tables || rows !== this.#rows) throw damaged();
  }
}

/** The one word for all that is wrong with a file. */
export const damaged = (): BackupFault =>
  new BackupFault(
    'the file is no whole backup of Supercargo: it is cut off, was changed after it was written, or is something else. Nothing was restored: use another one',
  );

function headerOf(line: Buffer): BackupHeader {
  const value = jsonOf(line);
  const format = z.object({ supercargo: z.literal('backup'), format: z.int() }).safeParse(value);
  if (!format.success) throw damaged();
  if (format.data.format > FORMAT)
    throw new BackupFault(
      `the backup has format ${format.data.format}, and this release reads up to ${FORMAT}: restore it with the release that made it, or a newer one`,
    );
  const header = headerSchema.safeParse(value);
  if (!header.success) throw damaged();
  return header.data;
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

function newlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}

const LONGEST_LINE = 4 * 1024 * 1024;

/** Lines and counted bytes out of a stream of chunks. */
class ByteSource {
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #left: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  }

  /** With its newline. */
  async line(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let length = 0; ;) {
      const end = this.#left.indexOf(10);
      if (end !== -1) {
        parts.push(this.#left.subarray(0, end + 1));
        this.#left = this.#left.subarray(end + 1);
        return Buffer.concat(parts);
      }
      parts.push(this.#left);
      length += this.#left.length;
      if (length > LONGEST_LINE) throw damaged();
      await this.#more();
    }
  }

  async *take(count: number): AsyncGenerator<Buffer> {
    for (let wanted = count; wanted > 0;) {
      if (this.#left.length === 0) await this.#more();
      const chunk = this.#left.subarray(0, wanted);
      this.#left = this.#left.subarray(chunk.length);
      wanted -= chunk.length;
      yield chunk;
    }
  }

  async #more(): Promise<void> {
    const next: IteratorResult<Buffer, undefined> = await this.#chunks.next().catch((error: NodeJS.ErrnoException) => {
      if (error.syscall !== undefined) throw error;
      throw damaged();
    });
    if (next.done) throw damaged();
    this.#left = next.value;
  }
}
