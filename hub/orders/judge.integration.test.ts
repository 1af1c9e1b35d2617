import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import { decodeBatch, encodeBatch } from '../../model/batch.ts';
import { BatchEncoder } from '../../model/encode.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { line, order } from '../../test/support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { copyDirectly, mergeSettings } from '../pods/direct-copy.ts';
import { stage } from '../records/merge.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import { openPostgres } from '../storage/postgres.ts';
import { saveStore, type ConnectionRow } from '../stores/rules.ts';
import { allPass, judgeStaged } from './judge.ts';
import { ORDER_RULES } from './order-rules.ts';
import { orderScope } from './order-scope.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;
let stores = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('judge') });
  await migrate(db);
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

const SPEC: StoreSpec = {
  skuAliases: { OLD: 'A', LOST: 'NOWHERE' },
  promotionalCodes: ['GIFT'],
  kits: [
    {
      sku: 'SET',
      components: [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 1 },
      ],
    },
    {
      sku: 'BROKEN',
      components: [
        { sku: 'A', quantity: 1 },
        { sku: 'NONE', quantity: 1 },
      ],
    },
  ],
};

async function connection(spec: StoreSpec, catalogue = true): Promise<ConnectionRow> {
  const name = `s${++stores}`;
  const { id } = await db.transaction((tx) => saveStore(tx, { namespace: 'default', name, spec }));
  const [row] = await db.query<ConnectionRow & Record<string, unknown>>(
    `INSERT INTO connections (kind, namespace, name, store_id, driver, mode, catalogue) VALUES ('Connection', 'default', $1, $2, 'memory', 'Production', $3) RETURNING *`,
    [name, id, catalogue],
  );
  await db.query(
    `INSERT INTO variants (connection_id, external_id, product_id, sku, currency) SELECT $1, sku, 'p', sku, 'EUR' FROM unnest(ARRAY['A', 'B']) AS sku`,
    [row!.id],
  );
  return row!;
}

function segmentsOf(records: readonly CanonicalRecord[]) {
  const encoder = new BatchEncoder();
  for (const record of records) encoder.add(record, ({ number }) => ({ intake: 'Accepted', custRef: number }));
  return decodeBatch(encodeBatch({ sequence: 1, read: records.length, problems: [] }, encoder.segments())).segments;
}

/** What both ways say of one order, then nothing of it is left. */
async function judged(
  row: ConnectionRow,
  record: OrderRecord,
): Promise<{ readonly passes: boolean; readonly reasons: string[]; readonly messages: string[] }> {
  class Undo extends Error {}
  let result: Awaited<ReturnType<typeof judged>> | undefined;
  await db
    .transaction(async (tx: Transaction) => {
      const scope = await orderScope(tx, row);
      const segments = segmentsOf([record]);
      const passes = await allPass(tx, scope, segments);
      await stage(tx, segments);
      await judgeStaged(tx, scope);
      const rejections = await tx.query<{ reason: string; message: string }>(
        'SELECT reason, message FROM stage_rejections',
      );
      result = {
        passes,
        reasons: rejections.map(({ reason }) => reason),
        messages: rejections.map(({ message }) => message),
      };
      throw new Undo();
    }, mergeSettings(row))
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return result!;
}

const withSkus = (...skus: string[]) => order('1', { lines: skus.map((sku, index) => line(String(index), sku, 1)) });

describe('the two ways to judge an order', () => {
  it.each<[string, StoreSpec, OrderRecord, string[]]>([
    ['a SKU of the catalogue', SPEC, withSkus('A', 'B'), []],
    ['an alias of one', SPEC, withSkus('OLD'), []],
    ['an alias of nothing', SPEC, withSkus('LOST'), ['UnknownSku']],
    ['a kit', SPEC, withSkus('SET', 'A'), []],
    ['a kit with an unknown component', SPEC, withSkus('BROKEN'), ['UnknownSku']],
    ['a promotional code', SPEC, withSkus('A', 'GIFT'), []],
    ['an unknown SKU', SPEC, withSkus('A', 'X'), ['UnknownSku']],
    ['a line without SKU', SPEC, withSkus(''), ['UnknownSku']],
    ['a mapped shipping method', { ...SPEC, shippingMethods: { standard: 'DHL' } }, withSkus('A'), []],
    ['an unmapped one', { ...SPEC, shippingMethods: { express: 'DHL' } }, withSkus('A'), ['UnknownShippingMethod']],
    [
      'both wrong: the first rule gives the reason',
      { ...SPEC, shippingMethods: { express: 'DHL' } },
      withSkus('X'),
      ['UnknownSku'],
    ],
  ])('agree on %s', async (_what, spec, record, reasons) => {
    const found = await judged(await connection(spec), record);
    expect(found.reasons).toEqual(reasons);
    expect(found.passes).toBe(reasons.length === 0);
  });

  it('stage an order of which a value cannot be told from the batch, and then accept it', async () => {
    const row = await connection({ ...SPEC, shippingMethods: { '': 'PICKUP' } });
    expect(await judged(row, order('1', { lines: [line('1', 'A', 1)], shippingMethodCode: undefined }))).toMatchObject({
      passes: false,
      reasons: [],
    });
  });

  it('refuse no SKU while nothing of the Store has a catalogue', async () => {
    expect(await judged(await connection(SPEC, false), withSkus('X'))).toMatchObject({ passes: true, reasons: [] });
  });

  it('name what is refused', async () => {
    const { messages } = await judged(await connection(SPEC), withSkus('X', 'BROKEN'));
    expect(messages).toEqual([
      'SKU "NONE" (in kit "BROKEN"), "X" is in no product of the store: add the product, or an alias to spec.skuAliases of the Store',
    ]);
  });

  it('cover every rule by a case above', () => {
    expect(ORDER_RULES.map(({ reason }) => reason)).toEqual([
      'UnknownSku',
      'UnknownShippingMethod',
      'SeveralDeliveries',
    ]);
  });
});

describe('orders with aliases, kits and mapped shipping methods', () => {
  it('take the short way, too, with the code of the back office', async () => {
    const row = await connection({ ...SPEC, shippingMethods: { standard: 'DHL' } });
    await db.transaction(async (tx) => {
      expect(await copyDirectly(tx, row, segmentsOf([withSkus('OLD', 'SET')]), await orderScope(tx, row))).toBe(1);
    }, mergeSettings(row));
    expect(await db.query('SELECT shipping_method, intake FROM orders WHERE connection_id = $1', [row.id])).toEqual([
      { shipping_method: 'DHL', intake: 'Accepted' },
    ]);
  });
});
