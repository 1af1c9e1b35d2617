import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { retry } from '../../drivers/contract/index.ts';
import { raise } from '../../hub/problems/problems.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { createLogger } from '../../kit/log.ts';
import { HubRig } from '../support/hub-rig.ts';
import { LocalRig } from '../support/local-rig.ts';
import { MemoryStore, order } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => postgres?.stop());

const rest: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of rest.splice(0)) await one.stop().catch(() => undefined);
}, 30_000);

const lines = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(name));

describe('supercargo_connection_up', () => {
  it('follows the Secret too, not the last check of the shop alone', async () => {
    const store = new MemoryStore();
    const said: string[] = [];
    const to = new PassThrough().on('data', (text: Buffer) => void said.push(text.toString()));
    const rig = await LocalRig.start({
      db: openPostgres({ url: await postgres.createDatabase('up') }),
      definition: store.definition(),
      feeds: ['OrderImport'],
      log: createLogger('sync', 'info', to),
    });
    rest.push(rig);
    rig.startEngine();
    const up = async () => lines(await rig.metrics.registry.metrics(), 'supercargo_connection_up')[0]?.at(-1);
    await rig.until(async () => (await up()) === '1', 'the first check');
    rig.secret = {};
    rig.apply({ settings: {} });
    await rig.until(async () => (await up()) === '0', 'the Secret to be missed');
    expect(said.filter((line) => line.includes('"SecretMissing"')).map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', condition: 'CredentialValid', message: expect.stringContaining('"shop-key" does not exist') },
    ]);
  });

  it('falls when a run cannot reach the shop, though the next check is due in an hour', async () => {
    const store = new MemoryStore();
    const rig = await LocalRig.start({
      db: openPostgres({ url: await postgres.createDatabase('hangs') }),
      definition: store.definition(),
      feeds: ['OrderImport'],
    });
    rest.push(rig);
    rig.startEngine();
    const up = async () => lines(await rig.metrics.registry.metrics(), 'supercargo_connection_up')[0]?.at(-1);
    await rig.until(async () => (await up()) === '1', 'the first check');
    await rig.run('OrderImport');
    store.beforePage = () => {
      throw retry('Timeout', 'the shop did not answer within 30 s');
    };
    store.checkReport = {
      ...store.checkReport,
      reachable: { status: 'False', reason: 'Timeout', message: 'the shop did not answer within 30 s' },
    };
    rig.requestRun('OrderImport');
    await rig.until(async () => (await up()) === '0', 'the shop to be checked');
    expect(rig.condition('Reachable')).toMatchObject({ status: 'False', reason: 'Timeout' });
  });
});

