import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { joinCgroup } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { isAlive, processIdentity, type ProcessIdentity } from './pid.ts';
import { inside } from './sandbox.ts';

/** A server process of the node. It outlives the command that starts it. */
export interface DaemonSpec {
  name: DaemonName;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
}

export const DAEMON_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'kubelet',
  'kube-proxy',
  'kube-router',
  'coredns',
  'volumes',
] as const;
export type DaemonName = (typeof DAEMON_NAMES)[number];

export function daemonLog(layout: Layout, name: DaemonName): string {
  return join(layout.logs, `${name}.log`);
}

/**
 * Starts it inside the node's namespaces, as the leader of a process group of
 * its own, so that a signal to the group reaches it from outside as well.
 */
export async function startDaemon(layout: Layout, init: ProcessIdentity, spec: DaemonSpec): Promise<ProcessIdentity> {
  const [command, args] = inside(init, spec.command, spec.args);
  const script = `${await joinCgroup(layout.cgroup)}\nexec "$0" "$@"`;
  const log = openSync(daemonLog(layout, spec.name), 'a');
  try {
    const child = spawn('sh', ['-c', script, command, ...args], {
      detached: true,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log],
    });
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${spec.name} could not be started: is nsenter installed?`);
    return processIdentity(child.pid);
  } finally {
    closeSync(log);
  }
}

/** Sends a signal to the whole group: nsenter, which waits, and the server itself. */
export function signalDaemon(daemon: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isAlive(daemon)) process.kill(-daemon.pid, signal);
}
