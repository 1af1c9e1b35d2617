import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import { HubRig, receiver, until, type Receiver, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

// What a hub reads for one order, one level, one page must not depend on how many a shop has. PostgreSQL itself counts
// the pages that each statement touched, in a Store with a few records and in the same Store with many.
jest.setTimeout(180_000);

const MANY = 12_000;
const PER_BATCH = 1000;
const PER_PAGE = 250;
/** Pages of a call that nobody has to explain. */
const FREE = 300;
/** A tree of many rows has a level or two more, and its free places lie apart. */
const TIMES = 5;
/** Of a page of records: what compares each with each looks at far more. An order that changes has a dozen indexes. */
const MOST = PER_PAGE * 120;
/** Counts orders that are done with, by an index alone, and is asked once a minute (hub/figures.ts). */
const COUNTS_ALL = /^WITH put_aside AS/;

let rig: HubRig;
let store: TestStore;
let pod: TestPod;
let wms: Receiver;
let spec: StoreSpec;

beforeAll(async () => {
  rig = await HubRig.start(
    await ownDatabase({
      settings: {
        shared_preload_libraries: 'pg_stat_statements',
        'pg_stat_statements.track': 'all',
        'pg_stat_statements.max': '10000',
        autovacuum: 'off',
      },
    }),
    { limits: { key: { perSecond: 1e6, burst: 1e6 }, address: { perSecond: 1e6, burst: 1e6 } } },
  );
  await rig.db.execute('CREATE EXTENSION pg_stat_statements');
  wms = await receiver();
  spec = { orderWebhooks: [{ name: 'wms', url: wms.url }], allowedPrivateNetworks: ['127.0.0.0/8'] };
  store = await rig.store(spec);
  pod = await store.connect();
});
afterAll(async () => {
  await wms.close();
  await rig.stop();
});

/** Everything that a Store's day has, with a few records of its own names. */
async function day(name: string): Promise<void> {
  const [a, b] = [`${name}-A`, `${name}-B`];
  const lines = [line('1', a, 2), line('2', b, 1)];
  const now = (number: string, changes = {}) =>
    order(`${name}-${number}`, { lines, customerEmail: `${name}@example.com`, ...changes });
  const api = async (method: string, path: string, body?: unknown) => {
    const answer = await store.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const path = (number: string) => `/orders/${pod.connectionId}.o-${name}-${number}`;

  await pod.send('ProductImport', [product(`${name}-p`, [a, b])]);
  await pod.send('ProductImport', [product(`${name}-p`, [a, b]), product(`${name}-q`, [`${name}-C`])]);
  await pod.send('StockImport', [level(a, 10), level(b, 10)]);
  await pod.send('StockImport', [level(a, 9), level(b, 10)]);
  await pod.send('OrderImport', [now('1'), now('2'), now('3')]);
  await pod.send('OrderImport', [
    now('4'),
    now('5', { paymentState: 'Unpaid' }),
    now('6', { lines: [line('1', `${name}-none`, 1)] }),
    now('1', { note: 'changed before it was taken' }),
  ]);
  await api('POST', `${path('1')}/acknowledge`, {});
  await api('POST', `${path('2')}/acknowledge`, { reference: `WMS-${name}` });
  await until(() => wms.received.some(({ event }) => event.data.cust_po_no === `${name}-4`), 'a webhook');
  await pod.send('OrderUpdate', [
    now('1', { note: 'changed after it was taken' }),
    now('2', { lines: [line('1', a, 1), line('2', b, 1)] }),
    now('5'),
    now('3', { state: 'Cancelled' }),
  ]);
  await api('POST', `${path('2')}/changes`, { decision: 'Ignore' });
  await api('POST', `${path('1')}/changes`, { decision: 'Accept' });
  await api('POST', `${path('1')}/acknowledge`, {});
  await api('POST', `${path('4')}/acknowledge`, {});
  await api('POST', '/stock', {
    levels: [
      { sku: a, quantity: 4 },
      { sku: b, quantity: 3 },
    ],
  });
  await pod.apply('stock');
  await api('POST', `${path('4')}/shipments`, { trackingCode: `T-${name}`, carrier: 'DHL' });
  await pod.apply('shipment');
  const sent = lines.map((each) => ({ ...each, fulfilledQuantity: each.quantity }));
  await pod.send('OrderUpdate', [now('4', { lines: sent, fulfilmentState: 'Fulfilled' })]);
  await pod.send('OrderUpdate', [now('4', { updatedAt: '2026-02-02T00:00:00Z' })]);
  await pod.send(
    'OrderImport',
    [],
    [
      {
        ...{ severity: 'Error', reason: 'PoisonedRecord', record: `${name}-9`, message: 'unreadable', payload: '{}' },
        order: { id: `o-${name}-9`, number: `${name}-9` },
      },
    ],
  );
  await pod.gone('OrderUpdate', [`o-${name}-9`]);
  for (const reason of ['UnknownSku', 'WebhookUndeliverable'])
    await api('POST', '/problems/replay', { reason, dryRun: reason === 'UnknownSku' });
  for (const reason of ['UnknownSku', 'StoreRefused', 'WebhookUndeliverable'])
    await api('POST', '/problems/dismiss', {
      reason,
      record: `${name}-6`,
      note: 'by hand',
      dryRun: reason === 'UnknownSku',
    });
  await api('POST', '/problems/replay', { reason: 'Dismissed' });
  await pod.send('ProductImport', [product(`${name}-r`, [`${name}-none`])]);
  await api('POST', '/prices', { prices: [{ sku: a, price: 1200, currency: 'EUR' }] });
  await pod.apply('price');
  // A rule changes: what it may heal is judged again.
  await store.put({ ...spec, skuAliases: { [`${name}-alias`]: a } });
  const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
  await pod.client.censusCounts('OrderImport', [window]);
  await pod.client.censusIds('OrderImport', window, '');
  await pod.client.openRecords('OrderUpdate', '');
  await pod.client.summary('OrderImport');
  await pod.client.claimHooks(10);
  const lists = ['/orders', '/products', '/stock', '/prices', '/problems', '/runs', '/refunds', '/returns', '/held'];
  const asked = ['/orders?acknowledged=false', '/orders?intake=Rejected', '/orders?state=Open'];
  for (const list of [...lists, ...asked]) await api('GET', `${list}${list.includes('?') ? '&' : '?'}limit=5`);
  await api('POST', '/webhooks/wms/replay', { from: new Date(Date.now() - 1000).toISOString() });
  const named = [
    '/go-live',
    `/orders?number=${name}-4`,
    `/products?sku=${a}`,
    `/stock?sku=${a}`,
    `/prices?sku=${a}`,
    `/problems?record=${name}-6`,
    `/refunds?number=${name}-4`,
    '/problems?group=reason',
  ];
  for (const found of [...named, '/webhooks', '/checkpoints', path('4'), `${path('4')}/history`])
    await api('GET', found);
  await rig.metrics();
  await api('POST', '/forget', { order: `${name}-3` });
  await api('POST', '/forget', { person: `${name}@example.com` });
}

/** The same of full pages: a claim, a post, a batch of many records at once. */
async function pages(name: string): Promise<void> {
  const numbers = Array.from({ length: PER_PAGE }, (_, index) => `${name}-${index}`);
  const of = (number: string, changes = {}) => order(number, { lines: [line('1', `S-${number}`, 1)], ...changes });
  await bring(numbers);
  await pod.send(
    'OrderUpdate',
    numbers.map((number) => of(number, { note: 'changed', updatedAt: '2026-02-02T00:00:00Z' })),
  );
  await rig.db.query(
    'UPDATE orders SET exported_at = now() WHERE connection_id = $1 AND external_id = ANY($2::text[])',
    [pod.connectionId, numbers.map((number) => `o-${number}`)],
  );
  await pod.send(
    'OrderUpdate',
    numbers.map((number) => of(number, { note: 'again', updatedAt: '2026-02-03T00:00:00Z' })),
  );
  await stocked(numbers, 7);
  // An order that comes while they wait.
  await pod.send('OrderImport', [of(`${numbers[0]}`, { id: `o-late-${name}`, number: `late-${name}` })]);
  await pod.apply('stock');
}

/** New articles, each with a level and an order. */
async function bring(numbers: readonly string[]): Promise<void> {
  await pod.send(
    'ProductImport',
    numbers.map((number) => product(`p-${number}`, [`S-${number}`])),
  );
  await pod.send(
    'StockImport',
    numbers.map((number) => level(`S-${number}`, 5)),
  );
  await pod.send(
    'OrderImport',
    numbers.map((number) => order(number, { lines: [line('1', `S-${number}`, 1), line('2', `S-${number}`, 1)] })),
  );
}

async function stocked(numbers: readonly string[], quantity: number): Promise<void> {
  const levels = numbers.map((number) => ({ sku: `S-${number}`, quantity }));
  expect((await store.api('POST', '/stock', { levels })).status).toBe(202);
}

interface Cost extends Record<string, unknown> {
  readonly id: string;
  readonly query: string;
  readonly pages: number;
}

/** Pages touched by a call of each statement during some work. */
async function costsOf(work: () => Promise<void>): Promise<ReadonlyMap<string, Cost>> {
  await rig.db.query('SELECT pg_stat_statements_reset()');
  await work();
  const rows = await rig.db.query<Cost>(
    `SELECT queryid::text AS id, query, ((shared_blks_hit + shared_blks_read + local_blks_hit)::float / calls) AS pages
     FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND calls > 0`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a shop has had for years: orders that are done, taken by the back office, each of its own article. */
async function fill(): Promise<void> {
  for (let from = 0; from < MANY; from += PER_BATCH) {
    const numbers = Array.from({ length: PER_BATCH }, (_, index) => `m${from + index}`);
    await bring(numbers);
    await stocked(numbers, 6);
    await pod.apply('stock');
    await pod.apply('stock');
  }
  // Those of before are done, too: what is still open stands at the end of every list.
  await rig.db.execute(
    `UPDATE orders SET state = 'Completed', exported_at = now(), acknowledged_at = now() WHERE intake = 'Accepted'`,
  );
  await rig.db.execute(`UPDATE deliveries SET state = 'Delivered' WHERE order_id LIKE 'o-m%'`);
  await rig.db.execute('VACUUM ANALYZE');
}

it('what a statement reads for a few records, or a page of them, does not grow with the shop', async () => {
  const scenarios = [day, pages];
  for (const scenario of scenarios) await scenario('first');
  const small = [];
  for (const scenario of scenarios) small.push(await costsOf(() => scenario('small')));
  await fill();
  const grown: string[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    await scenario('warm');
    for (const { id, query, pages: now } of (await costsOf(() => scenario('large'))).values()) {
      const before = small[index]!.get(id)?.pages ?? 0;
      if (now > MOST) grown.push(`${now.toFixed(0)} pages a call: ${query.replaceAll(/\s+/g, ' ').slice(0, 300)}`);
      if (now > before + FREE && now > TIMES * before && !COUNTS_ALL.test(query))
        grown.push(
          `${before.toFixed(0)} pages a call became ${now.toFixed(0)}: ${query.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
        );
    }
  }
  expect(grown).toEqual([]);
});
