import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildah } from './buildah.ts';
import { imagesFolder } from './cache.ts';
import { dockerIsRunning } from './docker.ts';
import { run } from './exec.ts';
import { DEFAULT_IMAGE } from './image.ts';

/** Image of examples/third-party-driver; no registry is ever asked for it. */
export const EXAMPLE_DRIVER_IMAGE = 'docker.io/library/supercargo-driver-example:1.0.0';

const FOLDER = join(import.meta.dirname, '..', '..', 'examples', 'third-party-driver');

/** Builds the example's Dockerfile on our image, which was built before, into an archive for `loadImage`. */
export async function buildExampleDriver(): Promise<string> {
  const archive = join(imagesFolder(), 'driver-example.tar');
  await rm(archive, { force: true });
  const options = ['--build-arg', `SUPERCARGO=${DEFAULT_IMAGE}`, '--tag', EXAMPLE_DRIVER_IMAGE, FOLDER];
  if (await dockerIsRunning()) {
    await run('docker', ['build', ...options], { timeout: 300_000 });
    await run('docker', ['save', '--output', archive, EXAMPLE_DRIVER_IMAGE], { timeout: 300_000 });
  } else {
    await buildah(['build', '--pull-never', ...options]);
    await buildah(['push', '--quiet', EXAMPLE_DRIVER_IMAGE, `docker-archive:${archive}:${EXAMPLE_DRIVER_IMAGE}`]);
  }
  return archive;
}
