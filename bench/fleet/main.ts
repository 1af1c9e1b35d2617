// What connections cost while nothing happens, and how a hub takes all of them at once.
// `node bench/fleet/main.ts [connections,…] [seconds] [hubs]`; figures and goals: docs/operating.md, "Sizing".
import { availableParallelism } from 'node:os';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../test/support/free-port.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { cpuSeconds } from '../sync/processes.ts';
import type { EnginesPart } from './engines-process.ts';
import type { FloorPart } from './floor-process.ts';
import type { HubPart } from './hub-process.ts';
import type { LoadAsked, LoadPart, LoadSaid } from './load-process.ts';
import { start, type Part } from './parts.ts';
import type { ShopsPart } from './shops-process.ts';

/** Engines in one process; on a cluster each has a pod. */
const IN_A_PROCESS = 250;
const READY_WITHIN_S = 900;
const ORDERS = 60;
const ORDER_EVERY_MS = 500;
const ORDER_LOST_AFTER_MS = 30_000;

/** A figure of this name is printed beside its own. */
const GOALS: Readonly<Record<string, string>> = {
  cpuSecondsPerMinute: 'at most 0.03',
  statementsPerMinute: 'at most 12',
  engineMiB: 'at most 4, many in a process',
  failedAnswers: '0',
};
const COLD_GOAL_S = 180;

const [counts = '10,100,1000', seconds = '120', hubCount = '1'] = process.argv.slice(2);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (line: string) => console.log(line);
const raw: Record<string, unknown> = { at: new Date().toISOString(), cores: availableParallelism(), hubs: +hubCount };

interface Engines {
  readonly ready: number;
  readonly requests: number;
  readonly failed: number;
  readonly rss: number;
}

/** Everything of one size, running. */
interface Fleet {
  readonly size: number;
  readonly postgres: TestPostgres;
  readonly database: string;
  readonly shops: Part<{ urls: string[] }>;
  readonly hubs: Part<{ url: string }>[];
  readonly hubParts: readonly HubPart[];
  readonly engines: Part<unknown>[];
}

async function startFleet(size: number): Promise<Fleet> {
  const postgres = await startPostgres({ durable: true });
  const database = await postgres.createDatabase('hub');
  const shops = await start<{ urls: string[] }>('shops-process.ts', { connections: size } satisfies ShopsPart);
  const hubParts: HubPart[] = [];
  const hubs: Part<{ url: string }>[] = [];
  for (let index = 0; index < +hubCount; index++) {
    const part: HubPart = { connections: size, database, port: await freePort() };
    hubParts.push(part);
    hubs.push(await start<{ url: string }>('hub-process.ts', part));
  }
  const engines: Part<unknown>[] = [];
  for (let from = 0; from < size; from += IN_A_PROCESS) {
    const part: EnginesPart = {
      from,
      shops: shops.said.urls.slice(from, from + IN_A_PROCESS),
      hubs: hubs.map(({ said }) => said.url),
    };
    engines.push(await start('engines-process.ts', part));
  }
  return { size, postgres, database, shops, hubs, hubParts, engines };
}

async function endFleet({ postgres, shops, hubs, engines }: Fleet): Promise<void> {
  for (const part of [...engines, ...hubs, shops]) await part.end();
  await postgres.stop();
}

async function enginesOf({ engines }: Fleet): Promise<Engines> {
  const all = await Promise.all(engines.map((part) => part.ask<Engines>('state')));
  const sum = (of: (one: Engines) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    ready: sum((e) => e.ready),
    requests: sum((e) => e.requests),
    failed: sum((e) => e.failed),
    rss: sum((e) => e.rss),
  };
}

