import { describe, expect, it } from '@jest/globals';
import { seededEvents, seededPods } from '../../test/support/report-cluster.ts';
import { fakeTarget, quickClock, type FakeCluster } from '../../test/support/fake-target.ts';
import type { Writer } from '../report/sink.ts';
import type { Viewed } from '../status-view.ts';
import { NO_CERTIFICATE } from '../../kit/health.ts';
import { makeReport, type ReportOptions } from './report.ts';

const resource = (kind: string, namespace: string | undefined, name: string, spec: object, status = {}): Viewed => ({
  ...{ kind, spec: spec as Viewed['spec'], status: status },
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const feed = (namespace: string, name: string, of: string) =>
  resource('Feed', namespace, name, { connectionRef: { name: of }, type: 'OrderImport' });
const connection = (namespace: string, name: string) =>
  resource('Connection', namespace, name, {
    driver: 'vendure',
    storeRef: { name: 'main' },
    credentialRef: { name: 'key' },
    settings: { channel: 'uk', pasted: 'hunter2x' },
  });
const seats = (...namespaces: string[]) => ({
  stores: namespaces.map((namespace) => ({ namespace, name: 'main', seated: true })),
});
const RESOURCES: Viewed[] = [
  connection('acme', 'shop'),
  connection('acme', 'other'),
  connection('globex', 'shop'),
  resource('Store', 'acme', 'main', {}),
  resource('Store', 'acme', 'unused', {}),
  resource('Credential', 'acme', 'key', { driver: 'vendure', secretRef: { name: 'shop-key' } }),
  feed('acme', 'orders', 'shop'),
  feed('acme', 'theirs', 'other'),
  resource('FeedRun', 'acme', 'again', { feedRef: { name: 'orders' } }),
  resource('FeedRun', 'acme', 'not-ours', { feedRef: { name: 'theirs' } }),
  resource('Driver', undefined, 'vendure', { title: 'Vendure', settingsSchema: { properties: { channel: {} } } }),
  resource('Driver', undefined, 'shopify', { title: 'Shopify' }),
  resource('ClusterConnection', undefined, 'shop', {
    namespace: 'globex',
    storeRef: { name: 'main' },
    driver: 'vendure',
  }),
  resource('License', undefined, 'team', seats('acme', 'globex'), seats('acme', 'globex')),
];
const CLUSTER: FakeCluster = { resources: RESOURCES, ...seededPods(), events: seededEvents() };

/** A report in memory. */
async function report(options: Partial<ReportOptions> = {}, cluster: FakeCluster = CLUSTER) {
  const files = new Map<string, string>();
  const ends: string[] = [];
  const told: string[] = [];
  const writer: Writer = {
    add: async (path, text) => void files.set(path, text),
    finish: async () => void ends.push('finished'),
    discard: async () => void ends.push('discarded'),
  };
  const { target, written } = fakeTarget(cluster);
  const asked = { tail: 100, keyGiven: false, ...options };
  const path = await makeReport(target, asked, {
    clock: quickClock(Date.parse('2026-11-27T12:00:00Z')),
    own: { cli: '1.2.3', node: 'v24.0.0' },
    open: async () => writer,
    tell: (line) => void told.push(line),
  });
  const json = (name: string) => JSON.parse(files.get(name) ?? 'null') as Record<string, unknown>[];
  const names = (name: string) => json(name)?.map((one) => (one['metadata'] as { name: string }).name);
  return { path, files, json, names, told, ends, written, index: files.get('index.txt')! };
}

describe('a report about one connection', () => {
  it('has the connection and what it uses, and nothing of another one', async () => {
    const { names, files } = await report({ name: 'shop' });
    const shown = Object.fromEntries(
      [...files.keys()].filter((n) => /^(?!.*events).*\/\w+s\.json$/.test(n)).map((n) => [n, names(n)]),
    );
    expect(shown).toMatchObject({
      'namespaces/acme/connections.json': ['shop'],
      'namespaces/acme/stores.json': ['main'],
      'namespaces/acme/credentials.json': ['key'],
      'namespaces/acme/feeds.json': ['orders'],
      'namespaces/acme/feedruns.json': ['again'],
      'cluster/drivers.json': ['vendure'],
      'cluster/licenses.json': ['team'],
      'namespaces/acme/pods.json': ['sync-shop-1'],
    });
    expect([...files.values()].join()).not.toContain('globex');
  });

  it('says which release each part runs, and what health, metrics and logs say, before a restart too', async () => {
    const { files, json } = await report({ name: 'shop' });
    expect(json('versions.json')).toMatchObject({
      cli: '1.2.3',
      kubernetes: 'v1.35.2',
      parts: [
        { part: 'hub', release: '0.1.0', image: 'supercargo:hub' },
        { part: 'operator', image: 'supercargo:operator' },
        { part: 'supercargo-sync', image: 'supercargo:sync' },
      ],
    });
    expect(files.get('namespaces/sc/hub-0/metrics.txt')).toContain('supercargo_x 1');
    expect(files.get('namespaces/acme/sync-shop-1/readyz.txt')).toBe('[-] hub: no answer\nfailed\n');
    expect(files.get('namespaces/acme/sync-shop-1/sync.log')).toContain('a run began');
    expect(files.get('namespaces/acme/sync-shop-1/sync.previous.log')).toContain('out of memory');
    expect(files.has('namespaces/sc/hub-0/hub.previous.log')).toBe(false);
  });

  it('has the metrics of a part that gives them over TLS alone, by its variables: a mesh may probe it otherwise', async () => {
    const { pods = [] } = CLUSTER;
    const probed = { env: [{ name: 'SUPERCARGO_METRICS_TLS_DIR', value: '/tls' }] };
    const secure = pods.map((pod) =>
      pod.metadata.name === 'hub-0'
        ? { ...pod, spec: { containers: pod.spec!.containers.map((container) => ({ ...container, ...probed })) } }
        : pod,
    );
    const cluster = (text: string) => {
      const pages = { ...CLUSTER.pages, 'https hub-0 /healthz': 'ok', 'https hub-0 /metrics': text };
      return { ...CLUSTER, pods: secure, pages };
    };
    const { files } = await report({}, cluster('supercargo_over_tls 1\n'));
    expect(files.get('namespaces/sc/hub-0/metrics.txt')).toContain('supercargo_over_tls 1');
    expect(files.get('namespaces/sc/operator-0/metrics.txt')).not.toContain('over_tls');
    const refused = await report({}, cluster(NO_CERTIFICATE));
    expect(refused.files.has('namespaces/sc/hub-0/metrics.txt')).toBe(false);
    expect(refused.index).toContain('metrics of pod sc/hub-0: metrics.tls.clientCertificates gives them');
  });

  it('has Events about these and about their pods alone, the newest first', async () => {
    const { json } = await report({ name: 'shop' });
    expect(json('namespaces/acme/events.json').map(({ reason }) => reason)).toEqual(['Newest', 'BackOff', 'Synced']);
  });

  it('keeps of settings what the driver knows, of annotations our own, and of variables known switches', async () => {
    const { json } = await report({ name: 'shop' });
    const [{ spec } = {}] = json('namespaces/acme/connections.json');
    expect((spec as { settings: object }).settings).toEqual({ channel: 'uk', '(others)': 1 });
    const [pod] = json('namespaces/acme/pods.json') as unknown as [
      { metadata: { annotations: object }; spec: { containers: [{ env: object[] }] } },
    ];
    expect(pod.metadata.annotations).toEqual({ 'supercargo.dev/sync-requested-at': 'now' });
    expect(pod.spec.containers[0].env).toEqual([
      { variable: 'SUPERCARGO_LOG_LEVEL', is: 'info' },
      { variable: 'SHOP_PASSWORD' },
    ]);
  });

  it('may be of the ClusterConnection of the same name, which is named with its kind', async () => {
    const { names, files } = await report({ name: 'clusterconnection/shop' });
    expect(names('cluster/clusterconnections.json')).toEqual(['shop']);
    expect([...files.keys()].filter((path) => /acme|connections\.json/.test(path))).toEqual([
      'cluster/clusterconnections.json',
    ]);
    await expect(report({ name: 'connection/wide' })).rejects.toThrow('Connection wide was not found');
    await expect(report({ name: 'clusterconnection/none' })).rejects.toThrow('ClusterConnection none was not found');
  });

  it('of a ClusterConnection that may not be read has what carries its name, where -n says where that is', async () => {
    const refused = { ...CLUSTER, forbidden: (what: string) => what === 'list ClusterConnection' };
    const { index } = await report({ name: 'clusterconnection/shop', namespace: 'globex' }, refused);
    expect(index).toContain('ClusterConnection shop (namespace globex)');
    await expect(report({ name: 'clusterconnection/shop' }, refused)).rejects.toThrow('is forbidden');
  });

  it('is refused where there is none of the name, before anything is written', async () => {
    await expect(report({ name: 'nowhere' })).rejects.toThrow('Connection nowhere was not found in namespace acme');
  });
});

describe('a report about an installation', () => {
  it('has all namespaces, or with -n one, and then no Store of another one in a License', async () => {
    const all = await report();
    expect(all.names('namespaces/globex/connections.json')).toEqual(['shop']);
    expect(all.names('namespaces/acme/connections.json')).toEqual(['shop', 'other']);
    const one = await report({ namespace: 'acme' });
    expect(one.names('namespaces/acme/feeds.json')).toEqual(['orders', 'theirs']);
    expect([...one.files.values()].join()).not.toContain('globex');
    await expect(report({ namespace: 'acme', allNamespaces: true })).rejects.toThrow('exclude one another');
  });

  it('lists in its index what is in it, and is named by its time', async () => {
    const { path, files, index, told, ends, written } = await report();
    expect(path).toBe('supercargo-report-20261127T120000Z.tar.gz');
    for (const name of files.keys()) if (name !== 'index.txt') expect(index).toContain(name);
    expect(told.at(-1)).toMatch(/^the installation: \d+ files, 1 thing could not be had\. index\.txt says/);
    expect([ends, written]).toEqual([['finished'], []]);
  });

  it('reads no Secret: without a key the hub is not asked, and the index says how it would be', async () => {
    const { index, files } = await report();
    expect(index).toContain('a report reads no Secret; set SUPERCARGO_API_KEY');
    expect([...files.keys()].filter((name) => name.startsWith('hub/'))).toEqual([]);
  });
});

describe('a right that is missing', () => {
  const without = (...what: string[]) => ({ ...CLUSTER, forbidden: (asked: string) => what.includes(asked) });

  it.each([
    ['list Feed', 'the right to list feeds.supercargo.dev in namespace acme is missing', 'feeds.json'],
    ['list License', 'the right to list licenses.supercargo.dev in the cluster is missing', 'licenses.json'],
    ['events', 'the right to list events in namespace acme is missing', 'events.json'],
    ['pods', 'the right to list pods in namespace acme is missing', 'pods.json'],
    ['deployments', 'the right to list deployments.apps in namespace acme is missing', 'deployments.json'],
    ['logs', 'the right to get pods/log in namespace acme is missing', '.log'],
    ['portforward', 'the right to get and create pods/portforward in namespace acme is missing', 'metrics.txt'],
  ])('(%s) is a line of the index, and the rest is there', async (what, line, lost) => {
    const { index, files, ends } = await report({ name: 'shop' }, without(what));
    expect(index).toContain(line);
    expect(index).not.toContain('buyers.example');
    expect([...files.keys()].filter((name) => name.endsWith(lost))).toEqual([]);
    expect([...files.keys()]).toEqual(expect.arrayContaining(['versions.json', 'namespaces/acme/connections.json']));
    expect(ends).toEqual(['finished']);
  });

  it('to read the connection itself leaves its pods, their logs and its feeds', async () => {
    const { index, files } = await report({ name: 'shop' }, without('list Connection', 'list ClusterConnection'));
    expect(index).toContain('the right to list connections.supercargo.dev in namespace acme is missing');
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['namespaces/acme/feeds.json', 'namespaces/acme/sync-shop-1/sync.log']),
    );
  });
});

it('--since and --tail must be what they are', async () => {
  await expect(report({ since: 'yesterday' })).rejects.toThrow('--since is how long ago');
  await expect(report({ tail: Number.NaN })).rejects.toThrow('--tail is a number of lines');
});
