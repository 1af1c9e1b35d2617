// What one Store's key costs another: GET /orders?limit=1 of a neighbour, alone and beside a key that posts 5,000
// levels from 12 threads. `node bench/tenants/neighbour.ts [seconds]`; hub, load and neighbour are processes.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { HubRig } from '../../test/support/hub-rig.ts';
import { level, line, order, product } from '../../test/support/memory-store.ts';
import { ownDatabase } from '../../test/support/postgres.ts';

const THREADS = 12;
const LEVELS = 5000;
const [role = '10', url = '', key = ''] = process.argv.slice(2);
const authorization = `Bearer ${key}`;

async function neighbour(): Promise<void> {
  const times: number[] = [];
  process.once('message', () => {
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(1);
    process.send!(`${times.length} requests, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`, () => process.exit());
  });
  for (;;) {
    const began = performance.now();
    await (await fetch(`${url}/api/v1/orders?limit=1`, { headers: { authorization } })).text();
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function load(): Promise<void> {
  const answers: Record<string, number> = {};
  process.once('message', () => process.send!(JSON.stringify(answers), () => process.exit()));
  let round = 0;
  const one = async () => {
    for (;;) {
      const quantity = ++round;
      const levels = Array.from({ length: LEVELS }, (_, index) => ({ sku: `S${index}`, quantity }));
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/v1/stock`, { method: 'POST', headers, body: JSON.stringify({ levels }) });
      await answer.text();
      answers[answer.status] = (answers[answer.status] ?? 0) + 1;
      if (answer.status === 429)
        await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after'))));
    }
  };
  await Promise.all(Array.from({ length: THREADS }, one));
}

const said = async (child: ChildProcess) => {
  child.send('end');
  return String((await once(child, 'message'))[0]);
};

async function main(seconds: number): Promise<void> {
  const rig = await HubRig.start(await ownDatabase());
  const [noisy, quiet] = [await rig.store(), await rig.store()];
  const skus = Array.from({ length: LEVELS }, (_, index) => `S${index}`);
  const pods = [await noisy.connect(), await quiet.connect()];
  await pods[0]!.send('ProductImport', [product('p', skus)]);
  await pods[0]!.send(
    'StockImport',
    skus.map((sku) => level(sku, 1)),
  );
  await pods[1]!.send('ProductImport', [product('p', ['A'])]);
  await pods[1]!.send('OrderImport', [order('1', { lines: [line('1', 'A', 1)] })]);
  const start = (part: string, own: string) => fork(import.meta.filename, [part, rig.hub.url, own]);
  const measured = async (what: string) => {
    const child = start('neighbour', quiet.key);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    console.log(`${what}: ${await said(child)}`);
  };
  await measured('alone');
  const noise = start('load', noisy.key);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await measured('beside');
  console.log(`answers to the load: ${await said(noise)}`);
  await rig.stop();
}

await (role === 'neighbour' ? neighbour() : role === 'load' ? load() : main(Number(role)));
