import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { generic } from '../../drivers/generic/index.ts';
import { createLogger } from '../../kit/log.ts';
import { LocalRig } from '../support/local-rig.ts';
import { ownDatabase } from '../support/postgres.ts';
import { filesOf } from './hostile/outputs.ts';

jest.setTimeout(120_000);

/** A shop that gives back what it was sent and tells of its customers, in every field of every answer. */
const KEY = 'CANARYkey+7/pw"x';
const SAID = `\u001b]0;CANARYtitle\u0007\u001b[31m bearer ${KEY}, ${Buffer.from(`x:${KEY}`).toString('base64')}, ${encodeURIComponent(KEY)} of CANARYmail@buyers.example, +49 170 5550 1234`;
const TRACES = [
  /CANARY/i,
  new RegExp(Buffer.from(KEY).toString('base64').slice(4, 12)),
  /5550 ?1234/,
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  /\\u001b|\u001b/,
];
const STATUSES = [302, 400, 404, 405, 409, 410, 418, 422, 500, 503, 429, 403, 401];
const FEEDS = [
  'ProductImport',
  'StockImport',
  'OrderImport',
  'ProductUpdate',
  'OrderUpdate',
  'StockExport',
  'ShipmentExport',
] as const;

const money = '10.00';
const product = (id: string) => ({
  id,
  title: SAID,
  description: SAID,
  brand: SAID,
  status: 'active',
  updated_at: '2026-03-01T09:00:00Z',
  attributes: { [SAID]: SAID },
  variants: [
    {
      id: `v-${id}`,
      sku: `S-${id}`,
      title: SAID,
      barcode: SAID,
      price: money,
      currency: 'EUR',
      options: { [SAID]: SAID },
    },
  ],
  images: [{ id: 'i', url: `https://shop.example/${SAID}`, alt: SAID }],
});
const address = Object.fromEntries(
  ['name', 'company', 'street1', 'street2', 'city', 'region', 'postal_code', 'phone'].map((field) => [field, SAID]),
);
const order = (id: string) => ({
  id,
  number: `N${id}`,
  placed_at: '2026-03-01T09:00:00Z',
  updated_at: '2026-03-01T09:00:00Z',
  state: 'open',
  payment_state: 'paid',
  platform_state: SAID,
  currency: 'EUR',
  totals: { items: money, shipping: '0.00', tax: '0.00', discount: '0.00', grand: money },
  payments: [{ method: SAID, amount: money, state: 'paid', reference: SAID }],
  customer: { id: SAID, email: 'CANARYmail@buyers.example', name: SAID, phone: SAID },
  shipping_address: { ...address, country: 'DE' },
  billing_address: address,
  shipping_method: { code: 'standard', name: SAID },
  channel: SAID,
  references: { [SAID]: SAID },
  gift_message: SAID,
  note: SAID,
  custom: { [SAID]: SAID },
  lines: [{ id: '1', sku: 'S-1', title: SAID, quantity: 1, unit_price: money, total: money, custom: { [SAID]: SAID } }],
});
/** Unreadable, each in a way of its own. */
const badOrders = [
  { ...order('o2'), state: SAID },
  { ...order('o3'), totals: SAID },
  { ...order('o4'), lines: [{ ...order('o4').lines[0], quantity: SAID, sku: SAID }] },
  { ...order(`o5${KEY}`), payment_state: SAID, secret: SAID, unknown: { deep: [SAID] } },
  { ...order('o6'), number: `N6${KEY}`, currency: SAID },
  { [SAID]: SAID },
  SAID,
];

let server: Server;
let rig: LocalRig;
/** What every call but a check is answered with; undefined: data. */
let refusal: number | undefined;
const answered = new Map<number, number>();
const logged: string[] = [];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const send = (status: number, body: unknown) => {
    const headers = {
      'content-type': 'application/json',
      'retry-after': '1',
      location: `https://shop.example/${encodeURI(KEY)}`,
    };
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
  const { pathname } = new URL(request.url!, 'http://shop');
  if (pathname === '/shop' && refusal !== 401)
    return send(200, {
      api: 'supercargo-generic-store',
      version: 1,
      shop: { id: 's', name: SAID },
      permissions: [
        ...['settings:read', 'products:read', 'orders:read', 'stock:read', 'stock:write', 'shipments:write'],
        SAID,
      ],
    });
  if (refusal !== undefined) {
    answered.set(refusal, (answered.get(refusal) ?? 0) + 1);
    return send(refusal, { error: SAID, message: SAID, permission: SAID });
  }
  const list = (items: readonly unknown[]) => send(200, { items, paging: { kind: 'keyset', next: null } });
  if (pathname === '/products')
    return list([product('1'), product('2'), { ...product('3'), status: SAID, variants: SAID }]);
  if (pathname === '/orders') return list([order('o1'), ...badOrders]);
  if (pathname === '/stock' && request.method === 'GET')
    return list([
      { variant_id: 'v-1', sku: 'S-1', location_id: 'main', on_hand: 5 },
      { variant_id: SAID, sku: 7, location_id: SAID, on_hand: SAID },
    ]);
  if (pathname === '/stock')
    return send(200, { results: [{ variant_id: 'v-1', location_id: 'main', status: 'refused', message: SAID }] });
  if (pathname.includes('/count')) return send(200, { count: SAID });
  if (pathname.includes('/ids')) return send(200, { ids: [SAID], next: SAID });
  return send(422, { error: SAID, message: SAID });
}

beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (logged.push(chunk.toString()), done()) });
  rig = await LocalRig.start({
    db: await ownDatabase(),
    definition: generic,
    feeds: FEEDS,
    store: { shippingMethods: { standard: 'STD' } },
    connection: { settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } },
    secret: { apiKey: KEY },
    log: createLogger('test', 'trace', stream),
  });
  rig.startEngine();
});
afterAll(async () => {
  await rig?.stop();
  server.closeAllConnections();
  server.close();
});

/** Everything that people without a right to the data can see. */
async function outputs(): Promise<Record<string, readonly string[]>> {
  await rig.world.flush();
  const rest: string[] = [];
  for (const path of ['/problems?limit=500', '/problems?group=reason', '/runs', '/checkpoints', '/stock'])
    rest.push(JSON.stringify((await rig.api('GET', path)).body));
  const { items } = (await rig.api('GET', '/problems?limit=500')).body as {
    items: { connection: string; feed: string; record: string; reason: string }[];
  };
  for (const { connection, feed, record, reason } of items)
    rest.push(
      JSON.stringify(
        (
          await rig.api(
            'GET',
            `/problems/payload?${new URLSearchParams({ connection, feed, record, reason }).toString()}`,
          )
        ).body,
      ),
    );
  const files = await filesOf(rig.directory);
  const metrics = [await (await fetch(`${rig.hub.probesUrl}/metrics`)).text(), await rig.metrics.registry.metrics()];
  const rows: string[] = [];
  for (const table of ['problems', 'runs', 'quarantine', 'checkpoints', 'outbox', 'connections', 'stores'])
    rows.push(
      ...(await rig.db.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`)).map(
        ({ row }) => `${table}: ${row}`,
      ),
    );
  return { status: [JSON.stringify(rig.world.list())], events: rig.events, rest, files, metrics, rows, logged };
}

function expectNone(found: Record<string, readonly string[]>): void {
  for (const [where, texts] of Object.entries(found))
    for (const text of texts)
      for (const trace of TRACES) {
        const at = text.search(trace);
        expect([where, at < 0 ? null : text.slice(Math.max(0, at - 200), at + 200)]).toEqual([where, null]);
      }
}

describe('a shop that says secrets and persons in every field', () => {
  it('gives them to no log, Event, status, metric, problem and file by what it answers', async () => {
    for (const type of ['ProductImport', 'StockImport', 'OrderImport', 'ProductUpdate', 'OrderUpdate'] as const)
      await rig.until(() => rig.feed(type)['lastRun'] !== undefined, `a run of ${type}`);
    const [one] = (await rig.api('GET', '/orders')).body.items as { id: string; customer: { name: string } }[];
    // The order came in whole: whom it is for stands in the one place for it.
    expect(one!.customer.name).toContain('CANARY');
    await rig.api('POST', '/stock', { levels: [{ sku: 'S-1', quantity: 3 }] });
    await rig.api('POST', `/orders/${one!.id}/shipments`, { trackingCode: 'T1' });
    for (const type of ['StockExport', 'ShipmentExport'] as const)
      await rig.until(
        () => JSON.stringify(rig.feed(type)['recentRuns'] ?? '').includes('"message"'),
        `a run of ${type}`,
      );
    const found = await outputs();
    expect(found['rest']!.join()).toMatch(/"Rejected|StoreRefused|Unreadable/);
    expect(found['rest']!.join()).toContain('[credential]');
    for (const [where, texts] of Object.entries(found))
      if (where !== 'events') expect([where, texts.length > 0]).toEqual([where, true]);
    expectNone(found);
  });

  it.each(STATUSES)('nor by an answer of status %d', async (status) => {
    refusal = status;
    answered.clear();
    const before = JSON.stringify(rig.feed('ProductUpdate')['lastRun']);
    rig.requestRun('ProductUpdate');
    await rig.until(
      () => answered.size > 0 && JSON.stringify(rig.feed('ProductUpdate')['lastRun']) !== before,
      `a run that meets ${status}`,
    );
    expectNone(await outputs());
  });
});
