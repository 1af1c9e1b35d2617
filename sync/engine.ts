import { ConnectionGate } from './connection-gate.ts';
import { Nudge } from '../kit/nudge.ts';
import { FeedRunner } from './feed-runner.ts';
import type { EngineOptions } from './options.ts';

/** How often the loop looks without being told: Secret files and ages change without an event. */
const LOOK_EVERY_MS = 5000;

/**
 * The life of a connection in its pod: open the gate to the store (credential, settings, live check, session at the
 * hub), run what is due, report. Everything that can change — resources, Secret files, hints, time — only wakes the
 * loop; it then looks at all of it afresh. Resolves when `signal` aborts and the runs under way have drained.
 */
export async function runEngine(options: EngineOptions, signal: AbortSignal): Promise<void> {
  const nudge = new Nudge();
  const wake = () => nudge.wake();
  const unsubscribe = options.resources.subscribe(wake);
  const gate = new ConnectionGate(options, wake);
  const runner = new FeedRunner(options, gate, wake);
  try {
    while (!signal.aborted) {
      const woken = nudge.next();
      await step(options, gate, runner, signal).catch((error: unknown) => {
        options.log.warn({ err: error }, 'a step of the engine failed; trying again');
      });
      const pause = Math.max(50, Math.min(LOOK_EVERY_MS, runner.nextWakeMs()));
      await options.clock.sleep(pause, AbortSignal.any([woken, signal]));
    }
  } finally {
    unsubscribe();
    await runner.drain();
    await gate.close();
  }
}

async function step(
  options: EngineOptions,
  gate: ConnectionGate,
  runner: FeedRunner,
  signal: AbortSignal,
): Promise<void> {
  const { connection, feeds, runs } = options.resources.snapshot();
  if (!connection) return;
  if (connection.metadata.deletionTimestamp) {
    await runner.drain();
    await gate.deregister(connection, feeds, signal);
    return;
  }
  if (connection.spec.enabled === false) {
    await runner.drain();
    await gate.close();
    return;
  }
  const foundation = await gate.look(connection);
  if (gate.mustReopen(foundation)) await runner.drain();
  await sayingMeanwhile(gate.keepOpen(connection, feeds, foundation, signal), runner, options);
  await runner.update(connection, feeds);
  if (gate.open) runner.startDue(runs, signal);
  await runner.report(connection);
}

/**
 * A shop that hangs keeps a check waiting for minutes. Data grows too old in that time all the same: each feed says so
 * as if nothing hung.
 */
async function sayingMeanwhile(work: Promise<void>, runner: FeedRunner, { clock }: EngineOptions): Promise<void> {
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  while (!over.signal.aborted) {
    await Promise.race([ended, clock.sleep(LOOK_EVERY_MS, over.signal)]);
    if (over.signal.aborted) break;
    await runner.reportFeeds();
  }
  await ended;
}
