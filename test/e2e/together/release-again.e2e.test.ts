import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushChart } from '../../../supply/release/chart.ts';
import { chartOf, type Plan } from '../../../supply/release/plan.ts';
import { release } from '../../../supply/release/release.ts';
import { Signer } from '../../../supply/release/signer.ts';
import { run, tryRun } from '../../cluster/exec.ts';
import { BUILD_PATIENCE_MS, ensureBinaries, stderrLog } from '../../cluster/index.ts';
import { startRegistry, type Registry } from '../../cluster/registry.ts';
import { KEY_ENV, makeKey } from '../flux/signed-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

let folder: string;
let registry: Registry;
let tools: { readonly helm: string; readonly cosign: string; readonly crane: string };
let whole: Plan;
beforeAll(async () => {
  tools = await ensureBinaries(['helm', 'cosign', 'crane'], stderrLog);
  registry = await startRegistry(stderrLog);
  folder = await mkdtemp(join(tmpdir(), 'supercargo-release-again-'));
  await makeKey(tools.cosign, folder);
  whole = {
    ...{ registry: registry.host, version: '1.2.3', key: join(folder, 'cosign.key'), publicLog: false },
    ...{ plainHttp: true, source: 'https://git.example/supercargo', builder: 'https://ci.example/release' },
    ...{ commit: 'c'.repeat(40), epoch: 1_790_000_000 },
  };
});
afterAll(async () => {
  await registry?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** How a release ends that would begin to build; whether it did. */
async function tried(plan: Plan, other: Partial<typeof tools> = {}, env = KEY_ENV): Promise<[string, boolean]> {
  let building = false;
  const buildah = async ([verb]: readonly string[]): Promise<string> => {
    if (verb === '--version') return 'buildah version 1.43.0';
    building = true;
    throw new Error('far enough');
  };
  const workshop = { buildah, ...tools, ...other, env, folder, now: () => new Date(), log: () => undefined };
  const ended = await release(plan, workshop).then(
    () => 'released',
    (error: Error) => error.message,
  );
  return [ended, building];
}
const chartOfNow = async (plan: Plan): Promise<string> =>
  (await run(tools.crane, ['digest', '--insecure', `${chartOf(plan)}:${plan.version}`])).trim();

describe('a release begins', () => {
  it('where the registry has nothing of that version, nor of any', async () => {
    expect(await tried(whole)).toEqual(['far enough', true]);
  });
});

describe('a release ends before anything is built', () => {
  it('where its chart is there and signed, and where an earlier try ended before the signature: each in its own words', async () => {
    const plan = { ...whole, version: '2.0.0' };
    const digest = await pushChart(plan, `sha256:${'a'.repeat(64)}`, tools.helm);
    expect(await tried(plan)).toEqual([
      `${chartOf(plan)} has 2.0.0, and no signature of it: an earlier try ended in between. Raise VERSION, or delete ${chartOf(plan)}@${digest} from the registry and run this again`,
      false,
    ]);
    await new Signer(plan, tools.cosign, KEY_ENV).sign(`${chartOf(plan)}@${digest}`);
    expect(await tried(plan)).toEqual([expect.stringMatching(/has 2\.0\.0 already\..*raise VERSION/), false]);
    expect(await chartOfNow(plan)).toBe(digest);
  });

  it('where the registry does not say whether it has that version: it is not taken for absent', async () => {
    const plan = { ...whole, version: '2.1.0', registry: '127.0.0.1:1' };
    expect(await tried(plan)).toEqual([
      expect.stringMatching(/^whether 127\.0\.0\.1:1\S+:2\.1\.0 is there already could not be found out .*refused/),
      false,
    ]);
  });

  it.each([
    [
      'a key that is not there',
      { key: '/nowhere/cosign.key' },
      {},
      /^KEY=\/nowhere\/cosign\.key: cosign cannot use it/,
    ],
    ['another password', {}, { COSIGN_PASSWORD: 'wrong' }, /decrypt.*COSIGN_PASSWORD$/],
  ])('with %s', async (_, change, env, said) => {
    expect(await tried({ ...whole, ...change }, {}, { ...KEY_ENV, ...env })).toEqual([
      expect.stringMatching(said),
      false,
    ]);
  });

  it('without a program that it needs at its end', async () => {
    expect(await tried(whole, { crane: '/nowhere/crane' })).toEqual([
      expect.stringMatching(/^a release needs crane in the PATH/),
      false,
    ]);
    expect((await tryRun(tools.crane, ['version'])).code).toBe(0);
  });
});
