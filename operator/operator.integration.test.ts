import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION, childName, FIELD_MANAGERS, FINALIZER, LABELS, resourceType } from '../crds/index.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../test/support/operator-rig.ts';
import { EVENTS } from '../kit/events.ts';
import { SECRETS } from '../kit/kube/builtin.ts';
import { CHILD_TYPES } from './resources.ts';

// Longer than the waits within, which say what they saw instead.
jest.setTimeout(60_000);

let rig: OperatorRig;
let operator: RunningOperator;
let count = 0;

beforeAll(async () => {
  rig = await OperatorRig.start({ controllers: ['namespace-controller'] });
  operator = await rig.startOperator();
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

afterEach(() => {
  rig.hubStatus = 200;
});

const freshNamespace = () => `t${(count += 1)}`;
const ALL_WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;

/** A connection whose pod runs and says that all is well. */
async function runningConnection(namespace: string): Promise<void> {
  const manifest = await rig.namespace(namespace);
  await rig.apply('Connection', namespace, 'shop', manifest['spec'] as object);
  await rig.runPods(namespace, 'shop');
  await rig.podSays('Connection', namespace, 'shop', ALL_WELL);
  await rig.eventually('Connection', namespace, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
}

describe('the CA of the hub', () => {
  it('that changes is given to every pod, which is made anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-ca-'));
    const file = join(folder, 'ca.crt');
    await writeFile(file, 'first CA\n');
    const trusting = await OperatorRig.start();
    const its = await trusting.startOperator({ SUPERCARGO_HUB_CA_FILE: file, SUPERCARGO_HUB_CA_LOOK: '1s' });
    const given = async () => {
      const { spec } = await trusting.client.get<Seen>(CHILD_TYPES.Deployment, 'sync-shop', 'acme');
      return /"name":"SUPERCARGO_HUB_CA","value":"([^"]*)"/.exec(JSON.stringify(spec))?.[1];
    };
    try {
      const manifest = await trusting.namespace('acme');
      await trusting.apply('Connection', 'acme', 'shop', manifest['spec'] as object);
      await until('the pod', async () => (await given().catch(() => undefined)) === 'first CA');
      await writeFile(file, 'second CA\n');
      await until('the other CA in the pod', async () => (await given()) === 'second CA');
    } finally {
      await its.stop();
      await trusting.stop();
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});

describe('a Connection', () => {
  it('becomes a ServiceAccount, Role, RoleBinding, NetworkPolicy and Deployment that belong to it', async () => {
    const ns = freshNamespace();
    const manifest = await rig.namespace(ns);
    const applied = await rig.apply('Connection', ns, 'shop', manifest['spec'] as object);
    await rig.runPods(ns, 'shop');
    for (const kind of ['ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy', 'Deployment'] as const) {
      const child = await rig.client.get<Seen>(CHILD_TYPES[kind], 'sync-shop', ns);
      expect(child.metadata.ownerReferences).toMatchObject([
        { kind: 'Connection', name: 'shop', uid: applied.metadata.uid, controller: true },
      ]);
      expect(child.metadata.labels).toMatchObject({
        [LABELS.client]: 'acme',
        [LABELS.store]: 'main',
        [LABELS.driver]: 'vendure',
        [LABELS.warehouse]: 'berlin',
        [LABELS.platformKind]: 'Store',
        [LABELS.connection]: 'shop',
      });
    }
  });

  it('is Ready only once deployed, credential valid, reachable, synced and fresh, and says at each step what it waits for', async () => {
    const ns = freshNamespace();
    const manifest = await rig.namespace(ns);
    await rig.apply('Connection', ns, 'shop', manifest['spec'] as object);
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) =>
        conditionOf(seen, 'Accepted') === 'True Accepted' &&
        ['False Creating', 'False Starting'].includes(conditionOf(seen, 'Ready') ?? ''),
    );
    await rig.runPods(ns, 'shop');
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Ready') === 'False Checking' && conditionOf(seen, 'Deployed') === 'True PodRunning',
    );
    await rig.podSays('Connection', ns, 'shop', {
      CredentialValid: 'True',
      Reachable: 'True',
      Synced: 'False',
      Fresh: 'True',
    });
    const initializing = await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Ready') === 'False SyncedFalse',
    );
    expect(initializing.status).toMatchObject({ state: 'Initializing' });
    expect(initializing.status?.observedGeneration).toBe(0);
    await rig.podSays('Connection', ns, 'shop', ALL_WELL);
    const running = await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Ready') === 'True Running',
    );
    expect(running.status).toMatchObject({
      state: 'Running',
      observedGeneration: 1,
      effective: { mode: 'Test', enabled: true, deletionPolicy: 'Retain' },
    });
    expect(running.metadata.labels).toMatchObject({ [LABELS.warehouse]: 'berlin' });
    expect(running.metadata.finalizers).toEqual([FINALIZER]);
  });

  it('is Stalled by a refused credential and Degraded by an unreachable store', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.podSays('Connection', ns, 'shop', { ...ALL_WELL, Reachable: 'False' });
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => seen.status?.['state'] === 'Degraded' && conditionOf(seen, 'Reconciling') === 'True ReachableFalse',
    );
    await rig.podSays('Connection', ns, 'shop', { ...ALL_WELL, Reachable: 'False', CredentialValid: 'False' });
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Stalled') === 'True CredentialValidFalse',
    );
    await rig.eventually(
      'Credential',
      ns,
      'key',
      (seen) => conditionOf(seen, 'Stalled') === 'True CredentialValidFalse',
    );
    await rig.podSays('Connection', ns, 'shop', ALL_WELL);
    await rig.eventually('Credential', ns, 'key', (seen) => conditionOf(seen, 'Ready') === 'True Valid');
  });

  it('waits for what it refers to, and runs as soon as that is there', async () => {
    const ns = freshNamespace();
    const manifest = await rig.namespace(ns);
    await rig.apply('Connection', ns, 'shop', {
      ...(manifest['spec'] as object),
      storeRef: { name: 'late' },
      warehouse: undefined,
    });
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Reconciling') === 'True StoreNotFound');
    expect(await rig.deployment(ns, 'shop')).toBeUndefined();
    await rig.apply('Store', ns, 'late', {});
    await rig.runPods(ns, 'shop');
  });

  it('names the unknown setting and those there are, and stops what ran', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    const { spec } = (await rig.get('Connection', ns, 'shop')) as Seen;
    await rig.apply('Connection', ns, 'shop', { ...spec, settings: { url: 'http://x', chanel: 'a' } });
    const seen = await rig.eventually(
      'Connection',
      ns,
      'shop',
      (now) => conditionOf(now, 'Stalled') === 'True InvalidSettings',
    );
    expect(seen.status?.conditions?.find(({ type }) => type === 'Accepted')?.message).toBe(
      'spec.settings.chanel is unknown: the driver knows channel, url',
    );
    expect((await rig.deployment(ns, 'shop'))?.spec.replicas).toBe(0);
  });

  it('cannot change its driver', async () => {
    const ns = freshNamespace();
    const manifest = await rig.namespace(ns);
    await rig.apply('Connection', ns, 'shop', manifest['spec'] as object);
    await expect(
      rig.apply('Connection', ns, 'shop', { ...(manifest['spec'] as object), driver: 'shopify' }),
    ).rejects.toThrow('driver cannot be changed: create another Connection and delete this one');
  });

  it('drains to zero when disabled, is neither Stalled nor Reconciling, and comes back', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    const { spec } = (await rig.get('Connection', ns, 'shop')) as Seen;
    await rig.apply('Connection', ns, 'shop', { ...spec, enabled: false });
    const inactive = await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Ready') === 'True Inactive',
    );
    expect(inactive.status).toMatchObject({ state: 'Inactive', observedGeneration: 2 });
    expect([conditionOf(inactive, 'Stalled'), conditionOf(inactive, 'Reconciling')]).toEqual([undefined, undefined]);
    expect((await rig.deployment(ns, 'shop'))?.spec.replicas).toBe(0);
    await rig.apply('Connection', ns, 'shop', { ...spec, enabled: true });
    await until('a pod', async () => (await rig.deployment(ns, 'shop'))?.spec.replicas === 1);
  });

  it('of a shop that an older one has connected is refused, and runs when the older one is gone', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    const { spec } = (await rig.get('Connection', ns, 'shop')) as Seen;
    await new Promise((resolve) => setTimeout(resolve, 1100)); // ages have whole seconds
    await rig.apply('Connection', ns, 'twin', spec);
    await rig.runPods(ns, 'twin');
    for (const name of ['shop', 'twin'])
      await rig.podSays('Connection', ns, name, ALL_WELL, { shop: { id: `${ns}-1`, name: 'Shop' } });
    const twin = await rig.eventually(
      'Connection',
      ns,
      'twin',
      (seen) => conditionOf(seen, 'Stalled') === 'True ShopAlreadyConnected',
    );
    expect(twin.status?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(`Connection ${ns}/shop`);
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
  });

  it('is stopped by no shop of another namespace that says the same id, and is told of none by name', async () => {
    const [victim, maker] = [freshNamespace(), freshNamespace()];
    await runningConnection(maker);
    await new Promise((resolve) => setTimeout(resolve, 1100)); // the one that makes the id up is older
    await runningConnection(victim);
    for (const ns of [victim, maker])
      await rig.podSays('Connection', ns, 'shop', ALL_WELL, {
        shop: { id: `made-up-${victim}`, name: `Shop of ${ns}` },
      });
    for (const ns of [victim, maker]) {
      const seen = await rig.eventually(
        'Connection',
        ns,
        'shop',
        (one) =>
          conditionOf(one, 'Accepted') === 'True ShopIdElsewhere' && conditionOf(one, 'Ready') === 'True Running',
      );
      expect(JSON.stringify(seen.status)).not.toContain(ns === victim ? maker : `of ${victim}`);
      const deployment = await rig.client.get<Seen>(CHILD_TYPES.Deployment, 'sync-shop', ns);
      expect(deployment.spec.replicas).toBe(1);
    }
  });

  it('writes an Event for each change of its state, and none in between', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    for (let again = 0; again < 3; again += 1)
      await rig.podSays('Connection', ns, 'shop', ALL_WELL, { lastCheckedAt: `2026-01-0${again + 1}T00:00:00Z` });
    await rig.podSays('Connection', ns, 'shop', { ...ALL_WELL, CredentialValid: 'False' });
    const noted = async () =>
      (
        await rig.client.list<Seen & { reason: string; type: string; regarding: { kind: string } }>(EVENTS, {
          namespace: ns,
        })
      ).items
        .filter(({ regarding }) => regarding.kind === 'Connection')
        .map(({ type, reason }) => `${type} ${reason}`);
    await until('the Warning', async () => (await noted()).includes('Warning CredentialValidFalse'));
    const reasons = await noted();
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(reasons).toContain('Normal Running');
  });

  it('has a pod that a quota refused tried again: nobody tells its Deployment that the quota was raised', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    const before = (await rig.deployment(ns, 'shop'))!;
    const { name, generation = 0 } = before.metadata;
    const lastUpdateTime = new Date(Date.now() - 60_000).toISOString();
    const times = { lastUpdateTime, lastTransitionTime: lastUpdateTime };
    await rig.client.applyStatus(
      CHILD_TYPES.Deployment,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: ns },
        status: {
          observedGeneration: generation,
          conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota', ...times }],
        },
      },
      { manager: 'deployment-controller' },
    );
    await until('another try', async () => {
      const { metadata, spec } = (await rig.deployment(ns, 'shop'))!;
      return spec.replicas === 1 && (metadata.generation ?? 0) >= generation + 2;
    });
    // The operator may try once more before it sees the pod: a Deployment's controller would follow that, too.
    await until('a pod that runs', async () => {
      await rig.runPods(ns, 'shop');
      const seen = await rig.get('Connection', ns, 'shop');
      return seen !== undefined && conditionOf(seen, 'Ready') === 'True Running';
    });
  });

  it('has a child put right when someone changes or deletes it', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.client.jsonPatch(CHILD_TYPES.Role, { name: 'sync-shop', namespace: ns }, [
      { op: 'replace', path: '/rules/0/verbs', value: ['*'] },
    ]);
    await until(
      'the Role',
      async () =>
        JSON.stringify(
          (await rig.client.get<Seen & { rules: { verbs: string[] }[] }>(CHILD_TYPES.Role, 'sync-shop', ns)).rules[0]
            ?.verbs,
        ) === '["get","list","watch"]',
    );
    await rig.client.delete(CHILD_TYPES.NetworkPolicy, { name: 'sync-shop', namespace: ns });
    await until(
      'the NetworkPolicy',
      async () => (await rig.client.find(CHILD_TYPES.NetworkPolicy, 'sync-shop', ns)) !== undefined,
    );
  });
});

