import type { KubeConfig } from '@kubernetes/client-node';
import { API_VERSION, FIELD_MANAGERS, resourceType } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { createClient } from '../../kit/kube/kube-config.ts';
import { podConnector } from '../../kit/kube/port-forward.ts';
import { overTls } from '../../kit/kube/tls-way.ts';
import { openTunnel, type Tunnel } from '../../kit/kube/tunnel.ts';
import type { Viewed } from '../status-view.ts';
import type { Named, Target } from '../target.ts';
import { clusterDoors } from './doors.ts';
import { findDeveloperKey } from './developer-key.ts';
import { explainTunnel, findHubPod } from './hub-pod.ts';

/** A hub that is just restarting is waited for. */
const PATIENCE_MS = 20_000;

export interface ClusterOptions {
  /** Where the chart is installed; found if absent. */
  readonly systemNamespace?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The cluster of a kubeconfig's context. The hub is reached through a tunnel of its own, closed with the target. */
export function clusterTarget(config: KubeConfig, { systemNamespace, env }: ClusterOptions): Target {
  const client = createClient(config, { userAgent: 'supercargo-cli' });
  const tunnels: Tunnel[] = [];
  const annotate = (what: Named, annotations: Record<string, string>) =>
    client.apply(
      resourceType(what.kind),
      {
        apiVersion: API_VERSION,
        kind: what.kind,
        metadata: { name: what.name, namespace: what.namespace, annotations },
      },
      { manager: FIELD_MANAGERS.cli },
    );
  const tunnelUrl = async (installation: string | undefined): Promise<string> => {
    const tunnel = await openTunnel({
      pick: () => findHubPod(client, systemNamespace, installation),
      connect: overTls(podConnector(config)),
      clock: systemClock,
      patienceMs: PATIENCE_MS,
    }).catch((error: unknown) => {
      throw explainTunnel(error);
    });
    tunnels.push(tunnel);
    return tunnel.url;
  };
  const contextNamespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return {
    description: 'the cluster of the current context',
    home: contextNamespace || 'default',
    cluster: clusterDoors(client, overTls(podConnector(config))),
    async list(kind, namespace, selector) {
      return (
        await client.list<Viewed & { apiVersion: string; metadata: { name: string } }>(resourceType(kind), {
          namespace,
          labelSelector: selector,
        })
      ).items.map((item) => ({ ...item, kind }));
    },
    async annotate(what, annotations) {
      await annotate(what, annotations);
    },
    async setSwitch(what, field, value) {
      await client.jsonPatch(
        resourceType(what.kind),
        what,
        [{ op: 'add', path: `/spec/${field}`, value }],
        FIELD_MANAGERS.cli,
      );
    },
    async hub({ namespace, store }) {
      // The key first: who names the wrong Store need not wait for a tunnel.
      const given = env['SUPERCARGO_API_KEY'];
      const { key, installation } = given
        ? { key: given, installation: undefined }
        : await findDeveloperKey(client, { namespace, store, contextNamespace });
      return { url: env['SUPERCARGO_HUB_URL'] || (await tunnelUrl(installation)), key };
    },
    async close() {
      await Promise.all(tunnels.map((tunnel) => tunnel.close()));
      await client.close();
    },
  };
}
