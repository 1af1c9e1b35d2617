import { Gauge, type Registry } from 'prom-client';
import type { AnyConnection } from './resources.ts';
import { podNamespace } from './resources.ts';
import type { Informers } from './caches.ts';
import type { Clock } from '../kit/clock.ts';
import type { Condition } from '../kit/conditions.ts';
import type { Informer } from '../kit/kube/informer.ts';
import type { KubeObject } from '../kit/kube/objects.ts';

interface Conditioned extends KubeObject { readonly status?: { readonly conditions?: readonly Condition[] } }

/**
 * What is known of the resources, read from the caches when Prometheus asks. Gauges set along the way outlive what they
 * speak of (cert-manager has fixed that four times); these cannot.
 */
export function registerResourceMetrics(registry: Registry, informers: Informers, watched: readonly Informer<KubeObject>[], clock: Clock): void {
  const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void) =>
    new Gauge({ name, help, labelNames, registers: [registry], collect() { this.reset(); collect(this); } });
  const connections = () => [...informers.connections.values(), ...informers.clusterConnections.values()] as AnyConnection[];
  const conditioned: readonly ReadonlyInformer[] = [informers.feeds, informers.stores, informers.credentials, informers.drivers, informers.licenses];

  gauge('supercargo_resource_condition', 'Conditions of resources: 1 for the status that a condition has. All of connections, Ready and Held of the rest.', ['kind', 'namespace', 'name', 'type', 'status'], (metric) => {
    for (const connection of connections()) setConditions(metric, connection, () => true);
    for (const informer of conditioned) for (const object of informer.values()) setConditions(metric, object, isSummary);
  });
  gauge('supercargo_connection_info', 'Connections and what they are; always 1.', ['kind', 'namespace', 'name', 'driver', 'store', 'mode', 'state'], (metric) => {
    for (const connection of connections()) metric.set(infoLabels(connection), 1);
  });
  gauge('supercargo_connections', 'Connections by driver and state.', ['driver', 'state'], (metric) => {
    for (const connection of connections()) metric.inc({ driver: connection.spec.driver, state: connection.status?.state ?? 'Pending' });
  });
  feedMetrics(gauge, informers, clock);
  licenseMetrics(gauge, informers);
  gauge('supercargo_watch_last_event_age_seconds', 'Time since a watch last heard from the API server.', ['kind'], (metric) => {
    for (const informer of watched) metric.set({ kind: informer.type.kind }, (clock.now().getTime() - informer.lastProgressAt) / 1000);
  });
}

type ReadonlyInformer = Pick<Informer<KubeObject>, 'values'>;
type MakeGauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void) => Gauge;

/** One series a condition, not three: ten thousand connections have fifty thousand feeds. */
function setConditions(metric: Gauge, { kind, metadata, status }: Conditioned, wanted: (type: string) => boolean): void {
  for (const { type, status: value } of status?.conditions ?? []) {
    if (wanted(type)) metric.set({ kind, namespace: metadata.namespace ?? '', name: metadata.name, type, status: value }, 1);
  }
}

function isSummary(type: string): boolean {
  return type === 'Ready' || type === 'Held';
}

function infoLabels(connection: AnyConnection): Record<string, string> {
  const { kind, metadata, spec, status } = connection;
  return {
    kind, namespace: podNamespace(connection), name: metadata.name, driver: spec.driver, store: spec.storeRef.name,
    mode: status?.effective?.mode ?? spec.mode ?? 'Test', state: status?.state ?? 'Pending',
  };
}

function feedMetrics(gauge: MakeGauge, informers: Informers, clock: Clock): void {
  const labels = ['namespace', 'name', 'connection', 'type'];
  const each = (visit: (id: Record<string, string>, success: number | undefined) => void) => {
    for (const { metadata, spec, status } of informers.feeds.values()) {
      const success = status?.lastSuccessAt === undefined ? undefined : Date.parse(status.lastSuccessAt) / 1000;
      visit({ namespace: metadata.namespace ?? '', name: metadata.name, connection: spec.connectionRef.name, type: spec.type }, success);
    }
  };
  gauge('supercargo_feed_last_success_timestamp_seconds', 'End of the last successful run that status shows.', labels, (metric) => each((id, success) => success !== undefined && metric.set(id, success)));
  gauge('supercargo_feed_data_age_seconds', 'Age of a feed\'s data by its status.', labels, (metric) => each((id, success) => success !== undefined && metric.set(id, clock.now().getTime() / 1000 - success)));
  gauge('supercargo_feed_problems', 'Open problems by severity.', ['severity'], (metric) => {
    for (const severity of ['info', 'retry', 'error'] as const) {
      let sum = 0;
      for (const { status } of informers.feeds.values()) sum += status?.problems?.[severity] ?? 0;
      metric.set({ severity }, sum);
    }
  });
}

function licenseMetrics(gauge: MakeGauge, informers: Informers): void {
  const each = (read: (license: { spec: { seats: number }; status?: { seatsUsed?: number; expiresAt?: string } }) => number | undefined) => (metric: Gauge) => {
    for (const license of informers.licenses.values()) {
      const value = read(license);
      if (value !== undefined) metric.set({ license: license.metadata.name }, value);
    }
  };
  gauge('supercargo_license_seats_used', 'Seats taken.', ['license'], each(({ status }) => status?.seatsUsed));
  gauge('supercargo_license_seats_total', 'Seats there are.', ['license'], each(({ spec }) => spec.seats));
  gauge('supercargo_license_expiry_timestamp_seconds', 'End of the grace period.', ['license'], each(({ status }) => (status?.expiresAt === undefined ? undefined : Date.parse(status.expiresAt) / 1000)));
}

/** Every informer, children's too. */
export function allInformers(informers: Informers): Informer<KubeObject>[] {
  const { children, connections, clusterConnections, drivers, stores, credentials, feeds, feedRuns, licenses } = informers;
  return [connections, clusterConnections, drivers, stores, credentials, feeds, feedRuns, licenses, ...Object.values(children)] as unknown as Informer<KubeObject>[];
}
