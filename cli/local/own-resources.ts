import type { ConnectionKey, ConnectionResource, FeedResource, FeedRunResource } from '../../crds/index.ts';
import type { OwnResources } from '../../sync/resources.ts';
import type { LocalWorld } from './world.ts';

/** A connection's own resources in a LocalWorld: what kubernetes-resources.ts is on a cluster. */
export function localResources(world: LocalWorld, key: ConnectionKey, onEvent: (text: string) => void): OwnResources {
  const namespaceOf = key.kind === 'Connection' ? key.namespace : undefined;
  return {
    snapshot() {
      const feeds = world.list('Feed').filter(({ spec, metadata }) => {
        const ref = spec['connectionRef'] as { kind?: string; name: string };
        return metadata.namespace === key.namespace && ref.name === key.name && (ref.kind ?? 'Connection') === key.kind;
      }) as unknown as FeedResource[];
      const names = new Set(feeds.map(({ metadata }) => metadata.name));
      const runs = (world.list('FeedRun') as unknown as FeedRunResource[]).filter(
        ({ metadata, spec }) => metadata.namespace === key.namespace && names.has(spec.feedRef.name),
      );
      return {
        connection: world.get(key.kind, namespaceOf, key.name) as unknown as ConnectionResource | undefined,
        feeds,
        runs,
      };
    },
    subscribe: (listener) => world.subscribe(listener),
    async applyConnectionStatus(status) {
      world.patchStatus(key.kind, namespaceOf, key.name, status);
    },
    async applyFeedStatus(feed, status) {
      world.patchStatus('Feed', key.namespace, feed, status);
    },
    async applyFeedRunStatus(run, status) {
      world.patchStatus('FeedRun', key.namespace, run, status);
    },
    async event(about, type, reason, message) {
      onEvent(`${type} ${reason} ${about.kind}/${about.name}: ${message}`);
    },
  };
}
