import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { UnfitFor } from '../hub/storage/fitness.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { metricDefinitions } from './metrics-reference.ts';
import type { World } from '../test/support/metrics-state.ts';
import { MetricsWorld } from '../test/support/metrics-world.ts';
import { promtoolSays } from '../test/support/timeline.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const FILE = join(import.meta.dirname, 'supercargo', 'files', 'alerts.yaml');
const RUNBOOKS = join(import.meta.dirname, '..', 'docs', 'runbooks');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}
let rules: string;
let alerts: readonly Rule[];

beforeAll(async () => {
  await ensureBinaries(['promtool'], noLog);
  rules = (await readFile(FILE, 'utf8'))
    .replaceAll('RELEASE_NAMESPACE', 'supercargo')
    .replaceAll('HUB_CLAIM', 'supercargo-hub');
  alerts = (parse(rules) as { groups: [{ rules: Rule[] }] }).groups[0].rules;
});

/** Verbs of the command line, from its own help. */
async function commandNames(): Promise<string[]> {
  const { stdout } = spawnSync(process.execPath, [join(import.meta.dirname, '..', 'cli', 'main.ts'), '--help'], {
    encoding: 'utf8',
  });
  return [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, verb]) => verb!);
}

type Labels = Readonly<Record<string, string>>;
/** What was seen to fire, for the test that every alert was. */
const seen = new Map<string, Labels>();

type Change = (world: World, minute: number) => void;

/** Minutes pass in a world that begins well and is changed; exactly these alerts fire, from the minute `since` on. */
async function expectFiring(minutes: number, change: Change, firing: Labels[], since?: number) {
  const unfit = firing.flatMap(({ reason }) => (reason === undefined ? [] : [reason as UnfitFor['reason']]));
  const world = new MetricsWorld(unfit);
  for (let minute = 0; minute < minutes; minute++) {
    change(world.state, minute);
    await world.pass();
  }
  expect(await promtoolSays(binaryPath('promtool'), rules, world.timeline, firing, since)).toBe('');
  for (const labels of firing) seen.set(labels['alertname']!, labels);
}

const alert = (name: string, severity: 'warning' | 'critical', labels: Labels = {}): Labels => ({
  alertname: `Supercargo${name}`,
  severity,
  ...labels,
});
const SHOP = { namespace: 'acme', connection: 'shop' };
const HOME = { namespace: 'supercargo' };
const FEED = { ...SHOP, name: 'orders', feed_type: 'OrderImport' };
const EXPORT = { ...SHOP, name: 'shipments', feed_type: 'ShipmentExport' };
const ENDPOINT = { namespace: 'acme', store: 'main', endpoint: 'wms' };
const OTHER_ENDPOINTS = [
  { ...ENDPOINT, namespace: 'globex' },
  { ...ENDPOINT, store: 'second' },
  { ...ENDPOINT, endpoint: 'erp' },
];

/** Stale, with everything that goes with it. */
const stale = (world: World) => {
  world.condition('orders', 'Fresh', 'False', 'Stale');
  world.condition('shop', 'Fresh', 'False', 'Stale');
};

