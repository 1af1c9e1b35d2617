// What an endpoint that hangs costs the others: webhooks of a healthy endpoint, alone and beside one that takes every
// request and never answers, with WAITING that wait for it. `node bench/tenants/hanging.ts [webhooks] [waiting]`.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubRig, type TestPod } from '../../test/support/hub-rig.ts';
import { order } from '../../test/support/memory-store.ts';
import { ownDatabase } from '../../test/support/postgres.ts';

const [webhooks = 200, waiting = 10_000] = process.argv.slice(2).map(Number);
const PAGE = 500;
const EACH_MS = 50;

/** When each order's webhook arrived, by the order's number. */
const arrived = new Map<string, number>();

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const healthy = createServer((request, response) => {
  void textOf(request).then((text) => {
    const number = /"cust_po_no":"([^"]+)"/.exec(text)?.[1];
    if (number !== undefined) arrived.set(number, performance.now());
    response.end();
  });
}).listen(0, '127.0.0.1');
const silent = createServer(() => undefined).listen(0, '127.0.0.1');
await Promise.all([once(healthy, 'listening'), once(silent, 'listening')]);
const hookTo = (server: typeof healthy) => ({
  orderWebhooks: [{ name: 'wms', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }],
  allowedPrivateNetworks: ['127.0.0.0/8'],
});

let next = 0;
/** One order after the other, as a shop sells them. */
async function measured(what: string, pod: TestPod): Promise<void> {
  const sent = new Map<string, number>();
  for (let count = 0; count < webhooks; count++) {
    const one = order(`h${next++}`);
    sent.set(one.number, performance.now());
    await pod.send('OrderImport', [one]);
    await new Promise((resolve) => setTimeout(resolve, EACH_MS));
  }
  const deadline = Date.now() + 300_000;
  while ([...sent.keys()].some((number) => !arrived.has(number)) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const times = [...sent].map(([number, at]) => (arrived.get(number) ?? Infinity) - at).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(0);
  console.log(
    `${what}: ${times.length} webhooks, from before the batch to the endpoint p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
}

const rig = await HubRig.start(await ownDatabase());
const pod = await (await rig.store(hookTo(healthy))).connect('shop', { catalogue: false });
await measured('alone', pod);
const hanging = await (await rig.store(hookTo(silent))).connect('shop', { catalogue: false });
for (let from = 0; from < waiting; from += PAGE)
  await hanging.send(
    'OrderImport',
    Array.from({ length: Math.min(PAGE, waiting - from) }, (_, index) => order(`w${from + index}`)),
  );
await new Promise((resolve) => setTimeout(resolve, 3000));
const [still] = await rig.db.query<{ count: number }>(
  `SELECT count(*)::int AS count FROM deliveries WHERE state = 'Pending'`,
);
await measured(`beside ${still!.count} that wait for one that hangs`, pod);
silent.closeAllConnections();
silent.close();
healthy.closeAllConnections();
healthy.close();
await rig.stop();
