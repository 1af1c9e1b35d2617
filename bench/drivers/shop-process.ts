/**
 * A simulated shop behind a platform's words, as a process of its own whose CPU is nobody's. It counts what it is
 * asked, and holds the calls against the budget that the driver declares.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../kit/clock.ts';
import type { SimRequest, SimResponse } from '../../simulator/desk/messages.ts';
import { Refused } from '../../simulator/desk/refused.ts';
import { answerStore } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { wires } from '../../simulator/wires/index.ts';
import { localTime } from '../../simulator/wires/prestashop-lists.ts';
import { required } from '../sync/rig.ts';
import { BudgetMeter } from './budget-meter.ts';
import { FillingClock, LargeShop } from './large-shop.ts';
import { windowOf, withRealTotal } from './window.ts';
import type { WantedShop, WireStats } from './wire-shop.ts';

const { wire: name, kind, count, budget, key } = JSON.parse(required('BENCH_WIRE')) as WantedShop;
const wire = wires().get(name)!;
const clock = new FillingClock(systemClock);
const store = new SimulatedShop({ clock, wire, apiKey: key });
const winter = '2026-01-15T00:00:00Z';
// Of these platforms one tells its times as a clock on the wall does.
const zoneMs = name === 'prestashop' ? Date.parse(`${localTime(winter).replace(' ', 'T')}Z`) - Date.parse(winter) : 0;
const large = new LargeShop(store.shop, clock, { kind, count, zoneMs });
const meter = budget && new BudgetMeter(budget, performance.now());
let stats = { requests: 0, points: 0, refused: 0, bytes: 0, busyMs: 0 };

const plain = ({ path, body }: SimRequest): string => {
  try {
    return `${decodeURIComponent(path.replaceAll('+', ' '))} ${body ?? ''}`;
  } catch {
    return `${path} ${body ?? ''}`;
  }
};

/** Where a platform counts in points, its answer says what the call cost, and what is left. */
function handle(request: SimRequest): SimResponse {
  const began = performance.now();
  const window = windowOf(plain(request), large.sequence);
  large.show(window);
  const answer = withRealTotal(store.handle(request), window);
  stats.busyMs += performance.now() - began;
  stats.requests++;
  stats.bytes += Buffer.byteLength(answer.body);
  const told = /"actualQueryCost":(\d+)/.exec(answer.body)?.[1];
  const cost = Number(told ?? 1);
  if (told !== undefined && meter && meter.left(began) < cost) {
    stats.refused++;
    return { ...answer, body: withLeft(throttled(cost), meter.left(began)) };
  }
  stats.points += cost;
  const left = meter?.take(cost, began);
  return told === undefined || left === undefined ? answer : { ...answer, body: withLeft(answer.body, left) };
}

/** As the platform says that there is not enough left. */
const throttled = (cost: number): string =>
  JSON.stringify(wire.refusal(new Refused('throttled', 'slow down', '1')).json).replace(
    /"requestedQueryCost":\d+/,
    `"requestedQueryCost":${cost}`,
  );
const withLeft = (body: string, left: number): string =>
  body.replace(/"currentlyAvailable":\d+/, `"currentlyAvailable":${Math.floor(left)}`);

const server = createServer((request, response) => {
  void answerStore({ wire, handle }, systemClock, request, response).catch(() => response.destroy());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${wire.basePath}`;
process.on('message', () => {
  process.send?.({ ...stats, lowest: meter?.lowest } satisfies WireStats);
  stats = { requests: 0, points: 0, refused: 0, bytes: 0, busyMs: 0 };
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url, settings: wire.subject.settings(url), secret: wire.subject.credential(key) });
