import { Gauge, type Registry } from 'prom-client';
import type { LicenseResource } from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import { findCondition, type Condition } from '../kit/conditions.ts';
import type { Family, Sample } from '../kit/exposition.ts';
import type { ReadCache } from '../kit/kube/cache.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { Caches } from './caches.ts';
import { podNamespace, type AnyConnection } from './resources.ts';

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}
/** What is exported: caches, or what is this installation's in them. */
export type Resources = {
  readonly [K in 'clusterConnections' | 'connections' | 'credentials' | 'drivers' | 'feeds' | 'licenses' | 'stores']: {
    values(): Iterable<Caches[K] extends ReadCache<infer T> ? T : never>;
  };
};
interface Watch {
  readonly type: { readonly kind: string };
  readonly lastHeardAt: number;
}

/**
 * What is known of the resources, read from the caches when Prometheus asks. Gauges set along the way outlive what they
 * speak of (cert-manager has fixed that four times); these cannot.
 */
export function resourceMetrics(caches: Resources, clock: Clock): Family[] {
  return [...connectionMetrics(caches), restMetrics(caches), ...feedMetrics(caches, clock), ...licenseMetrics(caches)];
}

/** How this process hears from the API server, whether it leads or waits. */
export function watchMetrics(watches: readonly Watch[], clock: Clock): Family {
  return {
    name: 'supercargo_watch_last_event_age_seconds',
    help: 'Time since a watch last heard from the API server.',
    labels: ['kind'],
    samples: () =>
      watches.map(({ type, lastHeardAt }): Sample => [[type.kind], (clock.now().getTime() - lastHeardAt) / 1000]),
  };
}

/** Whether this replica leads, under client-go's name; it is told of each change. */
export function leadershipGauge(registry: Registry, lease: string): (leads: boolean) => void {
  const master = new Gauge({
    name: 'leader_election_master_status',
    help: '1: this replica leads.',
    labelNames: ['name'],
    registers: [registry],
  });
  const set = (leads: boolean) => master.set({ name: lease }, leads ? 1 : 0);
  set(false);
  return set;
}

/** The families, of the replica that leads alone: two of them would count every resource twice. */
export function whileLeading(families: readonly Family[], leads: () => boolean): Family[] {
  return families.map((family) => ({ ...family, samples: () => (leads() ? family.samples() : []) }));
}

