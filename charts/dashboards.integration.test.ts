import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { API_VERSION, FIELD_MANAGERS, resourceType } from '../crds/index.ts';
import { retry, type DriverDefinition } from '../drivers/contract/index.ts';
import { openPostgres } from '../hub/storage/postgres.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { LocalRig } from '../test/support/local-rig.ts';
import { level, line, MemoryStore, order, product } from '../test/support/memory-store.ts';
import { conditionOf, OperatorRig, type RunningOperator } from '../test/support/operator-rig.ts';
import { aCondition } from '../test/support/operator-fixtures.ts';
import { startPostgres, type TestPostgres } from '../test/support/postgres.ts';
import { metricDefinitions } from './metrics-reference.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const DASHBOARDS = join(import.meta.dirname, 'supercargo', 'files', 'dashboards');
const SCRAPES = 3;
const LICENSE = {
  plan: 'team',
  seats: 2,
  notAfter: '2040-01-01T00:00:00Z',
  stores: [{ namespace: 'default', name: 'main' }],
};
const FEED = { connectionRef: { name: 'shop' }, type: 'OrderImport' };

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
}
interface Variable {
  readonly name: string;
  readonly definition?: string;
  readonly includeAll?: boolean;
}
interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly uid: string;
  readonly templating: { readonly list: readonly Variable[] };
}
interface Answer {
  readonly error?: string;
  readonly samples: readonly { readonly labels: Record<string, string>; readonly value: number }[];
}
interface Scrape {
  readonly atMs: number;
  readonly labels: Record<string, string>;
  readonly text: string;
}

let postgres: TestPostgres;
let platform: Server;
let shop: LocalRig;
let cluster: OperatorRig;
let operator: RunningOperator;
const scrapes: Scrape[] = [];
const dashboards: Dashboard[] = [];

beforeAll(async () => {
  await ensureBinaries(['promql'], noLog);
  for (const file of await readdir(DASHBOARDS))
    dashboards.push(JSON.parse(await readFile(join(DASHBOARDS, file), 'utf8')) as Dashboard);
  postgres = await startPostgres();
  await startShop(openPostgres({ url: await postgres.createDatabase('dashboards') }));
  await startCluster();
  // A minute apart for the engine, as a Prometheus scrapes; what they say is what the processes said.
  for (let round = 0; round < SCRAPES; round++) {
    await shop.run('OrderImport');
    await shop.run('StockExport');
    await shop.api('GET', '/orders');
    await cluster.apply('License', undefined, 'team', { ...LICENSE, seats: 3 + round });
    await scrapeAll(Date.parse('2026-06-01T00:00:00Z') + round * 60_000);
  }
});

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
  await shop?.stop();
  platform?.close();
  await postgres?.stop();
});

/** Hub and sync pod with something of everything: orders taken and rejected, writes and webhooks that wait. */
async function startShop(db: ReturnType<typeof openPostgres>): Promise<void> {
  const store = new MemoryStore();
  store.products = [product('p1', ['A', 'B'])];
  store.stock = [level('A', 5), level('B', 5)];
  store.orders = [order('1'), order('2'), order('3', { lines: [line('1', 'NONE', 1)] })];
  platform = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  shop = await LocalRig.start({
    db,
    figuresFreshMs: 0,
    definition: called(store.definition(), (platform.address() as AddressInfo).port),
    feeds: ['ProductImport', 'StockImport', 'OrderImport', 'ShipmentExport', 'StockExport'],
    store: {
      // Nothing listens there.
      orderWebhooks: [{ name: 'wms', url: 'http://127.0.0.1:9/orders' }],
      allowedPrivateNetworks: ['127.0.0.0/8'],
    },
  });
  shop.startEngine();
  await shop.until(() => shop.condition('Synced')?.status === 'True', 'the initial sync');
  store.beforeWrite = () => {
    throw retry('StoreUnavailable', 'closed for today');
  };
  await shop.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 4 }] });
  const { body } = await shop.api('GET', '/orders');
  await shop.api('POST', `/orders/${body.items[0].id}/acknowledge`, {});
  await shop.api('POST', `/orders/${body.items[0].id}/shipments`, { trackingCode: 'T1' });
}

