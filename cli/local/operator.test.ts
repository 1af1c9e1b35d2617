import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '../../crds/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { driverResource } from '../../drivers/driver-resource.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';
import { resourceTable } from '../status-view.ts';
import { LocalOperator } from './operator.ts';
import { LocalWorld } from './world.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
let folder: string;
let world: LocalWorld;
let operator: LocalOperator;
const running = new Set<string>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operator-'));
  world = new LocalWorld(join(folder, 'world.json'), () => NOW);
  running.clear();
  operator = new LocalOperator({
    world,
    drivers: [...builtinDrivers().values()].map(driverResource),
    now: () => NOW,
    freshness: new FreshnessRule(),
    runs: (id) => running.has(id),
  });
});
afterEach(async () => {
  await world.flush();
  await rm(folder, { recursive: true });
});

const resource = (kind: string, name: string, spec: Record<string, unknown>): Resource => ({
  apiVersion: 'supercargo.dev/v1beta1',
  kind,
  metadata: { name, namespace: 'acme' },
  spec,
});
const connection = (over: Record<string, unknown> = {}) =>
  resource('Connection', 'shop', {
    storeRef: { name: 'main' },
    driver: 'vendure',
    credentialRef: { name: 'key' },
    settings: { url: 'https://shop.example/admin-api' },
    ...over,
  });
const store = resource('Store', 'main', {});
const credential = resource('Credential', 'key', { driver: 'vendure', secretRef: { name: 'shop-key' } });
const feed = (name: string, type: string, over: Record<string, unknown> = {}) =>
  resource('Feed', name, { connectionRef: { name: 'shop' }, type, ...over });
const apply = (...resources: Resource[]) => world.apply({ resources, secrets: [], faults: [] });
const said = (kind: string, name: string, type = 'Ready') => {
  const found = world.get(kind, 'acme', name)?.status?.conditions?.find((condition) => condition.type === type);
  return found && `${found.status} ${found.reason} ${found.message}`;
};
const state = () => world.get('Connection', 'acme', 'shop')!.status!['state'];

