import { isDeepStrictEqual } from 'node:util';
import {
  DriverError,
  type ImportSource,
  type Page,
  type ReadRequest,
  type UnreadableRecord,
} from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { BatchProblem, Checkpoint } from '../../model/batch.ts';
import {
  changedAt,
  classOf,
  FEEDS,
  isReread,
  REREAD_TYPES,
  type ImportType,
  type RereadType,
} from '../../model/feeds.ts';
import type { OrderRecord, RecordKind } from '../../model/records.ts';
import type { OrderDecision } from '../../model/encode.ts';
import type { HubClient } from '../hub-client.ts';
import { redacted } from '../redact.ts';
import { acknowledge } from './acknowledge.ts';
import { BatchPoster } from './batch-poster.ts';
import { censusIsDue, countedSource, runCensus, type CensusExtent, type CensusResult } from './census.ts';
import { finalCheckpoint, newest, pageCheckpoint, planRun, type RunPlan } from './cursor.ts';
import type { RunOutcome } from '../outcome.ts';
import { EndlessGuard } from './endless.ts';
import { faultDetails, withFault } from './fault.ts';
import type { KnownPages } from './known-pages.ts';
import { readAhead } from './read-ahead.ts';

export interface ImportRun {
  readonly feed: ImportType;
  readonly runId: string;
  readonly checkpoint?: Checkpoint;
  readonly pageSize: number;
  /** Set by a FeedRun: then the checkpoint is neither used nor moved. */
  readonly window?: { readonly from: string; readonly to?: string };
  readonly ids?: readonly string[];
  readonly dryRun?: boolean;
  /** Of one that waited and moves no checkpoint: where it goes on. */
  readonly resume?: string;
  /** Feeds whose open records are read again: itself and those that ride with it; absent: itself. */
  readonly rereads?: readonly RereadType[];
  readonly signal: AbortSignal;
}

export interface ImportPorts {
  /** The feed at the store. */
  readonly source: ImportSource;
  readonly hub: HubClient;
  readonly clock: Clock;
  readonly decideOrder: (order: OrderRecord) => OrderDecision;
  /** The store's clock now (ours plus the measured skew). */
  readonly storeNow: () => Date;
  /** Orders placed before are of no use. */
  readonly earliestOrder?: Date;
  /** Days that the completeness check looks at; its own number if absent. */
  readonly census?: CensusExtent;
  /** Pages that the hub has. */
  readonly pages?: KnownPages;
}

interface Progress {
  read: number;
  high: string | undefined;
  end: boolean;
  total: number | undefined;
  /** The last page that the hub has. */
  resume: string | undefined;
  /** The last open record that was read again. */
  reread: string | undefined;
  /** The driver asked to come again after so long. */
  againMs: number | undefined;
}

/**
 * Reads a feed page by page into the hub. Pages are committed in order, each with its checkpoint; the next one is read
 * meanwhile.
 */
export async function runImport(
  run: ImportRun,
  ports: ImportPorts,
): Promise<{ outcome: RunOutcome; checkpoint?: Checkpoint; known?: number }> {
  const pages = ports.pages?.begin();
  const poster = new BatchPoster(ports.hub, run.runId, ports.decideOrder, pages);
  const scoped = run.window !== undefined || run.ids !== undefined;
  const plan = scoped
    ? { fullCompare: false }
    : planRun(run.checkpoint, ports.source.cursor, ports.clock.now(), ports.storeNow());
  const { high, resume, reread } = plan;
  const began = { read: 0, total: undefined, againMs: undefined };
  const progress: Progress = { ...began, high, end: reread !== undefined, resume, reread };
  try {
    if (!progress.end)
      await readPages(run, ports, poster, requestOf(run, plan, ports.earliestOrder), plan, progress, scoped);
    if (progress.againMs !== undefined) return waits(notReady(poster, progress), run, plan, progress, scoped);
    if (!scoped && ports.source.cursor?.fallback === 'rereadOpen') await readOpenRecords(run, ports, poster, progress);
    if (scoped || !progress.end) return { outcome: conclude(run, plan, progress, poster), known: poster.known };
    const census = await takeCensus(run, ports, poster);
    const outcome = withCensus(conclude(run, plan, progress, poster), census);
    pages?.end(poster.changed + poster.problems > 0);
    const checkpoint = finalOf(run, plan, progress, ports, census);
    return { outcome, known: poster.known, ...(hasMoved(checkpoint, run, poster) ? { checkpoint } : {}) };
  } catch (error) {
    const outcome = brokenOff(error, run, poster, progress);
    return outcome.result === 'Waiting' ? waits(outcome, run, plan, progress, scoped) : { outcome };
  }
}

/** What came of a run that something ended. */
function brokenOff(error: unknown, run: ImportRun, poster: BatchPoster, progress: Progress): RunOutcome {
  if (run.signal.aborted) {
    const message = 'stopped after a complete page; the next run resumes there';
    return ended(poster, progress, 'Unproven', 'Interrupted', message);
  }
  const fault = faultDetails(error);
  return withFault(ended(poster, progress, 'Failed', fault.reason, fault.message), fault);
}

