import { join } from 'node:path';
import { etcdArguments } from './api-server.ts';
import type { NodeBinaryPaths } from './binaries.ts';
import { VOLUME_PROVISIONER } from './bootstrap.ts';
import { binariesFolder } from './cache.ts';
import type { DaemonName, DaemonSpec } from './daemon.ts';
import type { Layout } from './layout.ts';
import { configFiles } from './node-config.ts';

/** Where the enforcement of NetworkPolicies says that it works. */
export const POLICY_HEALTH_PORT = 20244;

/** What runs on the node, each as kubeadm would start it. */
export function daemonSpec(layout: Layout, binaries: NodeBinaryPaths, name: DaemonName): DaemonSpec {
  const specs: Record<DaemonName, () => DaemonSpec> = {
    etcd: () => ({
      name,
      command: binaries.etcd,
      args: etcdArguments(join(layout.folder, 'etcd'), 'http://127.0.0.1:2379', 'http://127.0.0.1:2380'),
    }),
    'kube-apiserver': () => ({ name, command: binaries['kube-apiserver'], args: apiServerArguments(layout) }),
    'kube-controller-manager': () => ({
      name,
      command: binaries['kube-controller-manager'],
      args: controllerManagerArguments(layout),
    }),
    'kube-scheduler': () => ({ name, command: binaries['kube-scheduler'], args: schedulerArguments(layout) }),
    containerd: () => ({
      name,
      command: binaries.containerd,
      args: ['--config', configFiles(layout).containerd],
      env: { PATH: `${binariesFolder()}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }, // it looks for the shim there
    }),
    kubelet: () => ({ name, command: binaries.kubelet, args: kubeletArguments(layout) }),
    'kube-proxy': () => ({
      name,
      command: binaries['kube-proxy'],
      args: [`--config=${configFiles(layout).kubeProxy}`],
    }),
    'kube-router': () => ({
      name,
      command: binaries['kube-router'],
      // Of all that it can do only this: it enforces NetworkPolicies.
      args: [
        ...['--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--enable-cni=false'],
        `--kubeconfig=${join(layout.folder, 'kube-router.conf')}`,
        `--hostname-override=${layout.nodeName}`,
        `--service-cluster-ip-range=${layout.serviceRange}`,
        `--health-port=${POLICY_HEALTH_PORT}`,
      ],
    }),
    coredns: () => ({ name, command: binaries.coredns, args: ['-conf', configFiles(layout).corefile] }),
    volumes: () => ({
      name,
      command: binaries.volumes,
      args: [
        `-kubeconfig=${join(layout.folder, 'volumes.conf')}`,
        `-root=${join(layout.folder, 'volumes')}`,
        `-provisioner=${VOLUME_PROVISIONER}`,
      ],
    }),
  };
  return specs[name]();
}

function apiServerArguments(layout: Layout): string[] {
  const pki = (file: string): string => join(layout.pki, file);
  return [
    '--etcd-servers=http://127.0.0.1:2379',
    `--advertise-address=${layout.nodeAddress}`,
    '--secure-port=6443',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--service-cluster-ip-range=${layout.serviceRange}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${pki('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy-client.key')}`,
  ];
}

function controllerManagerArguments(layout: Layout): string[] {
  const kubeconfig = join(layout.folder, 'controller-manager.conf');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    '--controllers=*',
    `--root-ca-file=${join(layout.pki, 'ca.crt')}`,
    `--client-ca-file=${join(layout.pki, 'ca.crt')}`,
    `--service-account-private-key-file=${join(layout.pki, 'sa.key')}`,
    `--cluster-signing-cert-file=${join(layout.pki, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(layout.pki, 'ca.key')}`,
    `--requestheader-client-ca-file=${join(layout.pki, 'front-proxy-ca.crt')}`,
    '--allocate-node-cidrs=true',
    `--cluster-cidr=${layout.podRange}`,
    '--node-cidr-mask-size=24',
  ];
}

function schedulerArguments(layout: Layout): string[] {
  const kubeconfig = join(layout.folder, 'scheduler.conf');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
  ];
}

function kubeletArguments(layout: Layout): string[] {
  return [
    `--config=${configFiles(layout).kubelet}`,
    `--kubeconfig=${join(layout.folder, 'kubelet.conf')}`,
    `--root-dir=${join(layout.folder, 'kubelet')}`,
    `--cert-dir=${join(layout.folder, 'kubelet', 'pki')}`,
    `--hostname-override=${layout.nodeName}`,
    `--node-ip=${layout.nodeAddress}`,
  ];
}
