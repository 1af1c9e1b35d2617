import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Applier } from '../kit/apply.ts';
import { systemClock } from '../kit/clock.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import { Informer } from '../kit/kube/informer.ts';
import type { KubeObject, ResourceType } from '../kit/kube/objects.ts';
import { createLogger } from '../kit/log.ts';
import { startControlPlane, type ControlPlane } from '../test/cluster/index.ts';

jest.setTimeout(60_000);

const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const FINALIZER = 'supercargo.dev/test';

let controlPlane: ControlPlane;
let client: KubeClient;
let config: KubeConfig;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  client = createClient(config);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await controlPlane?.stop();
});

/** An operator written against the base class alone: events by kind, its finalizer helper. */
async function newOperator() {
  // The base class is CommonJS; see main.ts.
  const { KitOperator } = await import('./kit-operator.ts');
  const log = createLogger('test', 'silent');
  const informer = new Informer<KubeObject>({
    client,
    type: CONFIG_MAPS,
    namespaces: ['default'],
    select: { labelSelector: 'test=dot-i' },
    log,
    // However long the API server takes to come back, it is found soon after.
    unreachedMaxMs: 2_000,
  });
  const seen: string[] = [];
  class TestOperator extends KitOperator {
    protected override async init(): Promise<void> {
      await this.watchResource('', 'v1', 'configmaps', async (event) => {
        seen.push(`${event.type} ${event.meta.name}`);
        await this.handleResourceFinalizer(event, FINALIZER, async () => {
          seen.push(`cleaned ${event.meta.name}`);
        }).catch(() => {});
      });
      void informer.run(this.stopping);
      await informer.whenSynced();
    }
  }
  return {
    operator: new TestOperator({
      client,
      applier: new Applier(client, 'test', systemClock),
      informers: [informer],
      log,
    }),
    seen,
  };
}

const apply = (name: string, data: Record<string, string> = {}) =>
  client.apply(
    CONFIG_MAPS,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels: { test: 'dot-i' } }, data },
    { manager: 'person' },
  );

async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await check()); tries += 1) {
    if (tries > 400) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the base class with the kit beneath', () => {
  it('gives its event types, outlives the API server, and misses no deletion in the gap', async () => {
    const { operator, seen } = await newOperator();
    await apply('a');
    await operator.start();
    await until(() => seen.includes('ADDED a'));
    await until(
      async () => (await client.get(CONFIG_MAPS, 'a', 'default')).metadata.finalizers?.includes(FINALIZER) ?? false,
    );
    await controlPlane.kubeApiserver.kill();
    await controlPlane.kubeApiserver.start();
    await client.delete(CONFIG_MAPS, { name: 'a', namespace: 'default' });
    await until(() => seen.includes('DELETED a'));
    expect(seen).toContain('cleaned a');
    operator.stop();
  });

  it('adds and removes its finalizer without touching that of another', async () => {
    const { operator, seen } = await newOperator();
    await operator.start();
    await client.apply(
      CONFIG_MAPS,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'b', namespace: 'default', labels: { test: 'dot-i' }, finalizers: ['example.com/other'] },
      },
      { manager: 'other' },
    );
    await until(async () => (await client.get(CONFIG_MAPS, 'b', 'default')).metadata.finalizers?.length === 2);
    await client.delete(CONFIG_MAPS, { name: 'b', namespace: 'default' });
    await until(() => seen.includes('cleaned b'));
    await until(
      async () =>
        JSON.stringify((await client.get(CONFIG_MAPS, 'b', 'default')).metadata.finalizers) === '["example.com/other"]',
    );
    operator.stop();
  });
});
