import type { LicenseResource } from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Condition } from '../kit/conditions.ts';
import type { Family, Sample } from '../kit/exposition.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { Caches } from './caches.ts';
import { podNamespace, type AnyConnection } from './resources.ts';

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}
interface Watch {
  readonly type: { readonly kind: string };
  readonly lastProgressAt: number;
}

/**
 * What is known of the resources, read from the caches when Prometheus asks. Gauges set along the way outlive what they
 * speak of (cert-manager has fixed that four times); these cannot.
 */
export function resourceMetrics(caches: Caches, watches: readonly Watch[], clock: Clock): Family[] {
  return [
    ...connectionMetrics(caches),
    ...feedMetrics(caches, clock),
    ...licenseMetrics(caches),
    {
      name: 'supercargo_watch_last_event_age_seconds',
      help: 'Time since a watch last heard from the API server.',
      labels: ['kind'],
      samples: () =>
        watches.map(({ type, lastProgressAt }): Sample => [
          [type.kind],
          (clock.now().getTime() - lastProgressAt) / 1000,
        ]),
    },
  ];
}

function connectionMetrics(caches: Caches): Family[] {
  function* connections(): Generator<AnyConnection> {
    yield* caches.connections.values();
    yield* caches.clusterConnections.values();
  }
  return [
    {
      // One series a condition, not one for each value it might have: ten thousand connections have fifty thousand
      // feeds.
      name: 'supercargo_resource_condition',
      help: 'Conditions: 1 for the status that each has. All of connections, Ready and Held of other kinds.',
      labels: ['kind', 'namespace', 'name', 'type', 'status'],
      *samples() {
        for (const connection of connections()) yield* conditions(connection, () => true);
        for (const cache of [caches.feeds, caches.stores, caches.credentials, caches.drivers, caches.licenses]) {
          for (const object of cache.values()) yield* conditions(object, isSummary);
        }
      },
    },
    {
      name: 'supercargo_connection_info',
      help: 'Connections and what they are; always 1.',
      labels: ['kind', 'namespace', 'name', 'driver', 'store', 'mode', 'state'],
      *samples() {
        for (const connection of connections()) {
          const { kind, metadata, spec, status } = connection;
          const mode = status?.effective?.mode ?? spec.mode ?? 'Test';
          yield [
            [kind, podNamespace(connection), metadata.name, spec.driver, spec.storeRef.name, mode, stateOf(connection)],
            1,
          ];
        }
      },
    },
    {
      name: 'supercargo_connections',
      help: 'Connections by driver and state.',
      labels: ['driver', 'state'],
      samples() {
        const counts = new Map<string, number>();
        for (const connection of connections()) {
          const key = `${connection.spec.driver}\n${stateOf(connection)}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        return [...counts].map(([key, count]): Sample => [key.split('\n'), count]);
      },
    },
  ];
}

function stateOf({ status }: AnyConnection): string {
  return status?.state ?? 'Pending';
}

function* conditions({ kind, metadata, status }: Conditioned, wanted: (type: string) => boolean): Generator<Sample> {
  for (const { type, status: value } of status?.conditions ?? []) {
    if (wanted(type)) yield [[kind, metadata.namespace ?? '', metadata.name, type, value], 1];
  }
}

function isSummary(type: string): boolean {
  return type === 'Ready' || type === 'Held';
}

function feedMetrics(caches: Caches, clock: Clock): Family[] {
  const labels = ['namespace', 'name', 'connection', 'type'];
  function* successes(value: (seconds: number) => number): Generator<Sample> {
    for (const { metadata, spec, status } of caches.feeds.values()) {
      if (status?.lastSuccessAt === undefined) continue;
      yield [
        [metadata.namespace ?? '', metadata.name, spec.connectionRef.name, spec.type],
        value(Date.parse(status.lastSuccessAt) / 1000),
      ];
    }
  }
  return [
    {
      name: 'supercargo_feed_last_success_timestamp_seconds',
      help: 'End of the last successful run that status shows.',
      labels,
      samples: () => successes((seconds) => seconds),
    },
    {
      name: 'supercargo_feed_data_age_seconds',
      help: 'Age of the data of a feed by its status.',
      labels,
      samples: () => successes((seconds) => clock.now().getTime() / 1000 - seconds),
    },
    {
      name: 'supercargo_feed_problems',
      help: 'Open problems by severity.',
      labels: ['severity'],
      samples() {
        const sums = { info: 0, retry: 0, error: 0 };
        for (const { status } of caches.feeds.values()) {
          for (const severity of ['info', 'retry', 'error'] as const)
            sums[severity] += status?.problems?.[severity] ?? 0;
        }
        return Object.entries(sums).map(([severity, sum]): Sample => [[severity], sum]);
      },
    },
  ];
}

function licenseMetrics(caches: Caches): Family[] {
  const family = (name: string, help: string, read: (license: LicenseResource) => number | undefined): Family => ({
    name,
    help,
    labels: ['license'],
    *samples() {
      for (const license of caches.licenses.values()) {
        const value = read(license);
        if (value !== undefined) yield [[license.metadata.name], value];
      }
    },
  });
  return [
    family('supercargo_license_seats_used', 'Seats taken.', ({ status }) => status?.seatsUsed),
    family('supercargo_license_seats_total', 'Seats there are.', ({ spec }) => spec.seats),
    family('supercargo_license_expiry_timestamp_seconds', 'End of the grace period.', ({ status }) =>
      status?.expiresAt === undefined ? undefined : Date.parse(status.expiresAt) / 1000,
    ),
  ];
}