describe('what the operator decides, in "up"', () => {
  it.each<[string, Resource[], string]>([
    ['a Store that there is not', [connection(), credential], 'False StoreNotFound spec.storeRef.name "main"'],
    ['a Credential that there is not', [connection(), store], 'False CredentialNotFound spec.credentialRef.name "key"'],
    [
      'a setting that the driver does not know',
      [connection({ settings: { url: 'https://shop.example', chanel: 'x' } }), store, credential],
      'False InvalidSettings',
    ],
    ['a driver that is not built in', [connection({ driver: 'magento' }), store, credential], 'False DriverNotFound'],
  ])('refuses %s by name, and runs nothing', (_what, resources, expected) => {
    apply(...resources);
    expect([...operator.look()]).toEqual([]);
    expect(said('Connection', 'shop')).toMatch(new RegExp(`^${expected}`));
    expect(said('Connection', 'shop', 'Accepted')).toMatch(/^False/);
  });

  it('lets one run in which nothing is wrong, and says how far it is', () => {
    apply(connection(), store, credential);
    expect([...operator.look()]).toEqual(['Connection/acme/shop']);
    expect([state(), said('Connection', 'shop', 'Accepted')]).toEqual([
      'Pending',
      'True Accepted the connection can run',
    ]);
    running.add('Connection/acme/shop');
    operator.look();
    expect([state(), said('Connection', 'shop', 'Deployed')]).toEqual([
      'Initializing',
      'True PodRunning the sync pod runs',
    ]);
    expect(said('Store', 'main')).toMatch(/^True Accepted/);
    expect(world.get('Store', 'acme', 'main')!.status).toMatchObject({ connections: 1, readyConnections: 0 });
    expect(said('Credential', 'key')).toMatch(/^False Checking/);
  });

  it('is no more said once what was wrong is mended', () => {
    apply(connection(), credential);
    operator.look();
    apply(connection(), credential, store);
    expect([...operator.look()]).toEqual(['Connection/acme/shop']);
    expect(said('Connection', 'shop', 'Stalled')).toBeUndefined();
  });

  it('shows schedule, freshness and mode in force, and refuses a feed that the driver lacks', () => {
    apply(connection(), store, credential, feed('orders', 'OrderImport'), feed('suppliers', 'SupplierImport'));
    operator.look();
    expect(world.get('Feed', 'acme', 'orders')!.status!['effective']).toMatchObject({
      schedule: expect.stringMatching(/\*/),
      freshness: expect.stringMatching(/\d/),
    });
    expect(said('Feed', 'suppliers')).toMatch(/^False FeedNotSupported spec.type "SupplierImport" is not supported/);
    const table = resourceTable('Connection', world.list('Connection'), NOW);
    expect(table).toMatch(/MODE +STATE/);
    expect(table).toMatch(/Test +Pending/);
  });

  it('says of one that is switched off while it runs that it rests, of its feeds too, and goes on when it is on again', () => {
    apply(connection(), store, credential, feed('orders', 'OrderImport'));
    running.add('Connection/acme/shop');
    operator.look();
    expect([state(), said('Connection', 'shop', 'Suspended')]).toEqual(['Initializing', undefined]);
    world.setSwitch('Connection', 'acme', 'shop', 'enabled', false);
    operator.look();
    // They were looked at before it.
    operator.look();
    expect([state(), said('Connection', 'shop')?.split(' ')[1]]).toEqual(['Inactive', 'Inactive']);
    expect(said('Connection', 'shop', 'Suspended')).toMatch(/^True Inactive switched off/);
    expect(said('Feed', 'orders', 'Suspended')).toMatch(/^True ConnectionInactive/);
    expect(resourceTable('Connection', world.list('Connection'), NOW)).toMatch(/Inactive/);
    world.setSwitch('Connection', 'acme', 'shop', 'enabled', true);
    operator.look();
    operator.look();
    expect([state(), said('Connection', 'shop', 'Suspended')]).toEqual(['Initializing', undefined]);
    expect(said('Feed', 'orders', 'Suspended')).toBeUndefined();
  });

  it('counts the feeds of a connection and the connections of a Store, and says whether a FeedRun is taken', () => {
    const run = (name: string, of: string) => resource('FeedRun', name, { feedRef: { name: of } });
    apply(connection(), store, credential, feed('orders', 'OrderImport'), run('good', 'orders'), run('bad', 'none'));
    operator.look();
    expect(world.get('Connection', 'acme', 'shop')!.status!['feeds']).toEqual({ total: 1, ready: 0, held: 0 });
    expect(resourceTable('Store', world.list('Store'), NOW)).toMatch(/CONNECTIONS.*\n.* 1 /);
    expect(said('FeedRun', 'good', 'Accepted')).toMatch(/^True/);
    expect(said('FeedRun', 'bad', 'Accepted')).toMatch(/^False FeedNotFound/);
  });

  it('keeps the first of two feeds of one type, and one whose schedule can never fire out', () => {
    apply(
      connection(),
      store,
      credential,
      feed('a', 'OrderImport'),
      feed('b', 'OrderImport'),
      feed('c', 'StockCheck', { schedule: '0 0 31 2 *' }),
    );
    operator.look();
    expect([
      said('Feed', 'a')?.split(' ')[1],
      said('Feed', 'b')?.split(' ')[1],
      said('Feed', 'c')?.split(' ')[1],
    ]).toEqual(['NotRunYet', 'FeedTypeTaken', 'InvalidSchedule']);
  });

  it('writes nothing where nothing changed, and leaves what the engine wrote', () => {
    apply(connection(), store, credential, feed('orders', 'OrderImport'));
    world.patchStatus('Connection', 'acme', 'shop', { lastCheckedAt: '2026-05-02T11:00:00Z', conditions: [] });
    operator.look();
    let changes = 0;
    world.subscribe(() => changes++);
    operator.look();
    expect(changes).toBe(0);
    expect(world.get('Connection', 'acme', 'shop')!.status!['lastCheckedAt']).toBe('2026-05-02T11:00:00Z');
  });
});