describe('deletion', () => {
  it('waits for the pod, stops it, asks the hub to apply the policy, and lets go', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    const { spec } = (await rig.get('Connection', ns, 'shop')) as Seen;
    await rig.apply('Connection', ns, 'shop', { ...spec, deletionPolicy: 'Delete' });
    await rig.client.delete(
      { apiVersion: 'supercargo.dev/v1beta1', kind: 'Connection', plural: 'connections', namespaced: true },
      { name: 'shop', namespace: ns },
    );
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (seen) => conditionOf(seen, 'Deleting') === 'True Deregistering' && seen.status?.['state'] === 'Deleting',
    );
    expect((await rig.deployment(ns, 'shop'))?.spec.replicas).toBe(1);
    await rig.podSays('Connection', ns, 'shop', { Deregistered: 'True' });
    await until('zero replicas', async () => (await rig.deployment(ns, 'shop'))?.spec.replicas === 0);
    await rig.runPods(ns, 'shop');
    await until('the end', async () => (await rig.get('Connection', ns, 'shop')) === undefined);
    expect(rig.hubRequests).toContain(`DELETE /operator/v1/connections/Connection/${ns}/shop?policy=Delete`);
  });

  it('lets go at its deadline when the hub does not answer, and leaves the finalizers of others', async () => {
    const ns = freshNamespace();
    await operator.stop();
    operator = await rig.startOperator({ SUPERCARGO_DELETION_DEADLINE: '12s' });
    await runningConnection(ns);
    rig.hubStatus = 503;
    const type = { apiVersion: 'supercargo.dev/v1beta1', kind: 'Connection', plural: 'connections', namespaced: true };
    await rig.client.jsonPatch(type, { name: 'shop', namespace: ns }, [
      { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/other' },
    ]);
    await rig.podSays('Connection', ns, 'shop', { Deregistered: 'True' });
    await rig.client.delete(type, { name: 'shop', namespace: ns });
    await until('zero replicas', async () => (await rig.deployment(ns, 'shop'))?.spec.replicas === 0);
    await rig.runPods(ns, 'shop');
    await until('the hub to be asked', async () => rig.hubRequests.some((path) => path.includes(`/${ns}/`)));
    await until(
      'our finalizer to go',
      async () =>
        JSON.stringify((await rig.get('Connection', ns, 'shop'))?.metadata.finalizers) === '["example.com/other"]',
      undefined,
      40_000,
    );
    await rig.client.jsonPatch(type, { name: 'shop', namespace: ns }, [{ op: 'remove', path: '/metadata/finalizers' }]);
    await operator.stop();
    operator = await rig.startOperator();
  }, 90_000);

  it('lets go at once when the namespace is going', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.client.delete(
      { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
      { name: ns },
    );
    await until('the end', async () => (await rig.get('Connection', ns, 'shop')) === undefined);
    expect(rig.hubRequests.filter((path) => path.includes(`/${ns}/`))).toEqual([]);
  });
});

