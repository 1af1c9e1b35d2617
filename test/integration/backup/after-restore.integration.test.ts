import { OWN_MACHINE } from '../../../kit/net/addresses.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticTokens } from '../../../hub/auth/identity.ts';
import { startHub } from '../../../hub/hub.ts';
import { openPostgres } from '../../../hub/storage/postgres.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';
import { until, receiver, type Receiver } from '../../support/hub-rig.ts';
import { LocalRig } from '../../support/local-rig.ts';
import { level, line, MemoryStore, order, product } from '../../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { backUp, restore } from './files.ts';

jest.setTimeout(90_000);

let server: TestPostgres;
let file: string;
let folder: string;
let wms: Receiver;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supercargo-backup-'));
  file = join(folder, 'b');
  wms = await receiver();
});
afterEach(async () => {
  await wms.close();
  await rm(folder, { recursive: true, force: true });
});

const startOn = (url: string, onRestored?: () => void) =>
  startHub({
    webhookReach: OWN_MACHINE,
    db: openPostgres({ url }),
    clock: systemClock,
    log: createLogger('hub', 'silent'),
    newId: randomUUID,
    authenticator: staticTokens(new Map()),
    host: '127.0.0.1',
    port: 0,
    version: 'test',
    onRestored,
  });

describe('a hub whose database is restored under it', () => {
  it('is not ready at once, and ends within seconds; the others on that database too', async () => {
    const url = await server.createDatabase('epoch');
    const ended: string[] = [];
    const hubs = [await startOn(url, () => void ended.push('a')), await startOn(url, () => void ended.push('b'))];
    expect((await fetch(`${hubs[0]!.url}/readyz`)).status).toBe(200);
    await backUp(url, file);
    expect((await fetch(`${hubs[0]!.url}/readyz`)).status).toBe(200);
    await restore(url, file, { replace: true });
    const answer = await fetch(`${hubs[0]!.url}/readyz`);
    expect([answer.status, ((await answer.json()) as { type: string }).type]).toEqual([503, 'DatabaseRestored']);
    // Who is not asked looks every ten seconds, and leaves two later.
    await until(() => ended.length === 2, 'both hubs to notice', 40_000);
    expect(ended.sort()).toEqual(['a', 'b']);
    for (const hub of hubs) await hub.stop();
    const anew = await startOn(url);
    expect((await fetch(`${anew.url}/readyz`)).status).toBe(200);
    await anew.stop();
  });
});

