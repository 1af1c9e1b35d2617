import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { LABELS, type ConnectionResource, type FeedResource } from '../../crds/index.ts';
import { queueMetrics } from '../../hub/http/admission.ts';
import { observeRequests } from '../../hub/http/observe.ts';
import { PodQueue } from '../../hub/http/pod-queue.ts';
import { Limiter, DEFAULT_LIMITS } from '../../hub/http/limits.ts';
import { FIGURES, FIRST_SEEN } from '../../hub/figures.ts';
import { hubMetrics } from '../../hub/metrics.ts';
import type { Database, Row } from '../../hub/storage/database.ts';
import type { UnfitFor } from '../../hub/storage/fitness.ts';
import { withFamilies, type Family } from '../../kit/exposition.ts';
import { Cache } from '../../kit/kube/cache.ts';
import { MetricsFactory } from '../../kit/metrics.ts';
import { partRegistry, type Part } from '../../kit/part-registry.ts';
import type { Caches } from '../../operator/caches.ts';
import { leadershipGauge, resourceMetrics, watchMetrics, whileLeading } from '../../operator/metrics.ts';
import { foreignConnections } from '../../operator/ownership-metrics.ts';
import type { DeploymentView } from '../../operator/resources.ts';
import { rolloutMetrics } from '../../operator/rollout/metrics.ts';
import { RolloutBook } from '../../operator/waves/book.ts';
import { annotationsOf } from '../../operator/waves/mark.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import { ManualClock } from './manual-clock.ts';
import { World } from './metrics-state.ts';
import { neighbours, scrapedElsewhere } from './metrics-neighbours.ts';
import { aConnection, aDeployment, aFeed, aLicense } from './operator-fixtures.ts';
import { scraped, Timeline, type ScrapedSample } from './timeline.ts';

const DAY_MS = 86_400_000;
const KINDS = [
  'connections',
  'clusterConnections',
  'drivers',
  'stores',
  'credentials',
  'feeds',
  'feedRuns',
  'licenses',
  'deployments',
];

interface Request {
  readonly method: string;
  readonly routeOptions: { readonly url: string };
}
type OnResponse = (request: Request, reply: { statusCode: number; elapsedTime: number }) => Promise<void>;

/** The registries of operator, hub and sync pod as their processes have them, scraped once a minute. */
export class MetricsWorld {
  readonly timeline = new Timeline();
  readonly state: World;
  // promtool's time begins in 1970.
  readonly #clock = new ManualClock('1970-01-01T00:00:00Z');
  readonly #hub: Registry;
  #hubThatAsks = 0;
  readonly #operator = partRegistry('operator');
  readonly #leading = leadershipGauge(this.#operator, 'supercargo-operator');
  readonly #sync = new SyncMetrics({ namespace: 'acme', name: 'shop' });

