import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binaryPath, cniFolder } from './binaries.ts';
import { isOverlay } from './filesystem.ts';
import type { Layout } from './layout.ts';

/** Name of the sandbox image: a name that no registry answers to, since it is always loaded beforehand. */
export const PAUSE_IMAGE = 'supercargo.internal/pause:1';

/** Paths of the node's configuration files. */
export function configFiles(
  layout: Layout,
): Record<'containerd' | 'kubelet' | 'kubeProxy' | 'corefile' | 'resolvConf' | 'cni', string> {
  const folder = join(layout.folder, 'config');
  return {
    containerd: join(folder, 'containerd.toml'),
    kubelet: join(folder, 'kubelet.json'),
    kubeProxy: join(folder, 'kube-proxy.json'),
    corefile: join(folder, 'Corefile'),
    resolvConf: join(folder, 'resolv.conf'),
    cni: join(folder, 'cni'),
  };
}

/** What containerd knows of registries: a folder for each, read anew with each pull (plain-registry.ts). */
export function registriesFolder(layout: Layout): string {
  return join(layout.folder, 'config', 'registries');
}

export async function writeNodeConfig(layout: Layout): Promise<void> {
  const files = configFiles(layout);
  await mkdir(files.cni, { recursive: true });
  await mkdir(registriesFolder(layout), { recursive: true });
  const nameservers = await usableNameservers();
  await writeFile(files.containerd, containerdToml(layout, (await isOverlay(layout.folder)) ? 'native' : 'overlayfs'));
  await writeFile(files.kubelet, JSON.stringify(kubeletConfig(layout), undefined, 2));
  await writeFile(files.kubeProxy, JSON.stringify(kubeProxyConfig(layout), undefined, 2));
  await writeFile(files.corefile, corefile(layout, nameservers));
  // For pods with dnsPolicy Default: the machine's name servers, without its search list.
  await writeFile(files.resolvConf, nameservers.map((address) => `nameserver ${address}\n`).join(''));
  await writeFile(join(files.cni, '10-supercargo.conflist'), JSON.stringify(cniConfig(layout), undefined, 2));
}

function containerdToml(layout: Layout, snapshotterName: string): string {
  const runtime = `plugins.'io.containerd.cri.v1.runtime'`;
  const images = `plugins.'io.containerd.cri.v1.images'`;
  return `version = 3
root = '${join(layout.folder, 'containerd')}'
state = '/run/containerd'
disabled_plugins = ['io.containerd.nri.v1.nri', 'io.containerd.snapshotter.v1.blockfile']

[grpc]
address = '/run/containerd/containerd.sock'

[${runtime}]
# Without CAP_SYS_RESOURCE nobody may lower an OOM score, and every pod would fail.
restrict_oom_score_adj = true

[${runtime}.cni]
bin_dirs = ['${cniFolder()}']
conf_dir = '${configFiles(layout).cni}'

[${runtime}.containerd]
default_runtime_name = 'runc'

[${runtime}.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[${runtime}.containerd.runtimes.runc.options]
BinaryName = '${binaryPath('runc')}'
SystemdCgroup = false

[${images}]
snapshotter = '${snapshotterName}'

[${images}.registry]
config_path = '${registriesFolder(layout)}'

[${images}.pinned_images]
sandbox = '${PAUSE_IMAGE}'
`;
}

function kubeletConfig(layout: Layout): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(layout.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0, // lower needs CAP_SYS_RESOURCE
    clusterDNS: [layout.dnsAddress],
    clusterDomain: 'cluster.local',
    resolvConf: configFiles(layout).resolvConf,
    volumePluginDir: join(layout.folder, 'volume-plugins'),
    maxPods: 250,
    // A developer's disk is often nearly full, and images that were loaded by hand cannot be pulled again.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    imageGCHighThresholdPercent: 100,
    // A changed Secret is in its pod's files within seconds, not a minute.
    syncFrequency: '10s',
  };
}

function kubeProxyConfig(layout: Layout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: join(layout.folder, 'kube-proxy.conf') },
    clusterCIDR: layout.podRange,
    hostnameOverride: layout.nodeName,
    oomScoreAdj: 0,
    // Conntrack's limits are the machine's and cannot be set from a namespace.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '200ms' },
  };
}

function corefile(layout: Layout, nameservers: string[]): string {
  const upstream =
    nameservers.length > 0
      ? `    forward . ${nameservers.join(' ')}\n    cache 30 {\n        disable success cluster.local\n        disable denial cluster.local\n    }\n`
      : '';
  return `.:53 {
    errors
    ready ${layout.nodeAddress}:8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig ${join(layout.folder, 'coredns.conf')}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
${upstream}}
`;
}

/**
 * ptp routes every packet, between pods as well: a bridge would pass replies by the Service rules unless br_netfilter
 * is loaded.
 */
function cniConfig(layout: Layout): object {
  return {
    cniVersion: '1.0.0',
    name: 'supercargo',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: layout.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: join(layout.folder, 'cni-addresses'),
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** Name servers that the node can reach as well: a resolver on the machine's own loopback is not one. */
async function usableNameservers(): Promise<string[]> {
  for (const file of ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = [...text.matchAll(/^nameserver\s+(\d+\.\d+\.\d+\.\d+)/gm)].map((match) => match[1] ?? '');
    const usable = found.filter((address) => !address.startsWith('127.'));
    if (usable.length > 0) return usable.slice(0, 3);
  }
  return [];
}