/** Its orders are read with a call to a platform that counts calls. */
function called(definition: DriverDefinition, port: number): DriverDefinition {
  const { manifest } = definition;
  return {
    ...definition,
    manifest: { ...manifest, hosts: [...manifest.hosts, `127.0.0.1:${port}`], budget: { burst: 1000, perSecond: 50 } },
    connect: (context) => {
      const driver = definition.connect(context);
      const orders = driver.feeds.OrderImport!;
      const read: typeof orders.read = async function* (request) {
        await context.http.read({ method: 'GET', url: `http://127.0.0.1:${port}/orders` });
        yield* orders.read(request);
      };
      return { ...driver, feeds: { ...driver.feeds, OrderImport: { ...orders, read } } };
    },
  };
}

/** An operator with a connection that runs, one that waits for its pod, and a License. */
async function startCluster(): Promise<void> {
  cluster = await OperatorRig.start();
  const manifest = await cluster.namespace('default');
  for (const name of ['shop', 'waits'])
    await cluster.apply('Connection', 'default', name, {
      ...(manifest['spec'] as object),
      settings: { url: `https://${name}.example:3000/admin-api` },
    });
  await cluster.apply('License', undefined, 'team', LICENSE);
  await cluster.apply('Feed', 'default', 'orders', FEED);
  await cluster.apply('Feed', 'default', 'products', { ...FEED, type: 'ProductImport', suspend: true });
  operator = await cluster.startOperator({ SUPERCARGO_LEADER_ELECTION: 'true' });
  await cluster.runPods('default', 'shop');
  await cluster.podSays(
    'Connection',
    'default',
    'shop',
    { CredentialValid: 'True', Reachable: 'True', Synced: 'True', Fresh: 'True' },
    { credentialExpiresAt: '2026-06-20T00:00:00Z' },
  );
  await cluster.client.applyStatus(
    resourceType('Feed'),
    {
      apiVersion: API_VERSION,
      kind: 'Feed',
      metadata: { name: 'orders', namespace: 'default' },
      status: {
        lastSuccessAt: '2026-05-31T23:59:00Z',
        conditions: ['Synced', 'Fresh'].map((type) => aCondition(type, 'True')),
      },
    },
    { manager: FIELD_MANAGERS.sync },
  );
  await cluster.eventually('Connection', 'default', 'waits', ({ status }) => status?.['state'] === 'Pending');
  await cluster.eventually(
    'Connection',
    'default',
    'shop',
    (seen) => conditionOf(seen, 'Ready')?.startsWith('True') === true,
  );
}

async function scrapeAll(atMs: number): Promise<void> {
  const take = async (pod: string, namespace: string, text: Promise<string>) =>
    scrapes.push({ atMs, labels: { namespace, pod, job: 'supercargo' }, text: await text });
  const textOf = async (url: string) => (await fetch(url)).text();
  await take('operator', 'supercargo', textOf(`http://127.0.0.1:${operator.port}/metrics`));
  await take('hub', 'supercargo', textOf(`${shop.hub.probesUrl}/metrics`));
  await take('sync-shop', 'default', shop.metrics.registry.metrics());
}

