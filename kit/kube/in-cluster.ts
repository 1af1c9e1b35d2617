import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { ApiAccess } from './access.ts';
import { KubeClient, type KubeClientOptions } from './client.ts';
import { Transport } from './transport.ts';

/** Where the kubelet puts a pod's token and the API server's CA. */
const ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A client as a pod has it (see `podAccess`). */
export async function createPodClient(env: NodeJS.ProcessEnv, options: KubeClientOptions = {}): Promise<KubeClient> {
  return new KubeClient(new Transport(await podAccess(env), options));
}

/**
 * As a pod speaks to the API server: with its ServiceAccount. Outside of a cluster, or where $KUBECONFIG is set, with
 * the kubeconfig; only then client-node is loaded, which alone takes as much memory as everything else in a pod.
 */
export async function podAccess(env: NodeJS.ProcessEnv): Promise<ApiAccess> {
  const access = env['KUBECONFIG'] ? undefined : inClusterAccess(env);
  if (access) return access;
  const { kubeConfigAccess, loadKubeConfig } = await import('./kube-config.ts');
  return kubeConfigAccess(loadKubeConfig());
}

/** undefined: this is no pod, or one without a token. `accountDir` is for tests. */
export function inClusterAccess(env: NodeJS.ProcessEnv, accountDir = ACCOUNT_DIR): ApiAccess | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const [token, ca] = [join(accountDir, 'token'), join(accountDir, 'ca.crt')];
  if (!host || !existsSync(token)) return undefined;
  const port = env['KUBERNETES_SERVICE_PORT_HTTPS'] ?? env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    async credentials(connect) {
      return {
        headers: { authorization: `Bearer ${(await readFile(token, 'utf8')).trim()}` },
        ...(connect ? { dispatcher: new Agent({ connect: { ca: await readFile(ca, 'utf8') } }) } : {}),
      };
    },
  };
}
