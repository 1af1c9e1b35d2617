import { describe, expect, it } from '@jest/globals';
import type { ConnectionKey } from '../crds/index.ts';
import type { Selection } from '../kit/kube/client.ts';
import { Cache } from '../kit/kube/cache.ts';
import type { ResourceType } from '../kit/kube/objects.ts';
import { aConnection } from '../test/support/operator-fixtures.ts';
import { connectionIndexes } from './caches.ts';
import { speaksFor, usersOf } from './sight.ts';

const shop: ConnectionKey = { kind: 'Connection', namespace: 'acme', name: 'shop' };
const wide: ConnectionKey = { kind: 'ClusterConnection', namespace: 'acme', name: 'wide' };

/** `seen`: in the cache; `live`: at the API server alone. */
function sources(over: object, seen: ReturnType<typeof aConnection>[], live = seen) {
  const asked: string[] = [];
  const connections = new Cache<ReturnType<typeof aConnection>>(connectionIndexes);
  for (const one of seen) connections.put(one);
  const client = {
    find: async (_: ResourceType, name: string) => {
      asked.push(name);
      return live.find(({ metadata }) => metadata.name === name);
    },
    list: async ({ kind }: ResourceType, { namespace, fieldSelector }: Selection) => {
      asked.push(`${kind} ${namespace} ${fieldSelector}`);
      return { items: kind === 'Connection' ? live : [] };
    },
  };
  const config = { installation: 'one', selector: undefined, watchNamespaces: [], ...over };
  const informers = { connections, clusterConnections: new Cache(connectionIndexes) };
  return { asked, given: { config, client, informers } as unknown as Parameters<typeof speaksFor>[0] };
}
const claimed = (installation?: string) => aConnection({}, installation ? { status: { installation } } : {});

describe("of a connection's feeds speaks", () => {
  it.each<[string, ConnectionKey, object, ReturnType<typeof aConnection>[], ReturnType<typeof aConnection>[], boolean]>(
    [
      ['who has the connection', shop, {}, [claimed('one')], [], true],
      ['nobody else', shop, {}, [claimed('two')], [], false],
      ['nobody before it is claimed', shop, {}, [claimed()], [], false],
      ['anybody who sees all, where there is none', shop, {}, [], [], true],
      ['no shard, where another has it', shop, { selector: 'shard=a' }, [], [claimed('two')], false],
      ['a shard, where there is none', shop, { selector: 'shard=a' }, [], [], true],
      ['no installation of namespaces, of what it may not see', wide, { watchNamespaces: ['acme'] }, [], [], false],
    ],
  )('%s', async (_, key, config, seen, live, speaks) => {
    expect(await speaksFor(sources(config, seen, live).given, key)).toBe(speaks);
  });
});

describe('the connections that name a thing', () => {
  it('are in view, and nobody is asked', async () => {
    const { given, asked } = sources({}, [claimed('one')]);
    expect(await usersOf(given, 'store', 'acme/main')).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it('of other shards are asked for, by the field that names it', async () => {
    const { given, asked } = sources({ selector: 'shard=a' }, [], [claimed('one'), claimed('two')]);
    expect(await usersOf(given, 'store', 'acme/main')).toHaveLength(2);
    expect(asked).toEqual([
      'Connection acme spec.storeRef.name=main',
      'ClusterConnection undefined spec.storeRef.name=main',
    ]);
  });
});