  /** `unfit`: what the hub found wrong with its database when it started. */
  constructor(unfit: readonly UnfitFor['reason'][] = []) {
    this.#hub = partRegistry('hub');
    const hooks: OnResponse[] = [];
    observeRequests(
      { addHook: (_: string, hook: OnResponse) => hooks.push(hook) } as unknown as FastifyInstance,
      this.#hub,
    );
    new Limiter(DEFAULT_LIMITS, this.#clock, this.#hub);
    const queue = queueMetrics(new PodQueue(() => 0), this.#hub);
    this.state = new World(
      new MetricsFactory(this.#operator).forController('connection'),
      (statusCode) => {
        const request = { method: 'GET', routeOptions: { url: '/api/v1/orders' } };
        for (const hook of hooks) void hook(request, { statusCode, elapsedTime: 5 });
      },
      (seconds, of = 'orders') => queue.waited.observe({ class: of }, seconds),
    );
    const db = { query: (sql: string) => this.#rows(sql) } as unknown as Database;
    hubMetrics(this.#hub, {
      db,
      unfit: unfit.map((reason) => ({ reason, message: '', fatal: false })),
      ended: new Map([['runs', 1]]),
      declared: ({ namespace, name }) =>
        this.state.connection || namespace !== 'acme' || name !== 'shop'
          ? { store: 'main', driver: 'd', mode: 'Production', credential: 'key' }
          : undefined,
      clock: this.#clock,
      slowFreshMs: 0,
    });
    this.#sync.feed('orders', 'OrderImport');
  }

  /** A minute: everything is scraped that is there. */
  async pass(): Promise<void> {
    const { operators, hubs, pod, leads } = this.state;
    const all: ScrapedSample[] = scrapedElsewhere(this.state.volumeFree);
    // One in twenty-five fails.
    for (let index = 0; index < 25; index++) this.state.request(index === 0 ? 500 : 200);
    const scrape = (text: string, labels: Record<string, string>) => {
      all.push(...scraped(text, labels), ...scraped('up 1', labels));
    };
    for (let index = 0; index < operators; index++) {
      const isLeader = leads && index === 0;
      this.#leading(isLeader);
      scrape(await this.#operatorText(isLeader), { namespace: 'supercargo', pod: `operator-${index}` });
    }
    for (let index = 0; index < hubs; index++) {
      this.#hubThatAsks = index;
      scrape(await this.#hub.metrics(), { namespace: 'supercargo', pod: `hub-${index}` });
    }
    this.#sync.connection(true, this.state.skewSeconds * 1000);
    if (pod) scrape(await this.#sync.registry.metrics(), { namespace: 'acme', pod: 'sync-shop' });
    this.timeline.minute(all);
    await this.#clock.advance(60_000);
  }

  /** What one part serves, with a sample in each family that a test can give one. */
  async expositionOf(part: Part): Promise<string> {
    if (part === 'operator') return this.#operatorText(true);
    return part === 'hub' ? this.#hub.metrics() : this.#sync.registry.metrics();
  }

  #operatorText(isLeader: boolean): Promise<string> {
    const { watchAgeSeconds } = this.state;
    const at = this.#clock.now().getTime() - watchAgeSeconds * 1000;
    return withFamilies(this.#operator, [
      ...whileLeading(
        [...resourceMetrics(this.#caches(), this.#clock), ...this.#rollout(), this.#foreign()],
        () => isLeader,
      ),
      watchMetrics([{ type: { kind: 'Feed' }, lastHeardAt: at }], this.#clock),
    ]).metrics();
  }

  #foreign(): Family {
    const given = aConnection();
    const connections = new Cache<ConnectionResource>();
    const of = (installation: string) => ({ name: installation, labels: { [LABELS.installation]: installation } });
    if (this.state.unowned) connections.put({ ...given, metadata: { ...given.metadata, ...of('gone') } });
    const taken = { metadata: { ...given.metadata, ...of('wholesale') }, status: { installation: 'wholesale' } };
    connections.put({ ...given, ...taken });
    const caches = { connections, clusterConnections: new Cache() } as unknown as Caches;
    return foreignConnections(caches, { installation: 'one', selector: undefined, watchNamespaces: [] });
  }

  #rollout(): Family[] {
    const book = new RolloutBook();
    const caches = this.#caches();
    if (this.state.brokenByRollout) {
      const rolledAt = new Date(this.#clock.now().getTime() - 3_600_000).toISOString();
      const put = (name: string, annotations: Record<string, string>, availableReplicas: number) => {
        const deployment = aDeployment({ availableReplicas });
        const metadata = { ...deployment.metadata, name: `sync-${name}`, labels: labelsOf(name), annotations };
        (caches.deployments as Cache<DeploymentView>).put({ ...deployment, metadata });
        const connection = aConnection();
        (caches.connections as Cache<ConnectionResource>).put({
          ...connection,
          metadata: { ...connection.metadata, name },
        });
      };
      put('broken', annotationsOf({ revision: 'new', own: '', rolledAt }), 0);
      put('waits', annotationsOf({ revision: 'old', own: '' }), 1);
      book.wait('acme/sync-waits', 'new');
    }
    return rolloutMetrics(
      caches,
      book,
      { rollout: { first: '1', maxUnavailable: '1' }, installation: 'one' },
      this.#clock,
    );
  }

  #caches(): Caches {
    const { state } = this;
    const now = this.#clock.now().getTime();
    const isoIn = (ms: number) => new Date(now + ms).toISOString();
    const caches = Object.fromEntries(KINDS.map((kind) => [kind, new Cache()])) as unknown as Record<
      string,
      Cache<never>
    >;
    const status = {
      state: state.connectionState,
      conditions: state.conditions.get('shop'),
      credentialExpiresAt: isoIn(state.expiresInDays * DAY_MS),
    };
    if (state.connection) caches['connections']!.put(aConnection({}, { status }) as never);
    if (state.clusterTwin) {
      const twin = aConnection(
        {},
        { kind: 'ClusterConnection', metadata: { name: 'shop' }, status: { state: state.clusterTwin } },
      );
      caches['clusterConnections']!.put({ ...twin, spec: { ...twin.spec, namespace: 'acme' } } as never);
    }
    const beside = neighbours();
    for (const connection of beside.connections) caches['connections']!.put(connection as never);
    for (const feed of beside.feeds) caches['feeds']!.put(feed as never);
    for (const [name, type] of [
      ['orders', 'OrderImport'],
      ['shipments', 'ShipmentExport'],
    ] as const) {
      const feed: FeedResource = aFeed({ type }, state.conditions.get(name), name);
      const lastSuccessAt = isoIn(-state.feedAgeMinutes * 60_000);
      caches['feeds']!.put({ ...feed, status: { ...feed.status, lastSuccessAt } } as never);
    }
    caches['licenses']!.put(aLicense({}, { seatsUsed: 1, expiresAt: isoIn(state.licenseDays * DAY_MS) }) as never);
    return caches as unknown as Caches;
  }

  async #rows(sql: string): Promise<Row[]> {
    if (!this.state.database(this.#hubThatAsks)) throw new Error('the database is down');
    if (sql === FIRST_SEEN.sources[0]!.sql)
      return Object.entries(this.state.counters).flatMap(([key, counts]) => {
        const [namespace = '', connection = ''] = key.split('/');
        return Object.entries(counts).map(([by, value]) => ({ kind: 'Connection', namespace, connection, by, value }));
      });
    return FIGURES.flatMap(({ name, sources }) => {
      const source = sources.findIndex((one) => one.sql === sql);
      return source < 0
        ? []
        : [...(this.state.rows.get(name)?.values() ?? [])].flatMap((row) => asRead(name, source, row));
    });
  }
}

function labelsOf(connection: string): Record<string, string> {
  return { [LABELS.connection]: connection, [LABELS.connectionKind]: 'Connection' };
}

/** What a query of a figure gives for one of its series; nothing where another of its queries does. */
function asRead(figure: string, source: number, { value, stage, ...row }: Row): Row[] {
  if (figure === 'supercargo_orders') {
    const kept = row['intake'] === 'Accepted' || row['intake'] === 'Skipped';
    if (kept !== (source === 1)) return [];
    return [kept ? { ...row, value } : { ...row, count: value, oldest: null }];
  }
  if (figure !== 'supercargo_oldest_order_seconds') return [{ ...row, value }];
  const open = stage === 'Untaken' || stage === 'Unshipped';
  if (open !== (source === 1)) return [];
  if (!open) return [{ ...row, intake: stage, count: 1, oldest: value }];
  return [{ ...row, taken: true, untaken: null, unshipped: null, [String(stage).toLowerCase()]: value }];
}
