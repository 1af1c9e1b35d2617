// `supercargo up` with many connections on one machine: from its start until all are Ready.
// `node bench/fleet/up.ts [connections,…]`
import { cpuSeconds } from '../sync/processes.ts';
import { start } from './parts.ts';
import type { ShopsPart } from './shops-process.ts';
import type { UpPart } from './up-process.ts';

const GIVE_UP_S = 600;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const connections of (process.argv[2] ?? '50,200').split(',').map(Number)) {
  const shops = await start<{ urls: string[] }>('shops-process.ts', { connections } satisfies ShopsPart);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const up = await start('up-process.ts', { shops: shops.said.urls } satisfies UpPart);
  let ready = 0;
  for (let told = 0; ready < connections && seconds() < GIVE_UP_S; await sleep(500)) {
    ({ ready } = await up.ask<{ ready: number }>('state'));
    if (seconds() - told > 15) console.log(`  ${ready} of ${connections} after ${(told = seconds()).toFixed(0)} s`);
  }
  console.log(`${connections} connections: ${ready} Ready after ${seconds().toFixed(1)} s (goal: 200 in 120 s)`);
  const before = cpuSeconds(up.child.pid!);
  await sleep(60_000);
  const cost = (cpuSeconds(up.child.pid!) - before) / connections;
  console.log(`  quiet: ${cost.toFixed(3)} CPU-s for each connection and minute, the database's with it`);
  up.child.send('stop');
  await new Promise((resolve) => up.child.once('exit', resolve));
  await shops.end();
}
process.exit(0);
