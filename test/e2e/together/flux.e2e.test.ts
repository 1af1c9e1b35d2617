import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { editedExample, exampleFile } from '../argocd/example.ts';
import { GitFolder } from '../argocd/git-folder.ts';
import { BUILD_PATIENCE_MS, DEFAULT_IMAGE } from '../../cluster/index.ts';
import { waitFor } from '../../demo/steps.ts';
import { connectE2e, type E2e } from '../context.ts';
import { serveGit, type GitServer } from '../flux/git-server.ts';
import { HelmRelease, releaseOfThePage, type Edits } from '../flux/helm-release.ts';
import { Kustomization } from '../flux/kustomization.ts';
import { FLUX_NAMESPACE, startFlux, type Flux } from '../flux/server.ts';
import { SignedCharts } from '../flux/signed-chart.ts';
import { startPlatform, type Platform } from '../platform.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

const APPLIED = /^True ReconciliationSucceeded/;
/** At the first look at what is stalled; Flux calls what it has waited for too long a timeout. */
const FAILED = /^False HealthCheckFailed: .*failed early due to stalled/;
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'gitops.md');

/** What docs/gitops.md tells to write where Flux is to be told which kinds to check. */
async function healthOfThePage(): Promise<object> {
  const page = await readFile(PAGE, 'utf8');
  const [, text] = /```yaml\n(healthCheckExprs:[^]*?)```/.exec(page)!;
  return parse(text!) as object;
}

/** Both ways of the page: by kstatus, and by the expressions that it gives. */
const WAYS: readonly (readonly [string, () => Promise<object>])[] = [
  ['wait: true', async () => ({ wait: true })],
  ['healthCheckExprs of the page', async () => ({ wait: true, ...(await healthOfThePage()) })],
];

