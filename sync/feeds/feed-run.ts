import type { FeedRunSpec } from '../../crds/index.ts';
import { terminal, type ConnectedFeeds, type DriverError } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { FeedSummary, FinishRunRequest, StartRunAnswer, StartRunRequest } from '../../model/sync-api.ts';
import { DEFAULT_ORDER_RULES, type OrderRules } from '../../model/order-rules.ts';
import { DEFAULT_BATCH_SIZE } from '../../model/feed-rules.ts';
import { classOf, isExport, isReread, type ExportType, type FeedType, type ImportType } from '../../model/feeds.ts';
import type { OrderRecord } from '../../model/records.ts';
import type { OrderDecision } from '../../model/encode.ts';
import type { HubClient } from '../hub-client.ts';
import type { ShopSession } from '../shop-session.ts';
import type { RunOutcome } from '../outcome.ts';
import { faultDetails, withFault } from './fault.ts';
import type { CensusExtent } from './census.ts';
import { runExport } from './run-export.ts';
import { runImport } from './run-import.ts';
import type { KnownPages } from './known-pages.ts';
import { RunLease } from './run-lease.ts';

export interface FeedRunRequest {
  readonly feed: string;
  readonly type: FeedType;
  readonly trigger: StartRunRequest['trigger'];
  readonly batchSize?: number;
  readonly release?: string;
  /** Of a run by hint: read just these, the checkpoint stays. */
  readonly ids?: readonly string[];
  /** Parameters of a deliberate run. */
  readonly parameters?: FeedRunSpec;
  /** Of a deliberate run that waited: where it goes on. What it reset stays reset. */
  readonly goesOn?: { readonly resume?: string };
  /** Feeds whose records come with this run. */
  readonly riders?: readonly FeedType[];
}

export interface FeedRunPorts {
  readonly session: ShopSession;
  readonly hub: HubClient;
  readonly clock: Clock;
  readonly holder: string;
  /** By the rules that the hub gives at the beginning of a run. */
  readonly decideOrder: (rules: OrderRules) => (order: OrderRecord) => OrderDecision;
  /** Orders placed before are of no use. */
  readonly earliestOrder?: Date;
  readonly census?: CensusExtent;
  /** Pages that the hub has: of a feed without open problems. */
  readonly pages?: KnownPages;
}

/**
 * One run from lease to result. The lease is renewed while it runs; when it is lost, another pod has the run and this
 * one stops at once; when it may be lost, nothing is written to the store. Never throws: every end is an outcome.
 */
export async function runFeed(
  request: FeedRunRequest,
  ports: FeedRunPorts,
  signal: AbortSignal,
): Promise<RunOutcome & { readonly runId?: string; readonly summary?: FeedSummary }> {
  const { hub } = ports;
  let runId: string | undefined;
  const lease = new RunLease(ports.clock);
  const running = AbortSignal.any([signal, lease.signal]);
  try {
    const idle = await nothingToWrite(request, ports);
    if (idle) return { read: 0, changed: 0, problems: 0, result: 'Empty', reason: 'Empty', summary: idle };
    const asked = lease.asking();
    const started = await hub.startRun({
      feed: request.feed,
      feedType: request.type,
      trigger: request.trigger,
      holder: ports.holder,
      dryRun: request.parameters?.dryRun,
      resetCheckpoint: request.goesOn ? undefined : request.parameters?.resetCheckpoint,
      scoped: (request.ids ?? request.parameters?.ids ?? request.parameters?.window) !== undefined,
    });
    runId = started.runId;
    lease.renewed(asked);
    const stopBeating = lease.keep(hub, runId);
    try {
      const ended = await ports.session.inRun(
        request.type,
        () => lease.assertHeld(),
        () => execute(request, ports, started, running),
      );
      const { checkpoint } = ended;
      const outcome = withTime(ended.outcome, ports.clock);
      const summary = await hub.finishRun(runId, {
        result: outcome.result,
        message: outcome.message?.slice(0, 1024),
        goesOnAt: outcome.goesOnAt,
        checkpoint,
        counts: countsOf(request, ended),
        summary: request.parameters === undefined,
      });
      return { ...outcome, runId, summary };
    } finally {
      stopBeating();
    }
  } catch (error) {
    return { ...withTime(failure(error), ports.clock), runId };
  }
}

