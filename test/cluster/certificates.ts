import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './exec.ts';
import type { ApiAccess } from './https.ts';
import type { Layout } from './layout.ts';
import { KUBERNETES_VERSION } from './versions.ts';

/** kubeadm makes the certificates and kubeconfigs, as on any cluster of its; its static pods are not used. */
export async function writeCertificates(layout: Layout, kubeadm: string): Promise<void> {
  const config = join(layout.folder, 'kubeadm.yaml');
  await writeFile(config, kubeadmConfig(layout));
  await run(kubeadm, ['init', 'phase', 'certs', 'all', '--config', config]);
  await run(kubeadm, ['init', 'phase', 'kubeconfig', 'all', '--config', config, '--kubeconfig-dir', layout.folder]);
  for (const [file, user] of [
    ['kube-proxy.conf', 'system:kube-proxy'],
    ['kube-router.conf', 'system:kube-router'],
    ['coredns.conf', 'system:coredns'],
    ['volumes.conf', 'system:volumes'],
  ] as const) {
    const kubeconfig = await run(kubeadm, ['kubeconfig', 'user', '--config', config, '--client-name', user]);
    await writeFile(join(layout.folder, file), kubeconfig, { mode: 0o600 });
  }
  const admin = await readFile(join(layout.folder, 'super-admin.conf'), 'utf8');
  await writeFile(layout.kubeconfig, admin, { mode: 0o600 });
}

function kubeadmConfig(layout: Layout): string {
  const init = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: layout.nodeAddress, bindPort: 6443 },
    nodeRegistration: { name: layout.nodeName, criSocket: 'unix:///run/containerd/containerd.sock' },
  };
  const cluster = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    clusterName: layout.name,
    kubernetesVersion: KUBERNETES_VERSION, // else it asks the internet for the newest
    certificatesDir: layout.pki,
    encryptionAlgorithm: 'ECDSA-P256', // a dozen RSA keys would take seconds
    networking: { podSubnet: layout.podRange, serviceSubnet: layout.serviceRange, dnsDomain: 'cluster.local' },
    apiServer: { certSANs: [layout.nodeAddress, '127.0.0.1', 'localhost'] },
  };
  return `${JSON.stringify(init)}\n---\n${JSON.stringify(cluster)}\n`;
}

/** Reads an API server's address and an admin's certificate out of a kubeconfig that kubeadm wrote. */
export async function accessOf(kubeconfig: string): Promise<ApiAccess> {
  const text = await readFile(kubeconfig, 'utf8');
  const field = (name: string): string => new RegExp(`\\b${name}: (\\S+)`).exec(text)?.[1] ?? '';
  const decoded = (name: string): Buffer => Buffer.from(field(name), 'base64');
  return {
    server: field('server'),
    ca: decoded('certificate-authority-data'),
    cert: decoded('client-certificate-data'),
    key: decoded('client-key-data'),
  };
}
