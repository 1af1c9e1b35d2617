/** `make release`: image, chart, signatures and statements into a registry. See docs/supply-chain.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildahIn } from '../test/cluster/buildah.ts';
import { NoPlan, planOf } from './release/plan.ts';
import { release, treeHere } from './release/release.ts';
import { howToVerify } from './release/verify.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'supercargo-release-'));
try {
  const plan = planOf(process.env, await treeHere());
  const buildah = (args: readonly string[]): Promise<string> =>
    // A store of its own: nothing that was built before gets in.
    buildahIn(join(folder, 'images'), args, { timeout: 3_600_000, onOutput: (text) => process.stderr.write(text) });
  const tools = { helm: 'helm', cosign: 'cosign', crane: 'crane', env: process.env };
  const released = await release(plan, { ...tools, buildah, folder, now: () => new Date(), log });
  log('Released. To verify:');
  process.stdout.write(`${howToVerify(plan, released)}\n`);
} catch (error) {
  log(error instanceof NoPlan ? error.message : String(error instanceof Error ? error.message : error));
  process.exitCode = error instanceof NoPlan ? 2 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
