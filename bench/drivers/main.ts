/** `make bench-drivers`: see bench/README.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { loadDriver } from '../../drivers/load.ts';
import { startBenchPostgres } from '../sync/postgres.ts';
import { cpuProfiles } from '../sync/profile.ts';
import type { DriverSample } from './driver-sample.ts';
import { readOptions } from './options.ts';
import { fullReading, type ReadingOf } from './reading.ts';
import { FEW, report, type DriverResult } from './report.ts';

const options = readOptions(process.env);
const results = join(process.cwd(), 'bench', 'results');
await mkdir(results, { recursive: true });
const profile = options.cpuProfile ? cpuProfiles(results) : undefined;
const postgres = await startBenchPostgres();

async function reading(part: string, of: ReadingOf): Promise<DriverSample | undefined> {
  if (options.only.size > 0 && !options.only.has(part)) return undefined;
  const sample = await fullReading(postgres, of).catch((error: unknown) => {
    console.log(`${part}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return undefined;
  });
  if (!sample) return undefined;
  const { system, records, wall, ...rest } = sample;
  console.log(
    `${system.padEnd(12)} ${part.padEnd(14)} ${String(records).padStart(7)} ${wall.toFixed(1).padStart(7)} s ${JSON.stringify(rest)}`,
  );
  return sample;
}

const all: DriverResult[] = [];
try {
  for (const driver of options.drivers) {
    const { budget } = (await loadDriver(driver))!.manifest;
    all.push({
      driver,
      budget,
      byBudget: await reading('budget', { driver, kind: 'orders', count: FEW, budget }),
      orders: await reading('orders', { driver, kind: 'orders', count: options.orders, profile }),
      fewProducts: await reading('few-products', { driver, kind: 'products', count: FEW }),
      products: await reading('products', { driver, kind: 'products', count: options.products }),
    });
  }
} finally {
  await postgres.stop();
}
const machine = { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg(), node: process.version };
await writeFile(
  join(results, `drivers-${options.orders}-${options.products}.json`),
  JSON.stringify({ options: { ...options, only: [...options.only] }, machine, results: all }, null, 1),
);
console.log(
  `\n${machine.cpus} × ${machine.model}, Node ${machine.node}, load at the end ${machine.load.map((load) => load.toFixed(1)).join(' ')}\n\n${report(all)}`,
);
process.exit();
