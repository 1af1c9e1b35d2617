import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { systemClock } from '../kit/clock.ts';
import { BASE_PATH } from '../simulator/wires/generic.ts';
import { controlClient, PATHS } from './control.ts';
import { count, verdict } from './count.ts';
import { Counterpart } from './counterpart.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const RETRY_OF_A_HUB = 3;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the counterpart of a drill', () => {
  const signal = new AbortController().signal;
  let counterpart: Counterpart;
  let servers: Server[];
  let url: string;
  let control: ReturnType<typeof controlClient>;

  beforeAll(async () => {
    // A hub that has no order, and whose endpoint has this secret.
    const hub = createServer((request, response) => {
      const items = request.url?.includes('/webhooks') ? [{ name: 'warehouse-x', secret: SECRET, pending: 4 }] : [];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items, nextCursor: null }));
    });
    counterpart = new Counterpart({
      clock: systemClock,
      seed: 1,
      faults: ['5xx', 'ties'],
      instance: 'one',
      shopId: 'drill-x',
      apiKey: 'shop',
      controlKey: 'control',
      developerKey: 'developer',
      hub: await listen(hub),
      connection: 'drill/drill-x',
      endpoint: 'warehouse-x',
    });
    const own = createServer(
      (request, response) => void counterpart.handle(request, response).catch(() => response.destroy()),
    );
    servers = [hub, own];
    url = await listen(own);
    control = controlClient({ url, key: 'control', clock: systemClock, patienceMs: 0, signal });
  });
  afterAll(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });

  const tell = async (id: string, number: string, secret = SECRET): Promise<number> => {
    const body = JSON.stringify({ type: 'order.created', data: { cust_po_no: number } });
    const at = new Date();
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    };
    return fetch(url + PATHS.webhook, { method: 'POST', headers, body }).then(
      ({ status }) => status,
      () => 0,
    );
  };

  it("opens its control routes to the drill's key alone", async () => {
    for (const key of ['', 'shop', 'developer', 'control1']) {
      for (const path of [PATHS.progress, PATHS.observed])
        expect((await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })).status).toBe(401);
    }
    expect((await fetch(url + PATHS.health)).status).toBe(200);
    expect((await fetch(`${url}${BASE_PATH}/shop`, { headers: { authorization: 'Bearer control' } })).status).toBe(401);
    expect((await fetch(`${url}${BASE_PATH}/shop`, { headers: { authorization: 'Bearer shop' } })).status).toBe(200);
  });

  it('places orders, and has a shop that fails only from trouble to peace', async () => {
    const before = (await control.progress()).placed;
    await control.place(5);
    expect((await control.progress()).placed).toBe(before + 5);
    const { faults } = counterpart.store;
    const state = () => [faults.has('5xx'), faults.has('ties')];
    expect(state()).toEqual([false, true]);
    await control.trouble();
    expect(state()).toEqual([true, true]);
    await control.peace();
    expect(state()).toEqual([false, true]);
  });

  it('takes a webhook that is signed, however often it has to come, under its one id; and no other', async () => {
    expect(await tell('w0', 'S-000001', `whsec_${Buffer.from('another secret').toString('base64')}`)).toBe(401);
    for (let id = 1; id <= 20; id++) {
      for (let attempt = 1; (await tell(`w${id}`, 'S-000001')) !== 204; attempt++)
        expect(attempt).toBeLessThan(RETRY_OF_A_HUB);
    }
    expect(counterpart.warehouse.told.get('S-000001')?.size).toBe(20);
    expect(counterpart.warehouse.refused).toBeGreaterThan(0);
    expect(counterpart.warehouse.forged).toBe(1);
  });

  it('says what it sees: orders that a hub has not are lost, one told under many ids is doubled', async () => {
    const { observed, open, instance } = await control.observe();
    expect([open, instance]).toEqual([{ parcels: 0, webhooks: 4 }, 'one']);
    const counted = count(observed);
    expect(counted.orders.lost).toEqual(observed.placed);
    expect(counted.webhooks.doubled).toEqual(['S-000001']);
    expect(verdict(counted).lost).toBeGreaterThan(observed.placed.length * 2);
  });
});
