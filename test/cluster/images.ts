import type { Layout } from './layout.ts';
import { lastLines } from './log.ts';
import { daemonLog } from './daemon.ts';
import type { ProcessIdentity } from './pid.ts';
import { tryRunInside } from './sandbox.ts';
import { waitFor } from './wait.ts';

/** Loads an OCI or Docker archive into the node's containerd, where pods find it under the names it carries. */
export async function importImage(
  layout: Layout,
  init: ProcessIdentity,
  ctr: string,
  archive: string,
): Promise<string[]> {
  const containerd = ['--address', '/run/containerd/containerd.sock', '--namespace', 'k8s.io'];
  await waitFor('containerd', async () => (await tryRunInside(init, ctr, [...containerd, 'version'])).code === 0, {
    timeout: 30_000,
    logFile: daemonLog(layout, 'containerd'),
  });
  const result = await tryRunInside(init, ctr, [...containerd, 'images', 'import', archive], { timeout: 300_000 });
  if (result.code !== 0)
    throw new Error(
      `loading ${archive} failed: ${result.stderr.slice(-1000)}\n${lastLines(daemonLog(layout, 'containerd'), 10)}`,
    );
  return [...result.stdout.matchAll(/^(\S+:\S+)\s/gm)].map((match) => match[1] ?? '');
}
