import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imagesFolder } from './cache.ts';
import { run, type RunOptions } from './exec.ts';
import { isOverlay } from './filesystem.ts';

/** Runs buildah on a store of our own in the cache; the machine's is left alone. */
export function buildah(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return buildahIn(imagesFolder(), args, options);
}

/** Runs buildah on the store in this folder. */
export async function buildahIn(folder: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const root = join(folder, 'storage');
  await mkdir(root, { recursive: true });
  const driver = (await isOverlay(root)) ? 'vfs' : 'overlay';
  const store = ['--root', root, '--runroot', join(folder, 'run'), '--storage-driver', driver];
  return run('buildah', [...store, ...args], {
    timeout: 600_000,
    ...options,
    env: { ...process.env, ...options.env, BUILDAH_ISOLATION: 'chroot' },
  });
}

export interface ImageSettings {
  user?: string;
  entrypoint?: string[];
  env?: Record<string, string>;
}

/** Makes an image of one folder, under a name that a Dockerfile's FROM can use. */
export async function commitFolder(folder: string, reference: string, settings: ImageSettings = {}): Promise<void> {
  const container = (await buildah(['from', 'scratch'])).trim();
  try {
    await buildah(['add', '--quiet', container, folder, '/']);
    const env = Object.entries(settings.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const user = settings.user === undefined ? [] : ['--user', settings.user];
    const entrypoint = settings.entrypoint === undefined ? [] : ['--entrypoint', JSON.stringify(settings.entrypoint)];
    await buildah(['config', ...env, ...user, ...entrypoint, container]);
    await buildah(['commit', '--quiet', container, reference]);
  } finally {
    await buildah(['rm', container]);
  }
}

export async function hasImage(reference: string): Promise<boolean> {
  return buildah(['inspect', '--type', 'image', reference]).then(
    () => true,
    () => false,
  );
}
