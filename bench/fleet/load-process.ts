/**
 * Pods that all want to work at once: each opens a run of orders, sends one order that has changed, and closes it. As
 * fast as the hub answers, or one every so often, whichever the message says; answers with what came of it.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../kit/clock.ts';
import { encodeBatch } from '../../model/batch.ts';
import { BatchEncoder } from '../../model/encode.ts';
import { createHubClient, type HubClient } from '../../sync/hub-client.ts';
import { order } from '../../test/support/memory-store.ts';
import { given, tokenOf } from './names.ts';

export interface LoadPart {
  readonly connections: number;
  readonly hubs: readonly string[];
}
export interface LoadAsked {
  /** How many of the connections work. */
  readonly clients: number;
  /** 0: the next run begins when the last has ended. */
  readonly everyMs: number;
  readonly seconds: number;
}
export interface LoadSaid {
  readonly served: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
}

const { connections, hubs } = given<LoadPart>();
const clients: HubClient[] = Array.from({ length: connections }, (_, index) =>
  createHubClient({ url: hubs[index % hubs.length]!, clock: systemClock, token: async () => tokenOf(index) }),
);

async function oneRun(client: HubClient, index: number): Promise<void> {
  const { runId } = await client.startRun({
    ...{ feed: 'orderimport', feedType: 'OrderImport', trigger: 'Schedule' },
    holder: `load-${index}/${randomUUID()}`,
  });
  const encoder = new BatchEncoder();
  const updatedAt = new Date().toISOString();
  encoder.add(order(`load-${index}`, { id: `load-${index}`, updatedAt, note: randomUUID() }), () => ({
    intake: 'Accepted',
    custRef: `L${index}`,
  }));
  await client.batch(runId, encodeBatch({ sequence: 1, read: 1, problems: [] }, encoder.segments()));
  await client.finishRun(runId, { result: 'Succeeded' });
}

async function load({ clients: working, everyMs, seconds }: LoadAsked): Promise<LoadSaid> {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  let failed = 0;
  let servedInTime = 0;
  const one = async (index: number) => {
    // Pods come at places of their own within their time.
    await systemClock.sleep((everyMs * index) / working);
    for (let next = performance.now(); next < until; next = Math.max(next + everyMs, performance.now())) {
      await systemClock.sleep(Math.max(0, next - performance.now()));
      const began = performance.now();
      await oneRun(clients[index]!, index).then(
        () => {
          times.push(performance.now() - began);
          if (performance.now() <= until) servedInTime++;
        },
        () => failed++,
      );
    }
  };
  await Promise.all(Array.from({ length: working }, (_, index) => one(index)));
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN);
  return { served: servedInTime / seconds, failed, p50: at(0.5), p99: at(0.99) };
}

process.on('message', (asked: 'stop' | LoadAsked) => {
  if (asked === 'stop') process.exit(0);
  void load(asked).then((said) => process.send!(said));
});
process.on('disconnect', () => process.exit(0));
process.send!({ started: true });
