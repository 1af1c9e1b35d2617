import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { FIELD_MANAGERS, resourceType } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { EVENTS } from '../../kit/events.ts';
import { PODS } from '../../kit/kube/builtin.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../../test/support/operator-rig.ts';
import { COMMANDS } from '../command-table.ts';
import { deleteConnections } from '../commands/delete.ts';
import { describeConnections } from '../commands/describe.ts';
import { goLive, type GoLiveOptions } from '../commands/go-live.ts';
import { makeReport } from '../commands/report.ts';
import { askReconcile } from '../commands/reconcile.ts';
import { request } from '../commands/requests.ts';
import { suspendFeeds } from '../commands/suspend.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Place } from '../surface/rights.ts';
import type { Target } from '../target.ts';
import { clusterTarget } from './target.ts';

jest.setTimeout(60_000);

const WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;

let rig: OperatorRig;
let operator: RunningOperator;
let ns: string;
let said: string[];
let count = 0;
const say = (line: string) => void said.push(line);
const doors = { clock: systemClock, say, tell: () => undefined, ask: undefined };
const PATIENCE = { timeoutMs: 50_000 };

beforeAll(async () => {
  rig = await OperatorRig.start();
  operator = await rig.startOperator();
}, 120_000);
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});
beforeEach(async () => {
  ns = `cli${(count += 1)}`;
  said = [];
  rig.hubStatus = 200;
  const manifest = await rig.namespace(ns);
  await rig.apply('Connection', ns, 'shop', manifest['spec'] as object);
  await rig.apply('Feed', ns, 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' });
  await rig.runPods(ns, 'shop');
  await rig.podSays('Connection', ns, 'shop', WELL);
  await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Deployed')?.startsWith('True') === true);
});

/**
 * Runs with exactly the rights that the table of commands says the command needs, and no others; those on what has no
 * namespace only where it is about such a one (`wide`).
 */
async function withRightsOf<T>(
  command: string,
  work: (target: Target) => Promise<T>,
  { env = {}, wide = false }: { env?: Record<string, string>; wide?: boolean } = {},
): Promise<T> {
  const { needs } = COMMANDS.find(({ name }) => name === command)!;
  const rulesIn = (where: Place) =>
    needs
      .filter(({ place }) => place === where)
      .map(({ apiGroup, resources, verbs }) => ({
        ...{ apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs] },
      }));
  const config = await rig.serviceAccount(`may-${command}-${ns}`, {
    namespaces: { [ns]: rulesIn('namespace'), ...(wide ? { default: rulesIn('default') } : {}) },
    ...(wide ? { cluster: rulesIn('cluster') } : {}),
  });
  const target = clusterTarget(config, { env });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

const feed = () => rig.get('Feed', ns, 'orders') as Promise<Seen>;

describe('with the rights that the table names, and no others', () => {
  it('suspend and resume set the switch of a Feed, and the operator sees it', async () => {
    const choice = { namespace: ns, names: ['orders'] };
    await withRightsOf('suspend', (target) => suspendFeeds(target, choice, true, PATIENCE, doors));
    await rig.eventually('Feed', ns, 'orders', (seen) => conditionOf(seen, 'Suspended') === 'True Suspended');
    await withRightsOf('resume', (target) => suspendFeeds(target, choice, false, PATIENCE, doors));
    expect((await feed()).spec['suspend']).toBe(false);
    expect(said).toEqual([`Feed ${ns}/orders suspended`, `Feed ${ns}/orders resumed`]);
  });

  it('reconcile leaves its annotation, and takes none away', async () => {
    const choice = { namespace: ns, names: ['shop'], kind: 'connections' };
    await withRightsOf('reconcile', (target) => askReconcile(target, choice, {}, doors));
    const { annotations } = (await rig.get('Connection', ns, 'shop'))!.metadata;
    expect(annotations).toMatchObject({ 'supercargo.dev/reconcile-requested-at': expect.stringMatching(/^20/) });
  });

  it('describe shows what the operator wrote, the Events and the pod', async () => {
    const labels = {
      'app.kubernetes.io/name': 'supercargo-sync',
      'supercargo.dev/connection': 'shop',
      'supercargo.dev/connection-kind': 'Connection',
    };
    await rig.client.create(
      PODS,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'sync-shop-1', namespace: ns, labels },
        spec: { containers: [{ name: 'sync', image: 'supercargo:test' }] },
      },
      'test',
    );
    await until('an Event', async () => (await rig.client.list(EVENTS, { namespace: ns })).items.length > 0);
    const page = await withRightsOf('describe', (target) =>
      describeConnections(target, { namespace: ns, names: ['shop'] }, new Date()),
    );
    expect(page).toContain(`Connection:  ${ns}/shop`);
    expect(page).toMatch(/^ {2}Deployed +True/m);
    expect(page).toMatch(/^ {2}orders +OrderImport/m);
    expect(page).toMatch(/^ {2}sync-shop-1 +Pending/m);
    expect(page).toMatch(/^Events:\n {2}SEEN.*\n {2}\d+[sm] +Normal/m);
  });

  it('report reads what it may, names the right that is missing, and asks for no Secret', async () => {
    const files = new Map<string, string>();
    const writer = {
      add: async (path: string, text: string) => void files.set(path, text),
      finish: async () => undefined,
      discard: async () => undefined,
    };
    await withRightsOf('report', (target) =>
      makeReport(
        target,
        { name: 'shop', namespace: ns, tail: 10, keyGiven: false },
        {
          ...{ clock: systemClock, own: { cli: '1', node: 'v24' } },
          ...{ open: async () => writer, tell: () => undefined },
        },
      ),
    );
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(
        ['connections', 'feeds', 'events', 'deployments'].map((one) => `namespaces/${ns}/${one}.json`),
      ),
    );
    expect(files.get('versions.json')).toMatch(/"kubernetes": "v1\.\d+/);
    const index = files.get('index.txt')!;
    for (const right of ['list drivers.supercargo.dev in the cluster', 'list pods in all namespaces'])
      expect(index).toContain(`the right to ${right} is missing`);
    expect(index).not.toMatch(/right to \w+ secrets/);
    // All that it may in its own namespace is enough for its own namespace.
    expect(index).not.toContain(`in namespace ${ns} is missing`);
  });

  it('sync of a connection that was switched off ends at once', async () => {
    const { spec } = (await rig.get('Connection', ns, 'shop')) as Seen;
    await rig.apply('Connection', ns, 'shop', { ...spec, enabled: false });
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Suspended') === 'True Inactive');
    const options = { namespace: ns, names: ['shop'], verb: 'sync', wait: true } as const;
    expect(await withRightsOf('sync', (target) => request(target, options, PATIENCE, doors))).toBe(4);
    expect(said).toEqual([
      expect.stringContaining(`Connection ${ns}/shop: not carried out, and it will not be: Inactive`),
    ]);
  });

  /** The pod that deregisters, and the controller that stops it. */
  async function podGoes(): Promise<void> {
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Deleting') !== undefined);
    await rig.podSays('Connection', ns, 'shop', { Deregistered: 'True' });
    await until('zero replicas', async () => (await rig.deployment(ns, 'shop'))?.spec.replicas === 0);
    await rig.runPods(ns, 'shop');
  }
  const options = () => ({ namespace: ns, names: ['shop'], wait: true, timeoutMs: 30_000, yes: true });

  it('delete says what becomes of the data, what it waits for, and how it ended', async () => {
    const [done] = await Promise.all([
      withRightsOf('delete', (target) => deleteConnections(target, options(), doors)),
      podGoes(),
    ]);
    expect(done).toBe(true);
    expect(said[0]).toBe(`Connection ${ns}/shop has deletionPolicy Retain: the hub keeps its data`);
    expect(said.at(-1)).toMatch(new RegExp(`^Connection ${ns}/shop is gone: .`));
    expect(said.length).toBeGreaterThan(2);
    expect(rig.hubRequests).toContain(`DELETE /operator/v1/connections/Connection/${ns}/shop?policy=Retain`);
    expect(await rig.get('Connection', ns, 'shop')).toBeUndefined();
  });

  it('delete is not well where the operator had to let go before all was done', async () => {
    await operator.stop();
    operator = await rig.startOperator({ SUPERCARGO_DELETION_DEADLINE: '12s' });
    rig.hubStatus = 503;
    const [done] = await Promise.all([
      withRightsOf('delete', (target) => deleteConnections(target, options(), doors)),
      podGoes(),
    ]);
    expect([done, said.at(-1)]).toEqual([false, expect.stringContaining('is gone: ')]);
  });
});

