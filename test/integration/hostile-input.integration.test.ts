import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ownDatabase } from '../support/postgres.ts';
import { encodeBatch } from '../../model/batch.ts';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;
let id: string;
let pod: Awaited<ReturnType<TestStore['connect']>>;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  store = await rig.store({
    orderWebhooks: [{ name: 'wms', url: 'http://127.0.0.1:9/' }],
    kits: [{ sku: 'SET', components: [{ sku: 'A', quantity: 1000 }] }],
  });
  pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('OrderImport', [
    order('1'),
    order('2', { lines: [line('1', 'SET', 2_000_000_000, { unitPrice: 0, total: 0, taxAmount: 0 })] }),
  ]);
  id = (await store.api('GET', '/orders')).body.items[0].id;
});
afterAll(async () => rig.stop());

const cursor = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');

describe('what no sane client sends is refused by field, never with a 5xx', () => {
  it.each<[string, string, () => string, unknown, RegExp]>([
    [
      'NUL in a tracking URL',
      'POST',
      () => `/orders/${id}/shipments`,
      { trackingUrl: 'https://a.example/\0' },
      /body\.trackingUrl/,
    ],
    [
      'half a surrogate pair',
      'POST',
      () => `/orders/${id}/shipments`,
      { trackingCode: '\ud800' },
      /body\.trackingCode/,
    ],
    ["NUL in an order's id", 'GET', () => '/orders/1.%00', undefined, /params\.id/],
    ['NUL in a SKU', 'GET', () => '/stock?sku=%00', undefined, /querystring\.sku/],
    ['NUL in a cursor', 'GET', () => `/problems?after=${cursor([1, 1, '\0', 'a', 'b'])}`, undefined, /after/],
    ['NUL in the cursor of runs', 'GET', () => `/runs?after=${cursor([1, '\0'])}`, undefined, /after/],
    ['a cursor of another shape', 'GET', () => `/runs?after=${cursor({})}`, undefined, /after/],
    ['a cursor beyond 64 bits', 'GET', () => '/orders?after=9999999999999999999', undefined, /after/],
    [
      'a year that the database does not have',
      'POST',
      () => '/webhooks/wms/replay',
      { from: '0000-01-01T00:00:00Z' },
      /body\.from/,
    ],
    ['a body that is null', 'POST', () => '/problems/replay', null, /body/],
  ])('%s', async (_what, method, path, body, field) => {
    const answer = await store.api(method, path(), body);
    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'InvalidRequest', detail: expect.stringMatching(field) },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it("a pod's question for what comes after an id with NUL in it, too", async () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    await expect(pod.client.censusIds('OrderImport', window, '\0')).rejects.toMatchObject({ status: 400 });
  });

  it("a pod's rows that end before their last column are refused, and the hub goes on for everybody", async () => {
    const { runId } = await pod.client.startRun({
      ...{ feed: 'orderimport', feedType: 'OrderImport', trigger: 'Requested' },
      holder: 'test/short',
    });
    for (const data of [Buffer.from('o-9\n'), Buffer.from('o-9'), Buffer.from('\n\t\n')]) {
      const bytes = encodeBatch({ sequence: 1, read: 1, problems: [] }, [{ table: 'orders', rows: 1, data }]);
      await expect(pod.client.batch(runId, bytes)).rejects.toMatchObject({ status: 422 });
      expect((await store.api('GET', '/orders')).status).toBe(200);
    }
    await pod.client.finishRun(runId, { result: 'Failed', checkpoint: {} });
  });

  it('a URL that is too long or no URL at all gets a problem document too', async () => {
    for (const [path, status] of [
      [`/orders/${'0'.repeat(400)}`, 414],
      ['/orders/%zz', 400],
    ] as const) {
      const answer = await store.api('GET', path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
      expect(answer.body).toMatchObject({ status, type: expect.any(String), detail: expect.any(String) });
    }
  });

  it('a kit of which a line has two thousand million is shown all the same', async () => {
    const { body } = await store.api('GET', '/orders?number=2');
    expect(body.items[0].lines[0].components).toEqual([{ sku: 'A', quantity: 2_000_000_000_000 }]);
  });
});