describe('a Store', () => {
  it('gets a developer API key that only its Secret holds, and another for each rotation', async () => {
    const ns = freshNamespace();
    await rig.namespace(ns);
    const first = await rig.eventually('Store', ns, 'main', (seen) => conditionOf(seen, 'Ready') === 'True Accepted');
    const key = first.status?.['developerKey'] as { secretName: string; hash: string };
    const secret = await rig.client.get<Seen & { data: { apiKey: string } }>(SECRETS, key.secretName, ns);
    const { createHash } = await import('node:crypto');
    expect(createHash('sha256').update(Buffer.from(secret.data.apiKey, 'base64')).digest('hex')).toBe(key.hash);
    await rig.client.apply(
      { apiVersion: 'supercargo.dev/v1beta1', kind: 'Store', plural: 'stores', namespaced: true },
      {
        apiVersion: 'supercargo.dev/v1beta1',
        kind: 'Store',
        metadata: { name: 'main', namespace: ns, annotations: { 'supercargo.dev/rotate-developer-key': 'now' } },
      },
      { manager: 'rotate' },
    );
    const second = await rig.eventually(
      'Store',
      ns,
      'main',
      (seen) => (seen.status?.['developerKey'] as typeof key).hash !== key.hash,
    );
    expect((second.status?.['developerKey'] as typeof key).secretName).toMatch(/^main-developer-api-[0-9a-f]{8}$/);
  });

  it('is Stalled when a Secret of that name is in the way, and says how to get a new key', async () => {
    const ns = freshNamespace();
    await rig.client.apply(
      { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } },
      { manager: 'test' },
    );
    await rig.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'main-developer-api', namespace: ns },
    });
    await rig.apply('Store', ns, 'main', {});
    const seen = await rig.eventually(
      'Store',
      ns,
      'main',
      (now) => conditionOf(now, 'Stalled') === 'True DeveloperKeyUnknown',
    );
    expect(seen.status?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(
      `kubectl -n ${ns} delete secret main-developer-api`,
    );
  });
});

