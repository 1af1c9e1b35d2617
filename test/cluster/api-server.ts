import { join } from 'node:path';
import type { ApiServerFiles } from './api-server-files.ts';
import { Component } from './component.ts';

/** A single-member etcd that trusts its disk: a test's data need not survive a power cut. */
export function etcdArguments(dataFolder: string, clientUrl: string, peerUrl: string): string[] {
  return [
    '--name=default',
    `--data-dir=${dataFolder}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    `--quota-backend-bytes=${8 * 1024 ** 3}`,
    '--log-level=warn',
  ];
}

export function etcd(binary: string, folder: string, port: number, peerPort: number): Component {
  return new Component({
    name: 'etcd',
    command: binary,
    args: etcdArguments(join(folder, 'etcd'), `http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`),
    logFile: join(folder, 'etcd.log'),
  });
}

export function apiServer(
  binary: string,
  files: ApiServerFiles,
  etcdPort: number,
  extra: readonly string[],
): Component {
  return new Component({
    name: 'kube-apiserver',
    command: binary,
    args: [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${files.port}`,
      `--cert-dir=${files.certificateFolder}`,
      `--token-auth-file=${files.tokenFile}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--service-account-key-file=${files.serviceAccountPublicKey}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // No node will ever reach it, and loopback may not stand in an EndpointSlice.
      '--endpoint-reconciler-type=none',
      // No controller makes `default` ServiceAccounts, so pods could not be created with this on.
      '--disable-admission-plugins=ServiceAccount',
      `--audit-policy-file=${files.auditPolicy}`,
      `--audit-log-path=${files.auditLog}`,
      ...extra,
    ],
    logFile: join(files.folder, 'kube-apiserver.log'),
  });
}
