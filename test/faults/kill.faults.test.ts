import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, verdict, type Count, type Observed } from '../../drill/count.ts';
import { Random } from '../../simulator/random.ts';
import { startVendure, type VendureStore } from '../stores/vendure/index.ts';
import { freePort } from '../support/free-port.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { Part } from './part.ts';
import { Poller } from './poller.ts';
import { Wire } from './proxy.ts';
import type { HubSettings, PodSettings } from './settings.ts';
import { STOCK_SKU, Wms } from './wms.ts';

/** How many kills; the figure of the guarantee is 10,000. */
const KILLS = Number(process.env['KILLS'] ?? 500);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const ORDERS_A_BURST = 3;
/** What the poller asks for at once. */
const POLLED = 20;
/** What has not moved for so long will not. A busy machine has much to catch up on after the last kill. */
const STILL_MS = 240_000;
const SETTLE_MS = 1_800_000;
/** Questions to the store when everything is counted. */
const AT_ONCE = 20;
/** The longest that parts work between two strikes: a first page takes about a second. */
const WORKS_FOR_MS = 3000;

jest.setTimeout(KILLS * 10_000 + SETTLE_MS + 600_000);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Real processes, a real PostgreSQL, a real Vendure: parts are killed, wires cut, the database crashed and a clock
 * stepped at random moments, while customers order and a warehouse ships. Then everything is counted.
 */
