import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeClient } from '../kit/kube/client.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import { ApiError } from '../kit/kube/errors.ts';
import type { Intent, KubeObject } from '../kit/kube/objects.ts';
import { KubeConfig } from '@kubernetes/client-node';
import { startControlPlane, type ControlPlane } from '../test/cluster/index.ts';
import { sizeViolations } from './schema/stored-size.ts';
import { API_VERSION, kindByName, KINDS, resourceType, validateResource } from './index.ts';

const ROOT = join(import.meta.dirname, '..');
const CRD_TYPE = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

jest.setTimeout(60_000);

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane({});
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  client = createClient(config);
  for (const kind of KINDS) {
    const crd = parse(await readFile(join(ROOT, 'crds', 'generated', `${kind.plural}.yaml`), 'utf8')) as Intent;
    await client.apply(CRD_TYPE, crd, { manager: 'test' });
  }
  await until(async () => (await Promise.all(KINDS.map((kind) => established(kind.plural)))).every(Boolean));
}, 120_000);

afterAll(async () => {
  await client?.close();
  await controlPlane?.stop();
});

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await check()); tries++) {
    if (tries > 200) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function established(plural: string): Promise<boolean> {
  const crd = await client.get<KubeObject & { status?: { conditions?: { type: string; status: string }[] } }>(
    CRD_TYPE,
    `${plural}.supercargo.dev`,
  );
  return crd.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
}

async function examples(): Promise<Intent[]> {
  const files = (await readdir(join(ROOT, 'examples'), { recursive: true })).filter((file) => file.endsWith('.yaml'));
  const documents = await Promise.all(
    files.map(async (file) => parseAllDocuments(await readFile(join(ROOT, 'examples', file), 'utf8'))),
  );
  return documents
    .flat()
    .map((document) => document.toJS() as Intent)
    .filter((resource) => resource?.apiVersion === API_VERSION);
}

/** What the API server says to a manifest; undefined when it takes it. */
async function refusal(resource: Intent): Promise<string | undefined> {
  try {
    await client.create(resourceType(resource.kind), resource);
    await client.delete(resourceType(resource.kind), resource.metadata);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

describe('the kinds on a real API server', () => {
  it('take every example, and give it back unchanged', async () => {
    const all = await examples();
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(KINDS.map(({ kind }) => kind)));
    for (const example of all) {
      const type = resourceType(example.kind);
      const namespaced = type.namespaced
        ? { ...example, metadata: { ...example.metadata, namespace: 'default' } }
        : example;
      const applied = await client.apply<KubeObject & { spec: unknown }>(type, namespaced, { manager: 'test' });
      expect(applied.spec).toEqual(example['spec']);
      // The next write of any kind stores the default of the status once; the spec and its generation do not move.
      const stored = await client.apply<KubeObject>(type, namespaced, { manager: 'test' });
      expect(stored.metadata.generation).toBe(applied.metadata.generation);
      const again = await client.apply<KubeObject & { spec: unknown }>(type, namespaced, { manager: 'test' });
      expect(again.metadata.resourceVersion).toBe(stored.metadata.resourceVersion);
      expect(again.spec).toEqual(example['spec']);
    }
  });

  const feed = { connectionRef: { name: 'shop' }, type: 'OrderImport' };
  const connection = { storeRef: { name: 'main' }, driver: 'vendure', credentialRef: { name: 'c' } };
  it.each([
    ['Feed', { ...feed, schedule: 'every day' }],
    ['Feed', { ...feed, schedule: '0 * * * * *' }],
    ['Feed', { ...feed, schedule: '*/5 6-22 * * MON-FRI', timeZone: 'Europe/Berlin' }],
    ['Feed', { ...feed, timeZone: 'UTC' }],
    ['Feed', { ...feed, freshness: '5 minutes' }],
    ['Feed', { ...feed, type: 'Orders' }],
    ['Connection', connection],
    ['Connection', { ...connection, mode: 'Live' }],
    ['Connection', { ...connection, resources: { limits: { memory: 'lots' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: 134_217_728, cpu: 2 } } }],
    [
      'Connection',
      { ...connection, resources: { limits: { memory: '1Ti' }, requests: { cpu: '0.5', memory: '64Mi' } } },
    ],
    ['Connection', { ...connection, resources: { limits: { cpu: -1 } } }],
    ['Connection', { ...connection, resources: { limits: { cpu: '1e3', memory: '1E9' } } }],
    ['Connection', { ...connection, resources: { limits: { cpu: '5e-1', memory: '2Pi' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: '1e99' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: '1e' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: '1EE' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: '' } } }],
    ['Connection', { ...connection, resources: { limits: { memory: '1\0' } } }],
    ['FeedRun', { feedRef: { name: 'f' }, ttlAfterFinished: '9999d' }],
    ['FeedRun', { feedRef: { name: 'f' }, ttlAfterFinished: '36500d' }],
    ['FeedRun', { feedRef: { name: 'f' }, ids: ['1'], replay: { reason: 'UnknownSku' } }],
    ['FeedRun', { feedRef: { name: 'f' }, window: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } }],
    ['Store', { orderWebhooks: [{ name: 'w', url: 'https://user:pw@host/x' }] }],
    ['Store', { orderWebhooks: [{ name: 'w', url: 'http://[bad/' }] }],
    ['Store', { allowedPrivateNetworks: ['999.1.1.1/8'] }],
    ['Store', { allowedPrivateNetworks: ['10.0.0.0/33'] }],
    ['Store', { allowedPrivateNetworks: ['010.0.0.0/8'] }],
    ['Store', { allowedPrivateNetworks: ['10.0.0.0/8', 'fd00::/8', '10.1.2.3/32'] }],
    ['Store', { orderNumbers: { prefix: 'ACME-', maxLength: 8 } }],
    ['Store', { skuAliases: { a: 'b' }, shippingMethods: { x: 'y' }, promotionalCodes: ['GIFT'] }],
    ['Store', { skuAliases: { 'a\0': 'b' } }],
    ['Store', { skuAliases: { a: 'b\0' } }],
    ['Store', { carriers: { dhl: { 'x\0': 'b' } } }],
    ['Store', { promotionalCodes: ['GIFT', '\0'] }],
    ['Store', { skuAliases: { constructor: 'b', '😀': '😀' } }],
    ['License', { plan: 'p', seats: 0 }],
    ['License', { plan: 'p', seats: 1, notAfter: '2026-99-99T99:99:99Z' }],
    ['License', { plan: 'p', seats: 1, notBefore: '2026-02-01T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' }],
  ])('decide about a %s as the offline validator does: %j', async (kind, spec) => {
    const definition = kindByName(kind)!;
    const resource = {
      apiVersion: API_VERSION,
      kind,
      metadata: { name: 'probe', ...(definition.scope === 'Namespaced' ? { namespace: 'default' } : {}) },
      spec,
    };
    const offline = validateResource(definition, resource);
    const online = await refusal(resource);
    expect(online === undefined).toBe(offline.length === 0);
    // A rule of ours has the same words on both sides; what the schema's own types refuse has the API server's.
    for (const { message } of offline.filter(({ message: text }) =>
      / is not a | give | must be before | must leave | needs a | cannot be stored /.test(text),
    ))
      expect(online).toContain(message);
  });

  it('take a Store of 5,000 aliases by server-side apply, which kubectl apply without it could not send', async () => {
    const skuAliases = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`${'SHOP-'.repeat(6)}${index}`, `${'OURS-'.repeat(6)}${index}`]),
    );
    const store = { apiVersion: API_VERSION, kind: 'Store', metadata: { name: 'large', namespace: 'default' } };
    const wanted = { ...store, spec: { skuAliases } };
    // What kubectl apply keeps of each object, to tell next time what was taken away.
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(wanted) };
    await expect(
      client.create(resourceType('Store'), { ...wanted, metadata: { ...store.metadata, annotations } }),
    ).rejects.toThrow(/may not be more than 262144 bytes/);
    const type = resourceType('Store');
    for (const sku of ['A', 'B']) {
      const { [`${'SHOP-'.repeat(6)}1`]: gone, ...others } = skuAliases;
      const aliases: Record<string, string> = { ...others, [`${'SHOP-'.repeat(6)}0`]: sku, [`NEW-${sku}`]: gone! };
      const applied = await client.apply<KubeObject & { spec: object }>(
        type,
        { ...store, spec: { skuAliases: aliases } },
        { manager: 'test' },
      );
      expect(applied.spec).toEqual({ skuAliases: aliases });
    }
    await client.delete(type, store.metadata);
  });

  const listOf = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));
  const skus = (length: number, sku: string) =>
    Object.fromEntries(listOf(length, (index) => [`${sku}${index}`, `${index}`.padEnd(60, 'x')]));
  const component = (index: number) => ({ quantity: 1, sku: `C${index}` });
  const asked = { driver: 'vendure', storeRef: { name: 's' }, credentialRef: { name: 'c' } };

  it.each<[string, string, (entries: number) => object]>([
    ['aliases', 'Store', (entries) => ({ skuAliases: skus(entries, 'A'.repeat(120)) })],
    ['letters that Go writes otherwise', 'Store', (entries) => ({ skuAliases: skus(entries, '<&>'.repeat(20)) })],
    ['letters of two bytes', 'Store', (entries) => ({ skuAliases: skus(entries, 'ü'.repeat(80)) })],
    [
      'kits, in which the key does not come first',
      'Store',
      (entries) => ({
        kits: listOf(entries, (index) => ({ components: listOf(30, component), sku: `K${index}`.padEnd(128, 'k') })),
      }),
    ],
    ['lists of settings', 'Connection', (entries) => ({ ...asked, settings: { rows: listOf(entries, component) } })],
    ['settings', 'Connection', (entries) => ({ ...asked, settings: skus(entries, 'row-') })],
    [
      'assignments',
      'License',
      (entries) => ({
        ...{ plan: 'all', seats: 1 },
        stores: listOf(entries, (index) => ({ name: `s${index}`.padEnd(200, 's'), namespace: `n${index}` })),
      }),
    ],
  ])('take %s as long as the offline validator does, and not much longer', async (_, kind, specOf) => {
    const definition = kindByName(kind)!;
    const type = resourceType(kind);
    const manifest = (entries: number) => ({
      apiVersion: API_VERSION,
      kind,
      metadata: { name: 'large', ...(definition.scope === 'Namespaced' ? { namespace: 'default' } : {}) },
      spec: specOf(entries),
    });
    const fits = (entries: number) => sizeViolations(definition, manifest(entries)).length === 0;
    let [most, tooMany] = [64, 128];
    for (; fits(tooMany); tooMany *= 2) most = tooMany;
    while (tooMany - most > 1) {
      const middle = Math.floor((most + tooMany) / 2);
      if (fits(middle)) most = middle;
      else tooMany = middle;
    }
    const largest = manifest(most);
    expect(await client.apply(type, largest, { manager: 'test' })).toMatchObject({ spec: largest.spec });
    await client.delete(type, largest.metadata);
    await expect(client.apply(type, manifest(Math.ceil(tooMany * 1.02)), { manager: 'test' })).rejects.toThrow(
      'etcdserver: request is too large',
    );
  });

  it('let a Feed be found by its connection', async () => {
    const found = await client.list(resourceType('Feed'), {
      namespace: 'default',
      fieldSelector: 'spec.connectionRef.name=vendure',
    });
    expect(found.items.length).toBeGreaterThan(0);
    expect(
      (
        await client.list(resourceType('Feed'), {
          namespace: 'default',
          fieldSelector: 'spec.connectionRef.name=other',
        })
      ).items,
    ).toEqual([]);
  });

  it('refuse a change of the driver', async () => {
    const target = { kind: 'Connection', apiVersion: API_VERSION, metadata: { name: 'vendure', namespace: 'default' } };
    await expect(
      client.jsonPatch(resourceType('Connection'), target.metadata, [
        { op: 'replace', path: '/spec/driver', value: 'shopify' },
      ]),
    ).rejects.toThrow(/driver cannot be changed: create another Connection/);
  });
});
