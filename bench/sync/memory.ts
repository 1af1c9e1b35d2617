import { measure } from './measure.ts';
import type { BenchPostgres } from './postgres.ts';
import { peakRss } from './processes.ts';
import type { Sample } from './sample.ts';
import { Shop } from './shop.ts';
import { NEVER, Supercargo } from './supercargo.ts';

/** Peak memory of a fresh sync process that reads `records` orders, its start included. */
export async function memorySample(postgres: BenchPostgres, records: number): Promise<Sample> {
  const shop = await Shop.start(records, Math.min(records, 1000));
  const supercargo = await Supercargo.start(await postgres.database('bench_memory'), shop.url);
  try {
    const { result, sample } = await measure(
      postgres,
      shop,
      { hub: supercargo.hubPid, pod: supercargo.podPid },
      async () => {
        const run = await supercargo.feeds([{ type: 'OrderImport', schedule: NEVER }], 'OrderImport');
        return { run, pod: peakRss(supercargo.podPid) };
      },
    );
    return {
      system: 'supercargo',
      workload: 'orders memory',
      records,
      ...sample,
      rss: { ...sample.rss, pod: result.pod },
      note: `${result.run?.result}: read ${result.run?.read}`,
    };
  } finally {
    await supercargo.stop();
    shop.stop();
  }
}