/** One that the hub has as it is need not be saved. What is absent and what is undefined are the same to it. */
function hasMoved(final: Checkpoint, { checkpoint = {} }: ImportRun, poster: BatchPoster): boolean {
  return (
    !poster.silent || !isDeepStrictEqual(JSON.parse(JSON.stringify(final)), JSON.parse(JSON.stringify(checkpoint)))
  );
}

function finalOf(
  run: ImportRun,
  plan: RunPlan,
  progress: Progress,
  ports: ImportPorts,
  census: CensusResult | CensusFailure | undefined,
): Checkpoint {
  const short = shortage(plan, progress);
  const final = finalCheckpoint(run.checkpoint, plan, progress.high, ports.storeNow(), short);
  return census && 'days' in census ? { ...final, censusAt: ports.storeNow().toISOString() } : final;
}

function notReady(poster: BatchPoster, progress: Progress): RunOutcome {
  const message = 'the store has nothing more at the moment';
  return {
    ...ended(poster, progress, 'Waiting', 'NotReadyYet', message),
    behaviour: 'waiting',
    scope: 'shop',
    retryAfterMs: progress.againMs,
  };
}

/** What is left of a run that waits: with the open records it goes on where it was, as it does with pages. */
function waits(
  outcome: RunOutcome,
  run: ImportRun,
  plan: RunPlan,
  { high, end, resume, reread }: Progress,
  scoped: boolean,
): { outcome: RunOutcome; checkpoint?: Checkpoint } {
  if (scoped || run.dryRun) return { outcome: { ...outcome, resume: resume ?? run.resume } };
  return end && resume !== undefined
    ? { outcome, checkpoint: pageCheckpoint(run.checkpoint, plan, high, resume, reread ?? '') }
    : { outcome };
}

function requestOf(run: ImportRun, plan: RunPlan, earliest: Date | undefined): ReadRequest {
  const base = { feed: run.feed, pageSize: run.pageSize, signal: run.signal };
  if (run.ids) return { ...base, ids: run.ids, resume: run.resume };
  const wanted = classOf(run.feed) === 'orders' && earliest ? { ...base, placedFrom: earliest.toISOString() } : base;
  if (run.window) return { ...wanted, since: run.window.from, until: run.window.to, resume: run.resume };
  return { ...wanted, since: plan.since, resume: run.resume ?? plan.resume };
}

async function readPages(
  run: ImportRun,
  ports: ImportPorts,
  poster: BatchPoster,
  request: ReadRequest,
  plan: RunPlan,
  progress: Progress,
  scoped: boolean,
): Promise<void> {
  const guard = new EndlessGuard();
  for await (const page of readAhead(ports.source.read(request))) {
    note(run.feed, page, progress);
    guard.pass(page, progress.total ?? run.ids?.length);
    const checkpoint = scoped ? undefined : pageCheckpoint(run.checkpoint, plan, progress.high, page.resume);
    await poster.post(
      page.records,
      page.unreadable?.map((one) => problemOf(run.feed, one, poster)) ?? [],
      page.end ? undefined : checkpoint,
    );
    progress.resume = page.resume;
    if (!run.dryRun) await acknowledge(ports.source, page, poster.refused, run.signal);
    run.signal.throwIfAborted();
    progress.againMs = page.end ? undefined : page.againMs;
    if (page.end || progress.againMs !== undefined) return;
  }
}

/**
 * Where the store fails in the middle of it: it comes again with the next run, and what was read before is none the
 * worse.
 */
interface CensusFailure {
  readonly failure: string;
}

async function takeCensus(
  run: ImportRun,
  ports: ImportPorts,
  poster: BatchPoster,
): Promise<CensusResult | CensusFailure | undefined> {
  const { source, hub } = ports;
  const counted = run.dryRun ? undefined : countedSource(run.feed, source);
  if (!counted || !censusIsDue(run.checkpoint?.censusAt, ports.storeNow())) return undefined;
  const post = (records: Page['records'], unreadable: readonly UnreadableRecord[], problems: readonly BatchProblem[]) =>
    poster.post(records, [...problems, ...unreadable.map((one) => problemOf(run.feed, one, poster))]);
  try {
    return await runCensus(counted, ports.storeNow(), {
      hub,
      post,
      signal: run.signal,
      ...ports.census,
      earliestOrder: ports.earliestOrder,
    });
  } catch (error) {
    if (!(error instanceof DriverError) || run.signal.aborted) throw error;
    return { failure: error.message };
  }
}

function withCensus(outcome: RunOutcome, census: CensusResult | CensusFailure | undefined): RunOutcome {
  if (!census || ('days' in census && census.differing === 0)) return outcome;
  const said =
    'failure' in census
      ? `the completeness check comes again with the next run: ${census.failure}`
      : `completeness check: ${census.differing} records of the last ${census.days} days differed, ${census.fetched} were fetched, ${census.gone} are gone at the store`;
  return { ...outcome, message: outcome.message ? `${outcome.message}; ${said}` : said };
}

