import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
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

it('a number that is used twice, in one shop and in another, hides no order and none of its problems', async () => {
  const store = await rig.store();
  const [one, two] = [await store.connect('one'), await store.connect('two')];
  for (const pod of [one, two]) await pod.send('ProductImport', [product('p', ['A'])]);
  const wants = (id: string, sku: string) => order('77', { id, lines: [line('1', sku, 1)] });
  await one.send('OrderImport', [wants('a', 'NOPE'), wants('b', 'NOPE'), wants('c', 'A')]);
  await two.send('OrderImport', [wants('a', 'NOPE')]);
  const problems = async () =>
    (await store.api('GET', '/problems')).body.items
      .map(({ connection, record, number }: { connection: string; record: string; number: string }) => [
        connection,
        record,
        number,
      ])
      .sort();
  expect(await problems()).toEqual([
    [one.connection, 'a', '77'],
    [one.connection, 'b', '77'],
    [two.connection, 'a', '77'],
  ]);
  // One that is mended resolves its own problem alone.
  await one.send('OrderUpdate', [{ ...wants('a', 'A'), updatedAt: '2026-02-02T08:00:00Z' }]);
  expect(await problems()).toEqual([
    [one.connection, 'b', '77'],
    [two.connection, 'a', '77'],
  ]);
  const { items } = (await store.api('GET', '/orders?number=77&intake=All')).body as { items: { cust_ref: string }[] };
  expect(items).toHaveLength(4);
  expect(new Set(items.map(({ cust_ref }) => cust_ref)).size).toBe(4);
});
