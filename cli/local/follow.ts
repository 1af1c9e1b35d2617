import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Changes that come together are one. */
const SETTLE_MS = 300;

/**
 * Calls when a file, or anything in a folder, has changed, until it is closed. Each folder is watched by itself: the
 * recursive watch of Node.js on Linux holds on to files, and sees no second change where an editor puts a new file in
 * the place of the old one.
 */
export async function follow(path: string, changed: () => Promise<void>): Promise<{ close(): void }> {
  const isFolder = (await stat(path)).isDirectory();
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void (isFolder ? watchAll() : Promise.resolve()).then(changed), SETTLE_MS);
  };
  const watchOne = (folder: string, only?: string) => {
    const watcher = watch(folder, { persistent: false });
    watcher.on('change', (_event, name) => {
      if (only === undefined || name === only) settle();
    });
    // It is gone: what was in it is read again without it.
    watcher.on('error', () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
  };
  const watchAll = async () => {
    const there = await foldersIn(path);
    for (const [folder, watcher] of watchers)
      if (!there.includes(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    for (const folder of there) if (!closed && !watchers.has(folder)) watchOne(folder);
  };
  if (isFolder) await watchAll();
  else watchOne(dirname(path), basename(path));
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/**
 * The folder itself and all in it, but for hidden ones: the state folder of `up` may be there, and changes all the
 * time. One that goes while they are read has none.
 */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => foldersIn(join(folder, entry.name))),
  );
  return [folder, ...inner.flat()];
}
