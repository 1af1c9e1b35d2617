import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { FIELD_MANAGERS } from '../crds/index.ts';
import { Applier } from '../kit/apply.ts';
import { systemClock } from '../kit/clock.ts';
import type { Controller } from '../kit/controller.ts';
import { EventRecorder } from '../kit/events.ts';
import { withFamilies } from '../kit/exposition.ts';
import { startHealthServer, type HealthCheck } from '../kit/health.ts';
import type { ApiAccess } from '../kit/kube/access.ts';
import { KubeClient } from '../kit/kube/client.ts';
import { podAccess } from '../kit/kube/in-cluster.ts';
import type { Informer } from '../kit/kube/informer.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { Transport } from '../kit/kube/transport.ts';
import { runAsLeader, type Leadership } from '../kit/leader.ts';
import { createLogger, type Logger } from '../kit/log.ts';
import { partRegistry } from '../kit/part-registry.ts';
import { allInformers, createInformers, type Informers } from './caches.ts';
import { Claims } from './claims.ts';
import { letGoOfStrays } from './connection/shards.ts';
import type { Context } from './context.ts';
import { createControllers } from './controllers.ts';
import { isClusterWide, readConfig, type OperatorConfig } from './env.ts';
import { FreshnessRule } from '../model/feed-rules.ts';
import { createHubClient } from './hub.ts';
import { followHubCa } from './hub-ca.ts';
import { SeatBook } from './seating/book.ts';
import { leadershipGauge, resourceMetrics, watchMetrics, whileLeading } from './metrics.ts';
import { foreignConnections, ofThisInstallation } from './ownership-metrics.ts';
import { Reporter } from './reporter.ts';
import { SettingsSchemas } from './settings.ts';
import { RolloutBook } from './waves/book.ts';
import { rolloutMetrics } from './rollout/metrics.ts';
import { Triggers, type ControllerName } from './triggers.ts';

/** A watch that has heard nothing for this long will not come back by itself. */
const WATCH_STALL_MS = 10 * 60_000;
/** A reconcile that takes this long is stuck: the longest waits for one request of a minute. */
const WORK_STALL_MS = 5 * 60_000;

/** Parts a caller may bring: tests bring an API server of their own. */
export interface OperatorParts {
  readonly access?: ApiAccess;
  readonly log?: Logger;
  /** Called with the port of the health server and once everything has been seen once. */
  readonly onReady?: (running: { readonly port: number; readonly registry: Registry }) => void;
}

/** The operator, until the signal aborts. Rejects when the lease is lost: the process must end and start anew. */
export async function runOperator(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  parts: OperatorParts = {},
): Promise<void> {
  const config = readConfig(env);
  const log = parts.log ?? createLogger('operator', config.logLevel);
  const registry = partRegistry('operator');
  const access = parts.access ?? (await podAccess(env));
  const client = new KubeClient(new Transport(access, { registry, userAgent: 'supercargo-operator' }));
  const informers = createInformers({
    client,
    namespaces: config.watchNamespaces,
    selector: config.selector,
    log,
    clock: systemClock,
    random: Math.random,
  });
  const rollout = new RolloutBook();
  // No write passes before we lead, none once the lease may have run out, and those under way end with it.
  let leadership: Leadership | undefined;
  const exposition = withFamilies(registry, [
    // A replica that waits would double them.
    ...whileLeading(
      [
        ...resourceMetrics(ofThisInstallation(informers, config), systemClock),
        ...rolloutMetrics(informers, rollout, config, systemClock),
        foreignConnections(informers, config),
      ],
      () => leadership !== undefined,
    ),
    watchMetrics(watched(informers, config), systemClock),
  ]);

  const over = new AbortController();
  const guarded = client.withWriteGuard(over.signal, () => {
    if (!leadership) throw new Error('not leading: no write');
    leadership.assertHeld();
  });
  const context = createContext({ config, client: guarded, informers, rollout, log });
  const controllers = createControllers(context, { registry, log });
  const operator = await createOperator({ context, controllers, log });
  const health = await startHealthServer({
    port: config.httpPort,
    registry: exposition,
    live: liveness(informers, controllers, config),
    ready: [readiness(informers, config)],
    tls: config.metricsTls && { ...config.metricsTls, whose: 'the operator', clock: systemClock, log },
  });
  try {
    // A pod that is to end does not wait for an API server that says nothing.
    const stopStarting = () => operator.stop();
    signal.addEventListener('abort', stopStarting, { once: true });
    // It may have been asked before there was anything to stop.
    if (signal.aborted) stopStarting();
    await operator.start();
    signal.removeEventListener('abort', stopStarting);
    if (signal.aborted) return;
    log.info(
      {
        ...{ installation: config.installation, namespaces: config.watchNamespaces, selector: config.selector },
        connections: informers.connections.size,
      },
      'everything has been seen once',
    );
    parts.onReady?.({ port: health.port, registry });
    await lead({ config, client, log, registry }, signal, async (held) => {
      leadership = held;
      const following = config.hubCaFile
        ? followHubCa(
            {
              file: config.hubCaFile,
              everyMs: config.hubCaLookMs,
              clock: systemClock,
              log,
              onChange: () => operator.hubCaChanged(),
            },
            held.signal,
          )
        : undefined;
      const strays = letGoOfStrays(context).catch((err: unknown) =>
        log.warn({ err }, 'connections that were labelled for another shard meanwhile could not be looked for'),
      );
      await Promise.all([operator.reconcile(held.signal), following, strays]);
      await context.recorder.flush();
    });
  } finally {
    over.abort();
    operator.stop();
    await operator.stopped();
    await health.close();
    await client.close();
  }
}

