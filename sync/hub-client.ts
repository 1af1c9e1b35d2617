import { request } from 'undici';
import type { z } from 'zod';
import type { CensusWindow } from '../drivers/contract/index.ts';
import type { Clock } from '../kit/clock.ts';
import { certificateTrouble } from '../kit/net/certificate-trouble.ts';
import { hubDispatcher } from '../kit/net/hub-trust.ts';
import { BATCH_CONTENT_TYPE } from '../model/batch.ts';
import {
  classOf,
  FEED_CLASSES,
  type CountedType,
  type FeedClass,
  type FeedType,
  type RereadType,
} from '../model/feeds.ts';
import * as api from '../model/sync-api.ts';

/** The hub said no. `reason` is its problem type (`LeaseLost`, `BadRow`, `StoreUnknown` …). */
export class HubRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, detail: string) {
    super(detail);
    this.status = status;
    this.reason = reason;
  }
}

/** The hub could not be reached, or failed, for as long as a call tries. */
export class HubUnreachable extends Error {
  /** It has too much to do, and has done nothing. */
  readonly busy: boolean;

  constructor(message: string, options?: ErrorOptions, busy = false) {
    super(message, options);
    this.busy = busy;
  }
}

export interface HubClientOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Read for each call: the kubelet renews projected tokens. */
  readonly token: () => Promise<string>;
  /** PEM of the CA of the hub's certificate; absent: one that is known anyway, or plain http. */
  readonly ca?: string;
  /** How calls reach the hub: sockets if absent. */
  readonly send?: HubSend;
}

export interface HubCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}
export type HubSend = (call: HubCall) => Promise<{ readonly status: number; readonly text: string }>;

