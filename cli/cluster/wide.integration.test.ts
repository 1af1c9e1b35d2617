import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { PODS } from '../../kit/kube/builtin.ts';
import { conditionOf, OperatorRig, type RunningOperator, type Seen } from '../../test/support/operator-rig.ts';
import { COMMANDS } from '../command-table.ts';
import { describeConnections } from '../commands/describe.ts';
import { goLive } from '../commands/go-live.ts';
import { showLogs } from '../commands/logs.ts';
import { makeReport } from '../commands/report.ts';
import { request } from '../commands/requests.ts';
import { suspendFeeds } from '../commands/suspend.ts';
import { switchConnections } from '../commands/switches.ts';
import type { Place } from '../surface/rights.ts';
import type { Target } from '../target.ts';
import { clusterTarget } from './target.ts';

jest.setTimeout(60_000);

const WELL = { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' } as const;
const PATIENCE = { timeoutMs: 30_000 };
const NS = 'shared';
const NAME = 'clusterconnection/wide';

let rig: OperatorRig;
let operator: RunningOperator;
let said: string[];
const doors = {
  clock: systemClock,
  say: (line: string) => void said.push(line),
  tell: () => undefined,
  ask: undefined,
};

beforeAll(async () => {
  rig = await OperatorRig.start();
  operator = await rig.startOperator();
  const manifest = await rig.namespace(NS);
  // Of the same name, and not meant.
  await rig.apply('Connection', NS, 'wide', { ...(manifest['spec'] as object), enabled: false });
  await rig.apply('ClusterConnection', undefined, 'wide', { ...(manifest['spec'] as object), namespace: NS });
  const connectionRef = { kind: 'ClusterConnection', name: 'wide' };
  await rig.apply('Feed', NS, 'orders', { connectionRef, type: 'OrderImport' });
  await rig.apply('Feed', NS, 'other', { connectionRef: { name: 'wide' }, type: 'OrderImport' });
  await rig.runPods(NS, 'wide', 'ClusterConnection');
  await podSays();
}, 120_000);
afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});
beforeEach(() => void (said = []));

const podSays = (status: object = {}) => rig.podSays('ClusterConnection', undefined, 'wide', WELL, status);
const wide = async () => (await rig.get('ClusterConnection', undefined, 'wide'))!;
const eventually = (check: (seen: Seen) => boolean) => rig.eventually('ClusterConnection', undefined, 'wide', check);

/** Runs with exactly the rights of the table, those of ClusterConnections too, and looks elsewhere by itself. */
async function withRightsOf<T>(command: string, work: (target: Target) => Promise<T>): Promise<T> {
  const { needs } = COMMANDS.find(({ name }) => name === command)!;
  const rulesIn = (where: Place) =>
    needs
      .filter(({ place }) => place === where)
      .map(({ apiGroup, resources, verbs }) => ({
        ...{ apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs] },
      }));
  const config = await rig.serviceAccount(`may-${command}`, {
    cluster: rulesIn('cluster'),
    namespaces: { [NS]: rulesIn('namespace'), default: rulesIn('default') },
  });
  const target = clusterTarget(config, { env: {} });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

it('sync and test ask for it, and no Connection of its name', async () => {
  for (const [verb, echo] of [
    ['sync', 'lastHandledSyncRequest'],
    ['test', 'lastHandledTestRequest'],
  ] as const) {
    const annotation = `supercargo.dev/${verb}-requested-at`;
    const podAnswers = async () => {
      const { metadata } = await eventually((seen) => seen.metadata.annotations?.[annotation] !== undefined);
      await podSays({ [echo]: metadata.annotations![annotation] });
    };
    const asked = withRightsOf(verb, (target) => request(target, { verb, names: [NAME], wait: true }, PATIENCE, doors));
    await Promise.all([asked, podAnswers()]);
  }
  expect(said.map((line) => line.split(':')[0])).toEqual(['ClusterConnection wide', 'ClusterConnection wide']);
  expect((await rig.get('Connection', NS, 'wide'))!.metadata.annotations).toBeUndefined();
});

