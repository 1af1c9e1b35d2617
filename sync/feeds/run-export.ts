import {
  errorDetails,
  HeldWrite,
  shownBody,
  type DriverErrorDetails,
  type EntryOf,
  type ExportTarget,
  type WriteResult,
} from '../../drivers/contract/index.ts';
import { DEFAULT_BATCH_SIZE } from '../../model/feed-rules.ts';
import { FEEDS, type ExportType } from '../../model/feeds.ts';
import { storeReason } from '../../model/reasons.ts';
import type { OutboxEntry, OutboxResult } from '../../model/sync-api.ts';
import type { HubClient } from '../hub-client.ts';
import type { RunOutcome } from '../outcome.ts';
import { faultDetails, withFault } from './fault.ts';

/** At the hub, where writes go out by subject: how many go to the driver together is then not asked. */
const DEFAULT_CLAIM = 100;
/** Of the hub's API. */
const MAX_CLAIM = 500;
/** Writes in a row that fail so until the run ends: a single order can be too much for a store. */
const PATIENCE = 3;

export interface ExportRun<F extends ExportType = ExportType> {
  readonly feed: F;
  /** What is taken and reported is fenced by it: a pod that lost the run can do neither. */
  readonly runId: string;
  /** `spec.batchSize` of the Feed. */
  readonly batchSize?: number;
  /** Digest of a held plan that a person released. */
  readonly release?: string;
  readonly signal: AbortSignal;
}

interface Counts {
  read: number;
  applied: number;
  held: number;
  /** What the store has taken and not done yet. */
  submitted?: { readonly count: number; readonly dueInMs: number };
  failed: number;
  retry: number;
  /** Writes in a row, until now, that found the store away. */
  away: number;
  lastMessage?: string;
}

/** A fault that is no record's. What waits is not to blame for it, whatever it is. */
type Fault = Pick<DriverErrorDetails, 'behaviour' | 'reason' | 'message' | 'retryAfterMs'> & {
  readonly scope: Exclude<DriverErrorDetails['scope'], undefined | 'record'>;
};

/** What became of the entries of one call. */
interface Written {
  readonly results: readonly OutboxResult[];
  readonly fault?: Fault;
}

/**
 * Takes what waits for the store out of the hub, writes it and reports each entry's own result. A store that takes
 * nothing is left alone until the next run: it would only be kept busy with what it cannot do, and the entries lose
 * nothing by it. Where a person must act first, or the store names a time, that is known at once: all goes back as it
 * was.
 */
export async function runExport(run: ExportRun, target: ExportTarget, hub: HubClient): Promise<RunOutcome> {
  const { kind } = FEEDS[run.feed];
  const limit = claimSize(run, target);
  const counts: Counts = { read: 0, applied: 0, held: 0, failed: 0, retry: 0, away: 0 };
  const stop = await settleSubmitted(run, target, hub, counts);
  if (stop) return stopped(counts, stop);
  const tried = new Set<number>();
  for (;;) {
    const claim = await hub.claim(run.runId, kind, limit, run.release);
    if (claim.held)
      return {
        ...summed(counts),
        result: 'Held',
        reason: 'BrakesApplied',
        message: `${claim.held.summary}: release it with the annotation supercargo.dev/release=${claim.held.digest}`,
        held: claim.held,
      };
    const entries = claim.entries.filter(({ id }) => !tried.has(id));
    counts.held = claim.keptBack;
    counts.submitted = claim.submitted;
    if (entries.length === 0) break;
    for (const group of groups(run.feed, entries)) {
      const { results, fault } = await write(run, target, group);
      for (const result of results) count(counts, result);
      for (const { id } of group) tried.add(id);
      await hub.results(run.runId, kind, results);
      if (fault && fault.behaviour !== 'retry') return stopped(counts, fault);
      counts.away = fault && results.every(({ outcome }) => outcome === 'Retry') ? counts.away + 1 : 0;
      if (counts.away === PATIENCE) return { ...conclude(counts), scope: fault!.scope };
    }
    if (run.signal.aborted) break;
  }
  return conclude(counts);
}

function claimSize({ feed, batchSize }: ExportRun, { maxBatch }: ExportTarget): number {
  return Math.min(
    FEEDS[feed].groupBy === 'all' ? Math.min(batchSize ?? DEFAULT_BATCH_SIZE, maxBatch) : DEFAULT_CLAIM,
    MAX_CLAIM,
  );
}

