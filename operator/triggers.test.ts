import { describe, expect, it } from '@jest/globals';
import {
  aConnection,
  aCredential,
  aDeployment,
  aDriver,
  aFeed,
  aLicense,
  aStore,
} from '../test/support/operator-fixtures.ts';
import { Cache } from '../kit/kube/cache.ts';
import type { Change } from '../kit/kube/informer.ts';
import { keyOf, type KubeObject } from '../kit/kube/objects.ts';
import { PRIORITY } from '../kit/queue.ts';
import { connectionIndexes, feedIndexes, feedRunIndexes, licenseIndexes, storeIndexes, type Caches } from './caches.ts';
import { Triggers } from './triggers.ts';

/** One connection with one feed; what a change puts on which queue. */
function setUp() {
  const caches = {
    connections: new Cache(connectionIndexes),
    clusterConnections: new Cache(connectionIndexes),
    drivers: new Cache(),
    stores: new Cache(storeIndexes),
    credentials: new Cache(),
    feeds: new Cache(feedIndexes),
    feedRuns: new Cache(feedRunIndexes),
    licenses: new Cache(licenseIndexes),
    deployments: new Cache(),
    pods: new Cache(),
  };
  caches.connections.put(aConnection());
  caches.feeds.put(aFeed());
  const queued: string[] = [];
  const priorities: number[] = [];
  const triggers = new Triggers(caches as unknown as Caches, (controller, key, options) => {
    queued.push(`${controller} ${key}`);
    priorities.push(options?.priority ?? PRIORITY.normal);
  });
  return { triggers, queued, priorities, caches };
}

function change<T extends KubeObject>(object: T | undefined, previous?: T, first = false): Change<T> {
  return { key: keyOf((object ?? previous) as T), object, previous, first };
}
const changed = <T extends KubeObject>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, generation: 2 },
});

describe('triggers', () => {
  it('a changed Driver, Store or Credential makes the connections that use it look again', () => {
    const { triggers, queued } = setUp();
    triggers.driver(change(changed(aDriver()), aDriver()));
    triggers.store(change(changed(aStore()), aStore()));
    triggers.credential(change(changed(aCredential()), aCredential()));
    expect(queued.filter((entry) => entry === 'connection acme/shop')).toHaveLength(3);
  });

  it('a status written to a Driver, Store or Credential does not: that would go in circles', () => {
    const { triggers, queued } = setUp();
    triggers.driver(change(aDriver(), aDriver()));
    triggers.store(change(aStore(), aStore()));
    triggers.credential(change(aCredential(), aCredential()));
    expect(queued).not.toContain('connection acme/shop');
  });

  it('a connection that names another Store makes both count again', () => {
    const { triggers, queued } = setUp();
    triggers.connection(change(aConnection({ storeRef: { name: 'new' } }), aConnection()));
    expect(queued).toEqual(expect.arrayContaining(['connection acme/shop', 'store acme/new', 'store acme/main']));
  });

  it('a feed makes its connection look again, and its siblings when it comes or goes', () => {
    const { triggers, queued } = setUp();
    triggers.feed(change(undefined, aFeed({}, [], 'gone')));
    expect(queued).toEqual(expect.arrayContaining(['feed acme/gone', 'connection acme/shop', 'feed acme/orders']));
  });

  it('a child that changes or goes is put right by its connection', () => {
    const { triggers, queued } = setUp();
    const child = aDeployment();
    child.metadata.labels = { 'supercargo.dev/connection': 'shop', 'supercargo.dev/connection-kind': 'Connection' };
    triggers.child(change<KubeObject>(undefined, child));
    // Where a Deployment stands is a step of a roll-out, too.
    expect(queued).toEqual(['rollout rollout', 'connection acme/shop']);
  });

  it('a License makes the stores it names and named look again, and the first one everybody', () => {
    const { triggers, queued, caches } = setUp();
    caches.licenses.put(aLicense());
    caches.licenses.put({ ...aLicense(), metadata: { name: 'other' } });
    triggers.license(change(aLicense(), aLicense({ stores: [{ namespace: 'acme', name: 'main' }] })));
    expect(queued).toEqual(['license team', 'connection acme/shop']);
    queued.length = 0;
    caches.licenses.remove('other');
    triggers.license(change(aLicense()));
    expect(queued).toEqual(['license team', 'connection acme/shop']);
  });

  it('settled objects of the first list wait behind everything, its others behind what changes meanwhile', () => {
    const { triggers, priorities, queued } = setUp();
    const settled = aConnection({}, { status: { observedGeneration: 1 } });
    triggers.connection(change(settled, undefined, true));
    triggers.connection(change(aConnection(), undefined, true));
    triggers.connection(change(settled, settled));
    const own = priorities.filter((_, index) => queued[index] === 'connection acme/shop');
    expect(own).toEqual([PRIORITY.listed, PRIORITY.unsettled, PRIORITY.changed]);
  });

  it('a connection that was claimed or handed over is looked at with its feeds', () => {
    const { triggers, queued } = setUp();
    const mine = aConnection({}, { status: { installation: 'one' } });
    triggers.connection(change(mine, aConnection()));
    expect(queued).toContain('feed acme/orders');
    queued.length = 0;
    triggers.connection(change(mine, mine));
    expect(queued).not.toContain('feed acme/orders');
  });

  it('of a feed whose connection another shard has, a change is followed only until somebody has spoken of it', () => {
    const { queued, caches } = setUp();
    const sharded = new Triggers(
      caches as unknown as Caches,
      (controller, key) => queued.push(`${controller} ${key}`),
      true,
    );
    const theirs = aFeed({ connectionRef: { name: 'theirs' } });
    sharded.feed(change(theirs, theirs));
    expect(queued).toContain('feed acme/orders');
    queued.length = 0;
    const spokenOf = { ...theirs, status: { observedGeneration: 1 } };
    sharded.feed(change(spokenOf, spokenOf));
    expect(queued).not.toContain('feed acme/orders');
    sharded.feed(change({ ...aFeed(), status: { observedGeneration: 1 } }));
    expect(queued).toContain('feed acme/orders');
  });
});
