import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { LocalRig } from '../../test/support/local-rig.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { engineHttp } from '../../test/stores/vendure/engine-http.ts';
import { startVendure, type VendureStore } from '../../test/stores/vendure/index.ts';
import { memoryVault, type Driver, type InboundHook } from '../contract/index.ts';
import { vendure } from './index.ts';

jest.setTimeout(120_000);

const never = new AbortController().signal;
let store: VendureStore;
let http: ReturnType<typeof engineHttp>;
let driver: Driver;
let receiver: Server;
let url: string;
let received: InboundHook[];

beforeAll(async () => {
  store = await startVendure();
  http = engineHttp();
  driver = vendure.connect({
    credential: { apiKey: store.apiKey },
    settings: { url: store.url },
    http,
    now: () => new Date(),
    tokens: memoryVault(),
  });
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
        receivedAt: new Date(),
      });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await new Promise((resolve) => {
    receiver.closeAllConnections();
    receiver.close(resolve);
  });
  await http.close();
  await store.stop();
});
afterEach(() => driver.webhooks!.remove(url, never));

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (
    const deadline = Date.now() + 20_000;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('waited 20 s');
}

describe('webhooks of a real Vendure with the companion plugin', () => {
  it('tell of an order that was placed, by its id, with a signature that the driver accepts', async () => {
    received = [];
    expect(await driver.webhooks!.ensure(url, ['OrderImport'], never)).toEqual({
      topics: ['orders', 'products'],
      repaired: true,
    });
    const { id } = await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    const hints = await until(() => {
      const found = received.flatMap((hook) => {
        const reading = driver.webhooks!.read(hook);
        expect(reading.valid).toBe(true);
        return reading.valid ? reading.hints : [];
      });
      return found.some((hint) => hint.feed === 'OrderImport' && hint.ids?.includes(id)) ? found : undefined;
    });
    expect(hints.length).toBeGreaterThan(0);
    expect(received.map(({ body }) => Buffer.from(body).toString()).join()).not.toMatch(/@|street|name/i);
  });

  it('are registered once however often it is looked for, and found to be lost when they are', async () => {
    await driver.webhooks!.ensure(url, ['OrderImport'], never);
    expect((await driver.webhooks!.ensure(url, ['OrderImport'], never)).repaired).toBe(false);
    await driver.webhooks!.remove(url, never);
    expect((await driver.webhooks!.ensure(url, ['OrderImport'], never)).repaired).toBe(true);
  });

  it('come no more after they were taken back', async () => {
    await driver.webhooks!.ensure(url, ['OrderImport'], never);
    await driver.webhooks!.remove(url, never);
    received = [];
    const { id } = await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // What was on its way when they were taken back may still come, and does not know of this one.
    const told = received.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as { orders: string[] });
    expect(told.flatMap(({ orders }) => orders)).not.toContain(id);
  });
});

describe('the completeness check against a real Vendure', () => {
  it('counts and names the orders that were placed in a window, and no carts', async () => {
    const from = new Date().toISOString();
    const placed = [
      await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] }),
      await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 2 }] }),
    ];
    await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }], placed: false });
    const window = { from, to: new Date(Date.now() + 1000).toISOString() };
    expect(await driver.feeds.OrderImport!.count!(window, never)).toBe(2);
    const ids: string[] = [];
    for await (const page of driver.feeds.OrderImport!.ids!(window, never)) ids.push(...page);
    expect(ids.sort()).toEqual(placed.map(({ id }) => id).sort());
    expect(
      await driver.feeds.OrderImport!.count!({ from: '2020-01-01T00:00:00Z', to: from }, never),
    ).toBeGreaterThanOrEqual(0);
  });
});

describe('engine, hub and a real Vendure with the companion plugin', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => postgres?.stop());

  it('have an order in the hub without any poll, and leave nothing at the shop afterwards', async () => {
    const rig = await LocalRig.start({
      db: openPostgres({ url: await postgres.createDatabase('hooks') }),
      definition: vendure,
      feeds: ['ProductImport', 'OrderImport'],
      secret: { apiKey: store.apiKey },
      connection: { driver: 'vendure', settings: { url: store.url } },
    });
    try {
      rig.startEngine();
      await rig.until(
        () =>
          (rig.world.get('Connection', 'default', 'shop')?.status as { hooks?: { state: string } } | undefined)?.hooks
            ?.state === 'Active',
        'the subscription',
      );
      await rig.until(() => rig.condition('Synced')?.status === 'True', 'the initial sync');
      const { code } = await store.admin.placeOrder({ lines: [{ sku: 'TEE-BLUE-S', quantity: 1 }] });
      const order = await until(async () =>
        ((await rig.api('GET', '/orders')).body.items as { cust_po_no: string }[]).find(
          (found) => found.cust_po_no === code,
        ),
      );
      expect(order).toBeDefined();
      expect(await rig.db.query('SELECT trigger FROM runs ORDER BY started_at DESC LIMIT 1')).toEqual([
        { trigger: 'Hint' },
      ]);
      rig.world.apply({ secrets: [], faults: [], resources: [] });
      await rig.until(() => rig.condition('Deregistered')?.status === 'True', 'the deregistration');
      expect(rig.world.get('Connection', 'default', 'shop')?.metadata.deletionTimestamp).toBeDefined();
    } finally {
      await rig.stop();
    }
  });
});
