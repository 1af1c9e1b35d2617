import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../test/cluster/exec.ts';
import { ociArchitecture } from '../../test/cluster/oci.ts';
import { basesOf, imageOf, PLATFORMS, ROOT, type Plan, type Platform } from './plan.ts';
import { digestOf, type Material } from './provenance.ts';

/** Runs buildah on the release's own store. */
export type Buildah = (args: readonly string[]) => Promise<string>;

/** How a build differs from what the Dockerfile says, where there is no registry to ask for base images. */
export interface BuildSettings {
  /** Arguments to `buildah build`, for each platform. */
  readonly arguments?: readonly string[];
  /** In place of RUNTIME_BASE, for one platform. */
  readonly runtimeBases?: Readonly<Partial<Record<Platform, string>>>;
}

/** What an image is made with. */
export interface Yard {
  readonly buildah: Buildah;
  readonly crane: string;
  /** For files on the way: the lists of packages. */
  readonly folder: string;
  readonly settings?: BuildSettings;
}

/** An image as it lies in the registry. */
export interface PushedImage {
  /** Of the index, which names an image for each platform. */
  readonly digest: string;
  readonly images: Readonly<Record<Platform, string>>;
  /** For each platform the file that lists what is in its image. */
  readonly bills: Readonly<Record<Platform, string>>;
  /** Base images. */
  readonly materials: readonly Material[];
}

interface Built {
  readonly name: string;
  readonly bill: string;
  readonly materials: readonly Material[];
}

/** Builds the Dockerfile for each platform and pushes all as one index. */
export async function pushImage(plan: Plan, { buildah, crane, folder, settings = {} }: Yard): Promise<PushedImage> {
  const built = {} as Record<Platform, Built>;
  for (const platform of PLATFORMS) built[platform] = await buildOne(plan, platform, folder, buildah, settings);
  const digest = await pushIndex(
    plan,
    PLATFORMS.map((platform) => built[platform].name),
    folder,
    buildah,
  );
  return {
    digest,
    images: await imagesOf(plan, digest, crane),
    bills: Object.fromEntries(PLATFORMS.map((platform) => [platform, built[platform].bill])) as Record<
      Platform,
      string
    >,
    materials: unique(PLATFORMS.flatMap((platform) => built[platform].materials)),
  };
}

async function buildOne(
  plan: Plan,
  platform: Platform,
  folder: string,
  buildah: Buildah,
  settings: BuildSettings,
): Promise<Built> {
  const named = basesOf(plan);
  const bases = { build: named.build, runtime: settings.runtimeBases?.[platform] ?? named.runtime };
  const name = `localhost/supercargo-release:${plan.version}-${platform.replace('/', '-')}`;
  const build = [
    ...['build', '--layers', '--platform', platform, '--timestamp', String(plan.epoch), '--identity-label=false'],
    // Older ones do not say it by themselves.
    ...['--build-arg', `BUILDPLATFORM=linux/${ociArchitecture()}`],
    ...['--build-arg', `BUILD_BASE=${bases.build}`, '--build-arg', `RUNTIME_BASE=${bases.runtime}`],
    ...(settings.arguments ?? []),
  ];
  const labels = Object.entries(labelsOf(plan)).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  await buildah([...build, ...labels, '--tag', name, ROOT]);
  const list = await mkdtemp(join(folder, 'bill-'));
  await buildah([...build, '--target', 'bill', '--output', `type=local,dest=${list}`, ROOT]);
  const materials: Material[] = [];
  for (const base of [bases.build, bases.runtime].filter((each) => each !== 'scratch'))
    materials.push({ uri: `docker://${base}`, digest: digestOf(await baseDigest(base, buildah)) });
  return { name, bill: join(list, 'sbom.cdx.json'), materials };
}

/** What registries and scanners show of an image: https://specs.opencontainers.org/image-spec/annotations */
function labelsOf({ source, commit, version }: Plan): Record<string, string> {
  const of = (name: string): string => `org.opencontainers.image.${name}`;
  return {
    [of('title')]: 'supercargo',
    [of('source')]: source,
    [of('revision')]: commit,
    [of('version')]: version,
    [of('licenses')]: 'Apache-2.0',
  };
}

async function baseDigest(base: string, buildah: Buildah): Promise<string> {
  const said = await buildah(['images', '--no-trunc', '--format', '{{.Digest}}', base]);
  return said.trim().split('\n')[0]!;
}

async function pushIndex(plan: Plan, names: readonly string[], folder: string, buildah: Buildah): Promise<string> {
  const index = `localhost/supercargo-release:${plan.version}`;
  const digestFile = join(folder, 'digest');
  await buildah(['manifest', 'rm', index]).catch(() => undefined); // of a try before
  await buildah(['manifest', 'create', index]);
  for (const name of names) await buildah(['manifest', 'add', index, `containers-storage:${name}`]);
  const how = [
    '--all',
    '--format',
    'oci',
    '--digestfile',
    digestFile,
    ...(plan.plainHttp ? ['--tls-verify=false'] : []),
  ];
  await buildah(['manifest', 'push', ...how, index, `docker://${imageOf(plan)}:${plan.version}`]);
  const digest = (await readFile(digestFile, 'utf8')).trim();
  await rm(digestFile);
  return digest;
}

/** The images of the index as it lies in the registry: pushing packs layers, so no digest of before holds. */
async function imagesOf(plan: Plan, digest: string, crane: string): Promise<Record<Platform, string>> {
  const insecure = plan.plainHttp ? ['--insecure'] : [];
  const { manifests } = JSON.parse(await run(crane, ['manifest', ...insecure, `${imageOf(plan)}@${digest}`])) as {
    readonly manifests: readonly { digest: string; platform: { os: string; architecture: string } }[];
  };
  const found = manifests.map(({ digest: one, platform: { os, architecture } }) => [`${os}/${architecture}`, one]);
  return Object.fromEntries(found) as Record<Platform, string>;
}

function unique(materials: readonly Material[]): Material[] {
  return [...new Map(materials.map((material) => [JSON.stringify(material), material])).values()];
}