/** Seconds until all are ready. */
async function whenReady(fleet: Fleet): Promise<number> {
  const began = performance.now();
  for (let told = began; ; await sleep(500)) {
    const { ready } = await enginesOf(fleet);
    const passed = (performance.now() - began) / 1000;
    if (ready === fleet.size) return passed;
    if (passed > READY_WITHIN_S) throw new Error(`after ${READY_WITHIN_S} s ${ready} of ${fleet.size} are ready`);
    if (performance.now() - told > 15_000) {
      told = performance.now();
      say(`  ${ready} of ${fleet.size} are ready after ${passed.toFixed(0)} s`);
    }
  }
}

type Statements = readonly (readonly [string, number])[];
const statementsOf = async ({ hubs }: Fleet): Promise<Map<string, number>> => {
  const sums = new Map<string, number>();
  for (const hub of hubs)
    for (const [sql, count] of (await hub.ask<{ statements: Statements }>('statements')).statements)
      sums.set(sql, (sums.get(sql) ?? 0) + count);
  return sums;
};
const cpuOf = (parts: readonly { readonly child: { readonly pid?: number } }[]): number =>
  parts.reduce((sum, { child }) => sum + cpuSeconds(child.pid!), 0);

/** A time in which nothing happens. */
async function quiet(fleet: Fleet): Promise<Record<string, number>> {
  const before = {
    engine: cpuOf(fleet.engines),
    hub: cpuOf(fleet.hubs),
    database: cpuSeconds(fleet.postgres.pid),
    state: await enginesOf(fleet),
    statements: await statementsOf(fleet),
  };
  await sleep(+seconds * 1000);
  const after = await enginesOf(fleet);
  const statements = await statementsOf(fleet);
  const per = (value: number) => value / fleet.size / (+seconds / 60);
  const grown = [...statements].map(([sql, count]) => [sql, per(count - (before.statements.get(sql) ?? 0))] as const);
  const costs = grown.filter(([, count]) => count >= 0.05).sort((a, b) => b[1] - a[1]);
  for (const [sql, count] of costs.slice(0, 24)) say(`    ${count.toFixed(2).padStart(6)}  ${sql}`);
  const cpu = {
    engine: per(cpuOf(fleet.engines) - before.engine),
    hub: per(cpuOf(fleet.hubs) - before.hub),
    database: per(cpuSeconds(fleet.postgres.pid) - before.database),
  };
  return {
    cpuSecondsPerMinute: cpu.engine + cpu.hub + cpu.database,
    ...cpu,
    hubRequestsPerMinute: per(after.requests - before.state.requests),
    statementsPerMinute: grown.reduce((sum, [, count]) => sum + count, 0),
    engineMiB: after.rss / fleet.size / 1024 / 1024,
    failedAnswers: after.failed - before.state.failed,
  };
}

