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

it('an order that cannot be read and has the number of another stops no page, and is found by that number', async () => {
  const store = await rig.store();
  const [one, two] = [await store.connect('one'), await store.connect('two')];
  const cannot = (id: string) => ({
    ...({ severity: 'Error', reason: 'UnexpectedPayload', message: 'it cannot be read' } as const),
    ...{ record: id, number: '78', order: { id, number: '78', reference: '78' } },
  });
  for (const pod of [one, two]) await pod.send('ProductImport', [product('p', ['A'])]);
  await one.send('OrderImport', [order('78', { id: 'good', lines: [line('1', 'A', 1)] })]);
  await two.send(
    'OrderImport',
    [order('79', { id: 'next', lines: [line('1', 'A', 1)] })],
    [cannot('bad'), cannot('worse')],
  );
  const found = async (number: string) =>
    (await store.api('GET', `/orders?number=${number}&intake=All`)).body.items as {
      intake: string;
      cust_ref: string;
    }[];
  expect((await found('79')).map(({ intake }) => intake)).toEqual(['Accepted']);
  expect((await found('78')).map(({ intake }) => intake).sort()).toEqual(['Accepted', 'Rejected', 'Rejected']);
  const references = (await found('78')).map(({ cust_ref }) => cust_ref).sort();
  expect(new Set(references).size).toBe(3);
  // Read once more: the same.
  await two.send('OrderImport', [], [{ ...cannot('worse'), message: 'it still cannot be read' }]);
  expect((await found('78')).map(({ cust_ref }) => cust_ref).sort()).toEqual(references);
});

it('an order that cannot be read, not even its number, is kept under its id, takes no reference, and ends when it is gone', async () => {
  const store = await rig.store();
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  const nothing = { severity: 'Error', reason: 'UnexpectedPayload', message: 'it cannot be read' } as const;
  await pod.send('OrderImport', [], [{ ...nothing, record: '80', order: { id: '80', number: '80' } }]);
  await pod.send('OrderImport', [order('80', { id: 'real', lines: [line('1', 'A', 1)] })]);
  const found = async () => (await store.api('GET', '/orders?number=80&intake=All')).body.items;
  expect((await found()).find(({ intake }: { intake: string }) => intake === 'Accepted')).toMatchObject({
    cust_ref: '80',
  });
  expect(await found()).toHaveLength(2);
  expect((await store.api('GET', '/problems')).body.items).toMatchObject([{ record: '80' }]);
  await pod.gone('OrderImport', ['80']);
  expect((await store.api('GET', '/problems')).body.items).toEqual([]);
});

it('an order is found by its number also while another write of its Store is under way', async () => {
  const store = await rig.store();
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  const wants = (number: string) => order(number, { id: number, lines: [line('1', 'A', 1)] });
  await pod.send('OrderImport', [wants('90'), wants('91')]);
  const of = async (query: string) => (await store.api('GET', `/orders?${query}`)).body.items as { cursor: string }[];
  const [before] = await of('number=90');
  await rig.db.transaction(async (tx) => {
    await tx.query(`UPDATE orders SET seq = nextval('change_seq') WHERE external_id = '91'`);
    // It moves behind the write that is not committed.
    await store.api('POST', `/orders/${(before as { id?: string }).id}/acknowledge`, {});
    // Who reads on from a position must not see it yet; who looks for it must.
    expect(await of(`number=90&after=${before!.cursor}`)).toEqual([]);
    const [found] = await of('number=90');
    expect(found).toMatchObject({ cust_po_no: '90', acknowledgedAt: expect.any(String) });
    // Whoever reads on from what a lookup gave misses nothing that is committed later.
    expect(Number(found!.cursor)).toBeLessThan(
      Number((await tx.query<{ at: number }>('SELECT last_position() AS at'))[0]!.at),
    );
  });
});