describe('a Feed', () => {
  it('of a type the driver does not support is refused with the list of those it does', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.apply('Feed', ns, 'suppliers', { connectionRef: { name: 'shop' }, type: 'SupplierImport' });
    const seen = await rig.eventually(
      'Feed',
      ns,
      'suppliers',
      (now) => conditionOf(now, 'Stalled') === 'True FeedNotSupported',
    );
    expect(seen.status?.conditions?.find(({ type }) => type === 'Accepted')?.message).toContain(
      'it supports OrderImport, StockExport, ProductImport',
    );
    await rig.eventually(
      'Connection',
      ns,
      'shop',
      (now) => conditionOf(now, 'Ready') === 'False FeedStalled' && now.status?.['state'] === 'Degraded',
    );
  });

  it('shows the values in force, and its run is labelled so that the pod finds it', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.apply('Feed', ns, 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' });
    const feed = await rig.eventually('Feed', ns, 'orders', (now) => conditionOf(now, 'Accepted') === 'True Accepted');
    expect(feed.status?.['effective']).toEqual({
      schedule: '* * * * *',
      timeZone: 'UTC',
      batchSize: 250,
      freshness: '5m',
    });
    await rig.apply('FeedRun', ns, 'again', { feedRef: { name: 'orders' } });
    const run = await rig.eventually(
      'FeedRun',
      ns,
      'again',
      (now) => conditionOf(now, 'Reconciling') === 'True Waiting',
    );
    expect(run.metadata.labels).toMatchObject({ [LABELS.connection]: 'shop', [LABELS.connectionKind]: 'Connection' });
  });

  it('loses its ended runs when their time is over, and keeps one for as long as there is a time for it', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.apply('Feed', ns, 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' });
    const runs = { kept: '9999d', over: '1s' };
    for (const [name, ttlAfterFinished] of Object.entries(runs)) {
      await rig.apply('FeedRun', ns, name, { feedRef: { name: 'orders' }, ttlAfterFinished });
      await rig.eventually('FeedRun', ns, name, (now) => conditionOf(now, 'Reconciling') === 'True Waiting');
    }
    for (const name of Object.keys(runs))
      await rig.client.applyStatus(
        resourceType('FeedRun'),
        {
          ...{ apiVersion: API_VERSION, kind: 'FeedRun', metadata: { name, namespace: ns } },
          status: { result: 'Succeeded', finishedAt: '2026-01-01T00:00:00Z' },
        },
        { manager: FIELD_MANAGERS.sync },
      );
    await until('its deletion', async () => (await rig.get('FeedRun', ns, 'over')) === undefined);
    await rig.eventually('FeedRun', ns, 'kept', (now) => conditionOf(now, 'Ready') === 'True Succeeded');
    expect(await rig.get('FeedRun', ns, 'kept')).toBeDefined();
  });
});

