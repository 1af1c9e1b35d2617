import type { ConnectionKey, ConnectionResource, FeedResource, FeedRunResource } from '../../crds/index.ts';
import type { OwnResources } from '../../sync/resources.ts';
import { connectionPlace, type LocalResource, type LocalWorld } from './world.ts';

/** A connection's own resources in a LocalWorld: what kubernetes-resources.ts is on a cluster. */
export function localResources(world: LocalWorld, key: ConnectionKey, onEvent: (text: string) => void): OwnResources {
  const namespaceOf = key.kind === 'Connection' ? key.namespace : undefined;
  const place = connectionPlace(key.kind, key.namespace, key.name);
  // A change of another connection wakes nobody here.
  const concerns = ({ kind, metadata }: LocalResource): boolean =>
    kind === key.kind
      ? metadata.namespace === namespaceOf && metadata.name === key.name
      : kind === 'FeedRun' || (kind === 'Feed' && world.feedsOf(place).some((feed) => feed.metadata === metadata));
  return {
    readyIsTold: false,
    snapshot() {
      const feeds = world.feedsOf(place);
      return {
        connection: world.get(key.kind, namespaceOf, key.name) as unknown as ConnectionResource | undefined,
        feeds: feeds as unknown as FeedResource[],
        runs: world.runsOf(feeds) as unknown as FeedRunResource[],
      };
    },
    subscribe: (listener) =>
      world.subscribe((changed) => {
        if (!changed || concerns(changed)) listener();
      }),
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
