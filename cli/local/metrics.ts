import { Registry } from 'prom-client';
import type { ConnectionKey } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { together, withFamilies } from '../../kit/exposition.ts';
import { resourceMetrics, type Resources } from '../../operator/metrics.ts';
import { SyncMetrics } from '../../sync/metrics.ts';
import type { LocalWorld } from './world.ts';

/** What sync pods and the operator say of themselves on a cluster: in `up` they are one process with the hub. */
export class LocalMetrics {
  readonly #ofEngines = new Set<SyncMetrics>();
  readonly #ofResources: ReturnType<typeof withFamilies>;

  constructor(world: Pick<LocalWorld, 'list'>, clock: Clock) {
    this.#ofResources = withFamilies(new Registry(), resourceMetrics(resourcesOf(world), clock));
  }

  /** Of an engine that starts. They end with it, as those of a pod do. */
  ofEngine(key: ConnectionKey): { readonly metrics: SyncMetrics; end(this: void): void } {
    const metrics = new SyncMetrics(key, new Registry());
    this.#ofEngines.add(metrics);
    return { metrics, end: () => void this.#ofEngines.delete(metrics) };
  }

  async text(): Promise<string> {
    const engines = [...this.#ofEngines].map(({ registry }) => registry.metrics());
    return together(await Promise.all([this.#ofResources.metrics(), ...engines]));
  }
}

function resourcesOf(world: Pick<LocalWorld, 'list'>): Resources {
  const all = <K extends keyof Resources>(kind: string) =>
    // Manifests were held to the schema of their kind when they were read.
    ({ values: () => world.list(kind) as unknown as ReturnType<Resources[K]['values']> }) as Resources[K];
  return {
    connections: all<'connections'>('Connection'),
    clusterConnections: all<'clusterConnections'>('ClusterConnection'),
    credentials: all<'credentials'>('Credential'),
    drivers: all<'drivers'>('Driver'),
    feeds: all<'feeds'>('Feed'),
    licenses: all<'licenses'>('License'),
    stores: all<'stores'>('Store'),
  };
}
