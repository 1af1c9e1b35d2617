import type { CursorSemantics } from '../../drivers/contract/index.ts';
import type { Checkpoint } from '../../model/batch.ts';

/** Re-read before the last position unless the driver says otherwise: rows committed late carry an older stamp. */
const DEFAULT_OVERLAP_SECONDS = 120;
const FULL_COMPARE_EVERY_MS = 24 * 3_600_000;

/** Where a run begins and what it counts from. */
export interface RunPlan {
  /** Given to the driver; absent: everything. */
  readonly since?: string;
  /** The last committed page of an interrupted run: go on after it. */
  readonly resume?: string;
  /** Newest change seen so far. */
  readonly high?: string;
  /** When the reading began, by the store's clock; an interrupted one that goes on began with its first run. */
  readonly began?: string;
  /** It was read to the end: go on with the open records after this one. */
  readonly reread?: string;
  readonly fullCompare: boolean;
}

/**
 * A run that was interrupted goes on where it was; else it reads from the last position less the overlap. What is read
 * twice is recognised by its hash in the record table, never by the cursor (docs/decisions/0004-cursor.md). Pure.
 */
export function planRun(
  checkpoint: Checkpoint | undefined,
  semantics: CursorSemantics | undefined,
  now: Date,
  storeNow: Date = now,
): RunPlan {
  if (checkpoint?.run) {
    const { since, resume, high, began, reread } = checkpoint.run;
    return { since, resume, high, began, reread, fullCompare: !since };
  }
  return { ...freshRun(checkpoint, semantics, now), began: storeNow.toISOString() };
}

function freshRun(checkpoint: Checkpoint | undefined, semantics: CursorSemantics | undefined, now: Date): RunPlan {
  if (semantics?.kind !== 'changes' || !checkpoint?.since) return { fullCompare: true, high: checkpoint?.since };
  if (semantics.fallback === 'fullCompare' && compareIsDue(checkpoint, now))
    return { fullCompare: true, high: checkpoint.since };
  return {
    since: shift(checkpoint.since, -(semantics.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS)),
    high: checkpoint.since,
    fullCompare: false,
  };
}

function compareIsDue(checkpoint: Checkpoint, now: Date): boolean {
  return !checkpoint.comparedAt || now.getTime() - Date.parse(checkpoint.comparedAt) >= FULL_COMPARE_EVERY_MS;
}

/** The checkpoint after a page: the run can go on from here. */
export function pageCheckpoint(
  before: Checkpoint | undefined,
  plan: RunPlan,
  high: string | undefined,
  resume: string,
  reread?: string,
): Checkpoint {
  return {
    ...before,
    run: { since: plan.since, high, resume, began: plan.began, ...(reread === undefined ? {} : { reread }) },
  };
}

/**
 * The checkpoint at the end of a run. The position never goes past the moment at which the reading began, by the
 * store's own clock. A row that is committed late appears under a stamp that was read already, and the overlap catches
 * it only if it is counted from there: a reading that was interrupted may have taken an hour. And a row stamped in the
 * future (a clock that was set back, a typed date) would hide every later change. Nor does it move when records that
 * were announced did not come: the next run reads them again. Short by as many once more means that the store counts
 * wrongly.
 */
export function finalCheckpoint(
  before: Checkpoint | undefined,
  plan: RunPlan,
  high: string | undefined,
  storeNow: Date,
  short = 0,
): Checkpoint {
  if (short > 0 && short !== before?.shortBy)
    return { since: before?.since, comparedAt: before?.comparedAt, censusAt: before?.censusAt, shortBy: short };
  const limit = plan.began ?? storeNow.toISOString();
  const since = high === undefined ? before?.since : high > limit ? limit : high;
  return {
    since,
    comparedAt: plan.fullCompare ? storeNow.toISOString() : before?.comparedAt,
    censusAt: before?.censusAt,
    ...(short > 0 ? { shortBy: short } : {}),
  };
}

/** The newest of the two, as ISO 8601 UTC. */
export function newest(high: string | undefined, updatedAt: string | undefined): string | undefined {
  if (updatedAt === undefined) return high;
  const at = new Date(updatedAt);
  if (Number.isNaN(at.getTime())) return high;
  const text = at.toISOString();
  return high === undefined || text > high ? text : high;
}

function shift(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
