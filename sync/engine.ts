import type { ClusterConnectionResource, ConnectionKey, ConnectionResource } from '../crds/index.ts';
import type { DriverDefinition } from '../drivers/contract/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import { ConnectionGate } from './connection-gate.ts';
import type { SecretFiles } from './credential.ts';
import type { HubClient } from './hub-client.ts';
import { FeedRunner } from './feed-runner.ts';
import type { SyncMetrics } from './metrics.ts';
import type { OwnResources } from './resources.ts';

export type AnyConnection = ConnectionResource | ClusterConnectionResource;

export interface EngineOptions {
  readonly key: ConnectionKey;
  readonly resources: OwnResources;
  readonly hub: HubClient;
  readonly definition: DriverDefinition;
  readonly readSecret: () => Promise<SecretFiles>;
  /** Of the Credential: what the operator passed to the pod. */
  readonly credential: { readonly secretName: string; readonly keys: Readonly<Record<string, string>>; readonly recheckMs: number };
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** "pod/start": who holds a run's lease. */
  readonly holder: string;
  readonly metrics: SyncMetrics;
}

/** How often the loop looks without being told: Secret files and ages change without an event. */
const LOOK_EVERY_MS = 5000;

/**
 * The life of a connection in its pod: open the gate to the store (credential, settings, live check, session at the
 * hub), run what is due, report. Everything that can change — resources, Secret files, hints, time — only wakes the
 * loop; it then looks at all of it afresh. Resolves when `signal` aborts and the runs under way have drained.
 */
export async function runEngine(options: EngineOptions, signal: AbortSignal): Promise<void> {
  let nudge = new AbortController();
  const wake = () => nudge.abort();
  const unsubscribe = options.resources.subscribe(wake);
  const gate = new ConnectionGate(options, wake);
  const runner = new FeedRunner(options, gate, wake);
  try {
    while (!signal.aborted) {
      nudge = new AbortController();
      await step(options, gate, runner, signal).catch((error: unknown) => {
        options.log.warn({ err: error }, 'a step of the engine failed; trying again');
      });
      const pause = Math.max(50, Math.min(LOOK_EVERY_MS, runner.nextWakeMs()));
      await options.clock.sleep(pause, AbortSignal.any([nudge.signal, signal]));
    }
  } finally {
    unsubscribe();
    await runner.drain();
    await gate.close();
  }
}

async function step(options: EngineOptions, gate: ConnectionGate, runner: FeedRunner, signal: AbortSignal): Promise<void> {
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
  if (await gate.mustReopen(connection)) await runner.drain();
  await gate.keepOpen(connection, feeds, signal);
  await runner.update(connection, feeds, runs);
  if (gate.open) runner.startDue(runs, signal);
  await runner.report(connection);
}
