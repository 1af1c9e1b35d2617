import { errorDetails, HeldWrite, type Driver, type ShipmentWrite, type StockWrite, type WriteResult } from '../../drivers/contract/index.ts';
import type { OutboxEntry, OutboxKind, OutboxResult } from '../../model/sync-api.ts';
import type { HubClient } from '../hub-client.ts';
import type { RunOutcome } from '../outcome.ts';

/** At the hub, where the driver says nothing of its own batches. */
const DEFAULT_CLAIM = 100;
/** Of the hub's API. */
const MAX_CLAIM = 500;
/** Of a store that takes nothing, or a run that may not write: no entry is to blame. From `sync/http` and the drivers. */
const STORE_IS_AWAY = new Set(['DnsFailure', 'ConnectionRefused', 'CertificateInvalid', 'Timeout', 'ConnectionFailed', 'StoreUnavailable', 'NotAnApi', 'RateLimited', 'LeaseUncertain']);
/** Writes in a row that fail so until the run ends: a single order can be too much for a store. */
const PATIENCE = 3;

export interface ExportRun {
  readonly kind: OutboxKind;
  /** What is taken and reported is fenced by it: a pod that lost the run can do neither. */
  readonly runId: string;
  /** As many as the store takes in one request. */
  readonly batchSize?: number;
  /** Digest of a held plan that a person released. */
  readonly release?: string;
  readonly signal: AbortSignal;
}

interface Counts {
  read: number;
  applied: number;
  held: number;
  failed: number;
  retry: number;
  /** Writes in a row, until now, that found the store away. */
  away: number;
  lastMessage?: string;
}

/**
 * Takes what waits for the store out of the hub, writes it and reports each entry's own result. A store that takes nothing
 * is left alone until the next run: it would only be kept busy with what it cannot do, and the entries lose nothing by it.
 */
export async function runExport(run: ExportRun, driver: Driver, hub: HubClient): Promise<RunOutcome> {
  const counts: Counts = { read: 0, applied: 0, held: 0, failed: 0, retry: 0, away: 0 };
  const tried = new Set<number>();
  for (;;) {
    const claim = await hub.claim(run.runId, run.kind, Math.min(run.batchSize ?? DEFAULT_CLAIM, MAX_CLAIM), run.release);
    if (claim.held) return { ...summed(counts), result: 'Held', reason: 'BrakesApplied', message: `${claim.held.summary}: release it with the annotation supercargo.dev/release=${claim.held.digest}`, held: claim.held };
    const entries = claim.entries.filter(({ id }) => !tried.has(id));
    counts.held = claim.keptBack;
    if (entries.length === 0) break;
    for (const group of groups(run.kind, entries)) {
      const results = await write(run, driver, group);
      for (const result of results) count(counts, result);
      for (const { id } of group) tried.add(id);
      await hub.results(run.runId, run.kind, results);
      counts.away = results.every(foundItAway) ? counts.away + 1 : 0;
      if (counts.away === PATIENCE) return conclude(counts);
    }
    if (run.signal.aborted) break;
  }
  return conclude(counts);
}

/** Shipments of one order go together, orders after one another: two writes to one order must never race at the store. */
function groups(kind: OutboxKind, entries: readonly OutboxEntry[]): OutboxEntry[][] {
  if (kind === 'stock') return [[...entries]];
  return [...Map.groupBy(entries, (entry) => entry.subject).values()];
}

const foundItAway = ({ outcome, reason }: OutboxResult): boolean => outcome === 'Retry' && STORE_IS_AWAY.has(reason ?? '');

async function write(run: ExportRun, driver: Driver, entries: readonly OutboxEntry[]): Promise<OutboxResult[]> {
  try {
    return toResults(entries, await send(run, driver, entries));
  } catch (error) {
    if (error instanceof HeldWrite) {
      const { method, url, body } = error.request;
      return entries.map(({ id }) => ({ id, outcome: 'Held', reason: 'TestMode', message: 'mode is Test: the request is kept, not sent', request: { method, url, body } }));
    }
    const { behaviour, reason, message } = errorDetails(error);
    return entries.map(({ id }) => ({ id, outcome: behaviour === 'terminal' ? 'Rejected' : 'Retry', reason, message: message.slice(0, 1024) }));
  }
}

async function send(run: ExportRun, driver: Driver, entries: readonly OutboxEntry[]): Promise<readonly WriteResult[]> {
  const payloads = entries.map(({ id, payload }) => ({ ...payload, entryId: String(id) }));
  if (run.kind === 'stock') return driver.writeStock!(payloads as unknown as StockWrite[], run.signal);
  return driver.writeShipments!(payloads as unknown as ShipmentWrite[], run.signal);
}

/** An entry that the driver forgot is tried again: silence is no proof. */
function toResults(entries: readonly OutboxEntry[], results: readonly WriteResult[]): OutboxResult[] {
  const byEntry = new Map(results.map((result) => [result.entryId, result]));
  return entries.map(({ id }) => {
    const result = byEntry.get(String(id));
    if (!result) return { id, outcome: 'Retry', reason: 'NoResult', message: 'the driver gave no result' };
    if (result.outcome === 'Applied' || result.outcome === 'AlreadyApplied') return { id, outcome: result.outcome, externalId: result.externalId };
    return { id, outcome: result.outcome, reason: result.reason, message: result.message.slice(0, 1024) };
  });
}

function count(counts: Counts, result: OutboxResult): void {
  counts.read++;
  if (result.outcome === 'Retry') counts.retry++;
  else if (result.outcome === 'Rejected') counts.failed++;
  else if (result.outcome !== 'Held') counts.applied++;
  if (result.message) counts.lastMessage = result.message;
}

function summed(counts: Counts) {
  return { read: counts.read, changed: counts.applied, problems: counts.failed + counts.retry };
}

function conclude(counts: Counts): RunOutcome {
  const figures = summed(counts);
  if (counts.held > 0) return { ...figures, result: 'Held', reason: 'TestMode', message: `${counts.held} writes are kept back because mode is Test: set spec.mode to Production to send them` };
  if (counts.failed + counts.retry > 0) {
    const message = `${counts.failed} refused, ${counts.retry} to be tried again${counts.away === PATIENCE ? ' (the rest waits: the store takes nothing)' : ''}; last: ${counts.lastMessage ?? ''}`;
    return { ...figures, result: counts.applied > 0 ? 'Partial' : 'Failed', reason: counts.failed > 0 ? 'WritesRefused' : 'WritesFailed', message, behaviour: 'retry' };
  }
  return counts.read === 0 ? { ...figures, result: 'Empty', reason: 'Empty' } : { ...figures, result: 'Succeeded', reason: 'Succeeded' };
}
