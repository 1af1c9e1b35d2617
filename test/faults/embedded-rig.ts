import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counterpart } from '../../drill/counterpart.ts';
import { Settling } from '../../drill/settle.ts';
import { systemClock } from '../../kit/clock.ts';
import { BASE_PATH } from '../../simulator/wires/generic.ts';
import { freePort } from '../support/free-port.ts';
import { Part } from './part.ts';
import { API_KEY, CONNECTION, type HubSettings, type PodSettings } from './settings.ts';

const SHOP_KEY = 'shop-of-a-fault-run';
export const SETTLE_MS = 240_000;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Hub with its embedded database and pod as processes, a simulated shop and a warehouse here. */
export class EmbeddedRig {
  readonly folder: string;
  readonly hubUrl: string;
  readonly hub: Part;
  readonly counterpart: Counterpart;
  readonly #pod: Part;
  readonly #server: Server;
  readonly #working = new AbortController();

  private constructor(folder: string, hubUrl: string, server: Server, counterpart: Counterpart, hub: Part, pod: Part) {
    this.folder = folder;
    this.hubUrl = hubUrl;
    this.#server = server;
    this.counterpart = counterpart;
    this.hub = hub;
    this.#pod = pod;
  }

  /** `dataDir`: of the hub, given the folder of this rig. */
  static async start(name: string, seed: number, dataDir: (folder: string) => Promise<string>): Promise<EmbeddedRig> {
    const folder = await mkdtemp(join(tmpdir(), `supercargo-${name}-`));
    await chmod(folder, 0o711);
    const data = await dataDir(folder);
    const hubPort = await freePort();
    const hubUrl = `http://127.0.0.1:${hubPort}`;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const counterpart = new Counterpart({
      clock: systemClock,
      seed,
      faults: [],
      instance: name,
      shopId: name,
      apiKey: SHOP_KEY,
      controlKey: 'not-used',
      hub: hubUrl,
      developerKey: API_KEY,
      connection: `${CONNECTION.namespace}/${CONNECTION.name}`,
      endpoint: 'wms',
    });
    server.on(
      'request',
      (request, response) => void counterpart.handle(request, response).catch(() => response.destroy()),
    );
    const hub = new Part('hub', './hub-process.ts', {
      dataDir: data,
      port: hubPort,
      webhookUrl: `${own}/orders`,
    } satisfies HubSettings);
    const pod = new Part('pod', './pod-process.ts', {
      driver: 'generic',
      hubUrl,
      storeUrl: own + BASE_PATH,
      apiKey: SHOP_KEY,
      stateFile: join(folder, 'resources.json'),
    } satisfies PodSettings);
    const rig = new EmbeddedRig(folder, hubUrl, server, counterpart, hub, pod);
    hub.start();
    pod.start();
    void counterpart.work(rig.#working.signal);
    return rig;
  }

  /** All that was ordered is shipped at the shop: each round begins with a product that works. */
  async arrived(): Promise<void> {
    for (const deadline = Date.now() + SETTLE_MS; ;) {
      const { placed, shipped, trouble } = this.counterpart.progress();
      if (trouble) throw new Error(trouble);
      if (shipped === placed) return;
      if (Date.now() > deadline) throw new Error(`${placed} orders were placed, ${shipped} are shipped`);
      await pause(250);
    }
  }

  async settled() {
    const settling = new Settling(systemClock.now(), SETTLE_MS);
    for (;;) {
      const observation = await this.counterpart.observe();
      if (observation && settling.look(systemClock.now(), observation) !== 'Waiting') return observation;
      await pause(1000);
    }
  }

  /** Ends the processes; `volume` goes when they are gone. */
  async stop(volume: () => Promise<void>): Promise<void> {
    this.#working.abort();
    this.#pod.stop();
    this.hub.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await pause(500);
    await volume();
    await rm(this.folder, { recursive: true, force: true });
  }
}