/**
 * Asks what became of what the store has taken, before anything else is written. Nothing is sent here; where asking
 * fails all stays as it is.
 */
async function settleSubmitted(
  run: ExportRun,
  target: ExportTarget,
  hub: HubClient,
  counts: Counts,
): Promise<Fault | undefined> {
  if (!target.settle) return undefined;
  const { kind } = FEEDS[run.feed];
  const asked = new Set<number>();
  while (!run.signal.aborted) {
    const due = (await hub.claimSubmitted(run.runId, kind, MAX_CLAIM)).filter(({ id }) => !asked.has(id));
    if (due.length === 0) return undefined;
    for (const { id } of due) asked.add(id);
    const byTicket = due.toSorted((a, b) => compare(a.ticket ?? '', b.ticket ?? '') || a.id - b.id);
    try {
      const told = await target.settle(
        byTicket.map(({ id, ticket = '' }) => ({ entryId: String(id), ticket })),
        run.signal,
      );
      const known = new Set(told.map(({ entryId }) => entryId));
      const { results } = toResults(
        run.feed,
        due.filter(({ id }) => known.has(String(id))),
        told,
      );
      for (const result of results) count(counts, result);
      await hub.results(run.runId, kind, results);
    } catch (error) {
      const { behaviour, scope, reason, message, retryAfterMs } = faultDetails(error);
      return { behaviour, scope: scope === 'record' ? 'shop' : scope, reason, message, retryAfterMs };
    }
  }
  return undefined;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Shipments of one order go together, orders after one another: two writes to one order must never race at the store.
 */
function groups(feed: ExportType, entries: readonly OutboxEntry[]): OutboxEntry[][] {
  if (FEEDS[feed].groupBy === 'all') return [[...entries]];
  return [...Map.groupBy(entries, (entry) => entry.subject).values()];
}

async function write(run: ExportRun, target: ExportTarget, given: readonly OutboxEntry[]): Promise<Written> {
  const { entries, writes, unread } = readable(run.feed, given);
  if (entries.length === 0) return { results: unread };
  const { results, fault } = await send(run, target, entries, writes);
  return { results: [...unread, ...results], fault };
}

/** The hub may be of a newer release for a while, and write what this pod does not know. */
function readable(feed: ExportType, given: readonly OutboxEntry[]) {
  const entries: OutboxEntry[] = [];
  const writes: EntryOf<ExportType>[] = [];
  const unread: OutboxResult[] = [];
  for (const entry of given) {
    const { success, data, error } = FEEDS[feed].write.safeParse(entry.payload);
    if (success) {
      entries.push(entry);
      writes.push({ ...data, entryId: String(entry.id) });
    } else
      unread.push({
        id: entry.id,
        outcome: 'Retry',
        reason: 'WriteNotUnderstood',
        message: `the hub asks for a write that this pod cannot read (${error.issues[0]?.path.join('.') ?? ''}): give both the same release`,
      });
  }
  return { entries, writes, unread };
}

async function send(
  run: ExportRun,
  target: ExportTarget,
  entries: readonly OutboxEntry[],
  writes: readonly EntryOf<ExportType>[],
): Promise<Written> {
  try {
    return toResults(run.feed, entries, await target.write(writes, run.signal));
  } catch (error) {
    if (error instanceof HeldWrite) {
      const { method, url } = error.request;
      const body = shownBody(error.request);
      return {
        results: entries.map(({ id }) => ({
          id,
          outcome: 'Held',
          reason: 'TestMode',
          message: 'mode is Test: the request is kept, not sent',
          request: { method, url, body },
        })),
      };
    }
    const details = errorDetails(error);
    if (details.behaviour === 'terminal' && details.scope === 'record' && entries.length > 1)
      return byHalves(run, target, entries);
    return { results: entries.map(({ id }) => resultOf(id, details)), fault: faultOf(details) };
  }
}

/** One entry at fault must not take those with it that were sent in the same call. */
async function byHalves(run: ExportRun, target: ExportTarget, entries: readonly OutboxEntry[]): Promise<Written> {
  const middle = entries.length >> 1;
  const first = await write(run, target, entries.slice(0, middle));
  const rest = entries.slice(middle);
  if (first.fault && first.fault.behaviour !== 'retry')
    return { ...first, results: [...first.results, ...rest.map(({ id }) => resultOf(id, first.fault!))] };
  const second = await write(run, target, rest);
  return { results: [...first.results, ...second.results], fault: second.fault };
}

function resultOf(
  id: number,
  { behaviour, scope, reason, message }: Fault | ReturnType<typeof errorDetails>,
): OutboxResult {
  const said = { id, reason, message: message.slice(0, 1024) };
  if (behaviour === 'retry') return { ...said, outcome: 'Retry' };
  if (scope !== 'record') return { ...said, outcome: 'Returned' };
  return { ...said, outcome: behaviour === 'terminal' ? 'Rejected' : 'Retry' };
}

function faultOf({
  behaviour,
  scope,
  reason,
  message,
  retryAfterMs,
}: ReturnType<typeof errorDetails>): Fault | undefined {
  return scope === 'record' ? undefined : { behaviour, scope, reason, message, retryAfterMs };
}

/** An entry that the driver forgot is tried again: silence is no proof. */
function toResults(feed: ExportType, entries: readonly OutboxEntry[], results: readonly WriteResult[]): Written {
  const byEntry = new Map(results.map((result) => [result.entryId, result]));
  let fault: Fault | undefined;
  const reported = entries.map(({ id }): OutboxResult => {
    const result = byEntry.get(String(id));
    if (!result) return { id, outcome: 'Retry', reason: 'NoResult', message: 'the driver gave no result' };
    if (result.outcome === 'Applied' || result.outcome === 'AlreadyApplied')
      return { id, outcome: result.outcome, result: FEEDS[feed].result.parse(result) };
    if (result.outcome === 'Rejected')
      return { id, outcome: 'Rejected', reason: result.reason, message: result.message.slice(0, 1024) };
    if (result.outcome === 'Submitted') {
      const { outcome, ticket, againMs } = result;
      return { id, outcome, ticket, againMs };
    }
    const details = {
      ...result,
      behaviour: result.behaviour ?? 'retry',
      scope: result.scope ?? storeReason(result.reason)?.scope ?? 'record',
    };
    fault ??= faultOf(details);
    return resultOf(id, details);
  });
  return { results: reported, fault };
}

function count(counts: Counts, result: OutboxResult): void {
  counts.read++;
  if (result.outcome === 'Returned' || result.outcome === 'Submitted') return;
  if (result.outcome === 'Retry') counts.retry++;
  else if (result.outcome === 'Rejected') counts.failed++;
  else if (result.outcome !== 'Held') counts.applied++;
  if (result.message) counts.lastMessage = result.message;
}

function summed(counts: Counts) {
  return { read: counts.read, changed: counts.applied, problems: counts.failed + counts.retry };
}

function stopped(counts: Counts, fault: Fault): RunOutcome {
  const { reason, message } = fault;
  return withFault(
    { ...summed(counts), result: 'Failed', reason, message: `${message} (what waits is kept as it is)` },
    fault,
  );
}

function conclude(counts: Counts): RunOutcome {
  const figures = summed(counts);
  if (counts.held > 0)
    return {
      ...figures,
      result: 'Held',
      reason: 'TestMode',
      message: `${counts.held} ${counts.held === 1 ? 'write is' : 'writes are'} kept back because mode is Test: set spec.mode to Production to send them`,
    };
  if (counts.failed + counts.retry > 0) {
    const message = `${counts.failed} refused, ${counts.retry} to be tried again${counts.away === PATIENCE ? ' (the rest waits: the store takes nothing)' : ''}; last: ${counts.lastMessage ?? ''}`;
    return {
      ...figures,
      result: counts.applied > 0 ? 'Partial' : 'Failed',
      reason: counts.failed > 0 ? 'WritesRefused' : 'WritesFailed',
      message,
      behaviour: 'retry',
    };
  }
  if (counts.submitted) {
    const { count: open, dueInMs } = counts.submitted;
    const message = `${open} writes were taken by the store and are not done yet: it is asked for them by itself`;
    return { ...figures, result: 'Succeeded', reason: 'Submitted', message, againMs: dueInMs };
  }
  return counts.read === 0
    ? { ...figures, result: 'Empty', reason: 'Empty' }
    : { ...figures, result: 'Succeeded', reason: 'Succeeded' };
}
