import { scriptPath } from './children.ts';
import type { BenchPostgres } from './postgres.ts';
import { cpuSeconds, runCommand } from './processes.ts';
import { round } from './measure.ts';
import type { Sample } from './sample.ts';
import type { Shop } from './shop.ts';
import { countLosses, OWN_ORDERS, OWN_PRODUCTS } from './verify.ts';

/** The two floors, for orders and products. The first also fills the page server's cache, for everybody. */
export async function floors(postgres: BenchPostgres, shop: Shop): Promise<Sample[]> {
  await shop.reset();
  const samples: Sample[] = [];
  for (const list of ['products', 'orders'] as const) {
    for (const mode of ['drain', 'copy'] as const) samples.push(await floor(postgres, shop, mode, list));
  }
  return samples;
}

async function floor(
  postgres: BenchPostgres,
  shop: Shop,
  mode: 'drain' | 'copy',
  list: 'orders' | 'products',
): Promise<Sample> {
  const url = await postgres.database('bench_floor');
  await postgres.checkpoint();
  await shop.takeStats();
  const before = cpuSeconds(postgres.pid);
  const cost = await runCommand(
    `${process.execPath} ${scriptPath('floor-process')} ${mode} ${list} ${shop.url} ${url}`,
    {},
    process.cwd(),
  );
  const source = (await shop.sums())[list];
  return {
    system: mode === 'drain' ? 'floor: drain and parse' : 'floor: drain, parse and COPY',
    workload: `${list} full`,
    records: source.count,
    wall: round(cost.wall),
    cpu: { process: round(cost.cpu), postgres: round(cpuSeconds(postgres.pid) - before) },
    rss: { process: cost.rss },
    requests: (await shop.takeStats()).requests,
    losses:
      mode === 'copy'
        ? await countLosses(postgres, url, list === 'orders' ? OWN_ORDERS : OWN_PRODUCTS, source)
        : undefined,
  };
}
