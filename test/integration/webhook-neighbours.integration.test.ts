import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { carryBySocket, type CarryWebhook } from '../../hub/base/webhook-transport.ts';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig, receiver, until, type TestStore } from '../support/hub-rig.ts';
import { order } from '../support/memory-store.ts';

jest.setTimeout(120_000);

const WAITING = 2000;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

const SILENT = 'http://127.0.0.1:9/silent';

let rig: HubRig;
/** How many requests wait for the endpoint that takes every one, and never answers: not even a time limit ends them. */
let unanswered = 0;

const carryWebhook: CarryWebhook = (request) =>
  request.url === SILENT
    ? new Promise((_, reject) => {
        unanswered++;
        request.signal.addEventListener('abort', () => reject(new Error('the hub stopped')));
      })
    : carryBySocket()(request);

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { carryWebhook });
});
afterAll(async () => rig.stop());

const hookTo = (url: string, networks = LOOPBACK) => ({
  orderWebhooks: [{ name: 'wms', url }],
  allowedPrivateNetworks: networks,
});
const orders = (count: number) => Array.from({ length: count }, (_, index) => order(String(index + 1)));
const outcomes = async (store: TestStore, of = rig) =>
  of.db.query<{ attempts: number; last_error: string }>(
    `SELECT attempts, last_error FROM deliveries WHERE store_id = (SELECT id FROM stores WHERE name = $1) AND attempts > 0`,
    [store.name],
  );

describe('an endpoint that never answers', () => {
  it(`with ${WAITING} webhooks that wait for it, holds up no other endpoint`, async () => {
    const hanging = await rig.store(hookTo(SILENT));
    await (await hanging.connect('shop', { catalogue: false })).send('OrderImport', orders(WAITING));
    const healthy = await receiver();
    const store = await rig.store(hookTo(healthy.url));
    const pod = await store.connect('shop', { catalogue: false });
    await until(() => unanswered > 0, 'the first to hang');
    await pod.send('OrderImport', orders(40));
    // Behind a barrier at the hanging endpoint they would wait for ever.
    await until(() => healthy.received.length === 40, 'the webhooks of the healthy endpoint');
    expect(await outcomes(hanging)).toEqual([]);
    await healthy.close();
  });
});

describe('a Store that the hub cannot make sense of', () => {
  it.each([
    ['networks that are none', 'http://localhost:3999/hook', ['999.1.1.1/8', '10.0.0.0/33']],
    ['a url that is none', 'http://[bad/', LOOPBACK],
    [
      'metadata of a cloud, however it is allowed',
      'http://169.254.169.254/latest',
      ['0.0.0.0/0', '169.254.169.254/32'],
    ],
  ])('(%s) costs its own webhooks an outcome, and nobody else anything', async (_what, url, networks) => {
    const odd = await rig.store(hookTo(url, networks));
    await (await odd.connect('shop', { catalogue: false })).send('OrderImport', orders(3));
    await until(async () => (await outcomes(odd)).length > 0, 'an outcome');
    for (const { last_error } of await outcomes(odd)) expect(last_error).toMatch(/address|url/);
    const healthy = await receiver();
    const store = await rig.store(hookTo(healthy.url));
    await (await store.connect('shop', { catalogue: false })).send('OrderImport', orders(2));
    await until(() => healthy.received.length === 2, 'the webhooks of another Store');
    await healthy.close();
  });
});

describe('an endpoint over http:// outside the cluster', () => {
  const URL = 'http://hooks.example.com/hook';
  /** Where the webhook of one order went, and what its outcome was. */
  async function sent(webhookPlainHttp: boolean | undefined) {
    const carried: string[] = [];
    const carryWebhook: CarryWebhook = async ({ url }) => {
      carried.push(url);
      return 200;
    };
    const other = await HubRig.start(await ownDatabase(), { webhookPlainHttp, carryWebhook });
    try {
      const store = await other.store(hookTo(URL, []));
      await (await store.connect('shop', { catalogue: false })).send('OrderImport', orders(1));
      await until(async () => (await outcomes(store, other)).length > 0, 'an outcome');
      return { carried, errors: (await outcomes(store, other)).map(({ last_error }) => last_error) };
    } finally {
      await other.stop();
    }
  }

  it('gets no order, and says what to write instead', async () => {
    const { carried, errors } = await sent(undefined);
    expect(carried).toEqual([]);
    expect(errors).toEqual([
      expect.stringMatching(/would go in clear .*: write https:\/\/ .*hub\.webhooks\.allowPlainHttp/),
    ]);
  });

  it('gets its orders where the installation allows it', async () => {
    expect(await sent(true)).toEqual({ carried: [URL], errors: [null] });
  });
});