function ask(queries: readonly string[]): Answer[] {
  const { status, stdout, stderr } = spawnSync(binaryPath('promql'), {
    input: JSON.stringify({ scrapes, queries }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer[];
}

const CHOSEN: Readonly<Record<string, string>> = { namespace: 'default', connection: 'shop', kind: 'Connection' };

/** As Grafana fills them: with "All" where a board has that, else with what was chosen. */
function filled(expr: string, { templating }: Dashboard): string {
  const all = new Set(templating.list.filter(({ includeAll }) => includeAll).map(({ name }) => name));
  return expr.replaceAll(/\$(\w+)/g, (_, name: string) => (all.has(name) ? '.*' : CHOSEN[name]!));
}

/** What the first query of a panel says, of the first of these boards that has it. */
function saidBy(title: string, ...uids: string[]): Answer['samples'] {
  for (const board of uids.map((uid) => dashboards.find((one) => one.uid === uid)!)) {
    const panel = board.panels.find((one) => one.title === title && one.targets);
    if (panel) return ask([filled(panel.targets![0]!.expr, board)])[0]!.samples;
  }
  throw new Error(`no panel ${title}`);
}

describe('dashboards', () => {
  it('have data in every panel: each query is run by Prometheus’ engine over what the processes served', () => {
    const queries = dashboards.flatMap((board) =>
      board.panels.flatMap((panel) =>
        (panel.targets ?? []).map(({ expr }) => ({
          where: `${board.title} / ${panel.title}`,
          expr: filled(expr, board),
        })),
      ),
    );
    expect(queries.length).toBeGreaterThan(80);
    const answers = ask(queries.map(({ expr }) => expr));
    const empty = queries
      .map(({ where, expr }, index) => ({ where, expr, answer: answers[index]! }))
      .filter(({ answer }) => answer.error !== undefined || answer.samples.length === 0);
    expect(empty.map(({ where, expr, answer }) => `${where}: ${answer.error ?? 'no data'}: ${expr}`)).toEqual([]);
  });

  it('have variables with something to choose', () => {
    const definitions = dashboards.flatMap((board) =>
      board.templating.list.flatMap(({ definition }) => (definition ? filled(definition, board) : [])),
    );
    const parsed = definitions.map((definition) => /^label_values\((\w+(?:\{.*\})?), (\w+)\)$/.exec(definition)!);
    const answers = ask(parsed.map(([, metric, label]) => `count by (${label}) (${metric})`));
    for (const [index, { samples }] of answers.entries())
      expect([definitions[index], samples.some(({ labels }) => labels[parsed[index]![2]!] !== undefined)]).toEqual([
        definitions[index],
        true,
      ]);
  });

  it('say what is so: one connection runs and one does not, one order is rejected', () => {
    const said = (title: string) => saidBy(title, 'supercargo-connections', 'supercargo-hub-and-loop');
    expect(said('Connections').map(({ value }) => value)).toEqual([2]);
    expect(said('Not ready').map(({ value }) => value)).toEqual([1]);
    expect(said('Rejected orders')).toEqual([{ labels: { namespace: 'default', connection: 'shop' }, value: 1 }]);
  });

  it('of one connection say of it alone whether it is well, what is late, and what failed', () => {
    const one = (title: string) =>
      saidBy(title, 'supercargo-connection').map(({ labels, value }) => [
        Object.values(labels).sort().join(' '),
        value,
      ]);
    expect(one('State')).toEqual([['Running Test', 1]]);
    expect(one('Ready')).toEqual([['Running True', 1]]);
    expect(one('Shop reached, key taken')).toEqual([['', 1]]);
    expect(one('Orders by what was decided').sort()).toEqual([
      ['Accepted', 2],
      ['Rejected', 1],
    ]);
    expect(one('Feeds now')).toContainEqual(['ProductImport Suspended True products', 1]);
    expect(one('Budget left')[0]![1]).toBeGreaterThan(900);
  });

  it('lead from every row about a connection to the board of that connection', () => {
    const board = dashboards.find(({ uid }) => uid === 'supercargo-connection')!;
    const variables = new Set(board.templating.list.map(({ name }) => name));
    const about = dashboards
      .filter((one) => one !== board)
      .flatMap(({ panels }) => panels)
      .filter(({ type, targets = [] }) =>
        targets.some(({ expr, legendFormat }) => (type === 'table' ? expr : legendFormat)?.includes('connection')),
      );
    expect(about.length).toBeGreaterThan(6);
    for (const panel of about) {
      const links = /"url":"\/d\/supercargo-connection\?([^"]*)"/.exec(JSON.stringify(panel));
      expect([panel.title, links?.[1]]).toEqual([panel.title, expect.any(String)]);
      for (const [, name] of links![1]!.matchAll(/var-(\w+)=/g)) expect(variables).toContain(name);
    }
  });
});

it('every metric that is served is in docs/reference/metrics.md with its labels, and none is there that is not', () => {
  const documented = metricDefinitions();
  const parts = { operator: 'operator', hub: 'hub', 'sync-shop': 'sync' } as const;
  for (const [pod, part] of Object.entries(parts)) {
    const { text } = scrapes.findLast(({ labels }) => labels['pod'] === pod)!;
    const served = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, type]) => ({ name: name!, type: type! }));
    const own = served.filter(({ name }) => !/^(process|nodejs)_/.test(name));
    const expected = documented[part]
      // LocalRig's pod has no Kubernetes client.
      .filter(({ name }) => part !== 'sync' || !name.startsWith('rest_client'))
      .map(({ name, type }) => ({ name, type }));
    expect(own.sort((one, other) => (one.name < other.name ? -1 : 1))).toEqual(expected);
  }
});
