import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../test/cluster/exec.ts';
import { binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { CHART, type Rendered } from '../test/support/rendered-chart.ts';

interface Labelled extends Rendered {
  readonly metadata: Rendered['metadata'] & { readonly labels?: Readonly<Record<string, string>> };
}

beforeAll(() => ensureBinaries(['helm'], noLog), 120_000);

/** A release as Helm renders it, hooks and monitors too. */
async function release(name: string, namespace: string, ...values: string[]): Promise<Labelled[]> {
  const all = ['metrics.podMonitor.enabled=true', 'credentials.requireUse=true', ...values];
  const text = await run(binaryPath('helm'), [
    ...['template', name, CHART, '--namespace', namespace, '--kube-version', '1.37.2'],
    ...all.flatMap((value) => ['--set', value]),
  ]);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Labelled | null) ?? []);
}

const nameOf = ({ kind, metadata }: Rendered) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const installationOf = (objects: readonly Rendered[]) =>
  /"name":"SUPERCARGO_INSTALLATION","value":"([^"]*)"/.exec(JSON.stringify(objects))?.[1];

describe('two releases in one cluster, the second without the Drivers', () => {
  it.each([
    ['of two names in one namespace', ['shops', 'one'], ['wholesale', 'one']],
    ['of one name in two namespaces', ['supercargo', 'one'], ['supercargo', 'supercargo']],
    ['whose names together are the same', ['b-supercargo', 'a'], ['supercargo', 'a-b']],
  ] as const)('%s share no object and no name of an installation', async (_, [a, at], [b, bt]) => {
    const [first, second] = [await release(a, at), await release(b, bt, 'drivers.install=false')];
    const names = new Set(first.map(nameOf));
    expect(second.map(nameOf).filter((name) => names.has(name))).toEqual([]);
    expect(installationOf(first)).not.toBe(installationOf(second));
  });

  it('say the namespace in what is of the cluster, and not twice where the release has its name', async () => {
    const roles = async (name: string, namespace: string) =>
      (await release(name, namespace)).flatMap(({ kind, metadata }) => (kind === 'ClusterRole' ? [metadata.name] : []));
    expect(await roles('supercargo', 'one')).toContain('one.supercargo-operator');
    expect(await roles('supercargo', 'supercargo')).toContain('supercargo-operator');
  });

  it('are scraped apart: a PodMonitor finds the pods of its own installation', async () => {
    const objects = await release('shops', 'one');
    const monitor = objects.find(({ kind }) => kind === 'PodMonitor')!;
    const { matchLabels } = monitor.spec['selector'] as { matchLabels: Record<string, string> };
    expect(matchLabels).toEqual({ 'supercargo.dev/installation': 'one.shops' });
    const pods = objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec['template'] as Labelled);
    for (const { metadata } of pods) expect(metadata.labels).toMatchObject(matchLabels);
    expect(pods).toHaveLength(2);
  });

  it('have the names of an installation that fit a label, however long their own are', async () => {
    const [name, namespace] = ['r'.repeat(53), 'n'.repeat(63)];
    const long = installationOf(await release(name, namespace))!;
    expect(long).toMatch(/^[a-z0-9][-a-z0-9.]{0,61}[a-z0-9]$/);
    expect(long).not.toBe(installationOf(await release(`${'r'.repeat(52)}s`, namespace)));
  });
});

describe('a chart whose version says its build too, as Flux makes it of one from a registry', () => {
  it('has labels that the API server takes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-version-'));
    try {
      const version = ['--version', '1.2.3+0123456789ab', '--app-version', '1.2.3+0123456789ab'];
      await run(binaryPath('helm'), ['package', CHART, ...version, '--destination', folder]);
      const archive = join(folder, 'supercargo-1.2.3+0123456789ab.tgz');
      const text = await run(binaryPath('helm'), ['template', 'shops', archive, '--kube-version', '1.37.2']);
      const labels = parseAllDocuments(text)
        .flatMap((document) => (document.toJS() as Labelled | null) ?? [])
        .flatMap(({ metadata }) => Object.entries(metadata.labels ?? {}));
      expect(Object.fromEntries(labels)).toMatchObject({ 'helm.sh/chart': 'supercargo-1.2.3_0123456789ab' });
      const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
      expect(labels.filter(([, value]) => !label.test(value))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
