import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadBatch, BATCH_VERSION, decodeBatch, encodeBatch, type BatchProblem, type BatchSegment } from './batch.ts';
import { TABLES, type TableName } from './tables.ts';

const segment = (table: TableName, text: string, rows = 1): BatchSegment => ({ table, rows, data: Buffer.from(text) });
const problem: BatchProblem = { severity: 'Error', reason: 'UnknownSku', record: '7', message: 'no such SKU' };

/** A well-formed batch whose header was tampered with. */
function tampered(edit: (header: Record<string, unknown>) => unknown, payload = 'a\tb\n'): Buffer {
  const whole = encodeBatch({ sequence: 1, read: 1, problems: [problem] }, [segment('locations', payload)]);
  const newline = whole.indexOf(10);
  const header = JSON.parse(whole.toString('utf8', 0, newline)) as Record<string, unknown>;
  return Buffer.concat([Buffer.from(JSON.stringify(edit(header))), whole.subarray(newline)]);
}

function refusal(bytes: Buffer): string {
  try {
    decodeBatch(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(BadBatch);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('a batch', () => {
  it('comes out as it went in', () => {
    const checkpoint = {
      since: '2026-01-01T00:00:00.000Z',
      run: { high: '2026-01-02T00:00:00.000Z', resume: 'page 3\nünïcode' },
    };
    const segments = [segment('orders', 'one\ntwo\n', 2), segment('order_lines', '')];
    const { header, segments: out } = decodeBatch(
      encodeBatch({ sequence: 7, read: 2, checkpoint, problems: [problem] }, segments),
    );
    expect(header).toEqual({
      version: BATCH_VERSION,
      sequence: 7,
      read: 2,
      checkpoint,
      problems: [problem],
      segments: [
        { table: 'orders', rows: 2, bytes: 8 },
        { table: 'order_lines', rows: 1, bytes: 0 },
      ],
    });
    expect(out).toEqual(segments);
  });

  it('comes out as it went in, whatever bytes its segments hold', () => {
    const segments = fc.uniqueArray(
      fc.record({
        table: fc.constantFrom(...(Object.keys(TABLES) as TableName[])),
        rows: fc.nat(),
        data: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      }),
      { maxLength: 8, selector: ({ table }) => table },
    );
    fc.assert(
      fc.property(segments, fc.integer({ min: 1 }), (given, sequence) => {
        const { header, segments: out } = decodeBatch(encodeBatch({ sequence, read: 0, problems: [] }, given));
        expect(header.sequence).toBe(sequence);
        expect(out.map(({ table, rows, data }) => [table, rows, data.toString('hex')])).toEqual(
          given.map(({ table, rows, data }) => [table, rows, data.toString('hex')]),
        );
      }),
    );
  });

  it('is refused wherever it is cut off', () => {
    const whole = encodeBatch({ sequence: 1, read: 1, problems: [] }, [
      segment('locations', 'a\tb\n'),
      segment('suppliers', 'c\n'),
    ]);
    for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
  });

  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /no header line/],
    ['no newline', Buffer.from('{"version":1}'), /no header line/],
    ['a header that is not JSON', Buffer.from('hello\n'), /header line is not JSON/],
    [
      'a table that comes twice, of which the rules would see the first alone',
      encodeBatch({ sequence: 1, read: 1, problems: [] }, [segment('orders', 'a\n'), segment('orders', 'b\n')]),
      /batch header, segments: names a table twice/,
    ],
    ['a header that is no object', Buffer.from('[]\n'), /batch header/],
    [
      'a segment that ends early',
      tampered((header) => header).subarray(0, -2),
      /segment locations ends early: 2 of 4 bytes/,
    ],
    [
      'bytes after the last segment',
      Buffer.concat([tampered((header) => header), Buffer.from('xyz')]),
      /3 bytes follow the last segment/,
    ],
    [
      'another version',
      tampered((header) => ({ ...header, version: BATCH_VERSION + 1 })),
      /version: is not 2: run hub and sync pods of one release/,
    ],
    ['no version', tampered(({ version: _version, ...header }) => header), /version/],
    ['the sequence number 0', tampered((header) => ({ ...header, sequence: 0 })), /sequence/],
    ['a broken sequence number', tampered((header) => ({ ...header, sequence: 1.5 })), /sequence/],
    ['a negative count', tampered((header) => ({ ...header, read: -1 })), /read/],
    ['a checkpoint that is text', tampered((header) => ({ ...header, checkpoint: 'x' })), /checkpoint/],
    ['a checkpoint that is null', tampered((header) => ({ ...header, checkpoint: null })), /checkpoint/],
    [
      'an unknown severity',
      tampered((header) => ({ ...header, problems: [{ ...problem, severity: 'Fatal' }] })),
      /problems\.0\.severity/,
    ],
    [
      'a message without end',
      tampered((header) => ({ ...header, problems: [{ ...problem, message: 'x'.repeat(1025) }] })),
      /problems\.0\.message/,
    ],
    [
      'more problems than a page can have',
      tampered((header) => ({ ...header, problems: Array.from({ length: 2001 }, () => problem) })),
      /problems/,
    ],
    [
      'a table that is none of ours',
      tampered((header) => ({ ...header, segments: [{ table: 'pg_authid', rows: 1, bytes: 4 }] })),
      /segments\.0\.table/,
    ],
    [
      'a table name of the prototype',
      tampered((header) => ({ ...header, segments: [{ table: 'constructor', rows: 1, bytes: 4 }] })),
      /segments\.0\.table/,
    ],
    [
      'a negative length',
      tampered((header) => ({ ...header, segments: [{ table: 'locations', rows: 1, bytes: -4 }] })),
      /segments\.0\.bytes/,
    ],
    [
      'too many segments',
      tampered((header) => ({
        ...header,
        segments: Array.from({ length: 33 }, () => ({ table: 'locations', rows: 0, bytes: 0 })),
      })),
      /segments/,
    ],
  ])('is refused with its reason: %s', (_what, bytes, reason) => {
    expect(refusal(bytes)).toMatch(reason);
  });
});
