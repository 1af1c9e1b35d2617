import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Condition, Resource } from '../../crds/index.ts';
import type { Manifests } from '../manifests.ts';
import { LocalWorld } from './world.ts';

let folder: string;
let file: string;
let now: Date;
const worlds: LocalWorld[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'world-'));
  file = join(folder, 'state', 'world.json');
  now = new Date('2026-05-02T12:00:00Z');
});
afterEach(async () => {
  for (const world_ of worlds.splice(0)) await world_.flush();
  await rm(folder, { recursive: true });
});

const resource = (
  name: string,
  spec: object = {},
  kind = 'Connection',
  annotations?: Record<string, string>,
): Resource => ({
  apiVersion: 'supercargo.dev/v1beta1',
  kind,
  metadata: { name, namespace: 'acme', annotations },
  spec,
});
const manifests = (...resources: Resource[]): Manifests => ({ resources, secrets: [], faults: [] });
const condition = (type: string, status: Condition['status'] = 'True'): Condition => ({
  type,
  status,
  reason: 'R',
  message: 'm',
  lastTransitionTime: '2026-05-02T12:00:00Z',
});

/** A world in the folder, as a new process finds it. */
async function world(...resources: Resource[]): Promise<LocalWorld> {
  const it_ = new LocalWorld(file, () => now);
  worlds.push(it_);
  await it_.restore();
  if (resources.length > 0) it_.apply(manifests(...resources));
  return it_;
}
const shop = (it_: LocalWorld) => it_.get('Connection', 'acme', 'shop')!;
const generation = (it_: LocalWorld) => shop(it_).metadata.generation;

describe('manifests put in force', () => {
  it('are there by kind, namespace and name', async () => {
    const it_ = await world(resource('shop', { a: 1 }), resource('orders', {}, 'Feed'));
    expect(it_.list().map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Connection/shop',
      'Feed/orders',
    ]);
    expect(it_.list('Feed')).toHaveLength(1);
    expect(shop(it_)).toMatchObject({
      spec: { a: 1 },
      metadata: { generation: 1, creationTimestamp: '2026-05-02T12:00:00.000Z' },
    });
    expect(it_.get('Connection', 'other', 'shop')).toBeUndefined();
  });

  it('that were removed disappear, Secrets too', async () => {
    const it_ = await world();
    it_.apply({
      ...manifests(resource('shop'), resource('old')),
      secrets: [{ namespace: 'acme', name: 'key', data: { apiKey: 'x' } }],
    });
    expect(it_.secret('acme', 'key')).toEqual({ apiKey: 'x' });
    it_.apply(manifests(resource('shop')));
    expect(it_.list().map(({ metadata }) => metadata.name)).toEqual(['shop']);
    expect(it_.secret('acme', 'key')).toEqual({});
  });

  it('are another generation only when the spec changed', async () => {
    const it_ = await world(resource('shop', { a: 1 }));
    it_.apply(manifests(resource('shop', { a: 1 })));
    it_.apply(manifests(resource('shop', { a: 1 }, 'Connection', { note: 'x' })));
    it_.patchStatus('Connection', 'acme', 'shop', { shop: 'x' });
    it_.annotate('Connection', 'acme', 'shop', { note: 'y' });
    expect(generation(it_)).toBe(1);
    it_.apply(manifests(resource('shop', { a: 2 })));
    expect(generation(it_)).toBe(2);
  });

  it('are told to who listens, until it stops', async () => {
    const it_ = await world();
    let told = 0;
    const stop = it_.subscribe(() => {
      told += 1;
    });
    it_.apply(manifests(resource('shop')));
    it_.patchStatus('Connection', 'acme', 'shop', {});
    it_.annotate('Connection', 'acme', 'shop', {});
    it_.setSwitch('Connection', 'acme', 'shop', 'enabled', false);
    it_.annotate('Connection', 'acme', 'none', {});
    expect(told).toBe(4);
    stop();
    it_.apply(manifests());
    expect(told).toBe(4);
  });
});

