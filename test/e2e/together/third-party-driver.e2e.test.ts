import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildExampleDriver, EXAMPLE_DRIVER_IMAGE } from '../../cluster/driver-image.ts';
import { loadImage } from '../../cluster/index.ts';
import { call, waitFor } from '../../demo/steps.ts';
import { connectE2e, Shop, type E2e } from '../context.ts';
import type { DriverResource } from '../../../crds/index.ts';

jest.setTimeout(400_000);

const MANIFEST = join(import.meta.dirname, '..', '..', '..', 'examples', 'third-party-driver', 'driver.yaml');
const TOKEN = 'example-token';
const PRODUCTS = Array.from({ length: 5 }, (_, index) => ({
  id: `p${index}`,
  sku: `EX-${index}`,
  name: `Example ${index}`,
  price: `${index + 1}.50`,
  updatedAt: '2026-06-01T00:00:00Z',
}));

/** A platform that this repository knows nothing of: pages of two, a token. */
async function startPlatform(): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://platform');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    if (url.pathname !== '/products') return void response.writeHead(404).end();
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + 2 < PRODUCTS.length ? String(from + 2) : null;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ items: PRODUCTS.slice(from, from + 2), next, total: PRODUCTS.length }));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return server;
}

describe('a driver in an image of its own', () => {
  let e2e: E2e;
  let platform: Server;
  let resource: DriverResource;
  let shop: Shop;

  const install = (spec: object) =>
    e2e.kubectl.apply([{ ...resource, spec: { ...resource.spec, image: EXAMPLE_DRIVER_IMAGE, ...spec } }]);

  beforeAll(async () => {
    e2e = await connectE2e();
    await loadImage(e2e.cluster, await buildExampleDriver());
    platform = await startPlatform();
    resource = parse(await readFile(MANIFEST, 'utf8')) as DriverResource;
    const url = `http://${e2e.cluster.hostAddress}:${(platform.address() as AddressInfo).port}`;
    shop = new Shop(e2e, {
      namespace: 'e2e-own-image',
      driver: 'example',
      url,
      secret: { token: TOKEN },
      feeds: { ProductImport: {} },
    });
  });

  afterAll(async () => {
    await shop?.remove();
    await e2e?.kubectl.run('delete', 'driver', 'example', '--ignore-not-found', '--timeout', '60s');
    await new Promise((resolve) => (platform ? platform.close(resolve) : resolve(undefined)));
  });

  it('is refused with the reason while its contract does not fit, and no pod is made', async () => {
    await install({ contract: 1 });
    await waitFor('the refusal', 60_000, async () =>
      (await e2e.kubectl.condition('driver', 'example', undefined, 'Ready')).startsWith('False (DriverContract)')
        ? true
        : undefined,
    );
    await shop.apply();
    await shop.until('connections', 'shop', 'Accepted', 'False (DriverContract)');
    expect(await shop.condition('connections', 'shop', 'Accepted')).toMatch(/was built for driver contract 1/);
    expect(await e2e.kubectl.list('pods', shop.namespace)).toEqual([]);
  });

  it('runs by nothing but its Driver resource, in its own image, once it fits', async () => {
    await install({});
    await shop.ready();
    const pods = await e2e.kubectl.list<{ spec: { containers: { image: string }[] } }>('pods', shop.namespace);
    // The one before may still be ending where the Deployment was changed meanwhile.
    expect([...new Set(pods.map(({ spec }) => spec.containers[0]!.image))]).toEqual([EXAMPLE_DRIVER_IMAGE]);
    const hub = await shop.hub();
    const items = await waitFor('the products', 60_000, async () => {
      const found = (await call<{ items: { title: string }[] }>(hub, 'GET', '/products')).items;
      return found.length === PRODUCTS.length ? found : undefined;
    });
    expect(items.map(({ title }) => title).sort()).toEqual(PRODUCTS.map(({ name }) => name));
  });
});
