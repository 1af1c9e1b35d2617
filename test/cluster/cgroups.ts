import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Mount points of the machine's cgroup hierarchies: one with version 2, a dozen with version 1. */
async function hierarchies(): Promise<{ path: string; version: 1 | 2 }[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return lines.flatMap(([, path, type]) => {
    if (path === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
    return [{ path, version: type === 'cgroup' ? (1 as const) : (2 as const) }];
  });
}

/**
 * Makes the folder under which kubelet puts this cluster's pods, so that two
 * clusters do not meet and `down` knows what is its own. Kubelet insists that
 * it exists in every hierarchy.
 */
export async function createCgroup(name: string): Promise<void> {
  for (const { path, version } of await hierarchies()) {
    if (version === 2) await delegate(path);
    for (const folder of [join(path, name), join(path, name, SERVERS)]) {
      await mkdir(folder, { recursive: true });
      // A cpuset starts empty, and an empty one takes no process.
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        if (version === 1 && existsSync(join(folder, file)))
          await writeFile(join(folder, file), await readFile(join(path, file)));
      }
    }
    if (version === 2) await delegate(join(path, name));
  }
}

/** The node's own servers, beside the pods. */
const SERVERS = 'node';

/**
 * A shell line that moves the shell there. Servers that stayed in the group of
 * the command that starts them would end with it: a login session, a CI step.
 */
export async function joinCgroup(name: string): Promise<string> {
  const files = (await hierarchies()).map(({ path }) => `'${join(path, name, SERVERS, 'cgroup.procs')}'`);
  return `for f in ${files.join(' ')}; do echo $$ > "$f" 2>/dev/null || true; done`;
}

/**
 * Hands a version 2 group's controllers down to its children, each by itself, since one that is missing spoils the
 * line.
 */
async function delegate(folder: string): Promise<void> {
  for (const controller of ['cpuset', 'cpu', 'io', 'memory', 'pids', 'hugetlb']) {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

/** Removes the groups from the leaves up; a group stays busy for a moment after its last process. */
export async function removeCgroup(name: string): Promise<void> {
  for (const { path } of await hierarchies()) {
    for (let attempt = 0; attempt < 50 && existsSync(join(path, name)); attempt++) {
      await removeTree(join(path, name)).catch(() => sleep(100));
    }
  }
}

async function removeTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  }
  await rmdir(folder);
}