function connectionMetrics(caches: Resources): Family[] {
  function* connections(): Generator<AnyConnection> {
    yield* caches.connections.values();
    yield* caches.clusterConnections.values();
  }
  return [
    {
      // One series a condition, not one for each value it might have: ten thousand connections have fifty thousand
      // feeds.
      name: 'supercargo_resource_condition',
      help: 'Conditions: 1 for the status that each has. All of connections; Ready, Stalled, Suspended and Held of other kinds, Fresh of feeds. connection: of a Connection its name, of a Feed the one it belongs to, with the type of the feed as feed_type.',
      labels: ['kind', 'namespace', 'name', 'connection', 'feed_type', 'type', 'status', 'reason'],
      *samples() {
        for (const connection of connections()) {
          const { kind, metadata } = connection;
          const of = [kind, podNamespace(connection), metadata.name, metadata.name, ''];
          yield* conditions(of, connection, () => true);
        }
        for (const feed of caches.feeds.values()) {
          const { namespace = '', name } = feed.metadata;
          yield* conditions(['Feed', namespace, name, feed.spec.connectionRef.name, feed.spec.type], feed, isSummary);
        }
        for (const cache of [caches.stores, caches.credentials, caches.drivers, caches.licenses]) {
          for (const object of cache.values()) {
            const { kind, metadata } = object;
            yield* conditions([kind, metadata.namespace ?? '', metadata.name, '', ''], object, isSummary);
          }
        }
      },
    },
    {
      name: 'supercargo_connection_info',
      help: 'Connections and what they are; always 1. state: Pending, Initializing, Running, Degraded, Inactive, Stalled, Deleting.',
      labels: ['kind', 'namespace', 'connection', 'driver', 'store', 'mode', 'state'],
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
      name: 'supercargo_connection_ready_transition_timestamp_seconds',
      help: 'Since when the condition Ready of a connection has been what it is.',
      labels: ['kind', 'namespace', 'connection'],
      *samples() {
        for (const connection of connections()) {
          const ready = findCondition(connection.status?.conditions, 'Ready');
          if (ready)
            yield [
              [connection.kind, podNamespace(connection), connection.metadata.name],
              Date.parse(ready.lastTransitionTime) / 1000,
            ];
        }
      },
    },
    {
      name: 'supercargo_connection_credential_expiry_timestamp_seconds',
      help: 'When the credential or its refresh token expires, by status. No series where it does not, or nobody knows.',
      labels: ['kind', 'namespace', 'connection'],
      *samples() {
        for (const connection of connections()) {
          const at = connection.status?.credentialExpiresAt;
          if (at !== undefined)
            yield [[connection.kind, podNamespace(connection), connection.metadata.name], Date.parse(at) / 1000];
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

/** A pause that everybody has forgotten is seen by its age: its conditions say that all is as it was asked to be. */
function restMetrics(caches: Resources): Family {
  return {
    name: 'supercargo_suspended_since_timestamp_seconds',
    help: 'Since when a connection (spec.enabled) or feed (spec.suspend) has been at rest by wish. No series where it is not; feeds of a connection at rest have none of their own.',
    labels: ['kind', 'namespace', 'name', 'connection', 'feed_type'],
    *samples() {
      for (const connection of [...caches.connections.values(), ...caches.clusterConnections.values()]) {
        const { kind, metadata } = connection;
        const since = restsSince(connection, () => true);
        if (since !== undefined) yield [[kind, podNamespace(connection), metadata.name, metadata.name, ''], since];
      }
      for (const feed of caches.feeds.values()) {
        const { namespace = '', name } = feed.metadata;
        const since = restsSince(feed, ({ reason }) => reason === 'Suspended');
        if (since !== undefined) yield [['Feed', namespace, name, feed.spec.connectionRef.name, feed.spec.type], since];
      }
    },
  };
}

function restsSince({ status }: Conditioned, counts: (condition: Condition) => boolean): number | undefined {
  const found = findCondition(status?.conditions, 'Suspended');
  return found?.status === 'True' && counts(found) ? Date.parse(found.lastTransitionTime) / 1000 : undefined;
}

function stateOf({ status }: AnyConnection): string {
  return status?.state ?? 'Pending';
}

function* conditions(
  of: readonly string[],
  { status }: Conditioned,
  wanted: (type: string) => boolean,
): Generator<Sample> {
  for (const { type, status: value, reason } of status?.conditions ?? []) {
    if (wanted(type)) yield [[...of, type, value, reason], 1];
  }
}

const SUMMARY = new Set(['Ready', 'Stalled', 'Suspended', 'Held', 'Fresh']);
function isSummary(type: string): boolean {
  return SUMMARY.has(type);
}

function feedMetrics(caches: Resources, clock: Clock): Family[] {
  return [
    {
      name: 'supercargo_feed_data_age_seconds',
      help: 'Age of the data of a feed by its status, which a quiet feed refreshes every 30 minutes.',
      labels: ['namespace', 'name', 'connection', 'type'],
      *samples() {
        for (const { metadata, spec, status } of caches.feeds.values()) {
          if (status?.lastSuccessAt === undefined) continue;
          yield [
            [metadata.namespace ?? '', metadata.name, spec.connectionRef.name, spec.type],
            (clock.now().getTime() - Date.parse(status.lastSuccessAt)) / 1000,
          ];
        }
      },
    },
    {
      name: 'supercargo_feed_problems',
      help: 'Open problems of all feeds by severity, by their status.',
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

function licenseMetrics(caches: Resources): Family[] {
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
    family('supercargo_license_seats', 'Seats there are.', ({ spec }) => spec.seats),
    family('supercargo_license_expiry_timestamp_seconds', 'End of the grace period.', ({ status }) =>
      status?.expiresAt === undefined ? undefined : Date.parse(status.expiresAt) / 1000,
    ),
  ];
}
