import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, verdict } from '../../drill/count.ts';
import { Counterpart } from '../../drill/counterpart.ts';
import { Settling } from '../../drill/settle.ts';
import { systemClock } from '../../kit/clock.ts';
import { Random } from '../../simulator/random.ts';
import { BASE_PATH } from '../../simulator/wires/generic.ts';
import { freePort } from '../support/free-port.ts';
import { Part } from './part.ts';
import { API_KEY, CONNECTION, type HubSettings, type PodSettings } from './settings.ts';
import { SmallVolume } from './small-volume.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 8);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const VOLUME_MIB = 256;
const FULL_FOR_MS = 4000;
const SETTLE_MS = 240_000;
const SHOP_KEY = 'shop-of-a-fault-run';

jest.setTimeout(ROUNDS * 60_000 + SETTLE_MS + 60_000);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Hub with its embedded database and pod as processes, a simulated shop and a warehouse here; the volume of the database runs full at random moments, to the last byte or nearly. */
describe(`after the disk of the embedded database was full ${ROUNDS} times`, () => {
  const dice = new Random(SEED);
  const working = new AbortController();
  let volume: SmallVolume;
  let folder: string;
  let server: Server;
  let counterpart: Counterpart;
  let hub: Part;
  let pod: Part;
  let hubUrl: string;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test makes a small file system, which takes root');
    process.stdout.write(`disk full: seed ${SEED}, ${ROUNDS} rounds\n`);
    [volume, folder] = await Promise.all([SmallVolume.mount(VOLUME_MIB), mkdtemp(join(tmpdir(), 'supercargo-disk-'))]);
    const hubPort = await freePort();
    hubUrl = `http://127.0.0.1:${hubPort}`;
    server = createServer((request, response) => void counterpart.handle(request, response).catch(() => response.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    counterpart = new Counterpart({
      clock: systemClock, seed: SEED, faults: [], instance: 'disk', shopId: 'disk', apiKey: SHOP_KEY, controlKey: 'not-used', hub: hubUrl, developerKey: API_KEY,
      connection: `${CONNECTION.namespace}/${CONNECTION.name}`, endpoint: 'wms',
    });
    hub = new Part('hub', './hub-process.ts', { dataDir: join(volume.folder, 'db'), port: hubPort, webhookUrl: `${own}/orders` } satisfies HubSettings);
    pod = new Part('pod', './pod-process.ts', { driver: 'generic', hubUrl, storeUrl: own + BASE_PATH, apiKey: SHOP_KEY, stateFile: join(folder, 'resources.json') } satisfies PodSettings);
    hub.start();
    pod.start();
    void counterpart.work(working.signal);
  }, 120_000);

  afterAll(async () => {
    working.abort();
    pod?.stop();
    hub?.stop();
    server?.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    // The processes have to be gone before their volume.
    await pause(500);
    await volume?.unmount();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('nothing is lost and nothing doubled, and while it is full the hub answers and says so', async () => {
    await arrived();
    for (let round = 0; round < ROUNDS; round++) {
      counterpart.place(2);
      await volume.fill(dice.int(0, 64) * 1024 * 1024);
      counterpart.place(2);
      await pause(FULL_FOR_MS);
      if (round === 0) await saysSo();
      // A restart with no space at all is the worst that an administrator can do.
      if (dice.chance(0.3)) hub.kill();
      await pause(dice.int(0, 2000));
      await volume.free();
      await arrived();
      process.stdout.write(`disk full: round ${round + 1}, ${counterpart.progress().placed} orders, ${hub.kills} kills of the hub\n`);
    }
    counterpart.peace();
    const observation = await settled();
    expect(observation.open).toEqual({ parcels: 0, webhooks: 0 });
    const counted = count(observation.observed);
    process.stdout.write(`disk full: ${JSON.stringify({ orders: counted.orders.there, parcels: counted.parcels.there, webhooks: counted.webhooks.there, ...verdict(counted) })}\n`);
    expect(counted.orders.there).toBe(3 + ROUNDS * 4);
    expect(verdict(counted)).toEqual({ lost: 0, doubled: 0, unknown: 0 });
  });

  /** All that was ordered is shipped at the shop: each round begins with a product that works. */
  async function arrived(): Promise<void> {
    for (const deadline = Date.now() + SETTLE_MS; ;) {
      const { placed, shipped, trouble } = counterpart.progress();
      if (trouble) throw new Error(trouble);
      if (shipped === placed) return;
      if (Date.now() > deadline) throw new Error(`${placed} orders were placed, ${shipped} are shipped`);
      await pause(250);
    }
  }

  async function settled() {
    const settling = new Settling(systemClock.now(), SETTLE_MS);
    for (;;) {
      const observation = await counterpart.observe();
      if (observation && settling.look(systemClock.now(), observation) !== 'Waiting') return observation;
      await pause(1000);
    }
  }

  async function saysSo(): Promise<void> {
    await volume.free();
    await volume.fill(0);
    const answer = await fetch(`${hubUrl}/api/v1/stock`, { method: 'POST', headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }, body: JSON.stringify({ levels: [{ sku: 'NONE', quantity: 1 }] }) });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: 'DatabaseUnavailable', detail: expect.stringContaining('disk of the hub\'s database is full') });
    expect((await fetch(`${hubUrl}/readyz`)).status).toBe(200);
  }
});
