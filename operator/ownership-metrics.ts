import { belongsTo, isTheirs } from '../crds/index.ts';
import type { Family, Sample } from '../kit/exposition.ts';
import { feedConnection, findConnection, type Caches } from './caches.ts';
import type { OperatorConfig } from './env.ts';
import type { Resources } from './metrics.ts';
import type { Claimable } from './ownership.ts';
import { seesAll } from './sight.ts';
import type { FeedView } from './views.ts';

type Whose = Pick<OperatorConfig, 'installation' | 'selector' | 'watchNamespaces'>;

/** What is in view less what is another installation's: that one exports it, and two would count it twice. */
export function ofThisInstallation(caches: Caches, config: Whose): Resources {
  const ours = <T extends Claimable>(cache: { values(): Iterable<T> }) => ({
    *values() {
      for (const object of cache.values()) if (!isTheirs(object, config.installation)) yield object;
    },
  });
  const isOurs = (feed: FeedView): boolean => {
    const key = feedConnection(feed);
    const found = findConnection(caches, key);
    return found ? !isTheirs(found, config.installation) : seesAll(config, key.kind);
  };
  return {
    connections: ours(caches.connections),
    clusterConnections: ours(caches.clusterConnections),
    stores: ours(caches.stores),
    credentials: ours(caches.credentials),
    drivers: ours(caches.drivers),
    licenses: ours(caches.licenses),
    feeds: {
      *values() {
        for (const feed of caches.feeds.values()) if (isOurs(feed)) yield feed;
      },
    },
  };
}

/** Connections in view that are left alone. */
export function foreignConnections(caches: Caches, { installation }: Whose): Family {
  return {
    name: 'supercargo_operator_foreign_connections',
    help: 'Connections in view that another installation looks after, by its name. claimed: false: a person named it and it has not taken the connection: nobody looks after that one.',
    labels: ['installation', 'claimed'],
    samples() {
      const counts = new Map<string, number>();
      for (const cache of [caches.connections, caches.clusterConnections]) {
        for (const connection of cache.values()) {
          if (!isTheirs(connection, installation)) continue;
          const owner = belongsTo(connection)!;
          const key = `${owner}\n${connection.status?.installation === owner}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      return [...counts].map(([key, count]): Sample => [key.split('\n'), count]);
    },
  };
}
