import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { applyCrds } from '../cli/commands/crds.ts';
import { CRDS } from '../cli/commands/crd.ts';
import { migrateStored } from '../cli/commands/stored-versions.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { systemClock } from '../kit/clock.ts';
import { createClient, loadKubeConfig } from '../kit/kube/kube-config.ts';
import type { Intent, KubeObject } from '../kit/kube/objects.ts';
import { run, tryRun } from '../test/cluster/exec.ts';
import {
  BUILD_PATIENCE_MS,
  binaryPath,
  ensureBinaries,
  noLog,
  startControlPlane,
  type ControlPlane,
} from '../test/cluster/index.ts';
import { waitFor } from '../test/cluster/wait.ts';
import { kindOfRelease } from '../test/support/kinds-of-release.ts';
import { CHART } from '../test/support/rendered-chart.ts';
import { GROUP, resourceType } from './index.ts';
import type { Crd } from './promise/compatible.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const OLD = 'v1alpha1';
const NEW = 'v1beta1';
const SOON = { timeout: 60_000 };
const CRD = `stores.${GROUP}`;

let plane: ControlPlane;
let client: KubeClient;
let folder: string;
beforeAll(async () => {
  await ensureBinaries(['helm', 'kubectl'], noLog);
  folder = await mkdtemp(join(tmpdir(), 'supercargo-versions-'));
}, BUILD_PATIENCE_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(): Promise<void> {
  plane = await startControlPlane({});
  client = createClient(loadKubeConfig({ kubeconfig: plane.kubeconfig }));
}
async function stop(): Promise<void> {
  await client?.close();
  await plane?.stop();
}

const apply = (crd: Intent) => client.apply(CRDS, crd, { manager: 'test' });
const storedVersions = async () =>
  (await client.get<KubeObject & { status: { storedVersions: string[] } }>(CRDS, CRD)).status.storedVersions;
const kubectl = (args: readonly string[], input?: string) =>
  tryRun(binaryPath('kubectl'), args, { env: plane.adminEnv, input });
const store = (version: string, name: string) => ({
  ...{ apiVersion: `${GROUP}/${version}`, kind: 'Store', metadata: { name, namespace: 'default' } },
  spec: { skuAliases: { a: 'b' } },
});
const storeType = (version: string) => ({ ...resourceType('Store'), apiVersion: `${GROUP}/${version}` });
/** While it reads a changed kind anew it says that it is not ready. */
const stores = (version: string) =>
  waitFor(
    'the Stores',
    () => client.list<KubeObject & { spec: unknown }>(storeType(version), { namespace: 'default' }),
    SOON,
  );
/** Whether the API server gives Stores in it: it takes a changed kind a moment after it said yes. */
const servedIn = async (version: string) =>
  (await kubectl(['get', '--raw', `/apis/${GROUP}/${version}`])).stdout.includes('"name":"stores"');

describe('the version before', () => {
  beforeAll(async () => {
    await start();
    await applyCrds({ client, clock: systemClock, say: () => undefined });
    await waitFor('the kinds', () => servedIn(NEW), SOON);
  }, BUILD_PATIENCE_MS);
  afterAll(stop);

  it('is taken and given back unchanged, with a warning that names what to write', async () => {
    const { code, stderr } = await kubectl(['apply', '-f', '-'], stringify(store(OLD, 'old')));
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        `Warning: ${GROUP}/${OLD} Store is deprecated: write ${GROUP}/${NEW}, which has the same fields`,
      ),
    ]);
    const now = await client.get<KubeObject & { spec: unknown }>(storeType(NEW), 'old', 'default');
    expect([now.apiVersion, now.spec]).toEqual([`${GROUP}/${NEW}`, { skuAliases: { a: 'b' } }]);
    // What is in Git says the one, the next commit the other: nothing of it is another generation or another owner.
    const again = await kubectl(['apply', '-f', '-'], stringify(store(NEW, 'old')));
    expect([again.code, again.stderr]).toEqual([0, '']);
    const after = await client.get<KubeObject>(storeType(OLD), 'old', 'default');
    expect([after.metadata.generation, after.metadata.uid]).toEqual([1, now.metadata.uid]);
  });

  it('is not what anybody is shown who does not ask for it', async () => {
    const { stdout, stderr } = await kubectl(['get', 'stores', '-o', 'jsonpath={.items[*].apiVersion}']);
    expect([stdout, stderr]).toEqual([`${GROUP}/${NEW}`, '']);
  });

  it('is what is stored, so the CRDs of the release before can be put back, and everything is still there', async () => {
    await client.create(storeType(NEW), store(NEW, 'made-in-the-new-one'));
    await apply(kindOfRelease('stores', OLD));
    await waitFor('the old release', async () => !(await servedIn(NEW)), SOON);
    const all = await stores(OLD);
    expect(all.items.map(({ metadata }) => metadata.name).sort()).toEqual(['made-in-the-new-one', 'old']);
    await apply(kindOfRelease('stores', OLD, NEW));
  });
});