describe('a status', () => {
  it('keeps the conditions and fields of the other writer', async () => {
    const it_ = await world(resource('shop'));
    it_.patchStatus(
      'Connection',
      'acme',
      'shop',
      { conditions: [condition('Licensed'), condition('Ready', 'False')], state: 'Active' },
      'operator',
    );
    it_.patchStatus('Connection', 'acme', 'shop', { conditions: [condition('Reachable')], skew: 7 });
    it_.patchStatus(
      'Connection',
      'acme',
      'shop',
      { conditions: [condition('Licensed'), condition('Ready')], state: 'Active' },
      'operator',
    );
    const { conditions, ...fields } = shop(it_).status!;
    expect(Object.fromEntries(conditions!.map(({ type, status }) => [type, status]))).toEqual({
      Licensed: 'True',
      Reachable: 'True',
      Ready: 'True',
    });
    expect(conditions).toHaveLength(3);
    expect(fields).toEqual({ state: 'Active', skew: 7 });
  });

  it('loses what its writer gives up, after a restart too', async () => {
    const before = await world(resource('shop'));
    before.patchStatus(
      'Connection',
      'acme',
      'shop',
      { conditions: [condition('Licensed')], state: 'Active' },
      'operator',
    );
    before.patchStatus('Connection', 'acme', 'shop', {
      conditions: [condition('Synced'), condition('Held')],
      skew: 7,
      plan: 'x',
    });
    before.patchStatus('Connection', 'acme', 'shop', {
      conditions: [condition('Synced'), condition('Held')],
      plan: 'x',
    });
    expect(shop(before).status).toMatchObject({ state: 'Active', plan: 'x' });
    expect(shop(before).status).not.toHaveProperty('skew');
    await before.flush();
    const after = await world(resource('shop'));
    after.patchStatus('Connection', 'acme', 'shop', { conditions: [condition('Synced')] });
    const { conditions, ...fields } = shop(after).status!;
    expect(conditions!.map(({ type }) => type)).toEqual(['Licensed', 'Synced']);
    expect(fields).toEqual({ state: 'Active' });
  });

  it('outlives a change of the manifests', async () => {
    const it_ = await world(resource('shop', { a: 1 }));
    it_.patchStatus('Connection', 'acme', 'shop', { conditions: [condition('Reachable')] });
    it_.apply(manifests(resource('shop', { a: 2 })));
    expect(shop(it_).status?.conditions).toHaveLength(1);
  });

  it('of what is not there is nothing', async () => {
    const it_ = await world(resource('shop'));
    it_.patchStatus('Connection', 'acme', 'none', { a: 1 });
    expect(it_.get('Connection', 'acme', 'none')).toBeUndefined();
  });
});

describe('a request', () => {
  it('is an annotation beside those of the manifest, and goes before them', async () => {
    const it_ = await world(resource('shop', {}, 'Connection', { a: '1', b: '1' }));
    expect(it_.annotate('Connection', 'acme', 'shop', { b: '2' })).toBe(true);
    expect(shop(it_).metadata.annotations).toEqual({ a: '1', b: '2' });
    it_.apply(manifests(resource('shop', {}, 'Connection', { a: '3', b: '1' })));
    expect(shop(it_).metadata.annotations).toEqual({ a: '3', b: '2' });
  });

  it('to what is not there is refused', async () => {
    const it_ = await world();
    expect(it_.annotate('Connection', 'acme', 'shop', { b: '2' })).toBe(false);
    expect(it_.setSwitch('Connection', 'acme', 'shop', 'enabled', false)).toBe(false);
  });

  it('to switch off is a new generation, and outlives a change of the manifests', async () => {
    const it_ = await world(resource('shop', { a: 1, enabled: true }));
    expect(it_.setSwitch('Connection', 'acme', 'shop', 'enabled', false)).toBe(true);
    expect([shop(it_).spec['enabled'], generation(it_)]).toEqual([false, 2]);
    it_.apply(manifests(resource('shop', { a: 1, enabled: true })));
    expect([shop(it_).spec['enabled'], generation(it_)]).toEqual([false, 2]);
  });
});

describe('a feed', () => {
  it('that was suspended stays so, whatever its manifest says', async () => {
    const it_ = await world(resource('orders', { suspend: false }, 'Feed'));
    expect(it_.setSwitch('Feed', 'acme', 'orders', 'suspend', true)).toBe(true);
    it_.apply(manifests(resource('orders', { suspend: false, batchSize: 5 }, 'Feed')));
    expect(it_.get('Feed', 'acme', 'orders')?.spec).toEqual({ suspend: true, batchSize: 5 });
  });
});

describe('after a restart', () => {
  it('status, requests, switches and age are what they were', async () => {
    const before = await world(resource('shop', { a: 1 }));
    before.patchStatus('Connection', 'acme', 'shop', { conditions: [condition('Reachable')], shop: 'x' });
    before.annotate('Connection', 'acme', 'shop', { request: '1' });
    before.setSwitch('Connection', 'acme', 'shop', 'enabled', false);
    await before.flush();
    now = new Date('2026-06-01T00:00:00Z');
    expect(shop(await world(resource('shop', { a: 1 })))).toMatchObject({
      spec: { a: 1, enabled: false },
      status: { shop: 'x', conditions: [{ type: 'Reachable' }] },
      metadata: { annotations: { request: '1' }, creationTimestamp: '2026-05-02T12:00:00.000Z' },
    });
  });

  it('the last of many changes is on disk, readable by its owner alone', async () => {
    const it_ = await world(resource('shop'));
    for (let count = 1; count <= 50; count++) it_.patchStatus('Connection', 'acme', 'shop', { count });
    await it_.flush();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      status: { 'Connection/acme/shop': { count: 50 } },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('a file of an older release, which lacks a part, is read', async () => {
    const before = await world(resource('shop'));
    await before.flush();
    await writeFile(file, '{"created":{"Connection/acme/shop":"2020-01-01T00:00:00Z"}}');
    const it_ = await world(resource('shop'));
    expect(shop(it_).metadata.creationTimestamp).toBe('2020-01-01T00:00:00Z');
    expect(it_.annotate('Connection', 'acme', 'shop', { a: '1' })).toBe(true);
  });
});