function bySocket(ca: string | undefined): HubSend {
  const dispatcher = hubDispatcher(ca);
  return async ({ url, ...call }) => {
    const answer = await request(url, { ...call, dispatcher, headersTimeout: 60_000 });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
}

export interface HubClient {
  session(body: api.SessionRequest): Promise<api.SessionAnswer>;
  startRun(body: api.StartRunRequest): Promise<api.StartRunAnswer>;
  heartbeat(runId: string): Promise<void>;
  /** May be repeated: the batch's sequence number makes that safe. */
  batch(runId: string, bytes: Buffer): Promise<api.BatchAnswer>;
  /** Its summary, where `body.summary` asks for it. */
  finishRun(runId: string, body: api.FinishRunRequest): Promise<api.FeedSummary | undefined>;
  /** Where nothing waits to be written: told as a run that was not opened. Else undefined, and nothing was done. */
  quietRun(body: api.QuietRunRequest): Promise<api.FeedSummary | undefined>;
  openRecords(feed: RereadType, after: string): Promise<string[]>;
  /** Judges the orders again that were rejected for this reason, from what the hub has stored. */
  replay(reason: string, dryRun: boolean): Promise<z.output<typeof api.replayAnswer>>;
  summary(feed: FeedType): Promise<api.FeedSummary>;
  /** For a run that holds its lease; it is renewed by that. */
  claim(runId: string, kind: api.OutboxKind, limit: number, release?: string): Promise<api.OutboxClaim>;
  /** Of a run that holds its lease: what was submitted and is due to be asked for. */
  claimSubmitted(runId: string, kind: api.OutboxKind, limit: number): Promise<readonly api.OutboxEntry[]>;
  results(runId: string, kind: api.OutboxKind, results: readonly api.OutboxResult[]): Promise<void>;
  /** Waits at the hub for up to half a minute. Not repeated on failure. */
  hints(signal: AbortSignal): Promise<z.output<typeof api.hintsAnswer>>;
  /** Webhooks of the store that wait, untouched; they stay until settled. */
  claimHooks(limit: number): Promise<z.output<typeof api.hooksAnswer>['hooks']>;
  settleHooks(results: z.output<typeof api.hookResults>['results']): Promise<void>;
  reportHooks(active: boolean): Promise<void>;
  /** `scope`: of one shop, tenant or resource. */
  tokens(scope?: string): Promise<api.SealedTokens | undefined>;
  /** Compare-and-swap; false when another pod was first. */
  replaceTokens(expectedVersion: number, tokens: Omit<api.SealedTokens, 'version'>, scope?: string): Promise<boolean>;
  saveBudget(state: api.BudgetState): Promise<void>;
  /** What the hub has that came to be in the window. */
  /** In the order of the windows. */
  censusCounts(feed: CountedType, windows: readonly CensusWindow[]): Promise<number[]>;
  censusIds(feed: CountedType, window: CensusWindow, after: string): Promise<string[]>;
}

const PATIENCE_MS = 12_000;
/** With a hub that is there and has too much to do: each answer has waited most of a minute for its turn. */
const BUSY_PATIENCE_MS = 180_000;
const DELAY_MS = 300;
/** More runs than a connection ever has open. */
const MOST_RUNS = 100;

/** A type of the hub's. What stands between may answer with a URL, which no condition holds as its reason. */
const OUR_TYPE = /^[A-Za-z]\w{0,63}$/;

const query = (values: Record<string, string>): string => new URLSearchParams(values).toString();

type Body = { readonly json: unknown } | { readonly bytes: Buffer } | undefined;

/** What the hub says is in its way, if it does: then it can be reached, and the network is not to blame. */
function failureOf(status: number, text: string): HubUnreachable {
  let said: z.output<typeof api.problemBody> | undefined;
  try {
    said = api.problemBody.safeParse(JSON.parse(text)).data;
  } catch {
    said = undefined;
  }
  const message = said?.detail ?? `the hub answered ${status}: its log has the reason`;
  return new HubUnreachable(message, undefined, said?.type === 'HubBusy');
}

function unreachable(error: unknown): string {
  const trouble = certificateTrouble(error, 'ca.crt in the Secret of hub.tls.secretName');
  return trouble
    ? `the certificate of the hub ${trouble}`
    : 'the hub cannot be reached: check that it runs and that the network policy lets the pod through';
}

export function createHubClient(options: HubClientOptions): HubClient {
  const send = options.send ?? bySocket(options.ca);
  const base = options.url.replace(/\/$/, '') + api.SYNC_API;

  /** Class of the feed of each run that is open. */
  const classes = new Map<string, FeedClass>();

  async function once(
    method: 'GET' | 'POST',
    path: string,
    body: Body,
    { signal, of = FEED_CLASSES[0] }: { readonly signal?: AbortSignal; readonly of?: FeedClass } = {},
  ): Promise<unknown> {
    const contentType = !body ? undefined : 'json' in body ? 'application/json' : BATCH_CONTENT_TYPE;
    const { status, text } = await send({
      method,
      signal,
      url: base + path,
      headers: {
        authorization: `Bearer ${await options.token()}`,
        [api.CLASS_HEADER]: of,
        ...(contentType ? { 'content-type': contentType } : {}),
      },
      body: !body ? undefined : 'json' in body ? JSON.stringify(body.json) : body.bytes,
    });
    if (status >= 500) throw failureOf(status, text);
    const value: unknown = text ? JSON.parse(text) : {};
    if (status >= 400) {
      const { type = '', detail } = api.problemBody.safeParse(value).data ?? {};
      throw new HubRefusal(status, OUR_TYPE.test(type) ? type : 'Refused', detail ?? `the hub answered ${status}`);
    }
    return value;
  }

  async function call<T extends z.ZodType>(
    schema: T,
    method: 'GET' | 'POST',
    path: string,
    body?: Body,
    of?: FeedClass,
  ): Promise<z.output<T>> {
    const began = options.clock.now().getTime();
    for (let delay = DELAY_MS; ; delay = Math.min(delay * 2, 3000)) {
      try {
        return schema.parse(await once(method, path, body, { of }));
      } catch (error) {
        if (error instanceof HubRefusal) throw error;
        const patience = error instanceof HubUnreachable && error.busy ? BUSY_PATIENCE_MS : PATIENCE_MS;
        if (options.clock.now().getTime() + delay > began + patience)
          throw error instanceof HubUnreachable ? error : new HubUnreachable(unreachable(error), { cause: error });
        await options.clock.sleep(delay);
      }
    }
  }

  const post = <T extends z.ZodType>(schema: T, path: string, json: unknown, of?: FeedClass) =>
    call(schema, 'POST', path, { json }, of);
  return {
    session: (body) => post(api.sessionAnswer, '/session', body),
    async startRun(body) {
      const started = await post(api.startRunAnswer, '/runs', body, classOf(body.feedType));
      classes.set(started.runId, classOf(body.feedType));
      // Of runs that broke off nobody says the end.
      if (classes.size > MOST_RUNS) classes.delete(classes.keys().next().value!);
      return started;
    },
    async heartbeat(runId) {
      await post(api.empty, `/runs/${runId}/heartbeat`, {});
    },
    batch: (runId, bytes) => call(api.batchAnswer, 'POST', `/runs/${runId}/batches`, { bytes }, classes.get(runId)),
    async finishRun(runId, body) {
      const of = classes.get(runId);
      classes.delete(runId);
      return (await post(api.finishRunAnswer, `/runs/${runId}/finish`, body, of)).summary;
    },
    async quietRun(body) {
      return (await post(api.quietRunAnswer, '/quiet-runs', body, classOf(body.feedType))).summary;
    },
    async openRecords(feed, after) {
      const path = `/open-records?${query({ feed, after })}`;
      return (await call(api.openRecordsAnswer, 'GET', path, undefined, classOf(feed))).ids;
    },
    replay: (reason, dryRun) => post(api.replayAnswer, '/replay', { reason, dryRun }),
    summary: (feed) => call(api.feedSummary, 'GET', `/feeds/${feed}/summary`, undefined, classOf(feed)),
    claim: (runId, kind, limit, release) =>
      post(api.outboxClaim, '/outbox/claim', { runId, kind, limit, release }, classes.get(runId)),
    async claimSubmitted(runId, kind, limit) {
      const claim = { runId, kind, limit, submitted: true };
      return (await post(api.outboxClaim, '/outbox/claim', claim, classes.get(runId))).entries;
    },
    async results(runId, kind, results) {
      await post(api.empty, '/outbox/results', { runId, kind, results }, classes.get(runId));
    },
    async hints(signal) {
      return api.hintsAnswer.parse(await once('GET', '/hints', undefined, { signal }));
    },
    async claimHooks(limit) {
      return (await post(api.hooksAnswer, '/hooks/claim', { limit })).hooks;
    },
    async settleHooks(results) {
      await post(api.empty, '/hooks/results', { results });
    },
    async reportHooks(active) {
      await post(api.empty, '/hooks/subscription', { active });
    },
    async tokens(scope) {
      const path = scope === undefined ? '/tokens' : `/tokens?${query({ scope })}`;
      return (await call(api.tokensAnswer, 'GET', path)).tokens;
    },
    async replaceTokens(expectedVersion, tokens, scope) {
      return (await post(api.replaceTokensAnswer, '/tokens', { expectedVersion, tokens, scope })).replaced;
    },
    async saveBudget(state) {
      await post(api.empty, '/budget', state);
    },
    async censusCounts(feed, windows) {
      return (await post(api.censusAnswer, '/census/counts', { feed, windows }, classOf(feed))).counts;
    },
    async censusIds(feed, window, after) {
      const path = `/census/ids?${query({ feed, ...window, after })}`;
      return (await call(api.censusIdsAnswer, 'GET', path, undefined, classOf(feed))).ids;
    },
  };
}
