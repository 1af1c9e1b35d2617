/** `make bench-sync`: see bench/README.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { floors } from './floors.ts';
import { supercargoImports } from './imports.ts';
import { readOptions } from './options.ts';
import { startBenchPostgres } from './postgres.ts';
import { totalCpu, type Sample } from './sample.ts';
import { Shop } from './shop.ts';

const options = readOptions(process.env);
const results = join(process.cwd(), 'bench', 'results');
await mkdir(results, { recursive: true });
const wanted = (part: string) => options.only.size === 0 || options.only.has(part);
const samples: Sample[] = [];
const keep = (added: readonly Sample[]) => {
  for (const sample of added) {
    samples.push(sample);
    console.log(`${sample.system.padEnd(30)} ${sample.workload.padEnd(20)} ${sample.wall.toFixed(1).padStart(7)} s ${totalCpu(sample).toFixed(2).padStart(8)} CPU-s ${JSON.stringify({ cpu: sample.cpu, rss: sample.rss, requests: sample.requests, losses: sample.losses, writes: sample.writes, note: sample.note })}`);
  }
};
const postgres = await startBenchPostgres();
try {
  for (let round = 0; round < options.repeat; round++) {
    const shop = await Shop.start(options.records, options.records);
    const profile = options.cpuProfile ? { hub: ['--cpu-prof', '--cpu-prof-dir', join(results, 'prof-hub')], pod: ['--cpu-prof', '--cpu-prof-dir', join(results, 'prof-pod')] } : undefined;
    if (wanted('floors')) keep(await floors(postgres, shop));
    if (wanted('imports')) keep(await supercargoImports(postgres, shop, profile));
    shop.stop();
  }
} finally {
  await postgres.stop();
}
await writeFile(join(results, 'samples.json'), JSON.stringify({ records: options.records, samples }, null, 1));
process.exit(0);
