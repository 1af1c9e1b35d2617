import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { ApiAccess } from './access.ts';
import { KubeClient, type KubeClientOptions } from './client.ts';
import { Transport } from './transport.ts';

/** The kubeconfig of the pod we run in, of $KUBECONFIG, or of ~/.kube/config, in the order of client-node. */
export function loadKubeConfig(context?: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** A client on a kubeconfig (see `loadKubeConfig`). */
export function createClient(config: KubeConfig, options: KubeClientOptions = {}): KubeClient {
  return new KubeClient(new Transport(kubeConfigAccess(config), options));
}

/** Authentication, TLS and proxies are client-node's. */
function kubeConfigAccess(config: KubeConfig): ApiAccess {
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
