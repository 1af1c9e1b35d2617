/** The sync pod as a process that can be killed: what sync/main.ts starts, with its resources in a file. */
import { randomUUID } from 'node:crypto';
import { localResources } from '../../cli/local/own-resources.ts';
import { LocalWorld } from '../../cli/local/world.ts';
import { API_VERSION, type Resource } from '../../crds/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { systemClock, type Clock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import type { FeedType } from '../../model/feeds.ts';
import { runEngine } from '../../sync/engine.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import { CONNECTION, POD_TOKEN, settings, STORE, type PodSettings } from './settings.ts';

const FEEDS: readonly FeedType[] = [
  'ProductImport',
  'StockImport',
  'OrderImport',
  'OrderUpdate',
  'ShipmentExport',
  'StockExport',
];
const RETRY = { initialDelay: '1s', maxDelay: '2s', maxAttempts: 20 };

const { driver, hubUrl, storeUrl, apiKey, stateFile } = settings<PodSettings>();
/** The parent steps this pod's clock, as a bad time server would. */
let offsetMs = 0;
const clock: Clock = {
  now: () => new Date(Date.now() + offsetMs),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};
process.on('message', (message: { readonly stepMs: number }) => {
  offsetMs += message.stepMs;
});
process.on('disconnect', () => process.exit(0));

const resource = (kind: string, name: string, spec: unknown): Resource => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name, namespace: CONNECTION.namespace },
  spec,
});
const world = new LocalWorld(stateFile, () => new Date());
await world.restore();
world.apply({
  secrets: [],
  faults: [],
  resources: [
    resource('Connection', CONNECTION.name, {
      storeRef: { name: STORE },
      driver,
      credentialRef: { name: 'c' },
      mode: 'Production',
      earliestOrderDate: '2020-01-01T00:00:00Z',
      settings: { url: storeUrl },
    }),
    ...FEEDS.map((type) =>
      resource('Feed', type.toLowerCase(), {
        connectionRef: { name: CONNECTION.name },
        type,
        schedule: '* * * * *',
        batchSize: 5,
        retry: RETRY,
      }),
    ),
  ],
});
const engine = runEngine(
  {
    key: CONNECTION,
    definition: builtinDrivers().get(driver)!,
    resources: localResources(world, CONNECTION, () => undefined),
    hub: createHubClient({ url: hubUrl, clock: systemClock, token: async () => POD_TOKEN }),
    readSecret: async () => ({ apiKey }),
    credential: { secretName: 'c', keys: {}, recheckMs: 30_000 },
    reach: OWN_MACHINE,
    clock,
    random: Math.random,
    freshness: new FreshnessRule(),
    log: createLogger('sync', process.env['TEST_LOG'] ?? 'silent'),
    holder: `pod/${randomUUID()}`,
    metrics: new SyncMetrics(),
  },
  new AbortController().signal,
);
process.send?.('ready');
await engine;
