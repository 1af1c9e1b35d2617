import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadManifests, printFaults, type LoadedManifests, type Manifests } from './manifests.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifests-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(files: Record<string, string>): Promise<LoadedManifests> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadManifests(folder);
}

const feed = (name: string, more = '') => `apiVersion: supercargo.dev/v1beta1
kind: Feed
metadata: { name: ${name}${more} }
spec: { connectionRef: { name: shop }, type: OrderImport }
`;
const license = 'apiVersion: supercargo.dev/v1beta1\nkind: License\nmetadata: { name: main }\n';
const names = ({ resources }: Manifests) => resources.map(({ metadata }) => metadata.name);
const printed = ({ faults }: Manifests) => {
  const lines: string[] = [];
  printFaults(faults, (line) => lines.push(line));
  return lines.map((line) => line.replaceAll(relative(process.cwd(), folder), 'DIR'));
};

describe('manifests', () => {
  it('in a folder that is not there are refused with its name, and what to do', async () => {
    await expect(loadManifests(join(folder, 'shpo'))).rejects.toThrow(
      /there is no file or folder .*shpo: name one with -f/,
    );
  });

  it('come from every YAML file of the folder and those below, in the order of their names', async () => {
    const manifests = await load({
      'b.yaml': `${feed('b1')}---\n${feed('b2')}`,
      'a.yml': feed('a'),
      'below/c.yaml': feed('c'),
      'notes.txt': 'not: yaml: at all',
      'empty.yaml': '',
      'comment.yaml': '# nothing\n',
    });
    expect(names(manifests)).toEqual(['a', 'b1', 'b2', 'c']);
    expect(manifests.faults).toEqual([]);
  });

  it('of a version that is to go are taken as those of today, with a warning by file and name', async () => {
    const found = await load({ 'old.yaml': feed('old').replace('v1beta1', 'v1alpha1'), 'now.yaml': feed('now') });
    expect(found.faults).toEqual([]);
    expect(found.resources.map(({ apiVersion }) => apiVersion)).toEqual(Array(2).fill('supercargo.dev/v1beta1'));
    expect(found.warnings.map((line) => line.replace(relative(process.cwd(), folder), 'DIR'))).toEqual([
      'DIR/old.yaml: Feed/old: supercargo.dev/v1alpha1 Feed is deprecated: write supercargo.dev/v1beta1, which has the same fields',
    ]);
    const unknown = await load({ 'old.yaml': feed('old').replace('v1beta1', 'v2') });
    expect(printed(unknown)).toEqual([
      'DIR/old.yaml: Feed/old: apiVersion: "supercargo.dev/v2" is not known: use supercargo.dev/v1beta1',
    ]);
  });

  it('in a List are each taken, and each judged', async () => {
    const items = [feed('a'), feed('b').replace('OrderImport', 'Orders'), license].map((text) =>
      text.trimEnd().replaceAll('\n', '\n    '),
    );
    const list = `apiVersion: v1\nkind: List\nitems:\n${items.map((text) => `  - ${text}\n`).join('')}`;
    const found = await load({
      'all.yaml': list.replace('metadata: { name: main }', 'metadata: { name: main }\n    spec: { plan: p, seats: 1 }'),
    });
    expect(names(found)).toEqual(['a', 'main']);
    expect(printed(found).join()).toContain('DIR/all.yaml: Feed/b: spec.type: ');
  });

  it('that stand twice in a folder are told of: the last one counts; folders apart are apart', async () => {
    const { warnings, resources } = await load({
      'a.yaml': `${feed('x')}---\n${feed('y')}`,
      'b.yaml': feed('x'),
      'c.yaml': `${feed('z')}---\n${feed('z')}---\n${feed('z', ', namespace: other')}`,
      'live/a.yaml': feed('x'),
    });
    expect(resources).toHaveLength(7);
    expect(warnings.map((line) => line.replaceAll(relative(process.cwd(), folder), 'DIR'))).toEqual([
      'DIR/b.yaml: Feed/x: stands in DIR/a.yaml, too, and the last one counts: keep one',
      'DIR/c.yaml: Feed/z: stands in this file twice, and the last one counts: keep one',
    ]);
  });

  it('come from one file', async () => {
    await load({ 'one.yaml': feed('one'), 'two.yaml': feed('two') });
    expect(names(await loadManifests(join(folder, 'one.yaml')))).toEqual(['one']);
  });

  it('have the namespace default where they name none, but for kinds of the cluster', async () => {
    const { resources } = await load({
      'a.yaml': [
        feed('a'),
        feed('b', ', namespace: acme'),
        `${license}spec: { plan: Team, seats: 3, stores: [] }\n`,
      ].join('---\n'),
    });
    expect(resources.slice(0, 2).map(({ metadata }) => metadata.namespace)).toEqual(['default', 'acme']);
    for (const cluster of resources.filter(({ kind }) => kind === 'License'))
      expect(cluster.metadata.namespace).toBeUndefined();
  });

  it('of other groups are passed over', async () => {
    expect(
      await load({
        'a.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\n---\n[1, 2]\n---\njust words\n---\n42\n',
      }),
    ).toEqual({ resources: [], secrets: [], faults: [], warnings: [] });
  });
});

