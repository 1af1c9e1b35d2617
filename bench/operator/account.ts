import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

/** A ServiceAccount's folder, and the environment that goes with it, as a kubelet gives them to a pod. */
export async function podAccount(kubeconfig: string): Promise<{ folder: string; env: Record<string, string> }> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const folder = `${kubeconfig}.account`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), users[0].user.token);
  await writeFile(join(folder, 'ca.crt'), Buffer.from(ca, 'base64'));
  const { hostname, port } = new URL(server);
  return { folder, env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } };
}
