import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, tryRun } from '../../test/cluster/exec.ts';
import { pushChart } from './chart.ts';
import { pushImage, type Yard } from './image.ts';
import { chartOf, imageOf, PLATFORMS, ROOT, type Plan, type Tree } from './plan.ts';
import { provenanceOf, type Material, type Run } from './provenance.ts';
import { Signer } from './signer.ts';
import { standingOf } from './standing.ts';

/** Programs that a release is made with, and what they run in. */
export interface Workshop extends Yard {
  readonly helm: string;
  readonly cosign: string;
  /** COSIGN_PASSWORD, and what a CI gives for an identity. */
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  readonly log: (line: string) => void;
}

/** What there is to verify afterwards. */
export interface Released {
  /** By digest. */
  readonly image: string;
  readonly chart: string;
}

/**
 * Builds and pushes the image, signs and attests it, and only then pushes the chart that names it: who installs by the
 * chart never gets an image without its signature.
 */
export async function release(plan: Plan, shop: Workshop): Promise<Released> {
  const { log } = shop;
  const signer = new Signer(plan, shop.cosign, shop.env);
  // What is not there, or does not open, ends it before anything is pushed.
  const tools = await toolsOf(shop);
  await signer.tryKey();
  await refuseTaken(plan, shop);
  const startedOn = shop.now().toISOString();
  log(`building ${imageOf(plan)}:${plan.version} for ${PLATFORMS.join(' and ')}`);
  const pushed = await pushImage(plan, shop);
  const image = `${imageOf(plan)}@${pushed.digest}`;
  log(`pushed ${image}; signing it and what it is made of`);
  const made = { startedOn, finishedOn: shop.now().toISOString(), tools };
  await signer.sign(image);
  for (const platform of PLATFORMS)
    await signer.attest(`${imageOf(plan)}@${pushed.images[platform]}`, 'cyclonedx', pushed.bills[platform]);
  const file = join(shop.folder, 'provenance.json');
  const run_: Run = {
    ...made,
    materials: [...pushed.materials, await lockFile()],
    invocation: invocationOf(plan, shop.env),
  };
  await writeFile(file, JSON.stringify(provenanceOf(plan, run_)));
  for (const digest of [pushed.digest, ...Object.values(pushed.images)])
    await signer.attest(`${imageOf(plan)}@${digest}`, 'slsaprovenance1', file);
  log(`pushing the chart ${chartOf(plan)}:${plan.version}`);
  const chart = `${chartOf(plan)}@${await pushChart(plan, pushed.digest, shop.helm)}`;
  // Nothing else beside the chart: at two statements cosign, by the registry client that Flux pins, waits for ever.
  await signer.sign(chart);
  return { image, chart };
}

async function refuseTaken(plan: Plan, shop: Workshop): Promise<void> {
  const standing = await standingOf(plan, shop);
  if (standing.is === 'released')
    throw new Error(`${chartOf(plan)} has ${plan.version} already. What was released is not changed: raise VERSION`);
  if (standing.is === 'unsigned')
    throw new Error(
      `${chartOf(plan)} has ${plan.version}, and no signature of it: an earlier try ended in between. Raise VERSION, or delete ${standing.chart} from the registry and run this again`,
    );
}

/** Asked for before anything is built: what is missing would else be missed after the image is pushed. */
async function toolsOf({ buildah, helm, cosign, crane }: Workshop): Promise<Record<string, string>> {
  const version = async (name: string, said: Promise<string>, pattern: RegExp): Promise<string> => {
    const text = await said.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`a release needs ${name} in the PATH (${why}): docs/supply-chain.md has the list`);
    });
    return pattern.exec(text)?.[1] ?? text.trim();
  };
  return {
    buildah: await version('buildah', buildah(['--version']), /^buildah version (\S+)/),
    helm: await version('helm', run(helm, ['version', '--short']), /^(\S+)/),
    cosign: await version('cosign', run(cosign, ['version']), /^GitVersion: *(\S+)/m),
    crane: await version('crane', run(crane, ['version']), /^(\S+)/),
    node: process.version,
  };
}

async function lockFile(): Promise<Material> {
  const sha256 = createHash('sha256')
    .update(await readFile(join(ROOT, 'package-lock.json')))
    .digest('hex');
  return { uri: 'package-lock.json', digest: { sha256 } };
}

/** A CI's page of this run. */
function invocationOf(plan: Plan, env: NodeJS.ProcessEnv): string | undefined {
  const id = env['GITHUB_RUN_ID'];
  return id && `${plan.source}/actions/runs/${id}/attempts/${env['GITHUB_RUN_ATTEMPT'] ?? '1'}`;
}

/** The tree that is here, as Git knows it. */
export async function treeHere(): Promise<Tree> {
  const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: ROOT })).trim();
  const origin = await tryRun('git', ['remote', 'get-url', 'origin'], { cwd: ROOT });
  const changed = await git('status', '--porcelain', '--untracked-files=all');
  return {
    commit: await git('rev-parse', 'HEAD'),
    epoch: Number(await git('log', '-1', '--format=%ct')),
    version: (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    changed: changed === '' ? [] : changed.split('\n').map((line) => line.trim().replace(/^\S+\s+/, '')),
    origin: origin.code === 0 ? origin.stdout.trim() : undefined,
  };
}
