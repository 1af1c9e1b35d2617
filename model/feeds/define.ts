import { z } from 'zod';
import type { CanonicalRecord, RecordKind } from '../records.ts';
import type { SubjectKind } from '../subjects.ts';

/** Budget and queue classes, most urgent first: an order must never wait behind a catalogue. */
export const FEED_CLASSES = ['orders', 'shipments', 'stock', 'catalogue'] as const;
export type FeedClass = (typeof FEED_CLASSES)[number];

/** What every feed says of itself, whichever way its data flows. */
interface Common {
  readonly class: FeedClass;
  /**
   * Place in the initial sync, each its own: the data model first, then what later feeds refer to. With gaps, for those
   * to come.
   */
  readonly rank: number;
  /** Five-field cron used when the Feed gives none; `once`: runs at set-up and when asked. */
  readonly schedule: string;
}

type TextField<R> = { [K in keyof R]-?: NonNullable<R[K]> extends string ? K : never }[keyof R];

/**
 * Of each kind of record its field with the time of change, which moves the cursor; `none`: the platform gives it no
 * such time.
 */
export type HighWater<K extends RecordKind> = {
  readonly [kind in K]: TextField<Extract<CanonicalRecord, { kind: kind }>> | 'none';
};

/** What a feed has of records whose number by day the store can tell, and which of them are read again by their id. */
export type Counted = 'order' | 'product';
export type Reread = 'heldOrders' | 'openOrders';

/** A feed that reads from stores. */
export interface ImportDefinition<K extends RecordKind = RecordKind> extends Common {
  readonly direction: 'import';
  readonly records: readonly K[];
  readonly highWater: HighWater<K>;
  /** What its problems are about. */
  readonly subject: SubjectKind;
  /** What the daily completeness check counts; absent: there is none. */
  readonly completeness?: Counted;
  /** What `fallback: 'rereadOpen'` of a driver reads again; absent: the feed has no such way. */
  readonly reread?: Reread;
}

/** A feed that writes to stores. */
export interface ExportDefinition<
  N extends string,
  W extends z.ZodObject,
  R extends z.ZodObject,
  B extends boolean,
> extends Common {
  readonly direction: 'export';
  /** What the outbox, the REST API and metrics call one of its writes. */
  readonly kind: N;
  /** One write as the driver gets it, beside `entryId`. */
  readonly write: W;
  /** What the driver tells of a write that was done, beside `entryId` and `outcome`. */
  readonly result: R;
  /** What a write is about. */
  readonly subject: {
    readonly kind: SubjectKind;
    readonly id: (write: z.infer<W>) => string;
    readonly number?: (write: z.infer<W>) => string;
  };
  /**
   * What the outbox tells subjects apart by, where that is another than the id that people know; writes of one go out
   * in order.
   */
  readonly key?: (write: z.infer<W>) => string;
  /** What goes to the driver in one call: all that was claimed, or the writes of one subject. */
  readonly groupBy: 'all' | 'subject';
  /** true: the last word counts; a newer write takes the place of one of its subject that waits. */
  readonly supersedes: boolean;
  /** true: what waits is judged as one plan first, and held for a person where it would change too much. */
  readonly brake: B;
}

/**
 * What a driver may tell of any write that was done: the platform's id of what was made. A feed that brings back more
 * extends it.
 */
export const done = z.object({ externalId: z.string().max(253).optional() });

/** Defines a feed that reads. `highWater` must have an entry for each kind in `records`. */
export function importFeed<const K extends RecordKind, const D extends Omit<ImportDefinition<K>, 'direction'>>(
  definition: D & { readonly records: readonly K[]; readonly highWater: HighWater<K> },
) {
  return { direction: 'import' as const, ...definition };
}

/** Defines a feed that writes. */
export function exportFeed<
  const N extends string,
  W extends z.ZodObject,
  R extends z.ZodObject,
  const B extends boolean,
>(definition: Omit<ExportDefinition<N, W, R, B>, 'direction'>): ExportDefinition<N, W, R, B> {
  return { direction: 'export' as const, ...definition };
}