/** From an order's placing to its being in the hub, where the shop tells by webhook. */
async function latency(fleet: Fleet, orders: number): Promise<{ p50: number; p99: number; lost: number }> {
  const client = new pg.Pool({ connectionString: fleet.database, max: 4 });
  const times: number[] = [];
  let lost = 0;
  const follow = async (shop: number, number: string) => {
    const began = performance.now();
    for (;;) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM orders o JOIN connections c ON c.id = o.connection_id WHERE c.name = $1 AND o.number = $2`,
        [`shop-${shop}`, number],
      );
      if (rowCount) return void times.push(performance.now() - began);
      if (performance.now() - began > ORDER_LOST_AFTER_MS) return void lost++;
      await sleep(20);
    }
  };
  const following: Promise<void>[] = [];
  for (let index = 0; index < orders; index++) {
    const shop = Math.floor((index * fleet.size) / orders);
    const { number } = await fleet.shops.ask<{ number: string }>({ place: shop });
    following.push(follow(shop, number));
    await sleep(ORDER_EVERY_MS);
  }
  await Promise.all(following);
  await client.end();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN);
  return { p50: at(0.5), p99: at(0.99), lost };
}

/** The hubs go away, and come back where they were: all connections come at once. */
async function herd(fleet: Fleet): Promise<{ p50: number; p99: number; lost: number; failed: number }> {
  const { failed } = await enginesOf(fleet);
  for (const [index, hub] of fleet.hubs.entries()) {
    await hub.kill();
    fleet.hubs[index] = await start('hub-process.ts', fleet.hubParts[index]!);
  }
  const answer = await latency(fleet, ORDERS / 2);
  return { ...answer, failed: (await enginesOf(fleet)).failed - failed };
}

/** What the hub serves at most, and what it serves when it is asked for twice as much. */
async function overload(fleet: Fleet) {
  const part: LoadPart = { connections: fleet.size, hubs: fleet.hubs.map(({ said }) => said.url) };
  const load = await start('load-process.ts', part);
  const ask = (asked: LoadAsked) => load.ask<LoadSaid>(asked);
  await ask({ clients: Math.min(fleet.size, 14), everyMs: 0, seconds: 10 });
  const capacity = await ask({ clients: Math.min(fleet.size, 14), everyMs: 0, seconds: 30 });
  const everyMs = (fleet.size / (2 * capacity.served)) * 1000;
  const twice = await ask({ clients: fleet.size, everyMs, seconds: 60 });
  await load.end();
  return { capacity, twice };
}

/** CPU seconds per connection and minute of a process that only does what nobody can leave out. */
async function floor(fleet: Fleet, database?: string): Promise<number> {
  const part: FloorPart = { shops: fleet.shops.said.urls, database };
  const process = await start('floor-process.ts', part);
  await sleep(60_000);
  const cost = () => cpuOf([process]) + (database ? cpuSeconds(fleet.postgres.pid) : 0);
  const before = cost();
  await sleep(60_000);
  const after = cost();
  await process.end();
  return (after - before) / fleet.size;
}

async function measure(size: number): Promise<void> {
  say(`${size} connections`);
  const fleet = await startFleet(size);
  try {
    const cold = await whenReady(fleet);
    say(`  from cold to all ready: ${cold.toFixed(1)} s (goal: 1,000 within ${COLD_GOAL_S} s)`);
    // A minute in which each feed has run once by its schedule, as it does from then on.
    await sleep(75_000);
    const still = await quiet(fleet);
    for (const [name, value] of Object.entries(still))
      say(`  ${name}: ${value.toFixed(3)}${GOALS[name] === undefined ? '' : ` (goal: ${GOALS[name]})`}`);
    const placed = await latency(fleet, ORDERS);
    say(`  order -> hub: p50 ${placed.p50} ms, p99 ${placed.p99} ms (goal: 2000), ${placed.lost} not within 30 s`);
    const after = await herd(fleet);
    say(`  the same after the hub was killed: p50 ${after.p50} ms, p99 ${after.p99} ms, ${after.lost} not within 30 s`);
    for (const engine of fleet.engines.splice(0)) await engine.end();
    const { capacity, twice } = await overload(fleet);
    say(`  capacity: ${capacity.served.toFixed(1)} runs/s with an order each, p99 ${capacity.p99} ms`);
    const share = `${((twice.served / capacity.served) * 100).toFixed(0)} % of it`;
    say(
      `  asked for twice as much: ${share} served (goal: 95 %), p99 ${twice.p99} ms, ${twice.failed} runs failed (goal: 0)`,
    );
    const fetching = await floor(fleet);
    const writing = await floor(fleet, fleet.database);
    say(`  floors: fetching ${fetching.toFixed(4)}, with an empty transaction ${writing.toFixed(4)} CPU-s`);
    say(`  quiet over the second floor: ${(still['cpuSecondsPerMinute']! / writing).toFixed(1)} (goal: at most 3)`);
    raw[size] = { cold, still, placed, after, capacity, twice, floors: { fetching, writing } };
  } finally {
    await endFleet(fleet);
  }
}

for (const count of counts.split(',')) await measure(Number(count));
const folder = join(import.meta.dirname, '..', 'results');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'fleet.json'), `${JSON.stringify(raw, null, 2)}\n`);
process.exit(0);
