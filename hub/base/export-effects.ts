import type { StoreSpec } from '../../crds/index.ts';
import type { ExportType, FEEDS, ResultOf, WriteOf } from '../../model/feeds.ts';
import type { Queryable, Transaction } from '../storage/database.ts';

/** A write as it was claimed. */
export interface ClaimedWrite<F extends ExportType> {
  readonly id: number;
  readonly subject: string;
  /** 1: it goes out for the first time. */
  readonly attempts: number;
  readonly payload: WriteOf<F>;
}

/** A write that the store has taken. */
export interface DoneWrite<F extends ExportType> {
  readonly write: WriteOf<F>;
  readonly result: ResultOf<F>;
}

export type BrakeRules = NonNullable<StoreSpec['brakes']>;

export interface HeldPlan {
  /** Names exactly this plan: another write, or another number in it, is another digest. */
  readonly digest: string;
  readonly summary: string;
}

/** `held`: the plan has to wait for a person. `ids`: the entries it is made of. */
export interface Verdict {
  readonly ids: readonly number[];
  readonly held?: HeldPlan;
}

/** How long a write waits for others that are to go first. */
export const PATIENCE_SECONDS = 120;

/** Why a store refuses a write. */
export interface Refused {
  readonly reason: string;
  readonly message: string;
}

/** How what waits is judged as one plan before any of it goes out. */
export interface Brake {
  /** `waiting` is SQL of the entries in question (hub/outbox/waiting.ts), with the parameters $1 and $2. */
  judge(db: Queryable, connectionId: number, waiting: string, rules: BrakeRules): Promise<Verdict>;
}

/**
 * What the hub does of its own about the writes of a feed, beside keeping them. All in the transaction that is under
 * way.
 */
export interface ExportEffects<F extends ExportType> {
  /** Adds what only the moment of the claim knows. One payload for each entry, in their order. */
  decorate(tx: Transaction, connectionId: number, entries: readonly ClaimedWrite<F>[]): Promise<readonly WriteOf<F>[]>;
  /**
   * Whether writes that were queued within the last `PATIENCE_SECONDS` wait: something else goes to the store first.
   * What is older goes out all the same. Absent: nothing waits.
   */
  waits?(tx: Transaction, connectionId: number): Promise<boolean>;
  /** `none`, where the feed's definition says that it has no brake. */
  readonly brake: (typeof FEEDS)[F]['brake'] extends true ? Brake : 'none';
  /** The store has them: what the hub knows of the store follows. */
  applied(tx: Transaction, connectionId: number, entries: readonly DoneWrite<F>[]): Promise<void>;
  /** Feeds whose writes may have waited (`waits`) for these; they are asked to run. */
  readonly frees?: readonly ExportType[];
  /** The store refuses one for good. A problem is raised anyway. */
  rejected(tx: Transaction, connectionId: number, write: WriteOf<F>, why: Refused): Promise<void>;
}

/** A feed that is missing here does not compile. */
export type AllExportEffects = { readonly [F in ExportType]: ExportEffects<F> };

/** Of a feed whose writes are complete when they are queued. */
export async function asItIs<F extends ExportType>(
  _tx: Transaction,
  _connectionId: number,
  entries: readonly ClaimedWrite<F>[],
): Promise<readonly WriteOf<F>[]> {
  return entries.map(({ payload }) => payload);
}

/** Of a feed that leaves it at the problem. */
export async function nothingMore(): Promise<void> {}
