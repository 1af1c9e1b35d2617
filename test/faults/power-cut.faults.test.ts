import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
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
import { PowerVolume } from './power-volume.ts';
import { killServer } from './servers.ts';

const CUTS = Number(process.env['CUTS'] ?? 10);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const VOLUME_MIB = 512;
/** The longest that parts work between two cuts. */
const WORKS_FOR_MS = 8000;
const SETTLE_MS = 240_000;
const SHOP_KEY = 'shop-of-a-fault-run';

jest.setTimeout(CUTS * 60_000 + SETTLE_MS + 60_000);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Hub with its embedded database on a block device, pod, a simulated shop and a warehouse. At random moments of work hub and
 * database are killed and the device is taken as it is at that moment; they come up again on that. What the warehouse was
 * answered, and every order, must be in it.
 */
describe(`after ${CUTS} power cuts under the embedded database`, () => {
  const dice = new Random(SEED);
  const working = new AbortController();
  let volume: PowerVolume;
  let folder: string;
  let server: Server;
  let counterpart: Counterpart;
  let hub: Part;
  let pod: Part;
  let hubUrl: string;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test makes a block device, which takes root');
    process.stdout.write(`power cuts: seed ${SEED}, ${CUTS} cuts\n`);
    [volume, folder] = await Promise.all([PowerVolume.create(VOLUME_MIB), mkdtemp(join(tmpdir(), 'supercargo-cuts-'))]);
    await chmod(folder, 0o711);
    await pointTo(volume.folder);
    const hubPort = await freePort();
    hubUrl = `http://127.0.0.1:${hubPort}`;
    server = createServer((request, response) => void counterpart.handle(request, response).catch(() => response.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    counterpart = new Counterpart({
      clock: systemClock, seed: SEED, faults: [], instance: 'power', shopId: 'power', apiKey: SHOP_KEY, controlKey: 'not-used', hub: hubUrl, developerKey: API_KEY,
      connection: `${CONNECTION.namespace}/${CONNECTION.name}`, endpoint: 'wms',
    });
    hub = new Part('hub', './hub-process.ts', { dataDir: join(folder, 'volume', 'hub'), port: hubPort, webhookUrl: `${own}/orders` } satisfies HubSettings);
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
    if (volume) await killServer(join(volume.folder, 'hub', 'postgres')).catch(() => undefined);
    await volume?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('nothing that was answered is lost, and nothing doubled', async () => {
    await arrived();
    for (let cut = 1; cut <= CUTS; cut++) {
      counterpart.place(dice.int(1, 6));
      await hub.ready();
      await pause(dice.int(0, WORKS_FOR_MS));
      await cutPower();
      process.stdout.write(`power cuts: ${cut}, ${counterpart.progress().placed} orders\n`);
    }
    await arrived();
    counterpart.peace();
    const observation = await settled();
    expect(observation.open).toEqual({ parcels: 0, webhooks: 0 });
    const counted = count(observation.observed);
    process.stdout.write(`power cuts: ${JSON.stringify({ cuts: CUTS, orders: counted.orders.there, parcels: counted.parcels.there, webhooks: counted.webhooks.there, ...verdict(counted) })}\n`);
    expect(counted.orders.there).toBeGreaterThan(CUTS);
    expect(verdict(counted)).toEqual({ lost: 0, doubled: 0, unknown: 0 });
  });

  /** First they end, so that nothing is answered of which the device knows nothing; then it is taken as it is. */
  async function cutPower(): Promise<void> {
    await hub.down();
    await killServer(join(volume.folder, 'hub', 'postgres'));
    await volume.cut();
    await volume.bringUp();
    await pointTo(volume.folder);
    hub.start();
  }

  /** The hub finds its volume under one name. */
  async function pointTo(target: string): Promise<void> {
    await symlink(target, join(folder, 'volume.new'));
    await rename(join(folder, 'volume.new'), join(folder, 'volume'));
  }

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
});