describe('no alert fires', () => {
  it.each<[string, number, Change]>([
    ['where all is well', 90, () => undefined],
    [
      'of a hub at which orders wait three seconds for their turn, and catalogues half a minute',
      60,
      (world) => {
        world.waited(3);
        world.waited(30, 'catalogue');
      },
    ],
    [
      'of a hub that failed for three minutes, nor of one reconcile that failed',
      90,
      (world, minute) => {
        if (minute === 20) world.reconciles.failed('error');
        for (let request = 0; request < 100 && minute >= 20 && minute < 23; request++) world.request(500);
      },
    ],
    [
      'of webhooks of a shop that were lost two hours ago',
      150,
      (world, minute) => (world.counters['acme/shop'] = { hint: minute, poll: minute < 20 ? 0 : 10 }),
    ],
    ['of an hourly feed whose data is 50 minutes old', 90, (world) => (world.feedAgeMinutes = 50)],
    [
      'of a shop that asks to wait a minute in a quarter of an hour',
      120,
      (world, minute) => world.condition('shop', 'Throttled', minute % 15 === 0 ? 'True' : 'False'),
    ],
    [
      'of a connection that was switched off, whatever its pod said last, with writes that wait',
      120,
      (world, minute) => {
        if (minute < 30) return;
        stale(world);
        world.condition('shipments', 'Fresh', 'False', 'Stale');
        world.condition('shipments', 'Held', 'True', 'StockBrake');
        world.condition('shop', 'Throttled', 'True');
        world.condition('shop', 'Licensed', 'True', 'GracePeriod');
        world.rest('shop', 'Inactive');
        world.connectionState = 'Inactive';
        world.pod = false;
        world.counters['acme/shop'] = { hint: 10, poll: minute };
        world.row('supercargo_outbox_oldest_seconds', { write: 'shipment', feed_type: 'ShipmentExport' }, 90_000);
        world.row('supercargo_outbox_entries', { write: 'shipment', state: 'Rejected' }, 2);
        world.row('supercargo_orders', { intake: 'Rejected' }, 5);
        world.expiresInDays = 3;
      },
    ],
    [
      "of a shop's clock that is wrong, while its connection is switched off and its pod still there",
      90,
      (world) => {
        world.skewSeconds = 600;
        world.rest('shop', 'Inactive');
        world.connectionState = 'Inactive';
      },
    ],
    [
      'of a connection that was switched off, beside a ClusterConnection of its name that runs',
      120,
      (world) => {
        world.clusterTwin = 'Running';
        world.rest('shop', 'Inactive');
        world.connectionState = 'Inactive';
        world.condition('shop', 'Licensed', 'True', 'GracePeriod');
        world.expiresInDays = 3;
      },
    ],
    [
      'of a feed that was suspended, nor of the writes that wait for it',
      90,
      (world, minute) => {
        if (minute < 20) return;
        stale(world);
        world.condition('shipments', 'Fresh', 'False', 'Stale');
        world.condition('shipments', 'Held', 'True', 'StockBrake');
        world.rest('orders', 'Suspended');
        world.rest('shipments', 'Suspended');
        world.row('supercargo_outbox_oldest_seconds', { write: 'shipment', feed_type: 'ShipmentExport' }, 90_000);
      },
    ],
    ['of a feed that was suspended six days ago', 60, (world) => world.rest('orders', 'Suspended', 6)],
    [
      'of feeds that rest with their connection, however long',
      60,
      (world) => world.rest('orders', 'ConnectionInactive', 80),
    ],
    [
      'of a connection that was deleted and left rows and a Feed behind',
      90,
      (world, minute) => {
        if (minute < 20) return;
        world.connection = false;
        world.pod = false;
        stale(world);
        world.row('supercargo_orders', { intake: 'Rejected' }, 5);
        world.row('supercargo_oldest_order_seconds', { stage: 'Untaken' }, 90_000);
        world.row('supercargo_outbox_entries', { write: 'shipment', state: 'Rejected' }, 2);
      },
    ],
    [
      'when operator, hub and pod start anew',
      60,
      (world, minute) => {
        world.operators = minute === 40 ? 0 : 1;
        world.hubs = minute === 41 ? 0 : 1;
        world.pod = minute !== 42;
      },
    ],
    [
      'of two operators and three hubs that see the same',
      120,
      (world, minute) => {
        world.operators = 2;
        world.hubs = 3;
        world.counters['acme/shop'] = { hint: minute, poll: minute > 60 ? 2 : 0 };
      },
    ],
    [
      'of an order that nobody has taken for half an hour',
      20,
      (world, minute) => world.row('supercargo_oldest_order_seconds', { stage: 'Untaken' }, 600 + minute * 60),
    ],
    [
      'of feeds that are not Ready, and whose data is fresh',
      60,
      (world) => {
        world.condition('orders', 'Ready', 'False', 'Failing');
        world.condition('shipments', 'Ready', 'False', 'Failing');
      },
    ],
    ['of what Test mode holds', 60, (world) => world.condition('shipments', 'Held', 'True', 'TestMode')],
    [
      'of a roll that takes ten minutes',
      60,
      (world, minute) => world.ready(minute > 30 && minute < 40 ? 'False' : 'True'),
    ],
  ])('%s', (_what, minutes, change) => expectFiring(minutes, change, []));
});