describe('figures of the hub', () => {
  it('of a connection whose resource is gone are told no more, and are when it is back; nor of one that is elsewhere now', async () => {
    let isThere = true;
    let elsewhere = {};
    const spec = { store: 'store-1', driver: 'memory', mode: 'Production', credential: 'key' } as const;
    const rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('gone') }), {
      declared: () => (isThere ? { ...spec, ...elsewhere } : undefined),
    });
    rest.push(rig);
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false, credential: 'key' });
    await pod.send('OrderImport', [order('1')]);
    const told = async () => lines(await rig.metrics(), 'supercargo_orders{');
    expect(await told()).toHaveLength(1);
    isThere = false;
    expect(await told()).toEqual([]);
    isThere = true;
    expect(await told()).toHaveLength(1);
    elsewhere = { elsewhere: true };
    expect(await told()).toEqual([]);
  });

  it('say since when an order waits for a back office that acknowledges, and nothing of one that never does', async () => {
    const rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('late') }));
    rest.push(rig);
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1'), order('2')]);
    await rig.db.query(`UPDATE orders SET first_seen_at = now() - interval '2 hours'`);
    const untaken = async () =>
      lines(await rig.metrics(), 'supercargo_oldest_order_seconds{')
        .filter((line) => !line.includes('"Unshipped"'))
        .join();
    expect(await untaken()).toBe('');
    const [first, second] = (await store.api('GET', '/orders')).body.items as { id: string }[];
    await store.api('POST', `/orders/${first!.id}/acknowledge`, {});
    expect(await untaken()).toMatch(/stage="Untaken"\} 72\d\d(\.\d+)?$/);
    await store.api('POST', `/orders/${second!.id}/acknowledge`, {});
    expect(await untaken()).toBe('');
  });

  it('say since when the back office has had the oldest order of which no parcel is known', async () => {
    const rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('unshipped') }));
    rest.push(rig);
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [
      order('1'),
      order('2'),
      order('3', { fulfilmentState: 'Fulfilled' }),
      order('4', { fulfilmentState: 'PartiallyFulfilled' }),
    ]);
    const items = (await store.api('GET', '/orders')).body.items as { id: string }[];
    for (const { id } of items) await store.api('POST', `/orders/${id}/acknowledge`, {});
    const [first, second] = items as [{ id: string }, { id: string }];
    await rig.db.query(`UPDATE orders SET exported_at = now() - interval '1 hour' * right(external_id, 1)::int`);
    const unshipped = async () => lines(await rig.metrics(), 'supercargo_oldest_order_seconds{').join();
    expect(await unshipped()).toMatch(/stage="Unshipped"\} 72\d\d(\.\d+)?$/);
    await store.api('POST', `/orders/${second.id}/shipments`, { trackingCode: 'T2' });
    expect(await unshipped()).toMatch(/stage="Unshipped"\} 36\d\d(\.\d+)?$/);
    await store.api('POST', `/orders/${first.id}/shipments`, { trackingCode: 'T1' });
    expect(await unshipped()).toBe('');
  });

  it('say since when the oldest order has been known that the rules put aside', async () => {
    const rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('aside') }));
    rest.push(rig);
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: true });
    await pod.send('OrderImport', [order('1'), order('2')]);
    await rig.db.query(`UPDATE orders SET first_seen_at = now() - interval '1 hour' * right(external_id, 1)::int`);
    const aside = async () => lines(await rig.metrics(), 'supercargo_oldest_order_seconds{').join();
    expect(await aside()).toMatch(/^supercargo_oldest_order_seconds\{[^}]*stage="Rejected"\} 72\d\d(\.\d+)?$/);
    await rig.db.query(`UPDATE orders SET state = 'Closed'`);
    expect(await aside()).toBe('');
  });

  it('of a Store that is gone are told no more: neither its deliveries nor its problems', async () => {
    const rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('forgotten') }));
    rest.push(rig);
    const store = await rig.store({ orderWebhooks: [{ name: 'wms', url: 'https://127.0.0.1:1/' }] });
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1')]);
    const [{ id } = { id: 0 }] = await rig.db.query<{ id: number }>('SELECT id FROM stores');
    const subject = { kind: 'webhookEndpoint', id: 'wms' } as const;
    await raise(rig.db, { store: id }, [{ ...subject, reason: 'Unreachable', severity: 'Error', message: 'm' }]);
    const told = async () => {
      const text = await rig.metrics();
      return ['webhook_deliveries', 'webhook_oldest_pending_seconds', 'webhook_endpoint_disabled', 'problems_open'].map(
        (name) => lines(text, `supercargo_${name}{`).length,
      );
    };
    expect(await told()).toEqual([1, 1, 1, 1]);
    await rig.hub.forgetStore('test', store.name);
    expect(await told()).toEqual([0, 0, 0, 0]);
  });

  it('are missing while the database is down, and nothing else is: what the process says of itself is served', async () => {
    const own = await startPostgres();
    const rig = await HubRig.start(openPostgres({ url: own.url }));
    rest.push(rig, own);
    const store = await rig.store({ orderWebhooks: [{ name: 'wms', url: 'https://wms.example/' }] });
    await store.api('GET', '/orders');
    const before = await rig.metrics();
    expect(lines(before, 'supercargo_hub_database_up')).toEqual(['supercargo_hub_database_up 1']);
    expect(lines(before, 'supercargo_webhook_endpoint_disabled{')).toHaveLength(1);
    await own.stop();
    const during = await rig.metrics();
    expect(lines(during, 'supercargo_hub_database_up')).toEqual(['supercargo_hub_database_up 0']);
    expect(lines(during, 'supercargo_webhook_endpoint_disabled{')).toEqual([]);
    expect(lines(during, 'supercargo_hub_requests_total{').length).toBeGreaterThan(0);
  });
});
