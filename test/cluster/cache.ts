import { homedir } from 'node:os';
import { join } from 'node:path';
import { KUBERNETES_VERSION } from './versions.ts';

/**
 * Everything that is expensive to make and safe to keep lives here, outside
 * the repository, so that clones and worktrees share it and `git clean` spares it.
 */
export function cacheFolder(): string {
  const base = process.env['SUPERCARGO_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'supercargo');
}

/** The built binaries of one Kubernetes version. */
export function binariesFolder(): string {
  return join(cacheFolder(), 'bin', KUBERNETES_VERSION);
}

/** Base images and the like, made once. */
export function imagesFolder(): string {
  return join(cacheFolder(), 'images');
}

/** The state of a named cluster: data, certificates, logs, process ids. */
export function clusterFolder(name: string): string {
  return join(cacheFolder(), 'clusters', name);
}