function createContext({
  config,
  client,
  informers,
  rollout,
  log,
}: {
  config: OperatorConfig;
  client: KubeClient;
  informers: Informers;
  rollout: RolloutBook;
  log: Logger;
}): Context {
  const clock = systemClock;
  const applier = new Applier(client, FIELD_MANAGERS.operator, clock);
  const recorder = new EventRecorder({
    client,
    clock,
    log,
    controller: 'supercargo.dev/operator',
    instance: config.podName,
  });
  return {
    config,
    client,
    informers,
    claims: new Claims({ client, installation: config.installation, recorder, log }),
    applier,
    recorder,
    clock,
    reporter: new Reporter(applier, recorder, clock, log),
    seats: new SeatBook(informers, config.watchNamespaces),
    rollout,
    schemas: new SettingsSchemas(),
    freshnessRule: new FreshnessRule(),
    hub: createHubClient(config.hubUrl, config.hubTokenFile, config.hubCaFile),
    randomKey: () => `sck_${randomBytes(32).toString('base64url')}`,
  };
}

async function createOperator({
  context,
  controllers,
  log,
}: {
  context: Context;
  controllers: Map<ControllerName, Controller>;
  log: Logger;
}) {
  // Loaded late: the base class is CommonJS and requires client-node, which jest can only do once that is loaded.
  const { SupercargoOperator } = await import('./supercargo-operator.ts');
  const { informers, seats, applier, client, config } = context;
  informers.stores.onChange(({ object, previous }) => {
    if (!object || !previous) seats.storesChanged();
  });
  const triggers = new Triggers(
    informers,
    (name, key, options) => controllers.get(name)?.enqueue(key, options),
    config.selector !== undefined,
  );
  context.rollout.onWaiting(() => triggers.rollout());
  return new SupercargoOperator({
    client,
    applier,
    log,
    triggers,
    informers: watched(informers, config),
    controllers: [...controllers.values()],
  });
}

/** What this installation watches. */
function watched(informers: Informers, config: OperatorConfig): Informer<KubeObject>[] {
  const readAnyway = new Set(['Driver', 'License']);
  return allInformers(informers).filter(
    ({ type }) => isClusterWide(config) || type.namespaced || readAnyway.has(type.kind),
  );
}

async function lead(
  { config, client, log, registry }: { config: OperatorConfig; client: KubeClient; log: Logger; registry: Registry },
  signal: AbortSignal,
  work: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const tell = leadershipGauge(registry, config.leaseName);
  if (!config.leaderElection) {
    tell(true);
    return work({ signal, assertHeld: () => {} });
  }
  const identity = `${config.podName}_${randomBytes(4).toString('hex')}`;
  await runAsLeader(
    {
      ...{ client, log, clock: systemClock, identity, ...config.lease },
      ...{ name: config.leaseName, namespace: config.namespace, onChange: tell },
    },
    signal,
    work,
  );
}

function liveness(
  informers: Informers,
  controllers: Map<ControllerName, Controller>,
  config: OperatorConfig,
): HealthCheck[] {
  return [
    {
      name: 'watches',
      check: () => {
        const silent = watched(informers, config).find(
          // Whether it still tries. Of a server that says nothing the alert tells: a restart would mend nothing, and
          // the kubelet's back-off would have the operator away when it answers again.
          (informer) => systemClock.now().getTime() - informer.lastProgressAt > WATCH_STALL_MS,
        );
        return silent && `the watch of ${silent.type.plural} has been silent for too long`;
      },
    },
    {
      name: 'queues',
      check: () => {
        const stuck = [...controllers.values()].find(
          (controller) => Math.max(0, ...controller.ages().workingMs) > WORK_STALL_MS,
        );
        return stuck && `a reconcile of ${stuck.name} has taken too long`;
      },
    },
  ];
}

/** A replica that does not lead is ready too: it has the caches and waits. */
function readiness(informers: Informers, config: OperatorConfig): HealthCheck {
  return {
    name: 'caches',
    check: () =>
      watched(informers, config).every((informer) => informer.synced) ? undefined : 'the first lists are not in',
  };
}