describe('a version that is to go', () => {
  beforeAll(async () => {
    await start();
    await apply(kindOfRelease('stores', OLD, NEW));
    await waitFor('the kind', () => servedIn(OLD), SOON);
    await client.create(storeType(OLD), store(OLD, 'first'));
    for (let index = 0; index < 12; index += 1) await client.create(storeType(OLD), store(OLD, `store-${index}`));
  }, BUILD_PATIENCE_MS);
  afterAll(stop);

  it('is kept by the API server while anything is stored in it; the job writes all of it once, and it can go', async () => {
    const said: string[] = [];
    const migrate = () => migrateStored([CRD], { client, clock: systemClock, say: (line) => void said.push(line) });
    await migrate();
    expect(said).toEqual([]); // as one version alone was ever stored

    await apply(kindOfRelease('stores', NEW, OLD));
    expect(await storedVersions()).toEqual([OLD, NEW]);
    const refused = 'must remain in spec.versions';
    await expect(apply(kindOfRelease('stores', NEW))).rejects.toThrow(refused);

    const before = await stores(NEW);
    await migrate();
    expect(said).toEqual([`${CRD}: 13 stored as ${NEW}`]);
    expect(await storedVersions()).toEqual([NEW]);
    await apply(kindOfRelease('stores', NEW));

    // An object that was left in the old version could not be read any more.
    await waitFor('the release without it', async () => !(await servedIn(OLD)), SOON);
    const after = await stores(NEW);
    const told = ({ items }: typeof after) =>
      items.map(({ metadata: { name, uid, generation }, spec }) => ({ name, uid, generation, spec }));
    expect(told(after)).toEqual(told(before));
    expect(after.items).toHaveLength(13);
    said.length = 0;
    await migrate();
    expect(said).toEqual([]);
  });
});

describe('an upgrade by Helm from a release that had the old version alone', () => {
  beforeAll(start, BUILD_PATIENCE_MS);
  afterAll(stop);

  it('is taken, though Helm looks at all templates before the job brings the kinds', async () => {
    const before = join(folder, 'chart');
    await cp(CHART, before, { recursive: true });
    const crds = join(before, 'charts', 'crds', 'crds');
    for (const file of await readdir(crds))
      await writeFile(join(crds, file), `---\n${stringify(kindOfRelease(file.replace('.yaml', ''), OLD))}`);
    const helm = (...args: string[]) =>
      run(binaryPath('helm'), [...args, '-n', 'supercargo-system'], { env: plane.adminEnv });
    await helm('install', 'supercargo', before, '--create-namespace');
    expect(await servedIn(NEW)).toBe(false);
    const uid = (await client.get<KubeObject>(driverType(OLD), 'vendure')).metadata.uid;

    await helm('upgrade', 'supercargo', CHART, '--no-hooks');
    await applyCrds({ client, clock: systemClock, say: () => undefined });
    await waitFor('the kinds', () => servedIn(NEW), SOON);
    await helm('upgrade', 'supercargo', CHART, '--no-hooks');
    const driver = await client.get<KubeObject>(driverType(NEW), 'vendure');
    expect(driver.metadata.uid).toBe(uid);
    expect(await helm('get', 'manifest', 'supercargo')).not.toContain(`${GROUP}/${OLD}`);
    // And back, with the kinds of the newer release, which stay.
    await helm('rollback', 'supercargo', '1', '--no-hooks');
    expect((await client.get<KubeObject>(driverType(OLD), 'vendure')).metadata.uid).toBe(uid);
  });
  const driverType = (version: string) => ({ ...resourceType('Driver'), apiVersion: `${GROUP}/${version}` });
});

it('the chart has the version that all parts speak', async () => {
  const helpers = await readFile(join(CHART, 'templates', '_helpers.tpl'), 'utf8');
  const named = [...new Set([...helpers.matchAll(/supercargo\.dev\/(v\w+)/g)].map(([, version]) => version))];
  expect(named.sort()).toEqual([OLD, NEW]);
  const crd = parse(await readFile(join(CHART, 'charts', 'crds', 'crds', 'feeds.yaml'), 'utf8')) as Crd;
  expect(crd.spec.versions.map(({ name }) => name)).toEqual([NEW, OLD]);
});