describe('go-live, with the rights that the table names, and no others', () => {
  const hub = createServer((request, response) => {
    keys.push(request.headers.authorization ?? '');
    const nothing = { changes: 0, biggest: [] };
    const report = {
      ...{ store: `${ns}/main`, connection: `${ns}/shop`, mode: 'Test', shipments: 0 },
      locations: { unknown: [], known: [] },
      ...{ stock: { ...nothing, toZero: 0 }, prices: nothing, orders: [], problems: [], brakes: [] },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: [report] }));
  });
  let keys: string[];
  let env: Record<string, string>;
  beforeAll(async () => {
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    env = { SUPERCARGO_HUB_URL: `http://127.0.0.1:${(hub.address() as AddressInfo).port}` };
  });
  afterAll(() => void hub.close());
  beforeEach(async () => {
    keys = [];
    await feedHasRun();
    await rig.eventually('Connection', ns, 'shop', (seen) => conditionOf(seen, 'Ready') === 'True Running');
    await rig.eventually('Store', ns, 'main', (seen) => seen.status?.['developerKey'] !== undefined);
  });

  /** What its pod writes when it has run the feed. */
  async function feedHasRun(): Promise<void> {
    const conditions = ['Synced', 'Fresh'].map((type) => ({
      ...{ type, status: 'True', reason: type, message: 'all', lastTransitionTime: '2026-01-01T00:00:00Z' },
      observedGeneration: 1,
    }));
    const { apiVersion } = rig.manifest('Feed', ns, 'orders', {});
    await rig.client.applyStatus(
      resourceType('Feed'),
      { apiVersion, kind: 'Feed', metadata: { name: 'orders', namespace: ns }, status: { conditions } },
      { manager: FIELD_MANAGERS.sync },
    );
  }

  const go = (options: Partial<GoLiveOptions> = {}) =>
    withRightsOf(
      'go-live',
      (target) =>
        goLive(
          target,
          { connection: 'shop', namespace: ns, accept: '', dryRun: false, yes: true, wait: false, ...options },
          { timeoutMs: 30_000 },
          doors,
        ),
      { env },
    );
  const mode = async () => (await rig.get('Connection', ns, 'shop'))!.spec['mode'];

  it('asks the hub with the key of the Store, changes spec.mode, and waits for what the pod says of it', async () => {
    const podFollows = async () => {
      await rig.eventually('Connection', ns, 'shop', ({ spec }) => spec['mode'] === 'Production');
      await rig.podSays('Connection', ns, 'shop', WELL);
    };
    const [end] = await Promise.all([go({ wait: true }), podFollows()]);
    expect([end, said.at(-1), await mode()]).toEqual(['well', `Connection ${ns}/shop: runs live`, 'Production']);
    expect(keys).toEqual([expect.stringMatching(/^Bearer sck_\w+/)]);
  });

  it('a dry run changes nothing', async () => {
    expect([await go({ dryRun: true }), await mode()]).toEqual(['well', undefined]);
    expect(said.at(-1)).toContain('dry run: nothing was changed');
  });

  it('a spec that was changed since it was looked at is left alone', async () => {
    const { metadata } = (await rig.get('Connection', ns, 'shop'))!;
    const outdated = { kind: 'Connection', name: 'shop', namespace: ns, uid: metadata.uid, generation: 99 };
    const error = await withRightsOf('go-live', (target) => target.cluster!.goLive(outdated)).catch((e: unknown) => e);
    expect(error).toMatchObject({ reason: 'Invalid', status: 422 });
    expect(await mode()).toBeUndefined();
  });

  it('knows by the field managers that Argo CD writes spec.mode, and leaves it to Git', async () => {
    const { spec } = (await rig.get('Connection', ns, 'shop'))!;
    await rig.client.apply(
      resourceType('Connection'),
      rig.manifest('Connection', ns, 'shop', { ...spec, mode: 'Test' }),
      { manager: 'argocd-controller' },
    );
    await rig.podSays('Connection', ns, 'shop', WELL);
    const current = (seen: Seen) =>
      seen.status?.observedGeneration === 2 && conditionOf(seen, 'Ready') === 'True Running';
    await rig.eventually('Connection', ns, 'shop', current);
    expect([await go(), await mode()]).toEqual(['refused', 'Test']);
    expect(said.join('\n')).toContain('Argo CD, spec.mode too: it would put it back to Test');
    expect([await go({ accept: 'git' }), await mode()]).toEqual(['well', 'Production']);
  });
});

it('without the right a command ends with the exit code for forbidden, and nothing is changed', async () => {
  const refused = withRightsOf('describe', (target) =>
    suspendFeeds(target, { namespace: ns, names: ['orders'] }, true, PATIENCE, doors),
  );
  const error = await refused.catch((thrown: unknown) => thrown);
  expect(exitCodeOf(error)).toBe(5);
  expect((await feed()).spec['suspend']).toBeUndefined();
});

it.each([
  ['backup', 5],
  ['drill', 2],
])('%s takes --kubeconfig and --as, as the others do', async (command, code) => {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const whose = ['--kubeconfig', rig.controlPlane.kubeconfig, '--as', 'eve@buyers.example'];
  const ended: unknown = await promisify(execFile)(process.execPath, ['cli/main.ts', command, ...whose], { env }).catch(
    (error: unknown) => error,
  );
  const { stdout, stderr, code: was } = ended as { stdout: string; stderr: string; code: number };
  expect([stdout + stderr, was]).toEqual([expect.stringMatching(/eve@buyers.example|you may not/), code]);
});
