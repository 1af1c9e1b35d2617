import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Architectures that the image is made for, as OCI names them. */
export const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What is released, where to, and in whose name. */
export interface Plan {
  /** "ghcr.io/supercargo-dev": the image goes to …/supercargo, the chart to …/charts/supercargo. */
  readonly registry: string;
  /** Of image and chart: "0.2.0". */
  readonly version: string;
  /** A cosign key, as a file or as the address of a key service. Without one: by the identity of whoever runs it. */
  readonly key?: string;
  /** Whether signatures go into the public log of Sigstore; without a key they must. */
  readonly publicLog: boolean;
  /** A registry without TLS, on this machine. */
  readonly plainHttp: boolean;
  /** Where the sources are to be had: "https://github.com/supercargo-dev/supercargo". */
  readonly source: string;
  readonly commit: string;
  /** Seconds since 1970, of the commit: the time of every file in the image. */
  readonly epoch: number;
  /** Who builds, as a URI that whoever verifies can hold to what they expect. */
  readonly builder: string;
  /** In place of the Dockerfile's base images. */
  readonly buildBase?: string;
  readonly runtimeBase?: string;
}

/** What Git says of the tree that is released. */
export interface Tree {
  readonly commit: string;
  readonly epoch: number;
  /** Of package.json: what the programs in the image say of themselves, and the list of what is in it. */
  readonly version: string;
  /** Files that are not as they were committed. */
  readonly changed: readonly string[];
  readonly origin?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A release that cannot begin: what is wrong with what was said, one line each. */
export class NoPlan extends Error {}

/** As semver.org has it, without a build: no tag of a registry has a "+". Helm would refuse others after the image. */
const NUMBER = '(0|[1-9]\\d*)';
const WORD = `(${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${WORD}(\\.${WORD})*)?$`);
const REGISTRY = /^[a-z0-9][a-z0-9.:-]*(\/[a-z0-9._-]+)*$/;
const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** The release that an environment asks for, as `make release` and a CI set it. Pure. */
export function planOf(env: Environment, tree: Tree): Plan {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const wrong: string[] = [];
  const need = (name: string, pattern: RegExp, example: string, fallback?: string): string => {
    const value = given(name) ?? fallback ?? '';
    if (!pattern.test(value)) wrong.push(`${name}=${value || '(nothing)'}: say it like ${name}=${example}`);
    return value;
  };
  const hosted = given('GITHUB_REPOSITORY') && `${given('GITHUB_SERVER_URL')}/${given('GITHUB_REPOSITORY')}`;
  const workflow = given('GITHUB_WORKFLOW_REF') && `${given('GITHUB_SERVER_URL')}/${given('GITHUB_WORKFLOW_REF')}`;
  const registry = need('REGISTRY', REGISTRY, 'ghcr.io/supercargo-dev');
  const version = need('VERSION', VERSION, '0.2.0').replace(/^v/, '');
  if (VERSION.test(version) && version !== tree.version)
    wrong.push(
      `VERSION=${version}, and package.json has ${tree.version}: every program in the image would say that. Set it there (npm version --no-git-tag-version ${version}) and commit`,
    );
  const source = need('SOURCE', /^https:\/\/\S+$/, 'https://github.com/OWNER/NAME', hosted ?? webAddress(tree.origin));
  const builder = need('BUILDER', /^\w[\w+.-]*:\S+$/, 'https://ci.example/release', workflow);
  const bases = { buildBase: given('BUILD_BASE'), runtimeBase: given('RUNTIME_BASE') };
  const publicLog = given('PUBLIC_LOG') !== 'no';
  if (!given('KEY') && !publicLog)
    wrong.push('PUBLIC_LOG=no without KEY: a signature without a key is proved by the log');
  if (tree.changed.length > 0)
    wrong.push(
      `not as committed: ${tree.changed.slice(0, 5).join(', ')}. A release is of a commit: commit or stash first`,
    );
  for (const name of ['BUILD_BASE', 'RUNTIME_BASE']) {
    const base = given(name);
    if (base && !DIGEST.test(base)) wrong.push(`${name}: ${base} has no digest (…@sha256:…)`);
  }
  if (wrong.length > 0) throw new NoPlan(wrong.join('\n'));
  return {
    ...{ registry, version, source, builder, commit: tree.commit, epoch: tree.epoch },
    ...{ key: given('KEY'), publicLog, plainHttp: given('PLAIN_HTTP') === 'yes', ...bases },
  };
}

/** "git@host:owner/name.git" and the like, as a browser takes it. */
function webAddress(origin = ''): string | undefined {
  const [, host, path] =
    /^(?:https?:\/\/|ssh:\/\/|)(?:[^@/]+@)?([^:/]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(origin) ?? [];
  return host?.includes('.') ? `https://${host}/${path}` : undefined;
}

export const imageOf = ({ registry }: Pick<Plan, 'registry'>): string => `${registry}/supercargo`;
export const chartsOf = ({ registry }: Pick<Plan, 'registry'>): string => `${registry}/charts`;
export const chartOf = (plan: Pick<Plan, 'registry'>): string => `${chartsOf(plan)}/supercargo`;

/** The repository's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** The base images that the Dockerfile names, unless it is told of others. */
export function basesOf(plan: Pick<Plan, 'buildBase' | 'runtimeBase'>): { build: string; runtime: string } {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const named = (name: string): string => new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(dockerfile)![1]!;
  return { build: plan.buildBase ?? named('BUILD_BASE'), runtime: plan.runtimeBase ?? named('RUNTIME_BASE') };
}
