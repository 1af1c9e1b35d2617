/**
 * Engines of some connections in one process: what sync/main.ts starts, each with resources of its own in memory, as a
 * pod has those of its connection. Answers how many have all of their data.
 */
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { API_VERSION, type ConnectionResource, type FeedResource } from '../../crds/index.ts';
import { loadDriver } from '../../drivers/load.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import type { FeedType } from '../../model/feeds.ts';
import { runEngine } from '../../sync/engine.ts';
import { createHubClient, type HubSend } from '../../sync/hub-client.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import type { OwnResources } from '../../sync/resources.ts';
import { API_KEY, given, keyOf, tokenOf } from './names.ts';

export interface EnginesPart {
  readonly from: number;
  readonly shops: readonly string[];
  readonly hubs: readonly string[];
}

const FEEDS: readonly FeedType[] = ['ProductImport', 'StockImport', 'OrderImport', 'StockExport', 'ShipmentExport'];
const NEVER_MS = 3_600_000;
const { from, shops, hubs } = given<EnginesPart>();
const log = createLogger('sync', process.env['BENCH_LOG'] ?? 'error');
let requests = 0;
let failed = 0;
const send: HubSend = async ({ url, ...call }) => {
  requests++;
  const answer = await request(url, { ...call, headersTimeout: 60_000 });
  if (answer.statusCode >= 500) failed++;
  return { status: answer.statusCode, text: await answer.body.text() };
};

/** The resources of one connection. */
function resourcesOf(index: number, url: string): OwnResources & { readonly ready: () => boolean } {
  const { namespace, name } = keyOf(index);
  const metadata = { namespace, uid: `uid-${index}`, generation: 1, creationTimestamp: new Date().toISOString() };
  let connection: ConnectionResource = {
    apiVersion: API_VERSION,
    kind: 'Connection',
    metadata: { ...metadata, name },
    spec: {
      storeRef: { name: 'main' },
      driver: 'generic',
      credentialRef: { name: 'c' },
      mode: 'Production',
      earliestOrderDate: '2020-01-01T00:00:00Z',
      settings: { url },
    },
  };
  const feeds = new Map<string, FeedResource>(
    FEEDS.map((type) => [
      type.toLowerCase(),
      {
        apiVersion: API_VERSION,
        kind: 'Feed',
        metadata: { ...metadata, name: type.toLowerCase() },
        spec: { connectionRef: { name }, type },
      },
    ]),
  );
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    readyIsTold: true,
    snapshot: () => ({ connection, feeds: [...feeds.values()], runs: [] }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    applyConnectionStatus: async (status) => {
      connection = { ...connection, status };
      changed();
    },
    applyFeedStatus: async (feed, status) => {
      feeds.set(feed, { ...feeds.get(feed)!, status });
      changed();
    },
    applyFeedRunStatus: async () => undefined,
    event: async () => undefined,
    ready: () =>
      connection.status?.conditions?.some(({ type, status }) => type === 'Synced' && status === 'True') ?? false,
  };
}

const freshness = new FreshnessRule();
const stop = new AbortController();
const generic = (await loadDriver('generic'))!;
const all = shops.map((url, at) => resourcesOf(from + at, url));
const ended = all.map((resources, at) => {
  const index = from + at;
  return runEngine(
    {
      key: keyOf(index),
      definition: generic,
      resources,
      hub: createHubClient({
        url: hubs[index % hubs.length]!,
        clock: systemClock,
        token: async () => tokenOf(index),
        send,
      }),
      readSecret: async () => ({ apiKey: API_KEY }),
      credential: { secretName: 'c', keys: {}, recheckMs: NEVER_MS },
      reach: OWN_MACHINE,
      clock: systemClock,
      random: Math.random,
      freshness,
      log,
      holder: `pod-${index}/${randomUUID()}`,
      metrics: new SyncMetrics(),
    },
    stop.signal,
  );
});
process.on('message', (asked) => {
  if (asked !== 'stop')
    return process.send!({
      ready: all.filter(({ ready }) => ready()).length,
      requests,
      failed,
      rss: process.memoryUsage.rss(),
    });
  stop.abort();
  void Promise.all(ended).then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
process.send!({ started: true });
