import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildSettings } from '../../supply/release/image.ts';
import { ensureBaseImages } from './base-images.ts';
import { buildah } from './buildah.ts';
import { imagesFolder } from './cache.ts';
import { dockerIsRunning } from './docker.ts';
import { run } from './exec.ts';
import { withLock } from './lock.ts';
import { noLog, secondsSince, type Log } from './log.ts';
import { ociArchitecture } from './oci.ts';
import { ensurePackages, IMAGE_PACKAGES } from './packages.ts';

export interface BuildImageOptions {
  /** Full name of the image; the default is what the tests deploy. */
  reference?: string;
  /** File to write the image to; one in the cache, named after the image, unless told otherwise. */
  archive?: string;
  /**
   * Compile inside the image as `docker build .` does, types checked, instead
   * of outside without. Slower, and proof that the Dockerfile needs nobody's machine.
   */
  hermetic?: boolean;
  log?: Log;
}

export interface BuiltImage {
  reference: string;
  /** A Docker archive, for `loadImage`. */
  archive: string;
  /** Its size, uncompressed. */
  bytes: number;
}

/** Fully qualified, as containerd keeps it; no registry is ever asked for it. */
export const DEFAULT_IMAGE = 'docker.io/library/supercargo:dev';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** Builds the project's Dockerfile into an archive: with Docker where an engine runs, else with buildah. */
export async function buildImage(options: BuildImageOptions = {}): Promise<BuiltImage> {
  const log = options.log ?? noLog;
  const reference = options.reference ?? DEFAULT_IMAGE;
  const archive = options.archive ?? join(imagesFolder(), `${reference.replaceAll(/[^a-zA-Z0-9.]+/g, '-')}.tar`);
  await mkdir(imagesFolder(), { recursive: true });
  const withDocker = await dockerIsRunning();
  if (!withDocker) await ensurePackages(IMAGE_PACKAGES, log);
  return withLock(join(imagesFolder(), 'build.lock'), log, async () => {
    const start = Date.now();
    const compiled = options.hermetic ? undefined : await compile(log);
    try {
      const context = compiled === undefined ? [] : ['--build-context', `compiled=${compiled}`];
      await rm(archive, { force: true });
      await (withDocker
        ? buildWithDocker(reference, archive, context)
        : buildWithBuildah(reference, archive, context, log));
    } finally {
      if (compiled !== undefined) await rm(compiled, { recursive: true, force: true });
    }
    const { size } = await stat(archive);
    log(`image ${reference}: ${Math.round(size / 1e6)} MB in ${secondsSince(start)}`);
    return { reference, archive, bytes: size };
  });
}

/**
 * How a release is built where no registry is asked for base images: on ours, from JavaScript compiled outside, as the
 * tests' own image. For arm64 there is no base: what we put on it lies on nothing, and is not run.
 */
export async function releaseSettings(log: Log): Promise<{ settings: BuildSettings; remove(): Promise<void> }> {
  await ensurePackages(IMAGE_PACKAGES, log);
  await ensureBaseImages(REPOSITORY, log);
  const compiled = await compile(log);
  const context = ['--pull-never', '--build-context', `compiled=${compiled}`, '--volume', await npmCache()];
  return {
    settings: { arguments: context, runtimeBases: { 'linux/arm64': 'scratch' } },
    remove: () => rm(compiled, { recursive: true, force: true }),
  };
}

/** Our sources as JavaScript, in a folder of its own: the repository's dist/ may be in use, or hold what is no more. */
async function compile(log: Log): Promise<string> {
  const start = Date.now();
  const folder = await mkdtemp(join(imagesFolder(), 'dist-'));
  await run('npm', ['run', '--silent', 'build', '--', '--noCheck', '--outDir', folder], {
    cwd: REPOSITORY,
    timeout: 180_000,
  });
  log(`  compiled in ${secondsSince(start)}`);
  return folder;
}

async function buildWithDocker(reference: string, archive: string, context: string[]): Promise<void> {
  await run('docker', ['build', ...context, '--tag', reference, REPOSITORY], {
    timeout: 1_200_000,
    env: { ...process.env, DOCKER_BUILDKIT: '1' },
  });
  await run('docker', ['save', '--output', archive, reference], { timeout: 300_000 });
}

async function buildWithBuildah(reference: string, archive: string, context: string[], log: Log): Promise<void> {
  await ensureBaseImages(REPOSITORY, log);
  const start = Date.now();
  const here = ['--build-arg', `BUILDPLATFORM=linux/${ociArchitecture()}`]; // older ones do not say it by themselves
  const build = ['build', '--layers', '--pull-never', ...here, ...context, '--volume', await npmCache()];
  await buildah([...build, '--tag', reference, REPOSITORY], { timeout: 1_200_000 });
  log(`  built in ${secondsSince(start)}`);
  // Docker's format, because it is not compressed: packing and unpacking all layers would take longer than building
  // one.
  await buildah(['push', '--quiet', reference, `docker-archive:${archive}:${reference}`]);
}

/** This machine's cache of packages, as a build finds it. */
async function npmCache(): Promise<string> {
  const folder = (await run('npm', ['config', 'get', 'cache'])).trim();
  await mkdir(folder, { recursive: true });
  return `${folder}:/root/.npm`;
}
