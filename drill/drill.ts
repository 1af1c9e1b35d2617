import type { Clock } from '../kit/clock.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { PodPort } from '../kit/kube/pod-port.ts';
import type { Tunnel } from '../kit/kube/tunnel.ts';
import { Random } from '../simulator/random.ts';
import { controlClient } from './control.ts';
import { findInstallation, type Installation } from './installation.ts';
import { Kills } from './kills.ts';
import type { DrillKeys } from './manifests.ts';
import { drillNames } from './names.ts';
import { runDrill, type Outcome } from './run.ts';
import type { DrillSettings } from './settings.ts';
import { Site } from './site.ts';

export interface DrillOptions {
  readonly settings: DrillSettings;
  readonly client: KubeClient;
  readonly clock: Clock;
  /** A way to the counterpart. */
  readonly tunnel: (pick: () => Promise<PodPort>) => Promise<Tunnel>;
  readonly keys: DrillKeys;
  /** A few letters and digits that no drill had before. */
  readonly id: string;
  readonly say: (line: string) => void;
  /** Ends the drill; what it made is cleared up all the same. */
  readonly signal: AbortSignal;
}

/** A tunnel is longer away than a kill: the API server may be busy, too. */
const TUNNEL_PATIENCE_MS = 60_000;

/** A whole drill: from the namespace to its end. */
export async function drill(options: DrillOptions): Promise<Outcome> {
  const { settings, client, clock, say, signal } = options;
  const names = drillNames(settings.namespace, options.id);
  const installation = await findInstallation(client, settings.systemNamespace, settings.namespace);
  for (const line of announcement(settings, installation)) say(line);
  const site = new Site({ client, clock, names, settings, installation, keys: options.keys, say });
  await site.claim(signal);
  try {
    await site.build(signal);
    say('the connection is Ready');
    return await work(options, site, installation);
  } finally {
    if (settings.keep)
      say(
        `namespace ${settings.namespace} stays: kubectl delete connections --all -n ${settings.namespace} && kubectl delete namespace ${settings.namespace}`,
      );
    else await clearUp(options, site);
  }
}

async function work(
  { settings, client, clock, tunnel, keys, id, say, signal }: DrillOptions,
  site: Site,
  installation: Installation,
): Promise<Outcome> {
  const way = await tunnel(site.counterpartPod);
  try {
    return await runDrill({
      settings,
      clock,
      say,
      signal,
      random: new Random(settings.seed),
      runOrders: () => site.runOrders(),
      control: controlClient({ url: way.url, key: keys.control, clock, patienceMs: TUNNEL_PATIENCE_MS, signal }),
      kills: new Kills({ client, clock, installation, names: drillNames(settings.namespace, id) }),
    });
  } finally {
    await way.close();
  }
}

/** What it found counts, also where the clearing up fails. */
async function clearUp({ settings, say }: DrillOptions, site: Site): Promise<void> {
  say(`removing namespace ${settings.namespace}`);
  await site
    .remove(new AbortController().signal)
    .catch((error: unknown) =>
      say(`it could not be removed wholly: ${error instanceof Error ? error.message : String(error)}`),
    );
}

/** Two lines: what will be done, and what will be touched. */
export function announcement(settings: DrillSettings, { namespace, image }: Installation): string[] {
  const shared = settings.parts.filter((part) => part !== 'sync');
  return [
    `drill: a shop and a warehouse of its own in namespace ${settings.namespace} (image ${image}); ${settings.kills} kills of ${settings.parts.join(', ')} while orders come in${settings.faults.length > 0 ? `, the shop doing ${settings.faults.join(', ')}` : ''} (seed ${settings.seed})`,
    shared.length === 0
      ? `nothing outside of namespace ${settings.namespace} is touched; it is ${settings.keep ? 'kept' : 'removed'} in the end`
      : `ATTENTION: ${shared.join(' and ')} in namespace ${namespace} will be killed too, which all connections share: they wait each time until it is back. Nothing else outside of ${settings.namespace} is touched`,
  ];
}
