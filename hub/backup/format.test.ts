import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { checkBackup } from './check.ts';
import { BackupWriter, FORMAT, readBackup, type BackupPart } from './format.ts';
import { NEWEST_SCHEMA } from '../storage/migrate.ts';

const HEADER = {
  id: 'b-1',
  takenAt: '2026-11-26T00:00:00.000Z',
  release: '1.0.0',
  schema: NEWEST_SCHEMA,
  postgres: '18.4',
  tables: ['orders', 'empty'],
};

function plain(header: Partial<typeof HEADER> = {}): Buffer {
  const writer = new BackupWriter();
  return Buffer.concat([
    writer.header({ ...HEADER, ...header }),
    writer.table('orders', ['id', 'note']),
    writer.data(Buffer.from('1\ta')),
    writer.data(Buffer.from('b\n2\tline\\nbreak\n')),
    writer.rows(2),
    writer.table('empty', ['x']),
    writer.rows(0),
    writer.sequences([{ name: 's', last: '9007199254740993', called: true }]),
    writer.end(),
  ]);
}

/** In chunks of a size, as a network or a disk gives them. */
function chunked(bytes: Buffer, size = 7): Readable {
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
    { objectMode: false },
  );
}

const check = (bytes: Buffer) =>
  checkBackup(chunked(bytes)).then(
    () => 'whole',
    (error: Error) => error.message,
  );

async function parts(bytes: Buffer, size?: number): Promise<BackupPart[]> {
  const found: BackupPart[] = [];
  for await (const part of readBackup(chunked(bytes, size))) found.push(part);
  return found;
}

describe('a backup file', () => {
  it.each([1, 7, 100_000])('is read as it was written, in chunks of %i bytes', async (size) => {
    const found = await parts(zstdCompressSync(plain()), size);
    const data = Buffer.concat(found.flatMap((part) => (part.kind === 'data' ? [part.chunk] : []))).toString();
    expect(data).toBe('1\tab\n2\tline\\nbreak\n');
    expect(found.filter(({ kind }) => kind !== 'data')).toEqual([
      { kind: 'header', header: { supercargo: 'backup', format: FORMAT, ...HEADER } },
      { kind: 'table', table: 'orders', columns: ['id', 'note'] },
      { kind: 'rows', rows: 2 },
      { kind: 'table', table: 'empty', columns: ['x'] },
      { kind: 'rows', rows: 0 },
      { kind: 'sequences', sequences: [{ name: 's', last: '9007199254740993', called: true }] },
      { kind: 'end', tables: 2, rows: 2 },
    ]);
  });

  it('that is cut off anywhere is refused', async () => {
    const whole = zstdCompressSync(plain());
    for (let length = 0; length < whole.length - 4; length++)
      expect(await check(whole.subarray(0, length))).toMatch(/no whole backup/);
    // Whole lines are missing, and what compresses it knows nothing of that.
    const lines = plain().toString().split('\n');
    for (let count = 1; count < lines.length - 1; count++)
      expect(await check(zstdCompressSync(Buffer.from(lines.slice(0, count).join('\n') + '\n')))).toMatch(
        /no whole backup/,
      );
  });

  it('in which one byte was changed is refused, wherever it is', async () => {
    const whole = plain();
    expect(await check(zstdCompressSync(whole))).toBe('whole');
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ 1;
      expect([at, await check(zstdCompressSync(changed))]).toEqual([at, expect.not.stringMatching(/^whole$/)]);
    }
  });

  it('of a newer format, a newer schema, or of another program is refused, with what to do', async () => {
    const newer = zstdDecompressSync(zstdCompressSync(plain()))
      .toString()
      .replace(`"format":${FORMAT}`, `"format":${FORMAT + 1}`);
    expect(await check(zstdCompressSync(Buffer.from(newer)))).toMatch(
      /has format 2, and this release reads up to 1: restore it with the release that made it/,
    );
    expect(await check(zstdCompressSync(plain({ schema: NEWEST_SCHEMA + 1 })))).toMatch(
      /schema version .* restore it with that release/,
    );
    expect(await check(Buffer.from('PGDMP and so on, more than one chunk long'))).toMatch(/no whole backup/);
    expect(await check(zstdCompressSync(Buffer.from('{"some":"json"}\n')))).toMatch(/no whole backup/);
  });
});
