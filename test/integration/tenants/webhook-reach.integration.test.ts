import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readHubEnvironment } from '../../../hub/env.ts';
import { reachOf } from '../../../kit/net/addresses.ts';
import { HubRig, receiver, until, type Receiver } from '../../support/hub-rig.ts';
import { order } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

const EVERYWHERE = ['0.0.0.0/0', '::/0', '127.0.0.0/8', '127.0.0.1/32', '::1/128', '10.9.8.7/32'];

let endpoint: Receiver;
/** In a cluster whose chart lists one network, and loopback, which is never called there. */
let cluster: HubRig;
/** On a machine whose user allows loopback. */
let machine: HubRig;

beforeAll(async () => {
  endpoint = await receiver();
  const { webhookReach } = readHubEnvironment({
    SUPERCARGO_NAMESPACE: 'supercargo',
    SUPERCARGO_WEBHOOK_PRIVATE_NETWORKS: '10.20.0.0/16,127.0.0.0/8,::1/128',
  }).installed;
  cluster = await HubRig.start(await ownDatabase(), { webhookReach });
  machine = await HubRig.start(await ownDatabase(), { webhookReach: reachOf(['127.0.0.0/8']).reach });
}, 120_000);
afterEach(() => {
  endpoint.received.splice(0);
});
afterAll(async () => {
  await cluster?.stop();
  await machine?.stop();
  await endpoint.close();
});

/** What became of the webhook of one order. */
async function outcomeOf(rig: HubRig, url: string, networks: string[] | undefined): Promise<string | null> {
  const store = await rig.store({ orderWebhooks: [{ name: 'wms', url }], allowedPrivateNetworks: networks });
  await (await store.connect('shop', { catalogue: false })).send('OrderImport', [order('1')]);
  const outcome = async () =>
    (
      await rig.db.query<{ last_error: string | null }>(
        `SELECT last_error FROM deliveries WHERE attempts > 0 AND store_id = (SELECT id FROM stores WHERE name = $1)`,
        [store.name],
      )
    )[0];
  await until(async () => (await outcome()) !== undefined, 'an outcome');
  return (await outcome())!.last_error;
}
const at = (host: string) => endpoint.url.replace('127.0.0.1', host);

describe('a Store that lists every network there is', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback, by name', 'localhost'],
    ['loopback, as IPv4 in IPv6', '[::ffff:127.0.0.1]'],
    ['a network that the installation does not list', '10.9.8.7'],
  ])('gets nothing sent to %s: %s', async (_what, host) => {
    expect(await outcomeOf(cluster, at(host), EVERYWHERE)).toMatch(
      /^the address is not public: .*hub\.webhooks\.privateNetworks/,
    );
    expect(endpoint.received).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost'])('has it sent where the installation lists the network too: %s', async (host) => {
    expect(await outcomeOf(machine, at(host), EVERYWHERE)).toBeNull();
    expect(endpoint.received).toHaveLength(1);
  });
});

it.each<[string, string, string[] | undefined]>([
  ['lists no network', '127.0.0.1', undefined],
  ['lists no network, by name', 'localhost', undefined],
  ['lists another one', 'localhost', ['10.20.0.0/16']],
])('a Store that %s gets nothing sent to one of the installation: %s', async (_what, host, networks) => {
  expect(await outcomeOf(machine, at(host), networks)).toMatch(/not public: .*spec\.allowedPrivateNetworks/);
  expect(endpoint.received).toEqual([]);
});
