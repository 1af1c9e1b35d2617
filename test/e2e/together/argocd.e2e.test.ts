import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Viewed } from '../../../cli/status-view.ts';
import { API_VERSION, GROUP } from '../../../crds/index.ts';
import { BUILD_PATIENCE_MS } from '../../cluster/index.ts';
import { hubOf } from '../../cluster-demo/quickstart.ts';
import { call, waitFor } from '../../demo/steps.ts';
import { connectE2e, type E2e } from '../context.ts';
import { startPlatform, type Platform } from '../platform.ts';
import { Application } from '../argocd/application.ts';
import { startArgoCd, type ArgoCd } from '../argocd/server.ts';
import { editedExample, exampleFile, inWaves, type Waves } from '../argocd/example.ts';
import { GitFolder } from '../argocd/git-folder.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

/** Examples with a shop of their own; the Secret that each says is yours to make. */
const EXAMPLES: Readonly<Record<string, { readonly driver: string; readonly secret: string }>> = {
  generic: { driver: 'generic', secret: 'shop-key' },
  quickstart: { driver: 'vendure', secret: 'vendure-key' },
  woocommerce: { driver: 'woocommerce', secret: 'woocommerce-key' },
  shopify: { driver: 'shopify', secret: 'shopify-key' },
  magento2: { driver: 'magento2', secret: 'magento2-integration' },
  prestashop: { driver: 'prestashop', secret: 'prestashop-key' },
  medusa: { driver: 'medusa', secret: 'medusa-key' },
};
/** The order that docs/gitops.md gives. */
const WAVES = { Connection: 1, Feed: 1 };
const OTHERS = Object.keys(EXAMPLES).filter((example) => example !== 'generic');