describe('Flux keeps an example as Git has it, and waits for its connection', () => {
  let e2e: E2e;
  let flux: Flux;
  let folder: string;
  let server: GitServer;

  beforeAll(async () => {
    e2e = await connectE2e();
    flux = await startFlux(e2e.cluster);
    folder = await mkdtemp(join(tmpdir(), 'supercargo-flux-git-'));
    server = await serveGit(folder);
  });

  afterAll(async () => {
    await flux?.stop();
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  describe.each(WAYS)('by %s', (_way, health) => {
    const id = randomUUID().slice(0, 5);
    const namespace = `flux-${id}`;
    let git: GitFolder;
    let shop: Kustomization;
    let platform: Platform;

    /** The example's files with the address of its shop, and `spec` in its Connection. */
    async function put(spec: object = {}, settings: object = {}): Promise<void> {
      const edited = await editedExample('generic', { ...platform.settings, ...settings }, spec);
      await git.write('shop/connection.yaml', edited);
      await git.write('shop/feeds.yaml', await exampleFile('generic', 'feeds.yaml'));
    }
    const ready = (): Promise<string> => e2e.kubectl.condition('connections', 'shop', namespace, 'Ready');

    beforeAll(async () => {
      git = new GitFolder(join(folder, id));
      await git.begin();
      shop = new Kustomization(e2e.kubectl, `shop-${id}`);
      platform = await startPlatform(e2e, { driver: 'generic', name: `flux-${id}` });
      await e2e.kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop-key' }, stringData: platform.secret };
      await e2e.kubectl.apply([secret], namespace);
      await put();
      await git.commit('the example');
      await shop.create({ url: server.urlOf(id), path: 'shop' }, namespace, await health());
    });

    afterAll(async () => {
      await shop?.remove();
      await e2e.kubectl.run('delete', 'namespace', namespace, '--ignore-not-found', '--timeout', '100s');
      await platform?.close();
    });

    it('is applied once the connection runs, and not before', async () => {
      await shop.until(await git.head(), APPLIED);
      expect(await ready()).toMatch(/^True \(Running\)/);
    });

    it('puts back what somebody changed by hand, and changes nothing that nobody did', async () => {
      const generation = async () => (await e2e.kubectl.get('connections', 'shop', namespace))!.metadata.generation!;
      const before = await generation();
      await shop.until(await git.head(), APPLIED);
      expect(await generation()).toBe(before);
      const edit = ['connection', 'shop', '--namespace', namespace, '--type', 'merge', '--patch'];
      await e2e.kubectl.run('patch', ...edit, JSON.stringify({ spec: { mode: 'Production' } }));
      await shop.look();
      await waitFor('the mode of Git', 60_000, async () => ((await generation()) === before + 2 ? true : undefined));
    });

    it('a commit that disables the connection is applied: that is what was asked for', async () => {
      await put({ enabled: false });
      await shop.until(await git.commit('off'), APPLIED);
      expect(await ready()).toMatch(/^True \(Inactive\)/);
    });

    it('a commit with a setting that the driver does not know fails at once, and names the connection', async () => {
      await put({}, { adress: 'x' });
      const said = await shop.until(await git.commit('a slip'), FAILED);
      expect(said).toContain(`Connection/${namespace}/shop`);
      expect(await ready()).toMatch(/^False \(\w+\): .*adress/);
    });

    it('a commit that repairs it is applied', async () => {
      await put({ deletionPolicy: 'Delete' });
      await shop.until(await git.commit('well again'), APPLIED);
      expect(await ready()).toMatch(/^True \(Running\)/);
    });

    it('a connection taken out of Git is pruned', async () => {
      const store = (await exampleFile('generic', 'connection.yaml')).split('---')[0]!;
      await git.remove('shop');
      await git.write('shop/store.yaml', store);
      await shop.until(await git.commit('the shop is closed'), APPLIED);
      await waitFor('nothing of it', 90_000, async () =>
        (await e2e.kubectl.list('connections', namespace)).length === 0 ? true : undefined,
      );
    });
  });

  describe('Supercargo itself, by a HelmRelease of the chart in a registry', () => {
    const id = randomUUID().slice(0, 5);
    const namespace = `helm-${id}`;
    const shops = `helm-${id}-shops`;
    let charts: SignedCharts;
    let git: GitFolder;
    let delivery: Kustomization;
    let release: HelmRelease;

    /** The page's files, for a cluster that has a release of its own, with these values too. */
    async function put(values: Edits = {}): Promise<void> {
      const [repository, tag] = DEFAULT_IMAGE.split(/:(?=[^/:]+$)/) as [string, string];
      const image = { repository, tag, digest: '', pullPolicy: 'Never' };
      const beside = { 'drivers.install': false, 'hub.persistence.enabled': false, watchNamespaces: [shops] };
      const all = Object.entries({ image, ...beside, ...values }).map(([path, value]) => [
        `spec.values.${path}`,
        value,
      ]);
      await git.write(
        'delivery/supercargo.yaml',
        await releaseOfThePage({
          source: { 'metadata.name': namespace, 'spec.url': charts.url, 'spec.insecure': true },
          release: {
            ...{ 'metadata.name': namespace, 'spec.chartRef.name': namespace },
            ...{ 'spec.targetNamespace': namespace, 'spec.storageNamespace': namespace },
            ...Object.fromEntries(all),
          },
        }),
      );
    }
    const operator = () =>
      e2e.kubectl.run(
        ...['get', 'deployment', 'supercargo-operator', '--namespace', namespace],
        ...[
          '--output',
          'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].env[?(@.name=="SUPERCARGO_LOG_LEVEL")].value}',
        ],
      );
    const source = async (): Promise<string> => {
      const kind = 'ocirepositories.source.toolkit.fluxcd.io';
      return e2e.kubectl.condition(kind, namespace, FLUX_NAMESPACE, 'Ready');
    };

    beforeAll(async () => {
      charts = await SignedCharts.start();
      const key = { 'cosign.pub': await charts.publicKey() };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'supercargo-signers' }, stringData: key };
      await e2e.kubectl.apply([secret], FLUX_NAMESPACE);
      await e2e.kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: shops } }]);
      git = new GitFolder(join(folder, id));
      await git.begin();
      release = new HelmRelease(e2e.kubectl, namespace);
      delivery = new Kustomization(e2e.kubectl, namespace);
      await charts.push('0.1.1', { signed: false });
      await put();
      await git.commit('Supercargo');
      await delivery.create({ url: server.urlOf(id), path: 'delivery' }, FLUX_NAMESPACE, {});
    });

    afterAll(async () => {
      // Its uninstall asks what is left in the shops' namespace, and its finalizer holds that of Flux.
      await delivery?.remove();
      if (release !== undefined) await release.gone();
      await e2e.kubectl.run('delete', 'namespace', shops, '--ignore-not-found', '--timeout', '60s');
      await e2e.kubectl.run('delete', 'namespace', namespace, '--ignore-not-found', '--timeout', '100s');
      await charts?.stop();
    });

    it('a chart that nobody signed is not taken', async () => {
      await waitFor('the source', 60_000, async () => (/VerificationError/.test(await source()) ? true : undefined));
      expect(await release.revision()).toBe(0);
    });

    it('a chart with our signature is installed, and Ready', async () => {
      await charts.push('0.1.2', { signed: true });
      await lookAtSource();
      await release.until('Ready', /^True InstallSucceeded: .*0\.1\.2/);
      expect(await operator()).toMatch(/^1 info$/);
    });

    it('nothing differs while it runs, and what somebody changes by hand is put back', async () => {
      await release.look();
      await release.until('Drifted', /^False NoDriftDetected/);
      expect(await release.drift()).toEqual([]);
      const scaled = ['deployment', 'supercargo-operator', '--namespace', namespace, '--replicas', '0'];
      await e2e.kubectl.run('scale', ...scaled);
      await release.look();
      await waitFor('one operator', 60_000, async () => ((await operator()).startsWith('1 ') ? true : undefined));
      expect((await release.drift()).join()).toMatch(new RegExp(`Deployment/${namespace}/supercargo-operator changed`));
    });

    it('a commit of values is an upgrade, and its job brings the kinds up to date first', async () => {
      const keep = [
        'customresourcedefinition',
        'licenses.supercargo.dev',
        'helm.sh/resource-policy=older',
        '--overwrite',
      ];
      await e2e.kubectl.run('annotate', ...keep);
      await put({ logLevel: 'debug' });
      await delivery.until(await git.commit('more words'), APPLIED);
      await release.until('Ready', /^True UpgradeSucceeded: .*v2/);
      expect(await operator()).toMatch(/^1 debug$/);
      const kind = await e2e.kubectl.get('customresourcedefinition', 'licenses.supercargo.dev');
      expect(kind!.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    });

    it('taken out of Git, it waits for its connections, and then goes', async () => {
      const labels = { 'supercargo.dev/installation': `${namespace}.supercargo` };
      const spec = {
        storeRef: { name: 'main' },
        driver: 'generic',
        credentialRef: { name: 'none' },
        enabled: false,
        settings: { url: 'https://shop.example' },
      };
      const left = {
        apiVersion: 'supercargo.dev/v1beta1',
        kind: 'Connection',
        metadata: { name: 'left', labels },
        spec,
      };
      await e2e.kubectl.apply([left], shops);
      await git.remove('delivery/supercargo.yaml');
      // Flux applies no folder that is empty.
      const none = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: namespace } };
      await git.write('delivery/none.yaml', JSON.stringify(none));
      await git.commit('the business is closed');
      await delivery.look();
      await release.until('Released', /^False UninstallFailed: .*connections-must-be-deleted-first/);
      expect(await operator()).toMatch(/^1 debug$/);
      await e2e.kubectl.run('delete', 'connection', 'left', '--namespace', shops, '--timeout', '90s');
      await release.look().catch(() => undefined); // gone while it looked
      await release.gone();
      expect(await e2e.kubectl.list('deployments', namespace)).toEqual([]);
    });

    async function lookAtSource(): Promise<void> {
      const asked = `reconcile.fluxcd.io/requestedAt=${randomUUID()}`;
      const kind = 'ocirepositories.source.toolkit.fluxcd.io';
      await e2e.kubectl.run('annotate', kind, namespace, '--namespace', FLUX_NAMESPACE, asked, '--overwrite');
    }
  });
});
