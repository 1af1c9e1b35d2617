/** `make bench-operator`: see bench/README.md. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isComplete, measure } from './measure.ts';
import { readOptions } from './options.ts';
import { report } from './report.ts';
import type { Sample } from './sample.ts';
import { ours, reference, type System } from './system.ts';

const options = readOptions(process.env);
const results = join(process.cwd(), 'bench', 'results');
await mkdir(results, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'supercargo-bench-operator-'));
const launch = { folder: results, workers: options.workers };

function systems(): System[] {
  const binary = join(folder, 'reference');
  const peers = options.systems.filter((name) => name !== 'ours');
  if (peers.length > 0)
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: join('bench', 'reference'), stdio: 'inherit' });
  return options.systems.map((name) =>
    name === 'ours' ? ours(launch) : reference(launch, binary, name === 'always' ? 'always' : 'changed'),
  );
}

const samples: Sample[] = [];
const machine = () => ({ cpus: cpus().length, model: cpus()[0]?.model, load: loadavg(), node: process.version });
try {
  const all = systems();
  for (const connections of options.counts) {
    for (const system of all) {
      const tell = (text: string) => console.log(`${new Date().toISOString()} ${connections} ${system.name}: ${text}`);
      const sample = await measure(system, connections, options.pace, folder, tell);
      samples.push(sample);
      if (!isComplete(sample)) process.exitCode = 1;
      const file = join(results, `operator-${options.counts.join('-')}.json`);
      await writeFile(file, JSON.stringify({ options, machine: machine(), samples }, null, 1));
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(
  `\n${machine().cpus} × ${machine().model}, load at the end ${machine().load.join(' ')}\n\n${report(samples)}`,
);
process.exit();