describe('an alert fires', () => {
  it.each<[string, number, Change, Labels[], number | undefined]>([
    [
      'of a connection that is not ready for a quarter of an hour, once, with two operators',
      40,
      (world, minute) => {
        world.operators = 2;
        if (minute > 20) world.ready('False');
      },
      [alert('ConnectionNotReady', 'warning', { ...SHOP, kind: 'Connection' })],
      36,
    ],
    [
      'of one that is not ready beside a switched-off ClusterConnection of its name',
      40,
      (world, minute) => {
        world.clusterTwin = 'Inactive';
        if (minute > 20) world.ready('False');
      },
      [alert('ConnectionNotReady', 'warning', { ...SHOP, kind: 'Connection' })],
      36,
    ],
    [
      'of orders that are late, though another feed of the shop is suspended',
      45,
      (world, minute) => {
        world.rest('shipments', 'Suspended', 1);
        if (minute > 20) stale(world);
      },
      [alert('OrdersStale', 'critical', FEED)],
      26,
    ],
    [
      'of orders that are late, also while the pod is gone and came back',
      30,
      (world, minute) => {
        if (minute > 20) stale(world);
        world.pod = minute < 23 || minute > 25;
      },
      [alert('OrdersStale', 'critical', FEED)],
      26,
    ],
    [
      'of another feed that is late, though orders are suspended',
      40,
      (world, minute) => {
        world.rest('orders', 'Suspended', 1);
        if (minute > 20) world.condition('shipments', 'Fresh', 'False', 'Stale');
      },
      [alert('FeedStale', 'warning', EXPORT)],
      36,
    ],
    [
      'of a feed that a brake holds',
      60,
      (world, minute) => {
        world.rest('orders', 'Suspended', 1);
        if (minute > 20) world.condition('shipments', 'Held', 'True', 'StockBrake');
      },
      [alert('FeedHeld', 'warning', EXPORT)],
      51,
    ],
    [
      'of a feed that was suspended eight days ago, once, with two operators',
      30,
      (world) => {
        world.operators = 2;
        world.rest('orders', 'Suspended', 8);
      },
      [alert('SuspendedLong', 'warning', { ...FEED, kind: 'Feed' })],
      15,
    ],
    [
      'of a connection that was switched off a week ago, and not of its feeds',
      30,
      (world) => {
        world.connectionState = 'Inactive';
        world.pod = false;
        world.rest('shop', 'Inactive', 7);
        world.rest('orders', 'ConnectionInactive', 7);
      },
      [alert('SuspendedLong', 'warning', { ...SHOP, kind: 'Connection', name: 'shop' })],
      16,
    ],
    [
      'of rejected orders, once for three hubs',
      40,
      (world, minute) => {
        world.hubs = 3;
        if (minute > 20) world.row('supercargo_orders', { intake: 'Rejected' }, 1);
      },
      [alert('OrdersRejected', 'warning', SHOP)],
      31,
    ],
    [
      'of an order that nobody took for more than an hour',
      60,
      (world, minute) => world.row('supercargo_oldest_order_seconds', { stage: 'Untaken' }, 2400 + minute * 60),
      [alert('OrdersNotTaken', 'warning', SHOP)],
      26,
    ],
    [
      'of shipments that do not reach the shop',
      60,
      (world, minute) => {
        world.rest('orders', 'Suspended', 1);
        world.row('supercargo_outbox_oldest_seconds', { write: 'shipment', feed_type: 'ShipmentExport' }, minute * 60);
      },
      [alert('WritesLate', 'warning', { ...SHOP, kind: 'shipment', feed_type: 'ShipmentExport' })],
      36,
    ],
    [
      'of writes that the shop refused',
      30,
      (world, minute) =>
        minute > 20 && world.row('supercargo_outbox_entries', { write: 'stock', state: 'Rejected' }, 1),
      [alert('WriteRefused', 'warning', { ...SHOP, kind: 'stock' })],
      26,
    ],
    [
      'of an endpoint that takes nothing',
      40,
      (world, minute) => world.row('supercargo_webhook_oldest_pending_seconds', ENDPOINT, minute * 60),
      [alert('WebhookStuck', 'warning', ENDPOINT)],
      21,
    ],
    [
      'of an endpoint that takes nothing beside others that are switched off',
      40,
      (world) => {
        for (const place of OTHER_ENDPOINTS) world.row('supercargo_webhook_endpoint_disabled', place, 1);
        world.row('supercargo_webhook_oldest_pending_seconds', ENDPOINT, 90_000);
      },
      [
        alert('WebhookStuck', 'warning', ENDPOINT),
        ...OTHER_ENDPOINTS.map((place) => alert('WebhookEndpointDisabled', 'critical', place)),
      ],
      undefined,
    ],
    [
      'of deliveries that were given up',
      30,
      (world, minute) => minute > 20 && world.row('supercargo_webhook_deliveries', { ...ENDPOINT, state: 'Dead' }, 1),
      [alert('WebhookDead', 'warning', ENDPOINT)],
      26,
    ],
    [
      'of an endpoint that is switched off, and not of what waits for it',
      60,
      (world, minute) => {
        world.row('supercargo_webhook_oldest_pending_seconds', ENDPOINT, minute * 60);
        world.row('supercargo_webhook_endpoint_disabled', ENDPOINT, 1);
      },
      [alert('WebhookEndpointDisabled', 'critical', ENDPOINT)],
      1,
    ],
    [
      'of a shop whose webhooks get lost, counted once with two hubs',
      120,
      (world, minute) => {
        world.hubs = 2;
        world.counters['acme/shop'] = { hint: 10, poll: Math.max(0, minute - 60) };
      },
      [alert('StoreWebhooksLost', 'warning', SHOP)],
      79,
    ],
    [
      'of a credential that ends, also while its pod is gone',
      90,
      (world, minute) => {
        world.expiresInDays = 5;
        world.pod = minute < 80;
      },
      [alert('CredentialExpires', 'critical', { ...SHOP, kind: 'Connection' })],
      60,
    ],
    [
      'of a shop that keeps its calls waiting',
      90,
      (world, minute) => minute > 20 && world.condition('shop', 'Throttled', 'True'),
      [alert('StoreThrottled', 'warning', { ...SHOP, kind: 'Connection' })],
      81,
    ],
    [
      'of a shop that refuses each call, and is not asked again as soon as its pause is over',
      90,
      (world, minute) => world.condition('shop', 'Throttled', minute > 12 && minute % 8 === 0 ? 'True' : 'False'),
      [alert('StoreThrottled', 'warning', { ...SHOP, kind: 'Connection' })],
      76,
    ],
    [
      'of a shop whose clock is two and a half minutes behind',
      90,
      (world, minute) => minute > 20 && (world.skewSeconds = -150),
      [alert('ClockSkew', 'warning', SHOP)],
      81,
    ],
    [
      "of a volume of the hub's database that fills",
      40,
      (world, minute) => minute > 20 && (world.volumeFree = 0.09),
      [alert('HubVolumeFills', 'critical', { ...HOME, persistentvolumeclaim: 'supercargo-hub' })],
      36,
    ],
    [
      'of a running connection whose pod is not scraped',
      40,
      (world, minute) => (world.pod = minute < 20),
      [alert('SyncPodSilent', 'warning', { ...SHOP, kind: 'Connection' })],
      35,
    ],
    [
      'of a License that ends',
      90,
      (world) => (world.licenseDays = 10),
      [alert('LicenseEnds', 'critical', { license: 'team' })],
      60,
    ],
    [
      'of a connection that runs on without a seat',
      90,
      (world, minute) => minute > 20 && world.condition('shop', 'Licensed', 'True', 'GracePeriod'),
      [alert('LicenseMissing', 'critical', { ...SHOP, kind: 'Connection' })],
      81,
    ],
    [
      'of a roll-out that has stopped',
      40,
      (world, minute) => (world.brokenByRollout = minute > 20),
      [alert('RolloutStopped', 'critical', HOME)],
      22,
    ],
    [
      'of an operator that is gone',
      40,
      (world, minute) => (world.operators = minute < 20 ? 1 : 0),
      [alert('OperatorDown', 'critical', { ...HOME, part: 'operator' })],
      25,
    ],
    [
      'of operators of which none leads',
      40,
      (world, minute) => {
        world.operators = 2;
        world.leads = minute < 20;
      },
      [alert('NoLeader', 'critical', { ...HOME, name: 'supercargo-operator' })],
      23,
    ],
    [
      'of a connection that was given to an installation that there is not',
      40,
      (world, minute) => (world.unowned = minute > 10),
      [alert('ConnectionsUnowned', 'warning', { installation: 'gone' })],
      26,
    ],
    [
      'of a leader that hears nothing, and not of a replica that waits',
      60,
      (world, minute) => {
        world.operators = 2;
        world.watchAgeSeconds = minute < 20 ? 5 : (minute - 20) * 60;
      },
      [alert('OperatorStalled', 'critical', { ...HOME, pod: 'operator-0' })],
      41,
    ],
    [
      'of reconciles that go on failing, one in ten minutes',
      120,
      (world, minute) => minute % 10 === 0 && world.reconciles.failed('error'),
      [alert('ReconcileFails', 'warning', { ...HOME, controller: 'connection' })],
      70,
    ],
    [
      'of a hub that is gone',
      40,
      (world, minute) => (world.hubs = minute < 20 ? 1 : 0),
      [alert('HubDown', 'critical', { ...HOME, part: 'hub' })],
      25,
    ],
    [
      'of a database that does not answer',
      40,
      (world, minute) => (world.database = () => minute < 20),
      [alert('HubDatabaseDown', 'critical', HOME)],
      22,
    ],
    [
      'of a database that does not answer one of two hubs',
      40,
      (world, minute) => (world.database = (hub) => hub === 0 || minute < 20),
      [alert('HubDatabaseDown', 'critical', HOME)],
      22,
    ],
    [
      'of a database that can lose orders',
      20,
      () => undefined,
      [alert('HubDatabaseUnfit', 'critical', { ...HOME, reason: 'FsyncOff' })],
      5,
    ],
    ['of a hub that fails', 60, (world) => world.request(500), [alert('HubErrors', 'critical', HOME)], 11],
    [
      'of a hub at which the pods wait for their turn',
      40,
      (world, minute) => world.waited(minute < 15 ? 0.05 : 8),
      [alert('HubSaturated', 'warning', HOME)],
      25,
    ],
  ])('%s', (_what, minutes, change, firing, since) => expectFiring(minutes, change, firing, since));
});

