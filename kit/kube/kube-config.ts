import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { ApiAccess } from './access.ts';
import { KubeClient, type KubeClientOptions } from './client.ts';
import { Transport } from './transport.ts';

/** What a person says of the cluster they mean, as to kubectl. */
export interface KubeChoice {
  readonly context?: string;
  /** A file, instead of those that are looked for. */
  readonly kubeconfig?: string;
  /** A user to act as; the API server asks for the right to impersonate. */
  readonly as?: string;
}

/** The kubeconfig that is named, else $KUBECONFIG's, ~/.kube/config or the pod's own, in the order of client-node. */
export function loadKubeConfig({ context, kubeconfig, as }: KubeChoice = {}): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw error;
    throw new Error(`there is no kubeconfig ${path}: name another with --kubeconfig or KUBECONFIG`, { cause: error });
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new Error(`the kubeconfig has no context "${context}": it has ${known.join(', ') || 'none'}`);
    config.setCurrentContext(context);
  }
  if (as !== undefined) {
    const user = config.getCurrentUser();
    config.users = config.users.map((one) => (one === user ? { ...one, impersonateUser: as } : one));
  }
  return config;
}

/** A client on a kubeconfig (see `loadKubeConfig`). */
export function createClient(config: KubeConfig, options: KubeClientOptions = {}): KubeClient {
  return new KubeClient(new Transport(kubeConfigAccess(config), options));
}

/** How a kubeconfig says to speak to the API server. Authentication, TLS and proxies are client-node's. */
export function kubeConfigAccess(config: KubeConfig): ApiAccess {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('no cluster: set KUBECONFIG, or run inside a pod with a ServiceAccount token');
  const server = new URL(cluster.server);
  return {
    server,
    async credentials(connect) {
      const context = new RequestContext(server.toString(), HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      return { headers: context.getHeaders(), ...(connect ? { dispatcher: context.getDispatcher() } : {}) };
    },
  };
}
