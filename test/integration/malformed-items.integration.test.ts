import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, product } from '../support/memory-store.ts';
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

async function shop(): Promise<{ store: TestStore; pod: TestPod }> {
  const store = await rig.store();
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A', 'B'])]);
  await pod.send('StockImport', [level('A', 1), level('B', 1)]);
  return { store, pod };
}

const MALFORMED: readonly (readonly [what: string, change: object | null, says: string])[] = [
  ['half a piece', { quantity: 1.5 }, 'quantity is 1.5, and must be a whole number from 0 to 1,000,000,000'],
  ['a negative one', { quantity: -1 }, 'quantity is -1, and must be a whole number'],
  ['a number as text', { quantity: '4' }, 'quantity is "4", and must be a whole number'],
  ['too many', { quantity: 3_000_000_000 }, 'quantity is 3000000000, and must be'],
  ['none', { quantity: undefined }, 'quantity is missing, it must be a whole number'],
  ['no SKU', { sku: undefined }, 'sku is missing, it must be text of 1 to 128 characters'],
  ['an empty SKU', { sku: '' }, 'sku is "", and must be text of 1 to 128 characters'],
  ['a SKU without end', { sku: 'x'.repeat(5000) }, 'sku is text of 5,000 characters, and must be text of 1 to 128'],
  ['NUL in it', { sku: 'A\0' }, 'no control characters'],
  ['a warehouse that is a number', { warehouse: 7 }, 'warehouse is 7, and must be text'],
  ['nothing at all', null, 'must be an object with sku and quantity'],
];

describe('a malformed level among others', () => {
  it.each(MALFORMED)('(%s) is named by its place and its SKU; the others are taken', async (_what, change, says) => {
    const { store, pod } = await shop();
    const bad = change && { sku: 'BAD', warehouse: 'main', quantity: 2, ...change };
    const many = Array.from({ length: 30 }, () => ({ sku: 'B', quantity: 9 }));
    const answer = await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 5 }, bad, ...many] });
    expect(answer.status).toBe(202);
    expect(answer.body.refused).toEqual([
      expect.objectContaining({ index: 1, message: expect.stringContaining(says) }),
    ]);
    expect((await pod.apply('stock')).map(({ sku, quantity }) => [sku, quantity]).sort()).toEqual([
      ['A', 5],
      ['B', 9],
    ]);
  });

  it('that is the only one refuses the request, in words', async () => {
    const { store } = await shop();
    expect(await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 'many' }] })).toMatchObject({
      status: 400,
      body: {
        detail:
          'no item can be taken; levels[0]: quantity is "many", and must be a whole number from 0 to 1,000,000,000',
      },
    });
  });
});

describe('a malformed price among others', () => {
  it('is refused by itself, as is one that is named twice', async () => {
    const { store, pod } = await shop();
    const price = (sku: unknown, amount: unknown, more = {}) => ({ sku, price: amount, currency: 'EUR', ...more });
    const { status, body } = await store.api('POST', '/prices', {
      prices: [
        price('A', 5.5),
        price('A', 1200),
        price('B', 900),
        price('B', 901),
        price('X', 1, { currency: 'euro' }),
        price('Y', 1, { includesTax: 'yes' }),
        price(undefined, 1),
      ],
    });
    expect(status).toBe(202);
    expect(
      body.items.map(({ sku, refused }: { sku: string; refused: { reason: string; message: string }[] }) => [
        sku,
        refused[0]?.reason ?? 'taken',
        refused[0]?.message,
      ]),
    ).toEqual([
      ['A', 'Malformed', 'price is 5.5, and must be a whole number from 0 to 1,000,000,000,000'],
      ['A', 'taken', undefined],
      ['B', 'NamedTwice', 'SKU "B" is named twice in EUR: name each once'],
      ['B', 'NamedTwice', 'SKU "B" is named twice in EUR: name each once'],
      ['X', 'Malformed', 'currency is "euro", and must be a currency of ISO 4217, such as EUR'],
      ['Y', 'Malformed', 'includesTax is "yes", and must be true or false'],
      [
        null,
        'Malformed',
        'sku is missing, it must be text of 1 to 128 characters, with no control characters and no half characters',
      ],
    ]);
    expect((await pod.apply('price')).map(({ sku, price: amount }) => [sku, amount])).toEqual([['A', 1200]]);
  });
});
