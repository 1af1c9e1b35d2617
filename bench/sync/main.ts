/** `make bench-sync`: see bench/README.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { floors } from './floors.ts';
import { supercargoImports } from './imports.ts';
import { latencySample, type LatencySample } from './latency.ts';
import { memorySample } from './memory.ts';
import { readOptions } from './options.ts';
import { availablePeers, peerSamples } from './peers/run.ts';
import { cpuProfiles, printStatements, PROFILED_POSTGRES } from './profile.ts';
import { startBenchPostgres } from './postgres.ts';
import { report } from './report.ts';
import { totalCpu, type Sample } from './sample.ts';
import { stockSample } from './stock.ts';
import { Shop } from './shop.ts';

const options = readOptions(process.env);
const results = join(process.cwd(), 'bench', 'results');
await mkdir(results, { recursive: true });
const wanted = (part: string) => options.only.size === 0 || options.only.has(part);
const samples: Sample[] = [];
const keep = (added: readonly Sample[]) => {
  for (const sample of added) {
    samples.push(sample);
    console.log(
      `${sample.system.padEnd(30)} ${sample.workload.padEnd(20)} ${sample.wall.toFixed(1).padStart(7)} s ${totalCpu(sample).toFixed(2).padStart(8)} CPU-s ${JSON.stringify({ cpu: sample.cpu, rss: sample.rss, requests: sample.requests, losses: sample.losses, writes: sample.writes, note: sample.note })}`,
    );
  }
};
const latencies: LatencySample[] = [];
const noteLatency = (sample: LatencySample) => {
  latencies.push(sample);
  console.log(JSON.stringify(sample));
};
const peers = options.peers && wanted('peers') ? await availablePeers() : [];
const postgres = await startBenchPostgres(options.cpuProfile ? PROFILED_POSTGRES : {});
try {
  for (let round = 0; round < options.repeat; round++) {
    const shop = await Shop.start(options.records, options.records);
    const profile = options.cpuProfile ? cpuProfiles(results) : undefined;
    const statements = options.cpuProfile ? (url: string) => printStatements(postgres, url) : undefined;
    if (wanted('floors')) keep(await floors(postgres, shop));
    if (wanted('imports')) keep(await supercargoImports(postgres, shop, profile, statements));
    if (wanted('memory')) for (const records of options.memory) keep([await memorySample(postgres, records)]);
    if (wanted('latency'))
      for (const way of ['store webhook', 'poll every 2 s'] as const) noteLatency(await latencySample(postgres, way));
    if (wanted('stock')) keep([await stockSample(postgres, options.levels, statements)]);
    for (const peer of peers) keep(await peerSamples(postgres, shop, peer));
    shop.stop();
  }
} finally {
  await postgres.stop();
}
const unequal = new Map(peers.map((peer) => [peer.system, peer.unequal]));
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model,
  memoryMiB: Math.round(totalmem() / 1024 / 1024),
  load: loadavg(),
  node: process.version,
};
await writeFile(
  join(results, `sync-${options.records}.json`),
  JSON.stringify({ options: { ...options, only: [...options.only] }, machine, samples, latencies }, null, 1),
);
console.log(
  `\n${machine.cpus} × ${machine.model}, Node ${machine.node}, load at the end ${machine.load.map((load) => load.toFixed(1)).join(' ')}\n\n${report({ samples, latencies, unequal })}`,
);
process.exit(0);
