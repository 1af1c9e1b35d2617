import type { ExportType, ResultOf, WriteOf } from '../../model/feeds.ts';
import type { Behaviour, FaultScope } from './errors.ts';

/** One write of an export feed, as its definition has it (model/feeds/), with the number of its outbox entry. */
export type EntryOf<F extends ExportType> = WriteOf<F> & { readonly entryId: string };

export type StockWrite = EntryOf<'StockExport'>;
export type ShipmentWrite = EntryOf<'ShipmentExport'>;

/** An entry that was `Submitted`. */
export interface SubmittedEntry {
  readonly entryId: string;
  readonly ticket: string;
}

/** What became of one entry. Exactly one result for each entry given. */
export type WriteResult<F extends ExportType = ExportType> =
  | ({ readonly entryId: string; readonly outcome: 'Applied' } & Done<F>)
  /** Reading before sending showed that it had been done before (a lost answer): nothing was sent. */
  | ({ readonly entryId: string; readonly outcome: 'AlreadyApplied' } & Done<F>)
  /**
   * The store has taken it and does it later: `settle` of the feed is asked for it after so long. No failure; what is
   * newer of the same subject waits. After a kill before this result is reported it is sent again.
   */
  | { readonly entryId: string; readonly outcome: 'Submitted'; readonly ticket: string; readonly againMs: number }
  /** The platform refused this entry; repeating it cannot help. */
  | { readonly entryId: string; readonly outcome: 'Rejected'; readonly reason: string; readonly message: string }
  /**
   * Not done, may be tried again. `scope` and `behaviour` as of the error that it stands for; absent: as its reason has
   * it, `retry`.
   */
  | {
      readonly entryId: string;
      readonly outcome: 'Retry';
      readonly reason: string;
      readonly message: string;
      readonly scope?: FaultScope;
      readonly behaviour?: Behaviour;
      readonly retryAfterMs?: number;
    };

type Done<F extends ExportType> = F extends ExportType ? Readonly<ResultOf<F>> : never;
