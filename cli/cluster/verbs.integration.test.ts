import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { PODS } from '../../kit/kube/builtin.ts';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../../test/support/operator-rig.ts';
import { COMMANDS } from '../command-table.ts';
import { deleteConnections } from '../commands/delete.ts';
import { describeConnections } from '../commands/describe.ts';
import { makeReport } from '../commands/report.ts';
import { askReconcile } from '../commands/reconcile.ts';
import { request } from '../commands/requests.ts';
import { suspendFeeds } from '../commands/suspend.ts';
import { exitCodeOf } from '../exit-code.ts';
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

/** Runs with exactly the rights that the table of commands says the command needs, and no others. */
async function withRightsOf<T>(command: string, work: (target: Target) => Promise<T>): Promise<T> {
  const { needs } = COMMANDS.find(({ name }) => name === command)!;
  const rules = needs
    .filter(({ place }) => place === 'namespace')
    .map(({ apiGroup, resources, verbs }) => ({ apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs] }));
  const config = await rig.serviceAccount(`may-${command}-${ns}`, { namespaces: { [ns]: rules } });
  const target = clusterTarget(config, { env: {} });
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
    await withRightsOf('suspend', (target) => suspendFeeds(target, choice, true, say));
    await rig.eventually('Feed', ns, 'orders', (seen) => conditionOf(seen, 'Suspended') === 'True Suspended');
    await withRightsOf('resume', (target) => suspendFeeds(target, choice, false, say));
    expect((await feed()).spec['suspend']).toBe(false);
    expect(said).toEqual([`Feed ${ns}/orders suspended`, `Feed ${ns}/orders resumed`]);
  });

  it('reconcile leaves its annotation, and takes none away', async () => {
    const choice = { namespace: ns, names: ['shop'], kind: 'connections' };
    await withRightsOf('reconcile', (target) => askReconcile(target, choice, systemClock, say));
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
    const page = await withRightsOf('describe', (target) =>
      describeConnections(target, { namespace: ns, names: ['shop'] }, new Date()),
    );
    expect(page).toContain(`Connection:  ${ns}/shop`);
    expect(page).toMatch(/^ {2}Deployed +True/m);
    expect(page).toMatch(/^ {2}orders +OrderImport/m);
    expect(page).toMatch(/^ {2}sync-shop-1 +Pending/m);
    expect(page).toMatch(/^Events:\n {2}SEEN.*\n {2}\d+s +Normal/m);
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
    const options = { namespace: ns, names: ['shop'], verb: 'sync', timeoutMs: 50_000 } as const;
    expect(await withRightsOf('sync', (target) => request(target, options, systemClock, say))).toBe(false);
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
  const doors = { clock: systemClock, say, ask: undefined };

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
    rig.hubStatus = 503;
    const [done] = await Promise.all([
      withRightsOf('delete', (target) => deleteConnections(target, options(), doors)),
      podGoes(),
    ]);
    expect([done, said.at(-1)]).toEqual([false, expect.stringContaining('is gone: ')]);
  });
});

it('without the right a command ends with the exit code for forbidden, and nothing is changed', async () => {
  const refused = withRightsOf('describe', (target) =>
    suspendFeeds(target, { namespace: ns, names: ['orders'] }, true, say),
  );
  const error = await refused.catch((thrown: unknown) => thrown);
  expect(exitCodeOf(error)).toBe(5);
  expect((await feed()).spec['suspend']).toBeUndefined();
});