describe(`after ${KILLS} kills at random moments`, () => {
  const dice = new Random(SEED);
  const random = () => dice.next();
  const stopping = new AbortController();
  let store: VendureStore;
  let postgres: TestPostgres;
  let folder: string;
  let wires: { readonly hub: Wire; readonly store: Wire };
  let wms: Wms;
  let pod: Part;
  let hub: Part;
  let storeKills = 0;
  let databaseCrashes = 0;
  let clockSteps = 0;

  beforeAll(async () => {
    process.stdout.write(`faults: seed ${SEED}, ${KILLS} kills\n`);
    [store, postgres, folder] = await Promise.all([
      startVendure(),
      startPostgres({ durable: true }),
      mkdtemp(join(tmpdir(), 'supercargo-faults-')),
    ]);
    const hubPort = await freePort();
    wires = { hub: await Wire.to(hubPort), store: await Wire.to(Number(new URL(store.url).port)) };
    wms = await Wms.start(`http://127.0.0.1:${hubPort}`, random);
    hub = new Part('hub', './hub-process.ts', {
      databaseUrl: await postgres.createDatabase('faults'),
      port: hubPort,
      webhookUrl: wms.webhookUrl,
    } satisfies HubSettings);
    const storeUrl = store.url.replace(/:\d+\//, `:${wires.store.port}/`);
    pod = new Part('pod', './pod-process.ts', {
      driver: 'vendure',
      hubUrl: wires.hub.url,
      storeUrl,
      apiKey: store.apiKey,
      stateFile: join(folder, 'resources.json'),
    } satisfies PodSettings);
    hub.start();
    pod.start();
  }, 300_000);

  afterAll(async () => {
    stopping.abort();
    pod?.stop();
    hub?.stop();
    await Promise.all([wires?.hub.close(), wires?.store.close(), wms?.close()]);
    await store?.stop();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  /** Mostly the parts of the product; now and then what they stand on. */
  async function strike(): Promise<void> {
    const luck = random();
    if (luck < 0.45) return pod.kill();
    if (luck < 0.85) return hub.kill();
    if (luck < 0.93) return cut(random() < 0.5 ? wires.hub : wires.store);
    if (luck < 0.96) {
      clockSteps++;
      return pod.send({ stepMs: Math.round((random() - 0.5) * 1_200_000) });
    }
    if (luck < 0.98) {
      storeKills++;
      await store.kill();
      return store.restart();
    }
    databaseCrashes++;
    return random() < 0.5 ? postgres.restart() : postgres.crash();
  }

  async function cut(wire: Wire): Promise<void> {
    wire.cut();
    await pause(random() * 1500);
    wire.mend();
  }

  async function customers(): Promise<void> {
    while (!stopping.signal.aborted && pod.kills + hub.kills < KILLS) {
      await store.admin.bulkOrders(ORDERS_A_BURST).catch(() => undefined);
      await pause(2000);
    }
  }

  it('nothing is lost and nothing doubled: every order, every parcel, every webhook, the last stock level', async () => {
    const ordering = customers();
    const warehouse = wms.work(stopping.signal);
    const poller = new Poller(async (after, limit) => wms.request('GET', `/orders?after=${after}&limit=${limit}`));
    const polling = poller.work(stopping.signal, POLLED, () => pause(50));
    for (let told = 0; pod.kills + hub.kills < KILLS;) {
      await Promise.all([pod.ready(), hub.ready()]);
      // In the middle of its work, wherever that is.
      await pause(random() * WORKS_FOR_MS);
      await strike();
      if (pod.kills + hub.kills - told >= 50)
        process.stdout.write(
          `faults: ${(told = pod.kills + hub.kills)} kills, ${wms.shipped.size} parcels, ${wms.webhooks} webhooks\n`,
        );
    }
    await ordering;
    const codes = await asked(() => store.admin.placedCodes());
    const ended = await settle(codes);
    stopping.abort();
    await Promise.all([warehouse, polling]);
    const polled = await poller.count();
    const report = count(await observe(codes));
    process.stdout.write(
      `faults: ${JSON.stringify({ ...ended, ...report, polls: poller.polls, polled: polled.listed, missed: polled.missed.length })}\n`,
    );
    if (verdict(report).lost > 0) await explain(report);
    expect({ ...verdict(report), report }).toEqual({ lost: 0, doubled: 0, unknown: 0, report });
    expect(polled.missed).toEqual([]);
    expect(ended['webhooksForged']).toBe(0);
    expect(codes.length).toBeGreaterThan(0);
  });

  /** Peace: until the warehouse has shipped all, the store has confirmed all and every webhook is through. */
  async function settle(codes: readonly string[]): Promise<Record<string, number>> {
    const began = Date.now();
    let seen = '';
    for (let moved = began; Date.now() - moved < STILL_MS && Date.now() - began < SETTLE_MS;) {
      await pause(1000);
      const atHub = await wms.ordersAtHub();
      const now = [wms.shipped.size, wms.told.size, atHub?.known.length, atHub?.unconfirmed].join();
      if (now !== seen) moved = Date.now();
      seen = now;
      if (wms.shipped.size < codes.length || wms.told.size < codes.length) continue;
      if (atHub?.unconfirmed === 0 && (await stockAtStore()) === wms.stock?.quantity) break;
    }
    return {
      podKills: pod.kills,
      hubKills: hub.kills,
      storeKills,
      databaseCrashes,
      cuts: wires.hub.cuts + wires.store.cuts,
      clockSteps,
      deliveries: wms.webhooks,
      webhooksRefused: wms.refused,
      webhooksForged: wms.forged,
      settleSeconds: Math.round((Date.now() - began) / 1000),
    };
  }

  /** What the hub says of what is not where it must be. */
  async function explain({ parcels }: Count): Promise<void> {
    const problems = await wms.request<{ items: unknown[] }>('GET', '/problems?limit=50');
    process.stdout.write(`faults: problems ${JSON.stringify(problems?.items)}\n`);
    const { known } = (await wms.ordersAtHub())!;
    for (const { id, number } of known.filter((order) => parcels.lost.includes(order.number))) {
      process.stdout.write(
        `faults: ${number} ${JSON.stringify(await wms.request('GET', `/orders/${encodeURIComponent(id)}/history`))}\n`,
      );
    }
  }

  /** The warehouse sets the first location that the hub lists; the other keeps the shop's own number. */
  async function stockAtStore(): Promise<number> {
    return Math.max(...(await asked(() => store.admin.stockOf(STOCK_SKU))).map(({ onHand }) => onHand));
  }

  async function parcelsOf(number: string): Promise<{ number: string; trackingCode: string | null }[]> {
    const { fulfillments } = await asked(() => store.admin.getOrder(number));
    return (fulfillments ?? [])
      .filter(({ state }) => state !== 'Cancelled')
      .map(({ trackingCode }) => ({ number, trackingCode: trackingCode ?? null }));
  }

  /** The counting itself must not fail for a connection that the store had closed before. */
  async function asked<T>(question: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await question();
      } catch (error) {
        if (attempt === 5 || !(error instanceof TypeError)) throw error;
        await pause(500);
      }
    }
  }

  async function observe(codes: readonly string[]): Promise<Observed> {
    const parcels: { number: string; trackingCode: string | null }[][] = [];
    // A few at a time: two thousand at once are more than the store takes.
    for (let start = 0; start < codes.length; start += AT_ONCE)
      parcels.push(...(await Promise.all(codes.slice(start, start + AT_ONCE).map(parcelsOf))));
    return {
      placed: codes,
      known: (await wms.ordersAtHub())!.known,
      parcels: parcels.flat(),
      ...wms.witness(),
      stock: { set: wms.stock?.quantity ?? null, atShop: await stockAtStore() },
    };
  }
});
