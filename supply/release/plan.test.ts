import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { withImage } from './chart.ts';
import { NoPlan, planOf, ROOT, type Tree } from './plan.ts';
import { provenanceOf } from './provenance.ts';
import { howToVerify } from './verify.ts';

const TREE: Tree = {
  commit: 'c'.repeat(40),
  epoch: 1_790_000_000,
  version: '1.2.3',
  changed: [],
  origin: 'git@git.example:shops/cargo.git',
};
const BY_HAND = {
  REGISTRY: 'registry.example/shops',
  VERSION: '1.2.3',
  KEY: 'cosign.key',
  BUILDER: 'https://ci.example/9',
};
const GITHUB = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'shops/cargo',
  GITHUB_WORKFLOW_REF: 'shops/cargo/.github/workflows/release.yaml@refs/tags/v1.2.3',
};
const DIGEST = `sha256:${'d'.repeat(64)}`;

function refusal(env: Readonly<Record<string, string>>, tree: Tree = TREE): string {
  try {
    planOf(env, tree);
  } catch (error) {
    expect(error).toBeInstanceOf(NoPlan);
    return (error as Error).message;
  }
  return 'a plan';
}

describe('what is released', () => {
  it('by a person: with a key, from where Git says that the sources are', () => {
    expect(planOf(BY_HAND, TREE)).toMatchObject({
      ...{ registry: 'registry.example/shops', version: '1.2.3', key: 'cosign.key', builder: 'https://ci.example/9' },
      ...{ source: 'https://git.example/shops/cargo', commit: TREE.commit, epoch: TREE.epoch, publicLog: true },
    });
  });

  it('by a workflow of GitHub for a tag: without a key, in its own name', () => {
    const plan = planOf({ ...GITHUB, REGISTRY: 'ghcr.io/shops', VERSION: 'v1.2.3' }, TREE);
    expect(plan).toMatchObject({ version: '1.2.3', source: 'https://github.com/shops/cargo', key: undefined });
    expect(howToVerify(plan, { image: `i@${DIGEST}`, chart: `c@${DIGEST}` })).toContain(
      'cosign verify --certificate-identity https://github.com/shops/cargo/.github/workflows/release.yaml@refs/tags/v1.2.3 ',
    );
  });

  it.each(['0.2.0', 'v1.2.3', '1.2.3-rc.1', '1.2.3-0.a-b'])('%s is a version', (version) => {
    const tree = { ...TREE, version: version.replace('v', '') };
    expect(planOf({ ...BY_HAND, VERSION: version }, tree).version).toBe(tree.version);
  });

  it.each([
    ['no registry', { REGISTRY: '' }, /^REGISTRY=\(nothing\): say it like REGISTRY=ghcr/],
    ['a registry with a scheme', { REGISTRY: 'https://registry.example' }, /^REGISTRY=https:/],
    ...['latest', '1.2', '01.2.3', '1.2.3-01', '1.2.3-a..b', '1.2.3-', '1.2.3+5', `1.2.3@${DIGEST}`].map(
      (VERSION) => [`the version ${VERSION}`, { VERSION }, /^VERSION=\S+: say it like VERSION=0\.2\.0/] as const,
    ),
    ['nobody who builds', { BUILDER: '' }, /^BUILDER=\(nothing\)/],
    ['neither key nor log', { KEY: '', PUBLIC_LOG: 'no' }, /^PUBLIC_LOG=no without KEY/],
    [
      'a base image by tag',
      { RUNTIME_BASE: 'base.example/node:24' },
      /^RUNTIME_BASE: base\.example\/node:24 has no digest/,
    ],
  ])('%s is refused by name', (_, change, expected) => {
    expect(refusal({ ...BY_HAND, ...change })).toMatch(expected);
  });

  it('a tree that is not as committed is refused: nobody could build it again', () => {
    expect(refusal(BY_HAND, { ...TREE, changed: ['hub/http.ts'] })).toMatch(/^not as committed: hub\/http\.ts\./);
  });

  it('another version than that of the programs in the image is refused', () => {
    expect(refusal(BY_HAND, { ...TREE, version: '1.2.2' })).toMatch(/^VERSION=1\.2\.3, and package\.json has 1\.2\.2/);
  });

  it('all that is wrong is said at once', () => {
    expect(refusal({}).split('\n')).toHaveLength(3);
  });
});

describe('the statement of where it came from', () => {
  const run = {
    startedOn: 'a',
    finishedOn: 'b',
    tools: { helm: 'v3' },
    materials: [{ uri: 'base', digest: { sha256: '1' } }],
  };

  it('names the commit, the builder and what was taken in', () => {
    expect(provenanceOf(planOf(BY_HAND, TREE), run)).toMatchObject({
      buildDefinition: {
        externalParameters: { source: `git+https://git.example/shops/cargo@${TREE.commit}`, version: '1.2.3' },
        resolvedDependencies: [{ digest: { gitCommit: TREE.commit } }, { uri: 'base' }],
      },
      runDetails: { builder: { id: 'https://ci.example/9' } },
    });
  });

  it('has no word of the key', () => {
    expect(JSON.stringify(provenanceOf(planOf(BY_HAND, TREE), run))).not.toContain('cosign.key');
  });
});

describe('the values of a chart that is released', () => {
  it('name the image by digest, and are the same in everything else', async () => {
    const values = await readFile(join(ROOT, 'charts', 'supercargo', 'values.yaml'), 'utf8');
    const changed = withImage(values, 'registry.example/supercargo', DIGEST);
    const { image, ...rest } = parse(values) as { image: object };
    const released = parse(changed) as { image: object };
    expect(released).toEqual({
      ...rest,
      image: { ...image, repository: 'registry.example/supercargo', digest: DIGEST },
    });
    expect(changed.split('\n').filter((line) => line.startsWith('  #'))).toEqual(
      values.split('\n').filter((line) => line.startsWith('  #')),
    );
  });

  it('that name no image are an error, not a chart without a digest', () => {
    expect(() => withImage('picture:\n  repository: a\n', 'b', DIGEST)).toThrow(/no image\.repository/);
  });
});