describe('a shop that went on while the hub went back', () => {
  it('is caught up with: nothing is missing, nothing is doubled, no old level overwrites a newer one', async () => {
    const url = await server.createDatabase('caught_up');
    const store = new MemoryStore();
    store.products = [product('p', ['A', 'B'])];
    store.stock = [level('A', 10), level('B', 10)];
    store.orders = [order('1', { lines: [line('1', 'A', 1)] }), order('2', { lines: [line('1', 'B', 1)] })];
    const db = openPostgres({ url });
    const rig = await LocalRig.start({
      db,
      definition: store.definition(),
      feeds: [
        'ProductImport',
        'StockImport',
        'OrderImport',
        'OrderUpdate',
        'ShipmentExport',
        'StockExport',
        'StockCheck',
      ],
      store: { orderWebhooks: [{ name: 'wms', url: wms.url }], allowedPrivateNetworks: ['127.0.0.0/8'] },
    });
    rig.startEngine();
    await rig.until(async () => (await rig.api('GET', '/orders')).body.items.length === 2, 'two orders');
    const orders = async () =>
      (await rig.api('GET', '/orders?limit=500')).body.items as {
        id: string;
        cust_po_no: string;
        cursor: string;
        state: string;
      }[];
    const idOf = async (number: string) => (await orders()).find(({ cust_po_no }) => cust_po_no === number)!.id;

    // A shipment and a level wait while the backup is taken; both reach the shop after it, and a newer level, too.
    await rig.stopEngine();
    expect((await rig.api('POST', `/orders/${await idOf('1')}/shipments`, { trackingCode: 'T1' })).status).toBe(201);
    await rig.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 3 }] });
    await until(() => wms.received.length === 2, 'webhooks of two orders');
    await backUp(url, file);
    rig.startEngine();
    await rig.until(() => store.shipped.length === 1 && store.stockWrites.length === 1, 'shipment and level');
    await rig.api('POST', '/stock', {
      levels: [
        { sku: 'A', quantity: 8 },
        { sku: 'B', quantity: 10 },
      ],
    });
    await rig.until(() => store.stockWrites.length === 2, 'the newer level');
    store.stock = [level('A', 8), level('B', 4)];
    store.orders = [...store.orders, order('3', { lines: [line('1', 'A', 1)], updatedAt: '2026-03-01T00:00:00Z' })];
    await rig.run('OrderImport');
    await rig.until(async () => (await orders()).length === 3, 'the third order');
    const position = (await orders()).map(({ cursor }) => BigInt(cursor)).reduce((a, b) => (a > b ? a : b));
    await until(() => wms.received.length === 3, 'the webhook of the third');

    // The pod lives on; the hub ends by itself on a cluster.
    await restore(url, file, { replace: true });
    await rig.hub.stop();
    Object.assign(rig, { db: openPostgres({ url }) });
    await rig.startHub();
    await rig.stopEngine();
    rig.startEngine();
    await rig.until(async () => (await orders()).length === 3, 'the third order again');
    await rig.until(
      async () =>
        (await rig.db.query(`SELECT 1 FROM outbox WHERE kind = 'shipment' AND state = 'Applied'`)).length === 1,
      'the shipment confirmed',
    );
    expect(store.shipped).toHaveLength(1);
    await rig.run('StockCheck');
    await rig.run('StockExport');
    expect(store.stockWrites.map(({ sku, quantity }) => `${sku}=${quantity}`)).toEqual(['A=3', 'A=8']);

    // Who polls on from where he was is told of all that is open now, also of what came in between.
    const polled = ((await rig.api('GET', `/orders?after=${position}`)).body.items as { cust_po_no: string }[]).map(
      ({ cust_po_no }) => cust_po_no,
    );
    expect(polled).toEqual(expect.arrayContaining(['1', '2', '3']));
    // Webhooks of the backup have the ids that they had.
    await until(() => new Set(wms.received.map(({ event }) => event.data.cust_po_no)).size === 3, 'webhooks');
    const ids = (number: string) =>
      new Set(
        wms.received
          .filter(({ event }) => event.type === 'order.created' && event.data.cust_po_no === number)
          .map(({ headers }) => headers['webhook-id']),
      );
    expect([ids('1').size, ids('2').size]).toEqual([1, 1]);

    // The shop has 4 of B, which nobody told the hub: 10 is no level that is unchanged.
    await rig.run('StockImport');
    expect((await rig.api('GET', '/problems')).body.items.map(({ reason }: { reason: string }) => reason)).toContain(
      'StockForgotten',
    );
    expect(
      (
        await rig.api('POST', '/stock', {
          levels: [
            { sku: 'A', quantity: 8 },
            { sku: 'B', quantity: 10 },
          ],
        })
      ).body,
    ).toMatchObject({ queued: 1, unchanged: 1 });
    await rig.until(() => store.stockWrites.length === 3, 'the level of B');
    expect(
      (await rig.api('GET', '/problems')).body.items.filter(
        ({ reason, resolvedAt }: { reason: string; resolvedAt: string | null }) =>
          reason === 'StockForgotten' && resolvedAt === null,
      ),
    ).toEqual([]);
    await rig.stop();
  });

  it('before anything was read again a level is never called unchanged, and what the store has is not known', async () => {
    const url = await server.createDatabase('unknown_levels');
    const store = new MemoryStore();
    store.products = [product('p', ['A'])];
    store.stock = [level('A', 5)];
    const rig = await LocalRig.start({
      db: openPostgres({ url }),
      definition: store.definition(),
      feeds: ['ProductImport', 'StockImport'],
    });
    rig.startEngine();
    await rig.until(async () => (await rig.api('GET', '/stock')).body.items.length === 1, 'a level');
    await rig.stopEngine();
    await backUp(url, file);
    await restore(url, file, { replace: true });
    expect((await rig.api('GET', '/stock')).body.items).toMatchObject([
      { sku: 'A', onHand: null, available: null, target: null },
    ]);
    expect((await rig.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 5 }] })).body).toMatchObject({
      queued: 1,
      unchanged: 0,
    });
    await rig.stop();
  });

  it('a pod that goes on tells the hub again about its connection, also where the backup does not know it', async () => {
    const url = await server.createDatabase('unknown_connection');
    const store = new MemoryStore();
    store.products = [product('p', ['A'])];
    store.orders = [order('1', { lines: [line('1', 'A', 1)] })];
    const rig = await LocalRig.start({
      db: openPostgres({ url }),
      definition: store.definition(),
      feeds: ['ProductImport', 'OrderImport'],
      connection: { mode: 'Test' },
    });
    // Looked at here: after the restore the pod may be quicker than a look.
    expect(await rig.db.query('SELECT 1 FROM connections')).toEqual([]);
    await backUp(url, file);
    rig.startEngine();
    await rig.until(async () => (await rig.api('GET', '/orders')).body.items.length === 1, 'the order');
    await rig.run('OrderImport');
    await restore(url, file, { replace: true });
    await rig.until(
      async () => (await rig.db.query('SELECT 1 FROM connections WHERE registered')).length === 1,
      'the connection, when the call that waits at the hub has ended',
      40_000,
    );
    await rig.run('ProductImport');
    await rig.run('OrderImport');
    expect((await rig.api('GET', '/orders')).body.items).toHaveLength(1);
    await rig.stop();
  });
});
