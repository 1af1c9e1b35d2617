import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tryRun } from '../../test/cluster/exec.ts';
import { chartsOf, imageOf, ROOT, type Plan } from './plan.ts';

const CHART = join(ROOT, 'charts', 'supercargo');

/** Packages the chart with this image in its values, by digest, and pushes it; the digest of what was pushed. */
export async function pushChart(plan: Plan, imageDigest: string, helm: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-chart-'));
  try {
    const chart = join(folder, 'supercargo');
    await cp(CHART, chart, { recursive: true });
    const values = join(chart, 'values.yaml');
    await writeFile(values, withImage(await readFile(values, 'utf8'), imageOf(plan), imageDigest));
    const numbers = ['--version', plan.version, '--app-version', plan.version];
    await run(helm, ['package', chart, ...numbers, '--destination', folder]);
    const archive = join(folder, `supercargo-${plan.version}.tgz`);
    await inTime(archive, plan.epoch, folder);
    const { stdout, stderr } = await pushed(plan, archive, helm);
    const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(`${stdout}\n${stderr}`)?.[1];
    if (!digest) throw new Error(`helm push did not name a digest: ${stdout}${stderr}`);
    return digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pushed(plan: Plan, archive: string, helm: string): Promise<{ stdout: string; stderr: string }> {
  const args = ['push', archive, `oci://${chartsOf(plan)}`, ...(plan.plainHttp ? ['--plain-http'] : [])];
  const result = await tryRun(helm, args, { timeout: 300_000 });
  if (result.code !== 0) throw new Error(`helm push to ${chartsOf(plan)} failed: ${result.stderr.trim()}`);
  return result;
}

/** The chart's values with this image; every other byte as it was. Pure. */
export function withImage(values: string, repository: string, digest: string): string {
  const lines = /^(image:\n(?: .*\n)*? {2}repository: ).*(\n(?: .*\n)*? {2}digest: ).*$/m;
  if (!lines.test(values)) throw new Error('values.yaml has no image.repository with an image.digest after it');
  return values.replace(lines, (_, first: string, second: string) => `${first}${repository}${second}${digest}`);
}

/**
 * Packs it again: Helm gives each file the time of day, and with the time of the commit the same sources make the same
 * chart. The archive's own time gets into the manifest.
 */
async function inTime(archive: string, epoch: number, folder: string): Promise<void> {
  const unpacked = await mkdtemp(join(folder, 'unpacked-'));
  await run('tar', ['-xzf', archive, '-C', unpacked]);
  const same = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
  await run('tar', [...same, '-C', unpacked, '-czf', archive, 'supercargo']);
  await utimes(archive, epoch, epoch);
}
