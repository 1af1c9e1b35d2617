import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../crds/index.ts';
import { tryRun } from '../test/cluster/exec.ts';
import {
  BUILD_PATIENCE_MS,
  binaryPath,
  ensureBinaries,
  noLog,
  startControlPlane,
  type ControlPlane,
} from '../test/cluster/index.ts';
import { waitFor } from '../test/cluster/wait.ts';
import { CHART, rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const NAMES = KINDS.map(({ plural }) => `${plural}.supercargo.dev`).sort();
const RELEASE = ['supercargo', CHART, '-n', 'supercargo-system'];
const APART = ['--set', 'crds.enabled=false'];

let plane: ControlPlane | undefined;
beforeAll(() => ensureBinaries(['helm', 'kubectl'], noLog));
afterEach(async () => {
  await plane?.stop();
  plane = undefined;
});

const helm = (...args: string[]) => tryRun(binaryPath('helm'), args, { env: plane?.adminEnv });
async function done(answer: ReturnType<typeof helm>): Promise<string> {
  const { code, stdout, stderr } = await answer;
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
async function kubectl(...args: string[]): Promise<string> {
  return done(tryRun(binaryPath('kubectl'), args, { env: plane!.adminEnv }));
}
const names = async (kind: string) =>
  (await kubectl('get', kind, '-o', 'name'))
    .split('\n')
    .filter(Boolean)
    .map((name) => name.split('/')[1]!)
    .sort();
const namedKinds = async () =>
  (await kubectl('api-resources', '--api-group=supercargo.dev', '-o', 'name')).split('\n').filter(Boolean).length;
const kindsIn = (manifests: string) =>
  parseAllDocuments(manifests)
    .map((document) => document.toJS() as { kind: string; metadata: { name: string; annotations?: object } } | null)
    .filter((object) => object?.kind === 'CustomResourceDefinition');

describe('crds.enabled', () => {
  it('is on: the kinds are there before the Drivers that need them, and stay through upgrade, rollback and uninstall', async () => {
    plane = await startControlPlane({});
    await done(helm('install', ...RELEASE, '--create-namespace'));
    expect(await names('crd')).toEqual(NAMES);
    const drivers = await names('drivers.supercargo.dev');
    expect(drivers).toContain('vendure');
    const uids = await kubectl('get', 'crd', '-o', 'jsonpath={.items[*].metadata.uid}');
    // No pod runs here: the job before an upgrade is tried where one does (make test-e2e).
    await done(helm('upgrade', ...RELEASE, '--no-hooks', '--set', 'logLevel=debug'));
    await done(helm('upgrade', ...RELEASE, '--no-hooks', ...APART));
    await done(helm('rollback', 'supercargo', '1', '-n', 'supercargo-system', '--no-hooks'));
    await done(helm('uninstall', 'supercargo', '-n', 'supercargo-system', '--no-hooks'));
    expect(await kubectl('get', 'crd', '-o', 'jsonpath={.items[*].metadata.uid}')).toBe(uids);
    expect(await names('drivers.supercargo.dev')).toEqual(drivers);
    // What was kept is no hindrance to who comes back.
    await done(helm('install', ...RELEASE));
  });

  it('is off: the chart needs the kinds that somebody else installs, and touches none of them', async () => {
    plane = await startControlPlane({});
    const refused = await helm('install', ...RELEASE, '--create-namespace', ...APART);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('ensure CRDs are installed first')]);
    expect(await names('crd')).toEqual([]);
    const { stdout } = await helm('show', 'crds', CHART);
    await done(
      tryRun(binaryPath('kubectl'), ['apply', '--server-side', '-f', '-'], { env: plane.adminEnv, input: stdout }),
    );
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    // The API server names a new kind to Helm a little later than it serves it.
    await waitFor('the kinds', async () => (await namedKinds()) === NAMES.length, { timeout: 60_000 });
    await done(helm('install', ...RELEASE, '--create-namespace', ...APART));
    expect(await names('drivers.supercargo.dev')).toContain('vendure');
    expect(
      await kubectl('get', 'crd', 'stores.supercargo.dev', '-o', 'jsonpath={.metadata.managedFields[*].manager}'),
    ).not.toContain('helm');
  });

  it('holds for who renders the chart, as Argo CD does, and for the job before an upgrade', async () => {
    const template = ['template', ...RELEASE, '--kube-version', '1.37.2', '--include-crds'];
    const all = kindsIn(await done(helm(...template)));
    expect(all.map((crd) => crd!.metadata.name).sort()).toEqual(NAMES);
    expect(kindsIn(await done(helm(...template, ...APART)))).toEqual([]);
    const jobs = async (...values: string[]) =>
      (await rendered(...values)).filter(({ metadata }) => metadata.name.endsWith('crd-upgrade')).length;
    expect(await jobs()).toBe(4);
    expect(await jobs('crds.enabled=false')).toBe(0);
    expect(await jobs('crds.upgradeJob=false')).toBe(0);
  });
});

it('no tool takes a kind away by itself: with it all its objects would go', async () => {
  const all = kindsIn(await done(helm('show', 'crds', CHART)));
  expect(all.map((crd) => crd!.metadata.name).sort()).toEqual(NAMES);
  for (const crd of all)
    expect([crd!.metadata.name, crd!.metadata.annotations]).toEqual([
      crd!.metadata.name,
      { 'argocd.argoproj.io/sync-options': 'Prune=false', 'helm.sh/resource-policy': 'keep' },
    ]);
  await expect(rendered('crds.keep=false')).rejects.toThrow('crds.keep is always true');
  await expect(rendered('crds.keep=true')).resolves.toBeDefined();
});
