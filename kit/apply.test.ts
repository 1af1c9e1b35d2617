import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../test/support/manual-clock.ts';
import { Applier, type LiveState } from './apply.ts';
import type { KubeClient } from './kube/client.ts';
import { intentDigest } from './kube/owned.ts';

const TARGET = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } };

function setUp() {
  const clock = new ManualClock();
  const writes: unknown[] = [];
  let version = 10;
  const client = {
    apply: async (_type: unknown, intent: unknown) => {
      writes.push(intent);
      version += 1;
      return { metadata: { resourceVersion: String(version) } };
    },
  } as unknown as KubeClient;
  let cached: ReturnType<LiveState<'main' | 'status'>['applied']>;
  const live: LiveState<'main' | 'status'> = {
    type: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
    applied: () => cached,
  };
  const cache = (resourceVersion: string, fields: object) => {
    cached = { resourceVersion, main: intentDigest({ ...TARGET, ...fields }), status: '' };
  };
  return { applier: new Applier(client, 'm', clock), live, writes, cache, clock };
}

describe('apply', () => {
  it('writes what differs and nothing else', async () => {
    const { applier, live, writes, cache } = setUp();
    cache('5', { data: { k: 'v' } });
    expect(await applier.apply(live, TARGET, { data: { k: 'v' } } as object)).toBe('unchanged');
    expect(await applier.apply(live, TARGET, { data: { k: 'w' } } as object)).toBe('applied');
    expect(writes).toHaveLength(1);
  });

  it('does not write again while the cache has not seen the write yet', async () => {
    const { applier, live, writes, cache } = setUp();
    cache('5', { data: { k: 'v' } });
    for (let turn = 0; turn < 3; turn += 1) await applier.apply(live, TARGET, { data: { k: 'w' } } as object);
    expect(writes).toHaveLength(1);
    cache('11', { data: { k: 'w' } });
    expect(await applier.apply(live, TARGET, { data: { k: 'w' } } as object)).toBe('unchanged');
  });

  it('puts back at once what someone changed after the write', async () => {
    const { applier, live, writes, cache } = setUp();
    await applier.apply(live, TARGET, { data: { k: 'w' } } as object);
    cache('12', { data: { k: 'drift' } });
    await applier.apply(live, TARGET, { data: { k: 'w' } } as object);
    expect(writes).toHaveLength(2);
  });

  it('believes the cache again after a while: a deleted object is applied anew', async () => {
    const { applier, live, writes, clock } = setUp();
    await applier.apply(live, TARGET, { data: {} } as object);
    await clock.advance(11_000);
    await applier.apply(live, TARGET, { data: {} } as object);
    expect(writes).toHaveLength(2);
  });
});