/** Second way: records that change without the platform's stamp moving are read again by id. */
async function readOpenRecords(
  run: ImportRun,
  ports: ImportPorts,
  poster: BatchPoster,
  progress: Progress,
): Promise<void> {
  const feeds = run.rereads ?? [run.feed].filter(isReread);
  if (feeds.length === 0)
    throw new Error(`${run.feed} has no open records: its driver must not name them as its second way`);
  const from = rereadPlace(progress.reread, feeds);
  for (const feed of feeds.slice(feeds.indexOf(from.feed)))
    await rereadFeed(feed, feed === from.feed ? from.after : '', run, ports, poster, progress);
}

/** Where it was; the feeds come one after the other. One that does not come with this run any more: from the start. */
function rereadPlace(reread: string | undefined, feeds: readonly RereadType[]): { feed: RereadType; after: string } {
  const named = REREAD_TYPES.find((each) => reread?.startsWith(`${each}:`));
  if (named === undefined) return { feed: feeds[0]!, after: reread ?? '' };
  return feeds.includes(named)
    ? { feed: named, after: reread!.slice(named.length + 1) }
    : { feed: feeds[0]!, after: '' };
}

async function rereadFeed(
  feed: RereadType,
  from: string,
  run: ImportRun,
  ports: ImportPorts,
  poster: BatchPoster,
  progress: Progress,
): Promise<void> {
  const alone = run.rereads === undefined || run.rereads.length === 1;
  for (let after = from; ;) {
    const ids = await ports.hub.openRecords(feed, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    const guard = new EndlessGuard();
    const missing = new Set(ids);
    for await (const page of ports.source.read({ feed: run.feed, ids, pageSize: run.pageSize, signal: run.signal })) {
      guard.pass(page, ids.length);
      for (const record of page.records) if ('id' in record) missing.delete(record.id);
      for (const { recordId } of page.unreadable ?? []) missing.delete(recordId);
      progress.read += page.records.length;
      await poster.post(page.records, page.unreadable?.map((one) => problemOf(feed, one, poster)) ?? []);
      if (!run.dryRun) await acknowledge(ports.source, page, poster.refused, run.signal);
      run.signal.throwIfAborted();
    }
    // What the back office has stays as it is, gone or not.
    if (FEEDS[feed].reread === 'heldOrders') await poster.gone([...missing]);
    progress.reread = alone ? after : `${feed}:${after}`;
  }
}

function note(feed: ImportType, page: Page, progress: Progress): void {
  progress.read += page.records.length + (page.unreadable?.filter(({ part }) => !part).length ?? 0);
  progress.end = page.end;
  progress.total ??= page.total;
  if (page.position !== undefined) {
    progress.high = newest(progress.high, page.position);
    return;
  }
  for (const record of page.records) progress.high = newest(progress.high, changedAt(feed, record));
}

function problemOf(feed: ImportType, unreadable: UnreadableRecord, poster: BatchPoster): BatchProblem {
  const { reason, recordId, number, part, message, raw } = unreadable;
  const isOrder = (FEEDS[feed].records as readonly RecordKind[]).includes('order') && part !== true;
  const known = {
    ...(number === undefined ? {} : { number }),
    ...(isOrder || number !== undefined ? { order: poster.unreadableOrder(recordId, number) } : {}),
  };
  return {
    severity: 'Error',
    reason,
    record: recordId,
    ...known,
    message,
    ...(raw === undefined ? {} : { payload: redacted(raw) }),
  };
}

/** Succeeded needs proof: read to the declared end, and as many records as the platform said there are. */
function conclude(run: ImportRun, plan: RunPlan, progress: Progress, poster: BatchPoster): RunOutcome {
  if (!progress.end)
    return ended(
      poster,
      progress,
      'Unproven',
      'NoDeclaredEnd',
      'the store never said that there is no more: what was read is kept, the run comes again',
    );
  if (shortage(plan, progress) > 0) {
    return ended(
      poster,
      progress,
      'Unproven',
      'CountDiffers',
      `the store announced ${progress.total} records, ${progress.read} came: rows may have moved while paging, the run comes again`,
    );
  }
  if (poster.quarantined > 0)
    return ended(
      poster,
      progress,
      'Partial',
      'RecordsSetAside',
      `${poster.quarantined} records were set aside as problems, the rest was taken`,
    );
  return progress.read === 0
    ? ended(poster, progress, 'Empty', 'Empty')
    : ended(poster, progress, 'Succeeded', 'Succeeded');
}

/** How many announced records did not come. A resumed run has read the others before: it cannot tell. */
function shortage(plan: RunPlan, { total, read }: Progress): number {
  return total === undefined || plan.resume !== undefined ? 0 : Math.max(0, total - read);
}

function ended(
  poster: BatchPoster,
  progress: Progress,
  result: RunOutcome['result'],
  reason: string,
  message?: string,
): RunOutcome {
  return { result, reason, message, read: progress.read, changed: poster.changed, problems: poster.problems };
}
