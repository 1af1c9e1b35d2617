import { describe, expect, it } from '@jest/globals';
import { Cache } from '../kit/kube/cache.ts';
import { aConnection, aFeed, aStore } from '../test/support/operator-fixtures.ts';
import type { Caches } from './caches.ts';
import { foreignConnections, ofThisInstallation } from './ownership-metrics.ts';

const config = { installation: 'one', selector: undefined, watchNamespaces: [] };

function setUp(): Caches {
  const caches = {
    connections: new Cache<ReturnType<typeof aConnection>>(),
    clusterConnections: new Cache(),
    stores: new Cache<ReturnType<typeof aStore>>(),
    credentials: new Cache(),
    drivers: new Cache(),
    licenses: new Cache(),
    feeds: new Cache<ReturnType<typeof aFeed>>(),
  };
  const put = (name: string, installation?: string, label?: string) => {
    const { metadata, ...rest } = aConnection({}, installation === undefined ? {} : { status: { installation } });
    const labels: Record<string, string> = label === undefined ? {} : { 'supercargo.dev/installation': label };
    caches.connections.put({ ...rest, metadata: { ...metadata, name, labels } });
    caches.feeds.put(aFeed({ connectionRef: { name } }, [], `feed-of-${name}`));
  };
  put('ours', 'one');
  put('new');
  put('theirs', 'two');
  put('given', 'one', 'two');
  caches.feeds.put(aFeed({ connectionRef: { name: 'missing' } }, [], 'lonely'));
  caches.stores.put({ ...aStore(), status: { installation: 'two' } });
  return caches as unknown as Caches;
}

const names = (objects: Iterable<{ metadata: { name: string } }>) => [...objects].map(({ metadata }) => metadata.name);

describe('what an installation exports', () => {
  it("is its own and nobody's, with their feeds", () => {
    const own = ofThisInstallation(setUp(), config);
    expect(names(own.connections.values())).toEqual(['ours', 'new']);
    expect(names(own.feeds.values())).toEqual(['feed-of-ours', 'feed-of-new', 'lonely']);
    expect(names(own.stores.values())).toEqual([]);
  });

  it('as a shard is no feed whose connection it does not see', () => {
    const own = ofThisInstallation(setUp(), { ...config, selector: 'shard=a' });
    expect(names(own.feeds.values())).toEqual(['feed-of-ours', 'feed-of-new']);
  });

  it('is how many connections are left alone, by whose they are and whether those took them', () => {
    expect([...foreignConnections(setUp(), config).samples()]).toEqual([
      [['two', 'true'], 1],
      [['two', 'false'], 1],
    ]);
  });
});
