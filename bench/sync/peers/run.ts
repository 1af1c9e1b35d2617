import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { round } from '../measure.ts';
import { CHANGED_STEP } from '../options.ts';
import type { BenchPostgres } from '../postgres.ts';
import { cpuSeconds, runCommand } from '../processes.ts';
import type { Sample } from '../sample.ts';
import type { Shop } from '../shop.ts';
import { countLosses } from '../verify.ts';
import { airbytePeer } from './airbyte.ts';
import { dltPeers } from './dlt.ts';
import { installPeer } from './install.ts';
import type { List, Peer, PeerRun } from './peer.ts';
import { singerPeers } from './singer.ts';

/** Those that can be installed here. */
export async function availablePeers(): Promise<Peer[]> {
  const [dlt, tap, target, airbyte] = [
    await installPeer('dlt', process.env),
    await installPeer('tap', process.env),
    await installPeer('target', process.env),
    await installPeer('airbyte', process.env),
  ];
  // Scripts stay where they were written: the compiler copies no Python.
  const scripts = join(process.cwd(), 'bench', 'sync', 'peers');
  return [
    ...(dlt ? dltPeers(dlt, scripts) : []),
    ...(tap && target ? singerPeers(tap, target) : []),
    ...(airbyte ? [airbytePeer(airbyte)] : []),
  ];
}

/** A peer that fails is reported and left out; the others go on. */
export async function peerSamples(postgres: BenchPostgres, shop: Shop, peer: Peer): Promise<Sample[]> {
  const samples: Sample[] = [];
  const work = await mkdtemp(join(tmpdir(), 'supercargo-bench-peer-'));
  try {
    await shop.reset();
    const run: PeerRun = {
      list: 'orders',
      shopUrl: shop.url,
      work,
      databaseUrl: await postgres.database('bench_peer'),
    };
    const { orders } = await shop.sums();
    samples.push(await measureRun(postgres, shop, peer, run, 'orders full', orders.count));
    if (!peer.check) return samples;
    const changed = await shop.change(CHANGED_STEP);
    samples.push(await measureRun(postgres, shop, peer, run, 'orders 1 %', changed.orders));
    samples.push(await measureRun(postgres, shop, peer, run, 'orders unchanged', 0));
  } catch (error) {
    console.log(`FAILED ${peer.system}: ${(error as Error).message}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return samples;
}

async function measureRun(
  postgres: BenchPostgres,
  shop: Shop,
  peer: Peer,
  run: PeerRun,
  workload: `${List} ${string}`,
  records: number,
): Promise<Sample> {
  const { line, env } = await peer.command(run);
  await postgres.checkpoint();
  await shop.takeStats();
  const before = cpuSeconds(postgres.pid);
  const cost = await runCommand(line, env, run.work);
  const cpu = { process: round(cost.cpu), postgres: round(cpuSeconds(postgres.pid) - before) };
  const { requests } = await shop.takeStats();
  const losses = peer.check
    ? await countLosses(postgres, run.databaseUrl, peer.check(run.list), (await shop.sums())[run.list])
    : undefined;
  return {
    system: peer.system,
    workload,
    records,
    wall: round(cost.wall),
    cpu,
    rss: { process: cost.rss },
    requests,
    losses,
  };
}
