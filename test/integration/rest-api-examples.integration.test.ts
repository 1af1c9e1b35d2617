import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig, type Answer, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let rig: HubRig;
let examples: readonly (readonly string[])[];

beforeAll(async () => {
  postgres = await startPostgres();
  rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('hub') }));
  const text = await readFile(new URL('../../docs/rest-api.md', import.meta.url), 'utf8');
  examples = text
    .split('<!-- tried: test/integration/rest-api-examples.integration.test.ts -->')
    .slice(1)
    .map((part) =>
      part
        .trimStart()
        .split('\n\n')[0]!
        .split('\n')
        .map((row) => row.trim()),
    );
});
afterAll(async () => {
  await rig?.stop();
  await postgres?.stop();
});

/** What a row of an example is filled in with. */
interface Known {
  ID: string;
  CURSOR: string;
  LAST: string;
}

/** Does what an example says, row by row; what is written beside an answer must be in it. */
async function follow(
  rows: readonly string[],
  store: TestStore,
  atTheShop: (said: string) => Promise<void>,
): Promise<void> {
  const known: Known = { ID: '', CURSOR: '', LAST: '' };
  const filled = (text: string) => text.replaceAll(/\b(ID|CURSOR|LAST)\b/g, (word) => known[word as keyof Known]);
  let answer: Answer | undefined;
  for (const row of rows) {
    const [, head = '', rest = ''] = /^(at the shop|\S+(?: +\/\S+)?) +(.*)$/.exec(row) ?? [];
    if (head === 'at the shop') await atTheShop(rest);
    else if (/^\d+$/.test(head))
      expect(answer).toMatchObject({ status: Number(head), body: JSON.parse(rest) as object });
    else {
      const [method = '', path = ''] = head.split(/ +/);
      answer = await store.api(method, filled(path), rest.startsWith('{') ? JSON.parse(filled(rest)) : undefined);
      if (method === 'GET') Object.assign(known, { ID: answer.body.items[0].id, CURSOR: answer.body.items[0].cursor });
      if (method === 'POST' && answer.status === 201) known.LAST = answer.body.id as string;
    }
  }
}

async function shop(...orders: Parameters<TestPod['send']>[1]): Promise<{ store: TestStore; pod: TestPod }> {
  const store = await rig.store();
  const pod = await store.connect('shop', { stock: 'available' });
  await pod.send('ProductImport', [product('p', ['TEE', 'MUG'])]);
  await pod.send('StockImport', [level('TEE', 0), level('MUG', 0)]);
  await pod.send('OrderImport', orders);
  return { store, pod };
}

describe('the worked examples of docs/rest-api.md', () => {
  it('are there', () => {
    expect(examples.map((rows) => rows.length > 4)).toEqual([true, true]);
  });

  it('of a split parcel', async () => {
    const { store, pod } = await shop(order('3001', { lines: [line('1', 'TEE', 3), line('2', 'MUG', 1)] }));
    await follow(examples[0]!, store, async () => undefined);
    expect((await pod.apply('shipment')).map(({ trackingCodes }) => trackingCodes)).toEqual([
      ['JD-1'],
      ['JD-2', 'JD-3'],
    ]);
  });

  it('of a stock count with orders in flight', async () => {
    const { store, pod } = await shop(order('2001', { lines: [line('1', 'MUG', 3)] }));
    await pod.send('OrderImport', [order('2002', { lines: [line('1', 'MUG', 2)] })]);
    let checked = 0;
    await follow(examples[1]!, store, async (said) => {
      const [, sku, count] = /^(\S+) (\d+) can be sold$/.exec(said)!;
      const writes = await pod.apply('stock');
      expect(writes).toMatchObject([{ sku, available: Number(count) }]);
      checked++;
    });
    expect(checked).toBe(2);
  });
});
