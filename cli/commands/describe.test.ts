import { describe, expect, it } from '@jest/globals';
import type { PodView } from '../../kit/kube/builtin.ts';
import { ApiError } from '../../kit/kube/errors.ts';
import { fakeTarget } from '../../test/support/fake-target.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Viewed } from '../status-view.ts';
import { describeConnections } from './describe.ts';
import { showLogs, type LogsOptions } from './logs.ts';
import { showRuns } from './runs.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const ready = (status: 'True' | 'False', reason: string, message = '') => ({
  ...{ type: 'Ready', status, reason, message, lastTransitionTime: ago(5) },
});

const shop: Viewed = {
  kind: 'Connection',
  metadata: { namespace: 'acme', name: 'shop', uid: 'u1' },
  spec: { driver: 'shopify', mode: 'Live' },
  status: { state: 'Degraded', conditions: [ready('False', 'Unreachable', 'the shop\ndoes not answer')] },
};
const run = (id: string, minutes: number, rest: object = {}) => ({
  ...{ id, trigger: 'Schedule', result: 'Succeeded', startedAt: ago(minutes), finishedAt: ago(minutes - 2) },
  ...{ read: 7, changed: 3, problems: 1, ...rest },
});
const feed = (name: string, type: string, status: object = {}, connection = 'shop', namespace = 'acme'): Viewed => ({
  kind: 'Feed',
  metadata: { namespace, name, uid: `f-${name}` },
  spec: { type, connectionRef: { name: connection } },
  status: { conditions: [ready('True', 'UpToDate')], nextRunAt: ago(-3), ...status },
});
const problem = (record: string, minutes: number) => ({
  ...{ severity: 'Error', reason: 'UnknownSku', record, number: `N${record}`, message: 'make it', at: ago(minutes) },
});
const resources = [
  shop,
  feed('orders', 'OrderImport', { lastRun: run('r2', 10), recentRuns: [run('r2', 10), run('r1', 70)] }),
  feed('stock', 'StockExport', { recentProblems: [problem('1', 9), problem('2', 4)] }),
  feed('theirs', 'StockExport', { recentProblems: [problem('9', 1)] }, 'other'),
  feed('far', 'OrderImport', { recentProblems: [problem('8', 1)] }, 'shop', 'elsewhere'),
];
const pod = (name: string, minutes: number, container: object): PodView => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ namespace: 'acme', name, creationTimestamp: ago(minutes) },
    labels: {
      'app.kubernetes.io/name': 'supercargo-sync',
      'supercargo.dev/connection-kind': 'Connection',
      'supercargo.dev/connection': 'shop',
    },
  },
  status: { phase: 'Running', containerStatuses: [{ name: 'sync', ...container }] },
});
const cluster = {
  resources,
  pods: [
    pod('shop-old', 90, { ready: true, restartCount: 0 }),
    pod('shop-new', 4, {
      ...{ ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    }),
  ],
  events: [
    {
      metadata: { name: 'Connection.shop.1', namespace: 'acme', creationTimestamp: ago(8) },
      ...{ type: 'Warning', reason: 'Unreachable', message: 'the shop does not answer' },
      involvedObject: { kind: 'Connection', name: 'shop' },
    },
  ],
  logs: { 'shop-new': ['one', 'two'], 'shop-new previous': ['it broke'] },
};

describe('supercargo describe', () => {
  it('shows conditions, its own feeds, their problems, pods and events, the newest first', async () => {
    const { target } = fakeTarget(cluster);
    const page = await describeConnections(target, { names: ['shop'] }, NOW);
    expect(page.split('\n').map((line) => line.trimEnd())).toEqual([
      'Connection:  acme/shop',
      'Driver:      shopify',
      'Mode:        Live',
      'State:       Degraded',
      'Ready:       False, Unreachable, since 5m',
      '             the shop does not answer',
      '',
      'Conditions:',
      '  TYPE   STATUS  REASON       SINCE  MESSAGE',
      '  Ready  False   Unreachable  5m     the shop does not answer',
      '',
      'Feeds:',
      '  NAME    TYPE         READY            LAST RESULT  ENDED   READ  CHANGED  NEXT   MESSAGE',
      '  orders  OrderImport  True (UpToDate)  Succeeded    8m ago  7     3        in 3m',
      '  stock   StockExport  True (UpToDate)  never ran                           in 3m',
      '',
      'Problems (the newest; all: supercargo errors):',
      '  SEEN  SEVERITY  FEED   RECORD  REASON      MESSAGE',
      '  4m    Error     stock  N2      UnknownSku  make it',
      '  9m    Error     stock  N1      UnknownSku  make it',
      '',
      'Pods:',
      '  NAME      PHASE    READY  RESTARTS  AGE  MESSAGE',
      '  shop-new  Running  no     3         4m   CrashLoopBackOff; ended before: OOMKilled, code 137',
      '  shop-old  Running  yes    0         90m',
      '',
      'Events:',
      '  SEEN  TYPE     ABOUT            REASON       MESSAGE',
      '  8m    Warning  Connection shop  Unreachable  the shop does not answer',
    ]);
  });

  /** What the head of the page says under a name. */
  const headOf = async (one: Viewed, name: string) => {
    const page = await describeConnections(fakeTarget({ resources: [one] }).target, { names: ['shop'] }, NOW);
    return new RegExp(`^${name}: +(.*)$`, 'm').exec(page)?.[1];
  };

  it('says which installation it belongs to, and where the one that was named has not taken it', async () => {
    const status = { ...shop.status, installation: 'one' };
    const belongs = (labels: Record<string, string>) =>
      headOf({ ...shop, metadata: { ...shop.metadata, labels }, status }, 'Belongs to');
    expect(await belongs({})).toBe('one');
    expect(await belongs({ 'supercargo.dev/installation': 'two' })).toBe('two, which has not taken it yet');
  });

  it('says how far off the clock of the shop is', async () => {
    const clock = (clockSkewSeconds: number) => headOf({ ...shop, status: { clockSkewSeconds } }, 'Clock');
    expect(await clock(600)).toBe("the shop's is 600 s ahead of ours");
    expect(await clock(-90)).toBe("the shop's is 90 s behind ours");
  });

  it('leaves out what who asks may not read, and says all the rest', async () => {
    const { target } = fakeTarget(cluster);
    const forbidden = () => Promise.reject(new ApiError('Forbidden', 403, 'no'));
    const page = await describeConnections(
      { ...target, cluster: { ...target.cluster!, pods: forbidden, events: forbidden } },
      { names: ['shop'] },
      NOW,
    );
    expect(page).toContain('Feeds:');
    expect(page).not.toMatch(/Pods|Events/);
  });

  /** Its rows, a blank bar between the cells. */
  const section = async (title: string, of: Partial<typeof cluster>) => {
    const page = await describeConnections(fakeTarget({ ...cluster, ...of }).target, { names: ['shop'] }, NOW);
    const [, , ...rows] =
      page
        .split('\n\n')
        .find((part) => part.startsWith(title))
        ?.split('\n') ?? [];
    return rows.map((row) => row.trim().replaceAll(/ {2,}/g, ' | '));
  };

  it('shows the ten newest Events, those about its feeds among them', async () => {
    const about = (kind: string, name: string, minutes: number) => ({
      metadata: { name: `${kind}.${name}.${minutes}`, namespace: 'acme', creationTimestamp: ago(minutes) },
      ...{ type: 'Normal', reason: 'Told', message: 'what happened', involvedObject: { kind, name } },
    });
    const events = [
      ...[20, 2, 30, 4, 50, 6, 70, 8].map((minutes) => about('Connection', 'shop', minutes)),
      ...[40, 3, 60, 5].map((minutes) => about('Feed', 'orders', minutes)),
      ...[1].map((minutes) => about('Feed', 'theirs', minutes)),
    ];
    const rows = await section('Events:', { events });
    expect(rows.map((row) => row.split(' | ')[0])).toEqual(['2m', '3m', '4m', '5m', '6m', '8m', '20m', '30m', '40m', '50m']); // prettier-ignore
    expect(rows[1]).toBe('3m | Normal | Feed orders | Told | what happened');
  });

  it('shows the ten newest problems', async () => {
    const many = feed('orders', 'OrderImport', { recentProblems: [9, 3, 12, 5, 7, 4].map((at) => problem(`a${at}`, at)) }); // prettier-ignore
    const more = feed('stock', 'StockExport', { recentProblems: [11, 2, 8, 6, 10, 13].map((at) => problem(`b${at}`, at)) }); // prettier-ignore
    const rows = await section('Problems', { resources: [shop, many, more] });
    expect(rows.map((row) => row.split(' | ')[0])).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((at) => `${at}m`));
  });

  it('says why a pod has no node, and why its node ended it', async () => {
    const { status, ...rest } = pod('shop-new', 4, { ready: false });
    const waits = { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes\nare free' }] }; // prettier-ignore
    const [row] = await section('Pods:', { pods: [{ ...rest, status: waits }] });
    expect(row).toBe('shop-new | Pending | no | 0 | 4m | 0/3 nodes are free');
    const ended = { ...status, phase: 'Failed', reason: 'Evicted', message: 'low on memory' };
    const [other] = await section('Pods:', { pods: [{ ...rest, status: ended }] });
    expect(other).toBe('shop-new | Failed | no | 0 | 4m | Evicted: low on memory');
  });

  it('says that it is switched off, and that it is being deleted', async () => {
    const metadata = { ...shop.metadata, deletionTimestamp: ago(3) };
    const gone: Viewed = { ...shop, metadata, spec: { ...shop.spec, enabled: false } };
    const resting = feed('orders', 'OrderImport');
    const feeds = [{ ...resting, spec: { ...resting.spec, suspend: true } }];
    const { target } = fakeTarget({ resources: [gone, ...feeds] });
    const page = await describeConnections(target, { names: ['shop'] }, NOW);
    expect(page).toMatch(/^Mode: +Live, switched off$/m);
    expect(page).toMatch(/^Deleted: +asked for 3m ago$/m);
    expect(page).toMatch(/^ {2}orders .* suspended/m);
  });

  it('finds feeds and pod of a ClusterConnection where its spec says, and none of a Connection of its name', async () => {
    const wide: Viewed = { kind: 'ClusterConnection', metadata: { name: 'shop' }, spec: { namespace: 'acme' } };
    const ofWide = (name: string, namespace: string): Viewed => {
      const { spec, ...rest } = feed(name, 'OrderImport', {}, 'shop', namespace);
      return { ...rest, spec: { ...spec, connectionRef: { kind: 'ClusterConnection', name: 'shop' } } };
    };
    const { metadata, ...rest } = pod('csync-shop-1', 4, { ready: true });
    const labels = { ...metadata.labels, 'supercargo.dev/connection-kind': 'ClusterConnection' };
    const { target } = fakeTarget({
      resources: [...resources, wide, ofWide('theirs', 'acme'), ofWide('other', 'elsewhere')],
      pods: [...cluster.pods, { ...rest, metadata: { ...metadata, labels } }],
    });
    const page = await describeConnections(target, { names: ['clusterconnection/shop'] }, NOW);
    expect(page).toMatch(/^ClusterConnection: shop$/m);
    expect([...page.matchAll(/^ {2}(\S+) +(OrderImport|Running)/gm)].map(([, name]) => name)).toEqual([
      'theirs',
      'csync-shop-1',
    ]);
  });

  it('shows the Events that may be read where others may not', async () => {
    const { target } = fakeTarget(cluster);
    const events = async (about: { kind: string }) => {
      if (about.kind === 'Feed') throw new ApiError('Forbidden', 403, 'no');
      return cluster.events;
    };
    const page = await describeConnections(
      { ...target, cluster: { ...target.cluster!, events } },
      { names: ['shop'] },
      NOW,
    );
    expect(page).toMatch(/^ {2}8m +Warning +Connection shop/m);
  });

  it('shows a connection of a running "up", which has neither pods nor Events', async () => {
    const { target } = fakeTarget(cluster);
    const page = await describeConnections({ ...target, cluster: undefined }, { names: ['shop'] }, NOW);
    expect(page).toContain('UnknownSku');
    expect(page).not.toMatch(/Pods|Events/);
  });
});

describe('supercargo runs', () => {
  it("shows the newest runs of a connection's feeds, and of one by name or type", async () => {
    const { target } = fakeTarget(cluster);
    const lines = [
      'FEED    STARTED  TOOK  BY        RESULT     READ  CHANGED  PROBLEMS  MESSAGE',
      'orders  10m ago  2m    Schedule  Succeeded  7     3        1',
      'orders  70m ago  2m    Schedule  Succeeded  7     3        1',
    ];
    for (const named of [undefined, 'orders', 'OrderImport'])
      expect(
        (await showRuns(target, { connection: 'shop', feed: named }, NOW)).split('\n').map((l) => l.trimEnd()),
      ).toEqual(lines);
    expect(await showRuns(target, { connection: 'shop', feed: 'stock' }, NOW)).toBe('none of its feeds has run yet');
    const unknown = showRuns(target, { connection: 'shop', feed: 'prices' }, NOW);
    await expect(unknown).rejects.toThrow('Connection acme/shop has no Feed "prices": it has orders, stock');
    expect(exitCodeOf(await unknown.catch((error: unknown) => error))).toBe(3);
  });
});

describe('supercargo logs', () => {
  async function logs(options: Partial<LogsOptions> = {}, pods = cluster.pods) {
    const said: string[] = [];
    const { target } = fakeTarget({ ...cluster, pods });
    await showLogs(target, { connection: 'shop', follow: false, previous: false, ...options }, (line) =>
      said.push(line),
    );
    return said;
  }

  it('are of the newest pod, or of its container before', async () => {
    expect(await logs()).toEqual(['one', 'two']);
    expect(await logs({ previous: true, since: '15m', tail: 5 })).toEqual(['it broke']);
  });

  it('ask for the age that was named, in seconds', async () => {
    const { target } = fakeTarget(cluster);
    const asked: unknown[] = [];
    const noting = {
      ...target.cluster!,
      async *logs(choice: unknown) {
        asked.push(choice);
        yield* [];
      },
    };
    const options = { connection: 'shop', follow: true, previous: false, since: '2h', tail: 9 };
    await showLogs({ ...target, cluster: noting }, options, () => undefined);
    expect(asked).toMatchObject([{ pod: 'shop-new', follow: true, sinceSeconds: 7200, tailLines: 9 }]);
  });

  it('of a running "up" are where it runs, which is said', async () => {
    const { target } = fakeTarget(cluster);
    const options = { connection: 'shop', follow: false, previous: false };
    const logs = showLogs({ ...target, cluster: undefined }, options, () => undefined);
    await expect(logs).rejects.toThrow('a running "up" has no pods');
  });

  it('refuse an age that is none, and say who knows why there is no pod', async () => {
    await expect(logs({ since: 'yesterday' })).rejects.toThrow('--since is how long ago, as 90s, 15m, 2h or 1d');
    const none = logs({}, []);
    await expect(none).rejects.toThrow('no sync pod: "supercargo describe shop" says why');
    expect(exitCodeOf(await none.catch((error: unknown) => error))).toBe(3);
  });
});