/** An export on its schedule for which nothing waits. What a person asked for is opened as a run all the same. */
async function nothingToWrite(
  { feed, type, trigger, parameters }: FeedRunRequest,
  { hub, holder }: FeedRunPorts,
): Promise<FeedSummary | undefined> {
  if (!isExport(type) || trigger !== 'Schedule' || parameters) return undefined;
  return hub.quietRun({ feed, feedType: type, holder });
}

/** What the hub cannot have counted itself. */
function countsOf({ type, parameters }: FeedRunRequest, { outcome, known = 0 }: Ended): FinishRunRequest['counts'] {
  if (isExport(type) || parameters?.replay)
    return { read: outcome.read, changed: outcome.changed, problems: outcome.problems };
  return known > 0 ? { read: known, changed: 0, problems: 0 } : undefined;
}

/** A run that waits says when it goes on. */
function withTime(outcome: RunOutcome, clock: Clock): RunOutcome {
  if (outcome.result !== 'Waiting') return outcome;
  return { ...outcome, goesOnAt: new Date(clock.now().getTime() + (outcome.retryAfterMs ?? 0)).toISOString() };
}

type Ended = Awaited<ReturnType<typeof runImport>>;

function execute(
  request: FeedRunRequest,
  ports: FeedRunPorts,
  started: StartRunAnswer,
  signal: AbortSignal,
): Promise<Ended> {
  const { type } = request;
  return isExport(type)
    ? executeExport(type, request, ports, started.runId, signal)
    : executeImport(type, request, ports, started, signal);
}

async function executeExport<F extends ExportType>(
  feed: F,
  { batchSize, release }: FeedRunRequest,
  { session, hub }: FeedRunPorts,
  runId: string,
  signal: AbortSignal,
): Promise<Ended> {
  const target: ConnectedFeeds[ExportType] = session.driver.feeds[feed];
  if (!target) return { outcome: failure(unsupported(feed)) };
  return { outcome: await runExport({ feed, runId, batchSize, release, signal }, target, hub) };
}

async function executeImport(
  feed: ImportType,
  request: FeedRunRequest,
  ports: FeedRunPorts,
  { runId, checkpoint, orderRules = DEFAULT_ORDER_RULES }: StartRunAnswer,
  signal: AbortSignal,
): Promise<Ended> {
  const { session, hub, clock, census, earliestOrder } = ports;
  const { window, ids = request.ids, dryRun, replay } = request.parameters ?? {};
  if (replay) return { outcome: await runReplay(hub, replay.reason, dryRun === true) };
  const source = session.driver.feeds[feed];
  if (!source) return { outcome: failure(unsupported(feed)) };
  if (window && source.cursor?.kind === 'queue') return { outcome: failure(handsOut(feed)) };
  const pageSize = Math.min(request.batchSize ?? DEFAULT_BATCH_SIZE, source.maxPageSize);
  return runImport(
    {
      feed,
      runId,
      checkpoint,
      pageSize,
      window,
      ids,
      dryRun,
      resume: request.goesOn?.resume,
      rereads: [feed, ...(request.riders ?? [])].filter(isReread),
      signal,
    },
    {
      source,
      hub,
      clock,
      decideOrder: ports.decideOrder(orderRules),
      census,
      earliestOrder,
      pages: classOf(feed) === 'orders' ? ports.pages : undefined,
      storeNow: () => session.storeNow(),
    },
  );
}

const unsupported = (feed: FeedType): DriverError => terminal('NotSupported', `the driver does not support ${feed}`);

/** What would be read is whatever waits, whenever it was placed. */
const handsOut = (feed: FeedType): DriverError =>
  terminal(
    'NotSupported',
    `${feed} of this platform hands each change out once and knows no times: give ids in place of a window`,
  );

/** Rejected orders are stored whole: they are judged again without a call to the store. */
async function runReplay(hub: HubClient, reason: string, dryRun: boolean): Promise<RunOutcome> {
  const { matched, changed } = await hub.replay(reason, dryRun);
  const message = `${changed} of ${matched} orders that were rejected for ${reason} ${dryRun ? 'would come to another result: nothing was changed' : 'came to another result'}`;
  return {
    read: matched,
    problems: 0,
    changed,
    result: changed === 0 ? 'Empty' : 'Succeeded',
    reason: 'Replayed',
    message,
  };
}

function failure(error: unknown): RunOutcome {
  const fault = faultDetails(error);
  const { reason, message } = fault;
  return withFault({ read: 0, changed: 0, problems: 0, result: 'Failed', reason, message }, fault);
}
