/**
 * The sync engine as a process of its own: what sync/main.ts starts, with its resources in memory (cli/local/world.ts)
 * in place of the Kubernetes API. Takes commands from its parent: put feeds in force, run one, tell when it ended.
 */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localResources } from '../../cli/local/own-resources.ts';
import { LocalWorld } from '../../cli/local/world.ts';
import { API_VERSION, type Resource } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { collectOnce, keepSmall } from '../../kit/memory-limits.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import type { FeedType } from '../../model/feeds.ts';
import { runEngine } from '../../sync/engine.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import { CONNECTION, required } from './rig.ts';
import { shop } from './shop-driver.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { loadDriver } from '../../drivers/load.ts';
import type { DriverChoice } from './supercargo.ts';

/**
 * What the parent asks for. `feeds` puts exactly these in force; `run` asks for a run; both are answered when it ended.
 */
export type PodCommand =
  | {
      readonly id: number;
      readonly feeds: readonly { readonly type: FeedType; readonly schedule: string }[];
      readonly awaited?: FeedType;
    }
  | { readonly id: number; readonly run: FeedType };

interface RunView {
  readonly result: string;
  readonly read: number;
  readonly changed: number;
  readonly problems: number;
  readonly message?: string;
}
export interface PodAnswer {
  readonly id: number;
  readonly run?: RunView;
  readonly ready?: true;
}

keepSmall();
const UNLIMITED = 1e9;
const choice = process.env['BENCH_DRIVER']
  ? (JSON.parse(process.env['BENCH_DRIVER']) as DriverChoice)
  : { name: 'bench', settings: { url: required('BENCH_SHOP_URL') }, secret: { apiKey: 'k' } };
const definition = choice.name === 'bench' ? shop : await chosen(choice);
const NEVER_MS = 3_600_000;
const world = new LocalWorld(join(tmpdir(), `supercargo-bench-${process.pid}.json`), () => new Date());
const resource = (kind: string, name: string, spec: unknown): Resource => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name, namespace: CONNECTION.namespace },
  spec,
});
const feedName = (type: FeedType): string => type.toLowerCase();

function applyFeeds(feeds: readonly { readonly type: FeedType; readonly schedule: string }[]): void {
  world.apply({
    secrets: [],
    faults: [],
    resources: [
      resource('Connection', CONNECTION.name, {
        storeRef: { name: 'main' },
        driver: choice.name,
        credentialRef: { name: 'c' },
        mode: 'Production',
        earliestOrderDate: '2020-01-01T00:00:00Z',
        settings: choice.settings,
      }),
      ...feeds.map(({ type, schedule }) =>
        resource('Feed', feedName(type), { connectionRef: { name: CONNECTION.name }, type, schedule }),
      ),
    ],
  });
}

/** A built-in driver; without its budget where what it costs is measured, and not how long it waits. */
async function chosen({ name, unhurried }: DriverChoice): Promise<DriverDefinition> {
  const found = await loadDriver(name);
  if (!found) throw new Error(`there is no driver ${name}`);
  const { budget } = found.manifest;
  if (unhurried || !budget) return found;
  return { ...found, manifest: { ...found.manifest, budget: { ...budget, burst: UNLIMITED, perSecond: UNLIMITED } } };
}

/** Resolves with the feed's last run once `ended` holds of its status. */
function whenEnded(type: FeedType, ended: (status: Record<string, unknown>) => boolean): Promise<RunView> {
  return new Promise((resolve) => {
    const look = () => {
      const status = world.get('Feed', CONNECTION.namespace, feedName(type))?.status;
      if (!status || !ended(status)) return;
      unsubscribe();
      resolve(status['lastRun'] as RunView);
    };
    const unsubscribe = world.subscribe(look);
    look();
  });
}

async function obey(command: PodCommand): Promise<PodAnswer> {
  if ('feeds' in command) {
    applyFeeds(command.feeds);
    return {
      id: command.id,
      run: command.awaited ? await whenEnded(command.awaited, (status) => status['lastRun'] !== undefined) : undefined,
    };
  }
  const request = randomUUID();
  world.annotate('Feed', CONNECTION.namespace, feedName(command.run), { 'supercargo.dev/run-requested-at': request });
  return { id: command.id, run: await whenEnded(command.run, (status) => status['lastHandledRunRequest'] === request) };
}

applyFeeds([]);
const stop = new AbortController();
collectOnce();
const done = runEngine(
  {
    key: CONNECTION,
    definition,
    resources: localResources(world, CONNECTION, () => {}),
    hub: createHubClient({
      url: required('BENCH_HUB_URL'),
      clock: systemClock,
      token: async () => required('BENCH_TOKEN'),
    }),
    readSecret: async () => choice.secret,
    credential: { secretName: 'c', keys: {}, recheckMs: NEVER_MS },
    reach: OWN_MACHINE,
    clock: systemClock,
    random: Math.random,
    freshness: new FreshnessRule(),
    log: createLogger('sync', process.env['BENCH_LOG'] ?? 'warn'),
    holder: `bench/${randomUUID()}`,
    metrics: new SyncMetrics(),
  },
  stop.signal,
);
process.on('message', (command: PodCommand | 'stop') => {
  if (command !== 'stop') return void obey(command).then((answer) => process.send?.(answer));
  stop.abort();
  void done.then(() => world.flush()).then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, ready: true } satisfies PodAnswer);
