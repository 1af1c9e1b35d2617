import type { KubeConfig } from '@kubernetes/client-node';
import { PassThrough, type Writable } from 'node:stream';
import { lookAnswer } from '../../hub/backup/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { createClient } from '../../kit/kube/kube-config.ts';
import { podExec, type PodExec } from '../../kit/kube/exec.ts';
import type { PodPort } from '../../kit/kube/pod-port.ts';
import { findHubPod } from './hub-pod.ts';
import { hubStarts, type HubStarts } from './started-anew.ts';

/** The database of a hub on a cluster, reached by commands that run in its pod. */
export interface HubDatabase {
  /** For the person who is asked. */
  readonly description: string;
  backup(out: Writable): Promise<void>;
  /** What a restore would take away, in words. */
  look(): Promise<string | undefined>;
  /** Until the hubs have started anew on it; false: they had not after three minutes. */
  restore(source: AsyncIterable<Buffer>, replace: boolean): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * As the image is made (Dockerfile). Nothing secret is in it: the address of the database is in the container's
 * environment.
 */
const SERVE = ['/nodejs/bin/node', '/app/dist/cli/main.js', 'serve'];
const CONTAINER = 'hub';

/** The hub's pod of the cluster of a kubeconfig. */
export async function clusterDatabase(
  config: KubeConfig,
  systemNamespace: string | undefined,
  stderr: Writable,
): Promise<HubDatabase> {
  const client = createClient(config, { userAgent: 'supercargo-cli' });
  const pod = await findHubPod(client, systemNamespace);
  return {
    ...hubDatabase(
      pod,
      podExec(config, (ms) => systemClock.sleep(ms)),
      stderr,
      hubStarts(client, pod.namespace, systemClock),
    ),
    close: () => client.close(),
  };
}

/** By commands in a given pod. Their lines of progress go to `stderr`. */
export function hubDatabase(
  { namespace, pod }: PodPort,
  exec: PodExec,
  stderr: Writable,
  starts: HubStarts,
): Omit<HubDatabase, 'close'> {
  const run = (args: readonly string[], stdout: Writable, stdin?: AsyncIterable<Buffer>) =>
    exec({ namespace, pod, container: CONTAINER, command: [...SERVE, ...args], stdin, stdout, stderr });
  return {
    description: `the hub in namespace ${namespace}`,
    backup: (out) => run(['backup'], out),
    async look() {
      const answer = new PassThrough();
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
      await run(['restore', '--look'], answer);
      return lookAnswer.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).loss ?? undefined;
    },
    async restore(source, replace) {
      const before = await starts.read();
      await run(['restore', ...(replace ? ['--replace'] : [])], new PassThrough().resume(), source);
      return starts.anewSince(before);
    },
  };
}
