import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { ProductRecord, StockRecord } from '../../model/records.ts';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let rig: HubRig;

beforeAll(async () => {
  postgres = await startPostgres();
  rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('hub') }));
});
afterAll(async () => {
  await rig?.stop();
  await postgres?.stop();
});

/** A product whose variants are told by id and SKU. */
function shirt(id: string, ...variants: readonly (readonly [id: string, sku: string])[]): ProductRecord {
  const made = product(
    id,
    variants.map(([, sku]) => sku),
  );
  return { ...made, variants: made.variants.map((variant, index) => ({ ...variant, id: variants[index]![0] })) };
}
const at = (variantId: string, sku: string, onHand = 3): StockRecord => ({
  kind: 'stock',
  variantId,
  sku,
  locationId: 'main',
  onHand,
  available: onHand,
});
const post = (store: TestStore, ...levels: readonly (readonly [sku: string, quantity: number])[]) =>
  store.api('POST', '/stock', { levels: levels.map(([sku, quantity]) => ({ sku, warehouse: 'main', quantity })) });
const written = (entries: readonly Record<string, unknown>[]) =>
  entries.map(({ variantId, quantity }) => `${String(variantId)}=${String(quantity)}`).sort();

describe('a level goes to the variants that have its SKU now', () => {
  it('two variants with one SKU both get it, and the others of the request too', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [shirt('p', ['d1', 'DUP'], ['d2', 'DUP'], ['v1', 'A'])]);
    await pod.send('StockImport', [at('d1', 'DUP'), at('d2', 'DUP'), at('v1', 'A')]);
    for (const quantity of [8, 9])
      expect(await post(store, ['DUP', quantity], ['A', 21])).toMatchObject({ status: 202, body: { unknown: [] } });
    expect(written(await pod.apply('stock'))).toEqual(['d1=9', 'd2=9', 'v1=21']);
  });

  it('a refused one of the two is named by its SKU, and stays a problem though its sister is set', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [at('d1', 'DUP'), at('d2', 'DUP')]);
    await post(store, ['DUP', 8]);
    const { entries } = await pod.claim('stock', 10);
    await pod.results(
      'stock',
      entries.map(({ id, payload }) =>
        payload['variantId'] === 'd1'
          ? { id, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' }
          : { id, outcome: 'Applied' },
      ),
    );
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([
      { record: 'DUP@main', reason: 'StoreRefused' },
    ]);
  });

  it('a variant that was deleted and made again gets it, the dead one nothing more', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [shirt('p', ['old', 'A'], ['b', 'B'])]);
    await pod.send('StockImport', [at('old', 'A'), at('b', 'B')]);
    await post(store, ['A', 5]);
    await pod.send('ProductUpdate', [shirt('p', ['new', 'A'], ['b', 'B'])]);
    expect((await store.api('GET', '/stock?sku=A')).body.items).toEqual([]);
    expect(await post(store, ['A', 14], ['B', 2])).toMatchObject({ status: 202, body: { queued: 2, unknown: [] } });
    expect(written(await pod.apply('stock'))).toEqual(['b=2', 'new=14']);
  });

  it('a renamed SKU is known by its new name at once; a level of the old name goes nowhere and is named', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [shirt('p', ['v', 'OLD'])]);
    await pod.send('StockImport', [at('v', 'OLD')]);
    await pod.send('ProductUpdate', [shirt('p', ['v', 'NEW'])]);
    expect(await post(store, ['NEW', 4])).toMatchObject({ body: { queued: 1, unknown: [] } });
    expect((await post(store, ['OLD', 0])).body).toMatchObject({ queued: 0, unknown: [{ sku: 'OLD' }] });
    expect(written(await pod.apply('stock'))).toEqual(['v=4']);
  });

  it('a new variant whose stock was never read gets it, in each shop that has it', async () => {
    const store = await rig.store();
    const [one, two] = [await store.connect('one'), await store.connect('two')];
    for (const pod of [one, two]) await pod.send('StockImport', [at('x', 'X')]);
    await one.send('ProductImport', [shirt('p', ['n1', 'N'])]);
    await two.send('ProductImport', [shirt('p', ['n2', 'N'])]);
    expect((await post(store, ['N', 30])).body).toMatchObject({ queued: 2, unchanged: 0, unknown: [] });
    expect([written(await one.apply('stock')), written(await two.apply('stock'))]).toEqual([['n1=30'], ['n2=30']]);
  });

  it('a level for a SKU that no shop has yet is named, kept, and goes out once when a shop has it', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('StockImport', [at('x', 'X')]);
    for (const quantity of [6, 7])
      expect((await post(store, ['SOON', quantity])).body).toMatchObject({
        queued: 0,
        unknown: [{ sku: 'SOON', message: expect.stringContaining('has no level at "main", in any shop: it is kept') }],
      });
    await pod.send('ProductImport', [shirt('p', ['s', 'SOON'])]);
    expect(written(await pod.apply('stock'))).toEqual(['s=7']);
    await pod.send('ProductUpdate', [shirt('p', ['s', 'SOON'], ['t', 'OTHER'])]);
    expect(await pod.apply('stock')).toEqual([]);
  });

  it('a level for a place that no shop has is named with the location that the Store gives the warehouse', async () => {
    const store = await rig.store({ warehouses: [{ name: 'main', location: 'loc-9' }] });
    const pod = await store.connect();
    await pod.send('StockImport', [at('a', 'A')]);
    const { unknown } = (await post(store, ['A', 6])).body;
    expect(unknown).toMatchObject([{ sku: 'A', warehouse: 'main' }]);
    expect(unknown[0].message).toContain('has no level at "main", which is location "loc-9" in the Store, in any shop');
    expect(unknown[0].message).toContain('GET /stock shows the locations that the shops have');
  });

  it('the same number again is sent, since the shop may have sold meanwhile; it is unchanged once a reading says so', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [shirt('p', ['v', 'A'])]);
    await pod.send('StockImport', [at('v', 'A', 3)]);
    expect((await post(store, ['A', 3])).body).toMatchObject({ queued: 0, unchanged: 1 });
    await post(store, ['A', 12]);
    await pod.apply('stock');
    expect((await post(store, ['A', 12])).body).toMatchObject({ queued: 1, unchanged: 0 });
    expect(written(await pod.apply('stock'))).toEqual(['v=12']);
    await pod.send('StockCheck', [at('v', 'A', 12)]);
    expect((await post(store, ['A', 12])).body).toMatchObject({ queued: 0, unchanged: 1 });
  });

  it('one that the shop had already, and sold from since, is named by the nightly check and not sent again', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [shirt('p', ['v', 'B'])]);
    await pod.send('StockImport', [at('v', 'B', 10)]);
    expect((await post(store, ['B', 10])).body).toMatchObject({ queued: 0, unchanged: 1 });
    await pod.send('StockCheck', [at('v', 'B', 4)]);
    expect(await pod.apply('stock')).toEqual([]);
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([
      { reason: 'StockDiffers', record: 'B@main' },
    ]);
  });
});
