import { isReadyPod, portOf, PODS, type PodView } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { PodPort } from '../../kit/kube/pod-port.ts';
import { NotNow } from '../../kit/kube/tunnel.ts';

/** As the chart labels its pods. */
export const HUB_SELECTOR = 'app.kubernetes.io/name=supercargo,app.kubernetes.io/component=hub';
const PORT_NAME = 'http';
/** Its name where the hub has a certificate (hub.tls.secretName). */
const TLS_PORT_NAME = 'https';
const DEFAULT_PORT = 8080;

/** Whose hub a pod is, as the chart tells it. */
function installationOf({ spec }: PodView): string | undefined {
  return spec?.containers.flatMap(({ env }) => env ?? []).find(({ name }) => name === 'SUPERCARGO_INSTALLATION')?.value;
}

/** Of the pods that carry the chart's labels, the one to talk to; that of the installation, where one is known. */
export function chooseHubPod(
  all: readonly PodView[],
  systemNamespace: string | undefined,
  installation?: string,
): PodPort {
  const theirs = installation === undefined ? [] : all.filter((pod) => installationOf(pod) === installation);
  const pods = theirs.length > 0 ? theirs : all;
  const namespaces = [...new Set(pods.map(({ metadata }) => metadata.namespace ?? ''))].sort();
  if (namespaces.length === 0) {
    throw new NotNow(
      systemNamespace === undefined
        ? 'no hub was found in this cluster: is the chart installed, and is this the right --context?'
        : `no hub was found in namespace ${systemNamespace}: name the one that the chart is installed in with --system-namespace`,
    );
  }
  if (namespaces.length > 1)
    throw new Error(`there are hubs in ${namespaces.join(', ')}: name one with --system-namespace`);
  const pod = pods.find(isReadyPod);
  if (!pod)
    throw new NotNow(
      `no pod of the hub in namespace ${namespaces[0]} is ready: kubectl -n ${namespaces[0]} get pods -l ${HUB_SELECTOR}`,
    );
  const where = { namespace: namespaces[0]!, pod: pod.metadata.name };
  const tlsPort = portOf(pod, TLS_PORT_NAME);
  return tlsPort === undefined
    ? { ...where, port: portOf(pod, PORT_NAME) ?? DEFAULT_PORT }
    : { ...where, port: tlsPort, tls: true };
}

/** The hub of the chart: in the named namespace, or wherever it is. */
export async function findHubPod(
  client: Pick<KubeClient, 'list'>,
  systemNamespace: string | undefined,
  installation?: string,
): Promise<PodPort> {
  const { items } = await client
    .list<PodView>(PODS, { namespace: systemNamespace, labelSelector: HUB_SELECTOR })
    .catch((error: unknown) => {
      if (!isApiError(error, 'Forbidden')) throw error;
      throw new Error(
        systemNamespace === undefined
          ? 'you may not list pods in all namespaces: name the one that the chart is installed in with --system-namespace'
          : `you may not list pods in namespace ${systemNamespace}: ask for the right to list pods there, or set SUPERCARGO_HUB_URL`,
        { cause: error },
      );
    });
  return chooseHubPod(items, systemNamespace, installation);
}

/** A refusal to forward, with what to do. */
export function explainTunnel(error: unknown): unknown {
  if (!isApiError(error, 'Forbidden')) return error;
  return new Error(
    `${error.message}: ask for the right to create and get pods/portforward there, or set SUPERCARGO_HUB_URL to an address of the hub that you reach`,
    { cause: error },
  );
}
