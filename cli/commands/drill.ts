import { randomBytes, randomInt } from 'node:crypto';
import { drill } from '../../drill/drill.ts';
import type { Outcome } from '../../drill/run.ts';
import { drillFaults, partsOf, wholeNumber, type DrillSettings } from '../../drill/settings.ts';
import { systemClock } from '../../kit/clock.ts';
import { createClient, type KubeChoice } from '../../kit/kube/kube-config.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import { podConnector } from '../../kit/kube/port-forward.ts';
import { openTunnel } from '../../kit/kube/tunnel.ts';
import { drillReport, exitCodeOf } from '../drill-view.ts';
import { kubeConfig } from '../find-target.ts';

export interface DrillCommand extends KubeChoice {
  readonly namespace: string;
  readonly kills: string;
  readonly parts: string;
  readonly fault: string;
  readonly ordersPerBurst: string;
  readonly seed?: string;
  readonly keep?: boolean;
  readonly systemNamespace?: string;
}

const MOST_KILLS = 10_000;
const MOST_ORDERS = 100;
const MOST_SEED = 2 ** 32 - 1;
const PATIENCE_MS = 30_000;
const COULD_NOT_RUN = 2;
const INTERRUPTED = 130;

/** `supercargo drill`. Returns the exit code; Ctrl-C ends the drill and clears up. */
export async function runDrillCommand(
  command: DrillCommand,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  try {
    const outcome = await onCluster(settingsOf(command), command, say, signal);
    for (const line of drillReport(outcome)) say(line);
    return exitCodeOf(outcome);
  } catch (error) {
    say(signal.aborted ? 'interrupted: nothing was counted' : `the drill could not run: ${reasonOf(error)}`);
    return signal.aborted ? INTERRUPTED : COULD_NOT_RUN;
  }
}

async function onCluster(
  settings: DrillSettings,
  { context, kubeconfig, as }: KubeChoice,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const config = kubeConfig(
    { context, kubeconfig, as },
    'there is no kubeconfig: a drill needs a cluster; set KUBECONFIG',
  );
  const client = createClient(config, { userAgent: 'supercargo-drill' });
  const connect = podConnector(config);
  try {
    return await drill({
      settings,
      client,
      clock: systemClock,
      say,
      signal,
      keys: { shop: randomBytes(24).toString('base64url'), control: randomBytes(24).toString('base64url') },
      id: randomBytes(3).toString('hex'),
      tunnel: (pick) => openTunnel({ pick, connect, clock: systemClock, patienceMs: PATIENCE_MS }),
    });
  } finally {
    await client.close();
  }
}

function settingsOf(command: DrillCommand): DrillSettings {
  return {
    namespace: command.namespace,
    keep: command.keep ?? false,
    systemNamespace: command.systemNamespace,
    kills: wholeNumber('--kills', command.kills, MOST_KILLS),
    parts: partsOf(command.parts),
    faults: drillFaults(command.fault),
    ordersPerBurst: wholeNumber('--orders-per-burst', command.ordersPerBurst, MOST_ORDERS),
    seed: command.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber('--seed', command.seed, MOST_SEED),
  };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isApiError(error, 'Forbidden') ? `${message} (docs/drill.md has the rights that a drill needs)` : message;
}
