import { z } from 'zod';
import { STOCK_MEANINGS } from './feeds/stock-export.ts';
import { COUNTED_TYPES, EXPORT_TYPES, FEED_TYPES, WRITE_KINDS, type WriteKind } from './feeds.ts';
import { instant } from './instant.ts';
import { orderRules } from './order-rules.ts';
import { privacyRequests } from './privacy.ts';

/**
 * What pod and hub say to each other beside batches (batch.ts). Both sides import these; the hub checks what comes in.
 */
export const SYNC_API = '/sync/v1';

/** Header: the class of the feed that a request is for (FEED_CLASSES), so that a busy hub takes orders first. */
export const CLASS_HEADER = 'supercargo-class';

/** A run whose pod is silent this long may be taken over; the pod renews every third of it. */
export const RUN_LEASE_SECONDS = 20;

const feedType = z.enum(FEED_TYPES);

/** A token bucket at a moment, kept so that a restart does not spend what is not there. */
const bucketState = z.strictObject({ remaining: z.number(), burst: z.number(), perSecond: z.number(), at: z.string() });
export type BucketState = z.infer<typeof bucketState>;

/** All of a connection: the common one, where it has a limit, and those with a name. */
export const budgetState = z.strictObject({
  ...bucketState.partial().shape,
  buckets: z.record(z.string().max(64), bucketState).optional(),
});
export type BudgetState = z.infer<typeof budgetState>;

export const sessionRequest = z.strictObject({
  store: z.string().min(1).max(253),
  driver: z.string().min(1).max(253),
  mode: z.enum(['Test', 'Production']),
  /** Whether the connection has a feed that brings products: then an order's SKU can be unknown. */
  catalogue: z.boolean(),
  /** Writes that it has a Feed for: others would wait for ever. */
  exports: z.array(z.enum(EXPORT_TYPES)).optional(),
  /** Name of the Credential: pods that share it share its rotating tokens. */
  credential: z.string().min(1).max(253).optional(),
  /** Kept back from every level that is written to the store. */
  safetyStock: z.int().min(0).optional(),
  /** What the store counts: what lies in the warehouse (also if absent), or what can be sold. */
  stock: z.enum(STOCK_MEANINGS).optional(),
  /** What to do about the reasons that only its driver has. */
  remedies: z.record(z.string().max(64), z.string().max(1024)).optional(),
});
export type SessionRequest = z.infer<typeof sessionRequest>;