describe('a ClusterConnection', () => {
  it('runs in the namespace it names, with a ClusterRole for itself alone', async () => {
    const ns = freshNamespace();
    const manifest = await rig.namespace(ns);
    const name = `global-${ns}`;
    await rig.apply('ClusterConnection', undefined, name, { ...(manifest['spec'] as object), namespace: ns });
    await rig.runPods(ns, name, 'ClusterConnection');
    const role = await rig.client.get<Seen & { rules: { resources: string[]; resourceNames?: string[] }[] }>(
      CHILD_TYPES.ClusterRole,
      `supercargo:${childName({ kind: 'ClusterConnection', name })}`,
    );
    expect(role.rules[0]).toMatchObject({ resources: ['clusterconnections'], resourceNames: [name] });
    await rig.podSays('ClusterConnection', undefined, name, ALL_WELL);
    await rig.eventually('ClusterConnection', undefined, name, (seen) => conditionOf(seen, 'Ready') === 'True Running');
  });
});

describe('once settled', () => {
  it('neither time nor a restart costs a single write', async () => {
    const ns = freshNamespace();
    await runningConnection(ns);
    await rig.apply('Feed', ns, 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' });
    await rig.eventually('Feed', ns, 'orders', (now) => conditionOf(now, 'Accepted') === 'True Accepted');
    const before = await rig.atRest();
    await operator.stop();
    operator = await rig.startOperator();
    const metrics = () => operator.registry.metrics();
    await until('it to look at connections', async () =>
      /controller_runtime_reconcile_total\{controller="connection",result="success"\} [1-9]/.test(await metrics()),
    );
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect((await rig.operatorWrites()).slice(before)).toEqual([]);
    expect(await metrics()).toMatch(/controller_runtime_reconcile_errors_total\{controller="connection"\} 0/);
  }, 60_000);
});