describe('Argo CD, told our health script, keeps the examples as Git has them', () => {
  let e2e: E2e;
  let argo: ArgoCd;
  let git: GitFolder;
  let folder: string;
  let namespace: string;
  let shop: Application;
  let others: Application;
  const platforms = new Map<string, Platform>();

  /** The example's files with the address of its shop, and `spec` in its Connection. */
  async function put(
    example: string,
    spec: object = {},
    how: { settings?: object; waves?: Waves; version?: string } = {},
  ): Promise<void> {
    const path = example === 'generic' ? 'shop' : join('others', example);
    const settings = { ...platforms.get(example)!.settings, ...how.settings };
    const files = {
      'connection.yaml': await editedExample(example, settings, spec),
      'feeds.yaml': await exampleFile(example, 'feeds.yaml'),
      ...(example === 'quickstart' ? { 'store.yaml': await exampleFile(example, 'store.yaml') } : {}),
    };
    for (const [file, whole] of Object.entries(files)) {
      const text = how.version ? whole.replaceAll(API_VERSION, `${GROUP}/${how.version}`) : whole;
      await git.write(join(path, file), how.waves ? inWaves(text, how.waves) : text);
    }
  }

  const connection = (): Promise<Viewed | undefined> => e2e.kubectl.get('connections', 'shop', namespace);
  const ready = (): Promise<string> => e2e.kubectl.condition('connections', 'shop', namespace, 'Ready');
  const syncs = (app: Application): Promise<number> => argo.counted('argocd_app_sync_total', { name: app.name });
  const messageOf = (condition: string): string => condition.replace(/^\w+ \((\w+)\): /, '$1: ');
  /** It looks a moment later than the operator speaks, and may look between two of its words. */
  async function comesToShow(what: string, look: () => Promise<readonly [string, string]>): Promise<void> {
    let [shown, wanted] = ['', ''];
    await waitFor(`${what} as it is`, 60_000, async () => {
      [shown, wanted] = await look();
      return shown === wanted ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: Argo CD shows "${shown}", not "${wanted}"`);
    });
  }
  const showsOurWords = (health: string): Promise<void> =>
    comesToShow('the connection', async () => [
      await shop.health('Connection', 'shop'),
      `${health}: ${messageOf(await ready())}`,
    ]);
  const shows = (kind: string, name: string, health: string): Promise<void> =>
    comesToShow(`${kind} ${name}`, async () => [(await shop.health(kind, name)).split(':')[0]!, health]);
  const orders = async (): Promise<unknown[]> => {
    const hub = await waitFor('the developer API key', 60_000, () => hubOf(e2e.kubectl, 'shop', namespace));
    return (await call<{ items: unknown[] }>(hub, 'GET', '/orders')).items;
  };

  beforeAll(async () => {
    e2e = await connectE2e();
    argo = await startArgoCd(e2e.cluster);
    folder = await mkdtemp(join(tmpdir(), 'supercargo-gitops-'));
    git = new GitFolder(join(folder, 'repository'));
    await git.begin();
    const id = randomUUID().slice(0, 5);
    namespace = `gitops-${id}`;
    shop = new Application(e2e.kubectl, `shop-${id}`);
    others = new Application(e2e.kubectl, `others-${id}`);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await e2e.kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }]);
    for (const [example, { driver, secret }] of Object.entries(EXAMPLES)) {
      const platform = await startPlatform(e2e, { driver, name: `gitops-${id}-${driver}` });
      platforms.set(example, platform);
      const held = { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret }, stringData: platform.secret };
      await e2e.kubectl.apply([held], namespace);
      await put(example, {}, { waves: WAVES });
    }
    await git.commit('the examples');
    await shop.create({ repoURL: git.url, path: 'shop' }, namespace);
  });

  afterAll(async () => {
    for (const app of [shop, others]) await app?.remove();
    await argo?.stop();
    if (namespace !== undefined)
      await e2e.kubectl.run('delete', 'namespace', namespace, '--ignore-not-found', '--timeout', '100s');
    for (const platform of platforms.values()) await platform.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is Synced and Healthy once the connection runs', async () => {
    await shop.until(await git.head(), 'Synced Healthy');
    expect(await ready()).toMatch(/^True \(Running\)/);
    await showsOurWords('Healthy');
    await shows('Credential', 'shop', 'Healthy');
  });

  it('finds nothing to do when it looks again, also after the CLI asked for a sync and feeds have run', async () => {
    const before = await syncs(shop);
    const asked = new Date().toISOString();
    const sync = ['connection', 'shop', '--namespace', namespace, `supercargo.dev/sync-requested-at=${asked}`];
    await e2e.kubectl.run('annotate', ...sync);
    await waitFor('the sync', 120_000, async () =>
      (await connection())?.status?.['lastHandledSyncRequest'] === asked ? true : undefined,
    );
    for (let time = 0; time < 5; time++) {
      await shop.compare();
      // A sync that it thinks it needs is counted.
      await shop.until(await git.head(), 'Synced Healthy');
    }
    expect(await syncs(shop)).toBe(before);
    expect((await connection())?.metadata.generation).toBe(1);
  });

  it('puts back what somebody changed by hand', async () => {
    const edit = ['connection', 'shop', '--namespace', namespace, '--type', 'merge', '--patch'];
    const before = await syncs(shop);
    await e2e.kubectl.run('patch', ...edit, JSON.stringify({ spec: { mode: 'Production' } }));
    await waitFor('the mode of Git', 60_000, async () =>
      (await connection())?.metadata.generation === 3 ? true : undefined,
    );
    await shop.until(await git.head(), 'Synced Healthy');
    expect(await syncs(shop)).toBe(before + 1);
  });

  it('a commit that disables the connection ends Suspended, its feeds with it', async () => {
    await put('generic', { enabled: false });
    await shop.until(await git.commit('off'), 'Synced Suspended');
    await showsOurWords('Suspended');
    await shows('Feed', 'shop-orders', 'Suspended');
    await shows('Credential', 'shop', 'Healthy');
  });

  it('a commit with a setting that the driver does not know ends Degraded, with our message', async () => {
    await put('generic', {}, { settings: { adress: 'x' } });
    await shop.until(await git.commit('a slip'), 'Synced Degraded');
    await showsOurWords('Degraded');
    expect(await ready()).toMatch(/^False \(\w+\): .*adress/);
  });

  it('a commit that names a Credential that is not there is Progressing, with our message: it may come yet', async () => {
    await put('generic', { credentialRef: { name: 'nowhere' } });
    await shop.until(await git.commit('another slip'), 'Synced Progressing');
    await waitFor('what it waits for', 60_000, async () =>
      (await shop.health('Connection', 'shop')).includes('"nowhere"') ? true : undefined,
    );
    await showsOurWords('Progressing');
  });

  it('a commit that repairs it ends Healthy', async () => {
    await put('generic', { deletionPolicy: 'Delete' });
    await shop.until(await git.commit('well again'), 'Synced Healthy');
    expect(await ready()).toMatch(/^True \(Running\)/);
    expect((await orders()).length).toBeGreaterThan(0);
  });

  it('a commit in the version of the API before is no difference to the cluster, and none is found afterwards', async () => {
    const before = (await connection())!.metadata;
    await put('generic', { deletionPolicy: 'Delete' }, { version: 'v1alpha1' });
    await shop.until(await git.commit('as it was written last year'), 'Synced Healthy');
    const { uid, generation } = (await connection())!.metadata;
    expect([uid, generation]).toEqual([before.uid, before.generation]);
    const done = await syncs(shop);
    for (let time = 0; time < 3; time++) {
      await shop.compare();
      await shop.until(await git.head(), 'Synced Healthy');
    }
    expect(await syncs(shop)).toBe(done);
  });

  it("a connection taken out of Git is pruned, and takes the hub's data with it as it says", async () => {
    const store = (await exampleFile('generic', 'connection.yaml')).split('---')[0]!;
    await git.remove('shop');
    await git.write('shop/store.yaml', store);
    await shop.until(await git.commit('the shop is closed'), 'Synced Healthy');
    for (const kind of ['connections', 'feeds', 'credentials.supercargo.dev'])
      expect(await e2e.kubectl.list(kind, namespace)).toEqual([]);
    expect(await e2e.kubectl.get('stores', 'shop', namespace)).toBeDefined();
    expect(await orders()).toEqual([]);
  });

  it('the examples of all other platforms are Synced and Healthy together, in waves', async () => {
    await others.create({ repoURL: git.url, path: 'others' }, namespace);
    await others.until(await git.head(), 'Synced Healthy', 400_000);
    for (const example of OTHERS)
      expect(await others.health('Connection', EXAMPLES[example]!.driver)).toMatch(/^Healthy: Running/);
    const resources = await Promise.all(['stores', 'connections'].map((kind) => e2e.kubectl.list(kind, namespace)));
    const [stores, connections] = resources.map((list) =>
      list.map(({ metadata }) => metadata.creationTimestamp!).sort(),
    );
    expect(connections!.at(0)! >= stores!.at(-1)!).toBe(true);
  });

  it('one that is disabled in the last wave is Suspended, and the next commit is synced', async () => {
    await put('woocommerce', { enabled: false }, { waves: WAVES });
    await others.until(await git.commit('one off'), 'Synced Suspended');
    await put('woocommerce', {}, { waves: WAVES });
    await others.until(await git.commit('on again'), 'Synced Healthy');
  });

  it('one that is disabled in an earlier wave holds up its sync, and the next commit, until the sync is ended', async () => {
    await put('woocommerce', { enabled: false }, { waves: { Connection: 1, Feed: 2 } });
    await git.commit('one off, and its feeds are to wait for it');
    await others.look();
    await others.heldUpBy('Connection/woocommerce');
    await put('woocommerce', {}, { waves: WAVES });
    const next = await git.commit('on again');
    await others.compare();
    await others.heldUpBy('Connection/woocommerce');
    expect((await e2e.kubectl.get('connections', 'woocommerce', namespace))?.spec['enabled']).toBe(false);
    await others.terminate();
    await others.until(next, 'Synced Healthy');
  });

  it('all taken out of Git at once is gone in the end: the connections first, then their Stores', async () => {
    await git.remove('others');
    await git.write('others/.gitkeep', '');
    await others.until(await git.commit('all closed'), 'Synced Healthy', 300_000);
    expect(await e2e.kubectl.list('connections', namespace)).toEqual([]);
    expect((await e2e.kubectl.list('stores', namespace)).map(({ metadata }) => metadata.name)).toEqual(['shop']);
  });
});
