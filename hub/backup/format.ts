import { createHash, type Hash } from 'node:crypto';
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
  z.strictObject({ bytes: z.int().min(0).max(64 * 1024 * 1024) }),
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
    return Buffer.from(JSON.stringify({ end: true, tables: this.#tables, rows: this.#rows, sha256: this.#hash.copy().digest('hex') }) + '\n');
  }

  #line(value: unknown): Buffer {
    const line = Buffer.from(JSON.stringify(value) + '\n');
    this.#hash.update(line);
    return line;
  }
}

/**
 * Reads a backup part by part, memory flat, and throws BackupFault where it is none, is cut off or was changed. The part
 * `end` comes only when everything before it is as it was written; whoever changes something on the way keeps it only then.
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
  yield { kind: 'header', header: headerOf(await nextLine(bytes, hash)) };
  const seen = { tables: 0, rows: 0, newlines: 0, inTable: false };
  for (;;) {
    const before = hash.copy();
    const parsed = lineSchema.safeParse(jsonOf(await nextLine(bytes, hash)));
    if (!parsed.success) throw damaged();
    const line = parsed.data;
    if ('bytes' in line) {
      if (!seen.inTable) throw damaged();
      for await (const chunk of bytes.take(line.bytes)) {
        hash.update(chunk);
        seen.newlines += newlines(chunk);
        yield { kind: 'data', chunk };
      }
    } else if ('rows' in line && !('end' in line)) {
      // COPY text writes a newline within a value as two letters: each one that is there ends a row.
      if (!seen.inTable || seen.newlines !== line.rows) throw damaged();
      seen.inTable = false;
      seen.rows += line.rows;
      yield { kind: 'rows', rows: line.rows };
    } else if ('table' in line) {
      if (seen.inTable) throw damaged();
      seen.tables++;
      seen.newlines = 0;
      seen.inTable = true;
      yield { kind: 'table', table: line.table, columns: line.columns };
    } else if ('sequences' in line) {
      yield { kind: 'sequences', sequences: line.sequences };
    } else {
      if (seen.inTable || line.tables !== seen.tables || line.rows !== seen.rows || line.sha256 !== before.digest('hex')) throw damaged();
      yield { kind: 'end', tables: line.tables, rows: line.rows };
      return;
    }
  }
}

const damaged = (): BackupFault => new BackupFault('the file is no whole backup of Supercargo: it is cut off, was changed after it was written, or is something else. Nothing was restored: use another one');

function headerOf(line: Buffer): BackupHeader {
  const value = jsonOf(line);
  const format = z.object({ supercargo: z.literal('backup'), format: z.int() }).safeParse(value);
  if (!format.success) throw damaged();
  if (format.data.format > FORMAT) throw new BackupFault(`the backup has format ${format.data.format}, and this release reads up to ${FORMAT}: restore it with the release that made it, or a newer one`);
  const header = headerSchema.safeParse(value);
  if (!header.success) throw damaged();
  return header.data;
}

async function nextLine(bytes: ByteSource, hash: Hash): Promise<Buffer> {
  const line = await bytes.line();
  hash.update(line);
  return line;
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
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
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
    const { value, done } = await this.#chunks.next().catch((error: NodeJS.ErrnoException) => {
      if (error.syscall !== undefined) throw error;
      throw damaged();
    });
    if (done) throw damaged();
    this.#left = value as Buffer;
  }
}