describe('a Secret', () => {
  it('is decoded, plain text goes before, and its namespace is default', async () => {
    const { secrets } = await load({
      's.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: { name: key }\ndata: { apiKey: c8O8w59l, both: b2xk }\nstringData: { both: new }\n',
    });
    expect(secrets).toEqual([{ namespace: 'default', name: 'key', data: { apiKey: 'süße', both: 'new' } }]);
  });

  it('without data is empty', async () => {
    expect(
      (await load({ 's.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: key, namespace: acme }\n' })).secrets,
    ).toEqual([{ namespace: 'acme', name: 'key', data: {} }]);
  });

  it.each([['data: { apiKey: 12345 }'], ['stringData: { apiKey: 12345 }'], ['stringData: words']])(
    'whose values are no text is named, as the API server would: %s',
    async (data) => {
      const manifests = await load({ 's.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: key }\n${data}\n` });
      expect(manifests.secrets).toEqual([]);
      expect(printed(manifests)).toEqual([
        expect.stringMatching(/^DIR\/s\.yaml: Secret\/key: (string)?[dD]ata.*: .*quote/),
      ]);
    },
  );
});

describe('a faulty document', () => {
  it('is named by file and line and left out, the rest is taken', async () => {
    const manifests = await load({
      'a.yaml': `${feed('good')}---\na: [1\nb: 2\n---\n${feed('also-good')}`,
      'b.yaml': feed('other'),
    });
    expect(names(manifests)).toEqual(['good', 'also-good', 'other']);
    expect(printed(manifests)).toEqual([expect.stringMatching(/^DIR\/a\.yaml: document 2: line [67]: /)]);
  });

  it.each<[string, string, RegExp]>([
    ['an anchor that is not there', 'a: *nothing\n', /document 1: .*nothing/],
    ['a Secret without a name', 'apiVersion: v1\nkind: Secret\n', /Secret\/\?: metadata/],
    ['a key that stands twice', 'a: 1\na: 2\n', /document 1: line 2: /],
    ['a field that is unknown', feed('x').replace('type:', 'kind: x, type:'), /Feed\/x: .*kind/],
    ['a field that is missing', feed('x').replace(', type: OrderImport', ''), /Feed\/x: .*type/],
    ['a value that is none', feed('x').replace('OrderImport', 'OrderImprot'), /Feed\/x: .*type/],
    ['a kind that is misspelt', feed('x').replace('kind: Feed', 'kind: Fed'), /Fed\/x: kind: "Fed" is not a kind/],
    ['no kind', feed('x').replace('kind: Feed\n', ''), /\?\/x: kind: /],
    ['no name', feed('x').replace('metadata: { name: x }', 'metadata: {}'), /Feed\/\?: /],
    ['no metadata', feed('x').replace('metadata: { name: x }\n', ''), /Feed\/\?: /],
    ['metadata that is words', feed('x').replace('{ name: x }', 'x'), /Feed\/\?: /],
  ])('is named: %s', async (_what, text, line) => {
    const manifests = await load({ 'a.yaml': text });
    expect(manifests.resources).toEqual([]);
    expect(printed(manifests)[0]).toMatch(line);
  });

  it('that is larger than a cluster stores is refused, and one that is large is not', async () => {
    const aliases = (letters: number, sku: string) =>
      Array.from({ length: 5000 }, (_, index) => `    "${String(index).padEnd(letters, 'a')}": ${sku}${index}`).join(
        '\n',
      );
    const store = (name: string, lines: string) =>
      `apiVersion: supercargo.dev/v1beta1\nkind: Store\nmetadata: { name: ${name} }\nspec:\n  skuAliases:\n${lines}\n`;
    const manifests = await load({
      'large.yaml': store('large', aliases(80, 'SKU')),
      'too-large.yaml': store('too-large', aliases(128, 'S'.repeat(100))),
    });
    expect(names(manifests)).toEqual(['large']);
    expect(printed(manifests).join('\n')).toMatch(
      /Store\/too-large: .*spec.* takes about 1\.9 MB .* a cluster stores 1\.5 MB of an object: give it fewer or shorter/,
    );
  });

  it('with a number for its version is none of ours', async () => {
    expect(await load({ 'a.yaml': 'apiVersion: 1\nkind: Secret\n' })).toEqual({
      resources: [],
      secrets: [],
      faults: [],
      warnings: [],
    });
  });
});
