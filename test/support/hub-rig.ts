import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectionKey, StoreSpec } from '../../crds/index.ts';
import { staticTokens, type Identity } from '../../hub/auth/identity.ts';
import { startHub, type Hub, type HubOptions } from '../../hub/hub.ts';
import type { Database } from '../../hub/storage/database.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { encodeBatch, type BatchProblem, type Checkpoint } from '../../model/batch.ts';
import { BatchEncoder } from '../../model/encode.ts';
import { DEFAULT_ORDER_RULES } from '../../model/order-rules.ts';
import { EXPORT_TYPES, feedOfKind, type FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import type { OutboxClaim, OutboxKind, OutboxResult, SessionRequest } from '../../model/sync-api.ts';
import { createHubClient, type HubClient } from '../../sync/hub-client.ts';
import { decideIntake } from '../../sync/orders/intake.ts';

/**
 * A hub alone, without an engine: tests say themselves what a pod would send. One database for all tests of a file;
 * each test has a Store of its own.
 */
export class HubRig {
  readonly db: Database;
  readonly told: string[] = [];
  hub!: Hub;
  readonly #tokens = new Map<string, Identity>();
  #stores = 0;

  private constructor(db: Database) {
    this.db = db;
  }

  static async start(
    db: Database,
    options: Partial<
      Pick<
        HubOptions,
        | 'clock'
        | 'requestTimeoutMs'
        | 'limits'
        | 'trustedProxies'
        | 'metricsPort'
        | 'figuresFreshMs'
        | 'adoptByName'
        | 'declared'
        | 'tls'
        | 'metricsTls'
        | 'carryWebhook'
        | 'webhookPlainHttp'
        | 'webhookReach'
      >
    > = {},
  ): Promise<HubRig> {
    const rig = new HubRig(db);
    rig.hub = await startHub({
      db,
      clock: systemClock,
      log: createLogger('hub', process.env['TEST_LOG'] ?? 'silent'),
      newId: randomUUID,
      authenticator: staticTokens(rig.#tokens),
      host: '127.0.0.1',
      port: 0,
      webhookReach: OWN_MACHINE,
      version: 'test',
      figuresFreshMs: 0,
      ...options,
      emitStoreEvent: (...told) => void rig.told.push(told.join(' ')),
    });
    return rig;
  }

  async store(spec: StoreSpec = {}): Promise<TestStore> {
    const store = new TestStore(this, `store-${++this.#stores}`, this.#tokens);
    await store.put(spec);
    return store;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.hub.probesUrl}/metrics`)).text();
  }

  stop(): Promise<void> {
    return this.hub.stop();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers are whatever the route gives; tests assert on them
}

export class TestStore {
  readonly name: string;
  readonly key = `sck_${randomUUID()}`;
  readonly #rig: HubRig;
  readonly #tokens: Map<string, Identity>;

  constructor(rig: HubRig, name: string, tokens: Map<string, Identity>) {
    this.#rig = rig;
    this.name = name;
    this.#tokens = tokens;
  }

  async put(spec: StoreSpec): Promise<void> {
    await this.#rig.hub.putStore({
      namespace: 'test',
      name: this.name,
      spec,
      keyHash: createHash('sha256').update(this.key).digest('hex'),
    });
  }

  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.#rig.hub.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }

  async connect(name = 'shop', session: Partial<SessionRequest> = {}): Promise<TestPod> {
    const key: ConnectionKey = { kind: 'Connection', namespace: 'test', name: `${this.name}-${name}` };
    const token = randomUUID();
    this.#tokens.set(token, { role: 'sync', connection: key });
    const client = createHubClient({ url: this.#rig.hub.url, clock: systemClock, token: async () => token });
    const pod = new TestPod(client, this.name, key, `${this.#rig.hub.url}/sync/v1`, token);
    await pod.session(session);
    return pod;
  }
}

/** What a connection's pod says to the hub. */
export class TestPod {
  readonly client: HubClient;
  readonly key: ConnectionKey;
  readonly #store: string;
  connectionId = 0;
  readonly #runs: { [kind in OutboxKind]?: Promise<string> } = {};
  readonly #base: string;
  readonly #token: string;

  constructor(client: HubClient, store: string, key: ConnectionKey, base: string, token: string) {
    this.#base = base;
    this.#token = token;
    this.client = client;
    this.#store = store;
    this.key = key;
  }

  get connection(): string {
    return `${this.key.namespace}/${this.key.name}`;
  }

  async session(session: Partial<SessionRequest> = {}): Promise<void> {
    this.connectionId = (
      await this.client.session({
        store: this.#store,
        driver: 'memory',
        mode: 'Production',
        catalogue: true,
        exports: [...EXPORT_TYPES],
        ...session,
      })
    ).connectionId;
  }

  /** Bytes that no client of ours would send; what the hub answers, once. */
  async raw(path: string, bytes: Buffer, type = 'application/json'): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.#base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': type },
      body: new Uint8Array(bytes),
    });
    return { status: answer.status, text: await answer.text() };
  }

  /** One whole run with one batch. */
  async send(
    feed: FeedType,
    records: readonly CanonicalRecord[],
    problems: readonly BatchProblem[] = [],
    checkpoint: Checkpoint = {},
    /** The shop's time; absent: nothing is too long unpaid. */
    now?: Date,
  ): Promise<void> {
    const { runId, orderRules = DEFAULT_ORDER_RULES } = await this.client.startRun({
      feed: feed.toLowerCase(),
      feedType: feed,
      trigger: 'Requested',
      holder: `test/${randomUUID()}`,
    });
    const encoder = new BatchEncoder();
    for (const record of records)
      encoder.add(record, (order) => ({
        ...decideIntake(order, { earliest: new Date('2026-01-01T00:00:00Z'), rules: orderRules, now }),
        custRef: order.number,
      }));
    await this.client.batch(runId, encodeBatch({ sequence: 1, read: records.length, problems }, encoder.segments()));
    await this.client.finishRun(runId, { result: problems.length > 0 ? 'Partial' : 'Succeeded', checkpoint });
  }

  /** Tells of orders that were asked for by id and that the shop does not have. */
  async gone(feed: FeedType, ids: readonly string[]): Promise<void> {
    const { runId } = await this.client.startRun({
      ...{ feed: feed.toLowerCase(), feedType: feed, trigger: 'Requested' },
      holder: `test/${randomUUID()}`,
    });
    await this.client.batch(runId, encodeBatch({ sequence: 1, read: 0, problems: [], gone: ids }, []));
    await this.client.finishRun(runId, { result: 'Succeeded', checkpoint: {} });
  }

  /** In an export run that lasts as long as the test. */
  async claim(kind: OutboxKind, limit: number, release?: string): Promise<OutboxClaim> {
    return this.client.claim(await this.#exportRun(kind), kind, limit, release);
  }

  async results(kind: OutboxKind, results: readonly OutboxResult[]): Promise<void> {
    return this.client.results(await this.#exportRun(kind), kind, results);
  }

  #exportRun(kind: OutboxKind): Promise<string> {
    const feedType = feedOfKind(kind);
    this.#runs[kind] ??= this.client
      .startRun({ feed: feedType.toLowerCase(), feedType, trigger: 'Requested', holder: `test/${randomUUID()}` })
      .then(({ runId }) => runId);
    return this.#runs[kind];
  }

  /** Claims what waits for the store and says that it was done. */
  async apply(kind: OutboxKind): Promise<Record<string, unknown>[]> {
    const { entries } = await this.claim(kind, 500);
    await this.results(
      kind,
      entries.map(({ id }) => ({ id, outcome: 'Applied', result: { externalId: `s-${id}` } })),
    );
    return entries.map(({ payload }) => payload);
  }
}

export async function until(check: () => boolean | Promise<boolean>, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly event: { readonly type: string; readonly data: { readonly cust_po_no: string } };
}

export interface Receiver {
  readonly url: string;
  /** What came, whatever was answered. */
  readonly received: Received[];
  close(): Promise<void>;
}

/** A webhook endpoint of the back office. */
export async function receiver(answer: (received: Received) => number = () => 200): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const one: Received = {
        headers: request.headers as Record<string, string>,
        body,
        event: JSON.parse(body) as Received['event'],
      };
      received.push(one);
      response.writeHead(answer(one)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
