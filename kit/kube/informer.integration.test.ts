import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startControlPlane, type ControlPlane } from '../../test/cluster/index.ts';
import { createLogger } from '../log.ts';
import type { KubeClient } from './client.ts';
import { createClient } from './kube-config.ts';
import { Informer, type Change } from './informer.ts';
import type { KubeObject, ResourceType } from './objects.ts';

jest.setTimeout(60_000);

const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const NAMESPACES: ResourceType = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
const SELECT = { labelSelector: 'test=informer' };

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  client = createClient(config);
  for (const name of ['one', 'two', 'three'])
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}, 120_000);

afterAll(async () => {
  await client?.close();
  await controlPlane?.stop();
});

const put = (name: string, value: string, namespace = 'one') =>
  client.apply(
    CONFIG_MAPS,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels: { test: 'informer' } },
      data: { value },
    },
    { manager: 'test' },
  );

/** An informer that runs until the end of a test, and what its handlers were told. */
async function following(
  options: Partial<ConstructorParameters<typeof Informer<KubeObject & { data?: Record<string, string> }>>[0]> = {},
) {
  const informer = new Informer<KubeObject & { data?: Record<string, string> }>({
    client,
    type: CONFIG_MAPS,
    namespaces: ['one'],
    select: SELECT,
    log: createLogger('test', 'silent'),
    // However long the API server takes to come back, it is found soon after.
    unreachedMaxMs: 2_000,
    ...options,
  });
  const told: string[] = [];
  informer.onChange(({ key, object, previous }: Change<KubeObject>) =>
    told.push(`${object ? (previous ? 'changed' : 'added') : 'removed'} ${key}`),
  );
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.whenSynced();
  return {
    informer,
    told,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function until(check: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !check(); tries += 1) {
    if (tries > 400) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('an informer on a real API server', () => {
  it('lists in pages, follows, and keeps no managedFields', async () => {
    for (let count = 0; count < 7; count += 1) await put(`page-${count}`, 'x');
    await using follower = await following({ pageSize: 3 });
    expect(follower.informer.size).toBe(7);
    expect([...follower.informer.values()].some(({ metadata }) => metadata.managedFields)).toBe(false);
    await put('page-0', 'y');
    await until(() => follower.informer.get('one/page-0')?.data?.['value'] === 'y', 'the change');
    for (let count = 0; count < 7; count += 1)
      await client.delete(CONFIG_MAPS, { name: `page-${count}`, namespace: 'one' });
    await until(() => follower.informer.size === 0, 'the deletions');
  });

  it('sees what was deleted, changed and made while the API server was dead', async () => {
    for (const name of ['gone', 'changed']) await put(name, 'before');
    await using follower = await following();
    await controlPlane.kubeApiserver.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await controlPlane.kubeApiserver.start();
    await Promise.all([
      client.delete(CONFIG_MAPS, { name: 'gone', namespace: 'one' }),
      put('changed', 'after'),
      put('made', 'new'),
    ]);
    await until(
      () =>
        follower.informer.get('one/gone') === undefined &&
        follower.informer.get('one/changed')?.data?.['value'] === 'after' &&
        follower.informer.get('one/made') !== undefined,
      'what was missed',
    );
    expect(follower.told.filter((line) => line === 'removed one/gone')).toHaveLength(1);
  });

  it('notices a server that keeps its connections open and says nothing, and goes on when it speaks again', async () => {
    await put('stalled', 'before');
    await using follower = await following({ stallMs: 2500 });
    controlPlane.kubeApiserver.pause();
    // What was on its way is read.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { lastProgressAt: before, lastHeardAt: heard } = follower.informer;
    try {
      await until(() => follower.informer.lastProgressAt > before, 'it to give the watch up and ask for another');
      expect(follower.informer.lastHeardAt).toBe(heard);
    } finally {
      controlPlane.kubeApiserver.resume();
    }
    await put('stalled', 'after');
    await until(() => follower.informer.get('one/stalled')?.data?.['value'] === 'after', 'the change');
  });

  it('watches a list of namespaces and nothing beside them', async () => {
    await using follower = await following({ namespaces: ['one', 'two'] });
    for (const namespace of ['two', 'three']) await put('spread', 'x', namespace);
    await put('last', 'x', 'one');
    await until(
      () => follower.informer.get('one/last') !== undefined && follower.informer.get('two/spread') !== undefined,
      'both namespaces',
    );
    expect(follower.informer.get('three/spread')).toBeUndefined();
  });

  it('takes metadata alone over the wire where that is enough', async () => {
    await put('light', 'heavy');
    await using follower = await following({ select: { ...SELECT, metadataOnly: true } });
    expect(follower.informer.get('one/light')).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'light' } });
    expect(follower.informer.get('one/light')?.data).toBeUndefined();
  });
});