describe('every alert', () => {
  it('was seen to fire', () => {
    expect(alerts.map(({ alert: name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });

  it('names in its words only labels that it has', () => {
    for (const { alert: name, annotations } of alerts)
      for (const [, label] of Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g))
        expect(`${name} ${Object.keys(seen.get(name) ?? {}).includes(label!) ? label : 'without ' + label}`).toBe(
          `${name} ${label}`,
        );
  });

  it('has a runbook with the same four questions, and every runbook an alert', async () => {
    const pages = (await readdir(RUNBOOKS))
      .filter((file) => file !== 'README.md')
      .map((file) => file.replace('.md', ''));
    expect(pages.sort()).toEqual(alerts.map(({ alert: name }) => name).sort());
    for (const { alert: name, annotations } of alerts) {
      expect(annotations.runbook_url).toBe(`https://supercargo.dev/docs/runbooks/${name}`);
      const page = await readFile(join(RUNBOOKS, `${name}.md`), 'utf8');
      expect(page.match(/^#+ .*/gm)).toEqual([
        `# ${name}`,
        '## What it means',
        '## Whom it hurts',
        '## What to look at',
        '## What to do',
      ]);
    }
  });

  it('is in the table of docs/operating.md, with how long it waits and how severe it is', async () => {
    const page = await readFile(join(RUNBOOKS, '..', 'operating.md'), 'utf8');
    const rows = [...page.matchAll(/^\| \[(Supercargo\w+)\]\(runbooks\/(\w+)\.md\) \| (\w+) \| (\w+) \|$/gm)];
    const waits = ({ for: least, expr }: Rule) => / > (\d+) \* 86400$/.exec(expr)?.[1]?.concat('d') ?? least;
    expect(rows.map(([, name, runbook, after, severity]) => [name, runbook, after, severity])).toEqual(
      alerts.map((rule) => [rule.alert, rule.alert, waits(rule), rule.labels.severity]),
    );
  });

  it('sends people to figures and commands that there are', async () => {
    const names = new Set(Object.values(metricDefinitions()).flatMap((all) => all.map(({ name }) => name)));
    const verbs = await commandNames();
    for (const { alert: name } of alerts) {
      const page = await readFile(join(RUNBOOKS, `${name}.md`), 'utf8');
      for (const [metric] of page.matchAll(/\b(supercargo|controller_runtime)_\w+/g))
        expect([name, metric, names.has(metric)]).toEqual([name, metric, true]);
      for (const [, verb] of page.matchAll(/kubectl supercargo (\w+)/g)) expect(verbs).toContain(verb);
    }
  });

  it('is taken by promtool', () => {
    const { status, stdout, stderr } = spawnSync(binaryPath('promtool'), ['check', 'rules', '--lint=all', FILE], {
      encoding: 'utf8',
    });
    expect(status === 0 ? '' : stdout + stderr).toBe('');
  });
});

it.each(['operator', 'hub', 'sync'] as const)(
  'the names of the metrics of the %s are as Prometheus wants them',
  async (part) => {
    const { status, stdout, stderr } = spawnSync(binaryPath('promtool'), ['check', 'metrics'], {
      input: await new MetricsWorld().expositionOf(part),
      encoding: 'utf8',
    });
    expect(status === 0 ? '' : stdout + stderr).toBe('');
  },
);
