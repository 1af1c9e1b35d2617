import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';

/** How a feed's reading sees change at the platform: the engine chooses its cursor by this (sync/feeds/cursor.ts). */
export interface CursorSemantics {
  /**
   * - changes: `since` filters by a time of change; the engine re-reads an overlap and drops what it has by hash.
   * - full: the platform has no usable filter, every run reads all.
   * - queue: the platform hands each change out until it is acknowledged (`Page.acks`). Neither `since` nor `until` is
   *   given, and a back-fill of a time is refused: named records are read by `ids`.
   */
  readonly kind: 'changes' | 'full' | 'queue';
  /** The platform's field behind `since`, for people ("updatedAt"). */
  readonly field?: string;
  /**
   * Changes that do NOT move the field, each in a few words ("an order is paid"). Where there are any, `fallback` says
   * how they are seen all the same.
   */
  readonly undetectedChanges?: readonly string[];
  /**
   * - openRecords: the engine also passes the ids of the hub's open records of this feed (`ids`), every run.
   * - fullCompare: the engine runs without `since` once a day.
   */
  readonly fallback?: 'rereadOpen' | 'fullCompare';
  /** Seconds the engine re-reads before the last position, for rows committed late; 120 if absent. */
  readonly overlapSeconds?: number;
}

export interface ReadRequest {
  readonly feed: FeedType;
  /** Inclusive lower bound of the time of change, ISO 8601 UTC; absent: everything. Already set back by the overlap. */
  readonly since?: string;
  /** Exclusive upper bound; set by a back-fill window. */
  readonly until?: string;
  /** Only these records; `since` is then absent. Unknown ids are left out of the answer. */
  readonly ids?: readonly string[];
  /**
   * Of orders: those placed before (ISO 8601 UTC, exclusive) are of no use; leave them out where the platform can. Not
   * with `ids`.
   */
  readonly placedFrom?: string;
  /** `resume` of the last committed page of an interrupted run: go on after it. */
  readonly resume?: string;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

export interface Page {
  readonly records: readonly CanonicalRecord[];
  /**
   * Opaque; given back as `ReadRequest.resume`, reading goes on after this page, whatever `pageSize` it is asked with
   * then. Never the same for two places: that is how the engine notices a reading without end.
   */
  readonly resume: string;
  /**
   * The platform's own "read until here", for the cursor. ISO 8601. Absent: the newest `updatedAt` of products and
   * orders.
   */
  readonly position?: string;
  /**
   * Nothing more at the moment (a report is being made): come again with `resume` after so many milliseconds. The last
   * page of its reading; the run ends as Waiting once the hub has it. Not with `ids`.
   */
  readonly againMs?: number;
  /** True only on the page after which the platform itself says there is no more. */
  readonly end: boolean;
  /** How many records the platform says match in all; the run's proof of completeness. */
  readonly total?: number;
  /**
   * Of a platform that keeps a queue: record id and what it is acknowledged with (`acknowledge` of the feed), once the
   * hub has the record. What the hub does not take stays in the queue. The next page may be read before.
   */
  readonly acks?: ReadonlyMap<string, string>;
  /** Records that could not be mapped: each becomes a problem, the rest goes on. */
  readonly unreadable?: readonly UnreadableRecord[];
}

/** A record that could not be mapped. */
export interface UnreadableRecord {
  readonly recordId: string;
  /**
   * The number that people know it by, if it could be read. An order is then found by it in the hub, with the message.
   */
  readonly number?: string;
  /** true: a part of a record of this page that was taken without it. It counts as no record of its own. */
  readonly part?: boolean;
  readonly reason: string;
  /** What is wrong and what to do, as a shop's owner understands it. */
  readonly message: string;
  /** As the platform gave it. The engine keeps it in quarantine with personal data taken out (sync/redact.ts). */
  readonly raw?: unknown;
}

/** A span of the time at which records came to be (orders: placed; products: created). ISO 8601 UTC. */
export interface CensusWindow {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}
