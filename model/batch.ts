import { z } from 'zod';
import { TABLES, type TableName } from './tables.ts';

/**
 * Bumped when a column of tables.ts or the header changes meaning: hub and pod of different versions must not mix rows.
 */
export const BATCH_VERSION = 2;
export const BATCH_CONTENT_TYPE = 'application/vnd.supercargo.batch';

/** Why an order is in the hub with its number alone (`intakeReason`). */
export const UNREADABLE = 'Unreadable';

export interface BatchProblem {
  readonly severity: 'Info' | 'Retry' | 'Error';
  readonly reason: string;
  readonly record: string;
  /** The number that people know the record by, where it is another. */
  readonly number?: string;
  readonly message: string;
  /** The record as the store gave it, personal data taken out; kept in quarantine, bounded. */
  readonly payload?: string;
  /** Of an order that cannot be taken at all: the hub keeps its number with the message, so that it is found. */
  readonly order?: { readonly id: string; readonly number: string; readonly reference?: string };
}

export interface Checkpoint {
  /** Everything changed before has been read, as far as the platform can tell. ISO 8601 UTC. */
  readonly since?: string;
  /**
   * Of the run in progress: its own `since`, the newest change seen so far, where to go on, when its reading began, and
   * once it has read to the end, the open record after which to go on reading open records again.
   */
  readonly run?: {
    readonly since?: string;
    readonly high?: string;
    readonly resume: string;
    readonly began?: string;
    readonly reread?: string;
  };
  /** When the last full compare ended; feeds with `fallback: fullCompare` look at it. */
  readonly comparedAt?: string;
  /** When the store's own counts were last compared with the hub's. */
  readonly censusAt?: string;
  /** By how many records the last run was short of what the store announced: the position was not moved. */
  readonly shortBy?: number;
}

export interface BatchHeader {
  readonly version: number;
  /** Counts up within the run; a repeated number is answered as done, so a lost answer doubles nothing. */
  readonly sequence: number;
  readonly read: number;
  readonly checkpoint?: Checkpoint;
  readonly problems: readonly BatchProblem[];
  /** Ids of orders that were asked for one by one and that the store does not have. */
  readonly gone?: readonly string[];
  readonly segments: readonly { readonly table: TableName; readonly rows: number; readonly bytes: number }[];
}

export interface BatchSegment {
  readonly table: TableName;
  readonly rows: number;
  readonly data: Buffer;
}

export interface Batch {
  readonly header: BatchHeader;
  readonly segments: readonly BatchSegment[];
}

/** One line of JSON, then the COPY text of each table, back to back. */
export function encodeBatch(
  header: Omit<BatchHeader, 'version' | 'segments'>,
  segments: readonly BatchSegment[],
): Buffer {
  const head: BatchHeader = {
    version: BATCH_VERSION,
    ...header,
    segments: segments.map(({ table, rows, data }) => ({ table, rows, bytes: data.length })),
  };
  return Buffer.concat([Buffer.from(JSON.stringify(head) + '\n'), ...segments.map((segment) => segment.data)]);
}

export class BadBatch extends Error {}

/** Splits the bytes without copying or reading rows. Throws BadBatch with what is wrong. */
export function decodeBatch(bytes: Buffer): Batch {
  const newline = bytes.indexOf(10);
  if (newline < 0) throw new BadBatch('the batch has no header line');
  const header = parseHeader(bytes.toString('utf8', 0, newline));
  let offset = newline + 1;
  const segments = header.segments.map(({ table, rows, bytes: length }) => {
    const data = bytes.subarray(offset, offset + length);
    if (data.length !== length) throw new BadBatch(`segment ${table} ends early: ${data.length} of ${length} bytes`);
    offset += length;
    return { table, rows, data };
  });
  if (offset !== bytes.length) throw new BadBatch(`${bytes.length - offset} bytes follow the last segment`);
  return { header, segments };
}

const headerSchema = z.object({
  version: z.literal(BATCH_VERSION, `is not ${BATCH_VERSION}: run hub and sync pods of one release`),
  sequence: z.int().min(1),
  read: z.int().min(0),
  checkpoint: z.custom<Checkpoint>((value) => typeof value === 'object' && value !== null).optional(),
  problems: z
    .array(
      z.object({
        severity: z.enum(['Info', 'Retry', 'Error']),
        reason: z.string().max(64),
        record: z.string().max(253),
        number: z.string().max(253).optional(),
        message: z.string().max(1024),
        payload: z.string().max(16_384).optional(),
        order: z
          .object({
            id: z.string().min(1).max(253),
            number: z.string().min(1).max(253),
            /** Absent: its number is not known, its id takes the place. */
            reference: z.string().max(253).optional(),
          })
          .optional(),
      }),
    )
    .max(2000),
  gone: z.array(z.string().max(253)).max(2000).optional(),
  segments: z
    .array(
      z.object({
        table: z.enum(Object.keys(TABLES) as [TableName, ...TableName[]]),
        rows: z.int().min(0),
        bytes: z.int().min(0),
      }),
    )
    .max(32)
    .refine((segments) => new Set(segments.map(({ table }) => table)).size === segments.length, 'names a table twice'),
});

function parseHeader(line: string): BatchHeader {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadBatch('the header line is not JSON');
  }
  const parsed = headerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadBatch(`batch header, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}
