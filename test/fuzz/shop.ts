import type { HubRig, TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';

/** A Store with something in every list, so that the fuzzer meets rows and not empty answers alone. */
export async function furnishedStore(rig: HubRig): Promise<TestStore> {
  const store = await rig.store({
    warehouses: [{ name: 'berlin', location: 'main' }],
    skuAliases: { OLD: 'A' },
    shippingMethods: { standard: 'STD' },
    kits: [
      {
        sku: 'SET',
        components: [
          { sku: 'A', quantity: 1 },
          { sku: 'B', quantity: 2 },
        ],
      },
    ],
    // Nothing listens there, and nothing may be reached.
    orderWebhooks: [{ name: 'wms', url: 'http://127.0.0.1:9/hook' }],
  });
  const pod = await store.connect('shop', { mode: 'Test' });
  await pod.send(
    'ProductImport',
    [product('p1', ['A', 'B'])],
    [{ severity: 'Error', reason: 'PoisonedRecord', record: 'p9', message: 'no', payload: '{"id":"p9"}' }],
    { since: '2026-01-01T00:00:00Z' },
  );
  await pod.send('StockImport', [level('A', 5), level('B', 5), level('SET', 1)]);
  await pod.send('OrderImport', [
    order('1'),
    order('2', { lines: [line('1', 'SET', 2)] }),
    order('3', { lines: [line('1', 'NOPE', 1)] }),
    order('4', { paymentState: 'Unpaid' }),
    order('5', { grandTotal: 1 }),
  ]);
  await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 1 }] });
  const { entries } = await pod.claim('stock', 10);
  await pod.results(
    'stock',
    entries.map(({ id }) => ({
      id,
      outcome: 'Held',
      reason: 'TestMode',
      request: { method: 'PUT', url: 'https://shop.example/stock?key=s3cr3t-of-the-shop' },
    })),
  );
  const [{ id }] = (await store.api('GET', '/orders')).body.items;
  await store.api('POST', `/orders/${id}/acknowledge`, {});
  return store;
}