it('disable and enable switch it, and wait until its pod has gone and until it runs again', async () => {
  const turn = (on: boolean) =>
    withRightsOf(on ? 'enable' : 'disable', (target) =>
      switchConnections(target, { names: [NAME], wait: true }, on, PATIENCE, doors),
    );
  const podGoes = async () => {
    await eventually((seen) => conditionOf(seen, 'Suspended') === 'True Inactive');
    expect(said).toEqual(['ClusterConnection wide disabled']);
    await rig.runPods(NS, 'wide', 'ClusterConnection');
  };
  expect((await Promise.all([turn(false), podGoes()]))[0]).toBe(0);
  expect(said.at(-1)).toBe('ClusterConnection wide: rests: no pod runs');
  const podComes = async () => {
    await eventually((seen) => conditionOf(seen, 'Deployed') === 'False Starting');
    await rig.runPods(NS, 'wide', 'ClusterConnection');
    await podSays();
  };
  // Its feed has never run: it is not Ready, and the wait ends with that. Its time is over once it has said so.
  let passedMs = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + passedMs) };
  const tell = (line: string) => void (passedMs = line.includes(': FeedNot') ? PATIENCE.timeoutMs : 0);
  const [code] = await Promise.all([
    withRightsOf('enable', (target) =>
      switchConnections(target, { names: [NAME], wait: true }, true, PATIENCE, { ...doors, clock, tell }),
    ),
    podComes(),
  ]);
  expect([code, said.at(-1)]).toEqual([4, expect.stringMatching(/^ClusterConnection wide: not within 30 s: FeedNot/)]);
  expect((await wide()).spec['enabled']).toBe(true);
  expect((await rig.get('Connection', NS, 'wide'))!.spec['enabled']).toBe(false);
});

it('suspend and resume take its feeds, and no others', async () => {
  const options = { names: [], connection: NAME, wait: true };
  const rest = (on: boolean) =>
    withRightsOf(on ? 'suspend' : 'resume', (target) => suspendFeeds(target, options, on, PATIENCE, doors));
  expect(await rest(true)).toBe(0);
  expect((await rig.get('Feed', NS, 'orders'))!.spec['suspend']).toBe(true);
  expect((await rig.get('Feed', NS, 'other'))!.spec['suspend']).toBeUndefined();
  expect(await rest(false)).toBe(0);
  expect(said).toEqual([
    `Feed ${NS}/orders suspended`,
    `Feed ${NS}/orders: rests: no scheduled runs`,
    `Feed ${NS}/orders resumed`,
    `Feed ${NS}/orders: its schedule is in force again`,
  ]);
});

it('describe, logs and report find its feeds, pod and Events where they are', async () => {
  const labels = {
    'app.kubernetes.io/name': 'supercargo-sync',
    'supercargo.dev/connection': 'wide',
    'supercargo.dev/connection-kind': 'ClusterConnection',
  };
  const how = { connection: NAME, follow: false, previous: false };
  const logs = () => withRightsOf('logs', (target) => showLogs(target, how, doors.say));
  await expect(logs()).rejects.toThrow('ClusterConnection wide has no sync pod');
  await rig.client.create(
    PODS,
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'csync-wide-1', namespace: NS, labels } },
      spec: { containers: [{ name: 'sync', image: 'supercargo:test' }] },
    },
    'test',
  );
  const page = await withRightsOf('describe', (target) => describeConnections(target, { names: [NAME] }, new Date()));
  expect(page).toContain('ClusterConnection: wide');
  expect(page).toMatch(/^ {2}orders +OrderImport/m);
  expect(page).not.toMatch(/^ {2}other /m);
  expect(page).toMatch(/^ {2}csync-wide-1 +Pending/m);
  expect(page).toMatch(/^Events:\n {2}SEEN.*\n {2}\d+[sm] +(Normal|Warning) /m);

  // It was never started, so it has said nothing.
  await logs();

  const files = new Map<string, string>();
  const writer = {
    add: async (path: string, text: string) => void files.set(path, text),
    finish: async () => undefined,
    discard: async () => undefined,
  };
  const own = { cli: '1', node: 'v24' };
  await withRightsOf('report', (target) =>
    makeReport(target, { name: NAME, tail: 10, keyGiven: false }, { ...doors, own, open: async () => writer }),
  );
  expect(JSON.parse(files.get('cluster/clusterconnections.json')!)).toMatchObject([{ metadata: { name: 'wide' } }]);
  expect(files.get(`namespaces/${NS}/feeds.json`)).toContain('"orders"');
  expect(files.get(`namespaces/${NS}/feeds.json`)).not.toContain('"other"');
  expect(files.get('namespaces/default/events.json')).toContain('"wide"');
});

it('go-live looks at it, and says what is in the way', async () => {
  const options = { connection: NAME, accept: 'unseen', dryRun: false, yes: true, wait: false };
  expect(await withRightsOf('go-live', (target) => goLive(target, options, PATIENCE, doors))).toBe('refused');
  expect(said[0]).toBe('ClusterConnection wide from Test mode to live:');
  expect(said.at(-1)).toContain('supercargo describe clusterconnection/wide');
});