export const sessionAnswer = z.object({
  connectionId: z.number(),
  orderNumbers: z.object({
    maxLength: z.number(),
    alphabet: z.enum(['Digits', 'UpperAlphanumeric', 'Printable']),
    prefix: z.string(),
  }),
  /** Where the store may send its webhooks for this connection; absent while the hub has no public address. */
  hookUrl: z.string().optional(),
  /** The budget as the last pod left it. */
  budget: budgetState.optional(),
  /** Keys the hash of the credential that the status shows. In no resource, so that nobody can guess. */
  digestKey: z.string().optional(),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

export const startRunRequest = z.strictObject({
  feed: z.string().min(1).max(253),
  feedType,
  trigger: z.enum(['Schedule', 'Initial', 'Requested', 'Hint', 'FeedRun', 'Changed']),
  holder: z.string().min(1).max(253),
  dryRun: z.boolean().optional(),
  resetCheckpoint: z.boolean().optional(),
  /** Reads named records or a window only: says nothing of how fresh the feed is. */
  scoped: z.boolean().optional(),
});
export type StartRunRequest = z.infer<typeof startRunRequest>;

/** Of an export that is due by its schedule. */
export const quietRunRequest = startRunRequest
  .pick({ feed: true, feedType: true, holder: true })
  .extend({ feedType: z.enum(EXPORT_TYPES) });
export type QuietRunRequest = z.infer<typeof quietRunRequest>;

const checkpoint = z.object({
  since: z.string().optional(),
  run: z
    .object({
      since: z.string().optional(),
      high: z.string().optional(),
      resume: z.string(),
      began: z.string().optional(),
      reread: z.string().optional(),
    })
    .optional(),
  comparedAt: z.string().optional(),
  censusAt: z.string().optional(),
  shortBy: z.number().optional(),
});

export const startRunAnswer = z.object({
  runId: z.string(),
  checkpoint: checkpoint.optional(),
  /** As the Store has them now. */
  orderRules: orderRules.optional(),
});
export type StartRunAnswer = z.infer<typeof startRunAnswer>;

export const batchAnswer = z.object({ changed: z.number(), repeated: z.boolean() });
export type BatchAnswer = z.infer<typeof batchAnswer>;

export const finishRunRequest = z.strictObject({
  result: z.enum(['Succeeded', 'Empty', 'Unproven', 'Partial', 'Failed', 'Held', 'Waiting']),
  message: z.string().max(1024).optional(),
  /** Of a run that waits: when it goes on. */
  goesOnAt: instant.optional(),
  checkpoint: checkpoint.optional(),
  /** Beside what batches have counted: of an export all of it, of an import what the hub had already. */
  counts: z.strictObject({ read: z.int().min(0), changed: z.int().min(0), problems: z.int().min(0) }).optional(),
  /** The answer brings what the Feed's status shows. */
  summary: z.boolean().optional(),
});
export type FinishRunRequest = z.infer<typeof finishRunRequest>;

export const runRecord = z.object({
  id: z.string(),
  trigger: z.string(),
  result: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  read: z.number(),
  changed: z.number(),
  problems: z.number(),
  message: z.string().optional(),
  /** Of one that waits. */
  goesOnAt: z.string().optional(),
  /** Runs right before it that found nothing either: it stands for them. */
  repeats: z.number().optional(),
});

/** What a Feed's status shows and only the hub knows. */
export const feedSummary = z.object({
  runs: z.array(runRecord),
  lastSuccessAt: z.string().optional(),
  checkpoint: z.object({ position: z.string().optional(), token: z.string(), at: z.string() }).optional(),
  problems: z.object({ info: z.number(), retry: z.number(), error: z.number() }),
  recentProblems: z.array(
    z.object({
      severity: z.enum(['Info', 'Retry', 'Error']),
      reason: z.string(),
      record: z.string(),
      number: z.string().optional(),
      message: z.string(),
      at: z.string(),
    }),
  ),
});
export type FeedSummary = z.infer<typeof feedSummary>;

export const finishRunAnswer = z.object({ summary: feedSummary.optional() });

/** Without a summary something waits: the run has to be opened. */
export const quietRunAnswer = z.object({ summary: feedSummary.optional() });

export const outboxKind = z.enum(WRITE_KINDS);
export type OutboxKind = WriteKind;

export const outboxEntry = z.object({
  id: z.number(),
  subject: z.string(),
  attempts: z.number(),
  payload: z.record(z.string(), z.unknown()),
  /** Of one that was submitted. */
  ticket: z.string().optional(),
});
export type OutboxEntry = z.infer<typeof outboxEntry>;

/** What is to be written: for the run that holds the lease of its feed. */
export const outboxClaimRequest = z.strictObject({
  runId: z.string().min(1).max(64),
  kind: outboxKind,
  limit: z.int().min(1).max(500),
  release: z.string().max(64).optional(),
  /** Those that were submitted and are due to be asked for; nothing else. */
  submitted: z.boolean().optional(),
});
export type OutboxClaimRequest = z.infer<typeof outboxClaimRequest>;

export const outboxClaim = z.object({
  entries: z.array(outboxEntry),
  /** Entries that Test mode keeps back. */
  keptBack: z.number(),
  /** The brakes hold what is pending: nothing was claimed. */
  held: z.object({ digest: z.string(), summary: z.string() }).optional(),
  /** What the store has taken and not done yet, and in how long the next of it is due. */
  submitted: z.object({ count: z.number(), dueInMs: z.number() }).optional(),
});
export type OutboxClaim = z.infer<typeof outboxClaim>;

export const outboxResult = z.strictObject({
  id: z.number(),
  /** Returned: nothing was done, and the entry is not to blame (a refused key, a rate limit). */
  outcome: z.enum(['Applied', 'AlreadyApplied', 'Rejected', 'Retry', 'Returned', 'Held', 'Submitted']),
  /** Of a Submitted entry: what the store is asked with, and after how long. */
  ticket: z.string().min(1).max(1024).optional(),
  againMs: z.int().min(0).optional(),
  /** Of one that was done: what its feed's `result` has. */
  result: z.record(z.string(), z.unknown()).optional(),
  reason: z.string().max(64).optional(),
  message: z.string().max(1024).optional(),
  /** Of a Held entry: the exact request that Test mode kept back (no headers: they carry the credential). */
  request: z.object({ method: z.string(), url: z.string(), body: z.string().optional() }).optional(),
});
export type OutboxResult = z.infer<typeof outboxResult>;

export const outboxResults = z.strictObject({
  runId: z.string().min(1).max(64),
  kind: outboxKind,
  results: z.array(outboxResult).max(500),
});
export type OutboxResults = z.infer<typeof outboxResults>;

export const hintsAnswer = z.object({
  feeds: z.array(feedType),
  /** How many webhooks of the store wait to be claimed. */
  hooks: z.number().default(0),
});

/** A webhook of the store, untouched: the pod checks the signature. */
export const inboundHook = z.object({
  id: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.base64(),
  receivedAt: z.string(),
});
export const hooksAnswer = z.object({ hooks: z.array(inboundHook) });
export const hookResults = z.strictObject({
  results: z
    .array(
      z.strictObject({
        id: z.int(),
        accepted: z.boolean(),
        reason: z.string().max(64).optional(),
        privacy: privacyRequests.optional(),
      }),
    )
    .max(500),
});
export const hookSubscriptionReport = z.strictObject({ active: z.boolean() });

/** Rotating tokens as the pod encrypted them; the hub cannot read them. */
export const sealedTokens = z.strictObject({
  version: z.int().min(1),
  ciphertext: z.string().max(65_536),
  accessExpiresAt: instant.optional(),
  refreshExpiresAt: instant.optional(),
});
export type SealedTokens = z.infer<typeof sealedTokens>;
export const tokensAnswer = z.object({ tokens: sealedTokens.optional() });
/** Which of a Credential's vaults; absent: the common one. */
const tokenScope = z.string().min(1).max(128).optional();
export const tokensQuery = z.object({ scope: tokenScope });
export const replaceTokensRequest = z.strictObject({
  scope: tokenScope,
  expectedVersion: z.int32().min(0),
  tokens: sealedTokens.omit({ version: true }),
});
export const replaceTokensAnswer = z.object({ replaced: z.boolean() });

/** What the hub has of a feed's records that came to be in a window: for the completeness check. */
export const censusWindow = z.strictObject({ from: instant, to: instant });
export const censusRequest = z.strictObject({
  feed: z.enum(COUNTED_TYPES),
  windows: z.array(censusWindow).min(1).max(100),
});
export const censusAnswer = z.object({ counts: z.array(z.number()) });
export const censusIdsAnswer = z.object({ ids: z.array(z.string()) });

/** An error of the hub, as RFC 9457 has it. */
export const problemBody = z.object({ type: z.string(), title: z.string(), status: z.number(), detail: z.string() });

export const empty = z.object({});
export const openRecordsAnswer = z.object({ ids: z.array(z.string()) });

export const replayRequest = z.strictObject({
  reason: z.string().min(1).max(64),
  /** Judged, counted and taken back. */
  dryRun: z.boolean().optional(),
});
export const replayAnswer = z.object({ matched: z.number(), changed: z.number() });
