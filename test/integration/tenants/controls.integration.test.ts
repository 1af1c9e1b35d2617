import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { HubRig, type TestStore } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;
let id: string;
beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  store = await rig.store();
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('StockImport', [level('A', 1)]);
  await pod.send('OrderImport', [order('1', { lines: [line('1', 'A', 1)] })]);
  id = `${pod.connectionId}.o-1`;
});
afterAll(async () => rig.stop());

it.each(['DHL\r\nX-Injected: 1', 'a\tb', '\u001b[31mred', 'a\u0085b', 'a\u009b31m', '\u0007', 'a\u2028b', 'a\u202eb'])(
  'text with control characters is refused, wherever a shop, a log or a terminal would take it: %j',
  async (bad) => {
    const posts: [string, string, object][] = [
      ['POST', `/orders/${id}/shipments`, { carrier: bad }],
      ['POST', `/orders/${id}/shipments`, { trackingCode: bad }],
      ['POST', `/orders/${id}/acknowledge`, { reference: bad }],
      ['POST', '/stock', { levels: [{ sku: bad, quantity: 1 }] }],
      ['POST', '/forget', { order: bad }],
    ];
    for (const [method, path, body] of posts)
      expect([path, (await store.api(method, path, body)).status]).toEqual([path, 400]);
    expect((await store.api('GET', `/orders?number=${encodeURIComponent(bad)}`)).status).toBe(400);
  },
);

it('text of every script is taken', async () => {
  const reference = 'Ångström-東京 № 7 👩‍🚀 العربية';
  const answer = await store.api('POST', `/orders/${id}/acknowledge`, { reference });
  expect(answer).toMatchObject({ status: 200, body: { acknowledgedReference: reference } });
});

it('a Store with an alias that no database can hold keeps all its other rules, and is told', async () => {
  const odd = await rig.store({ skuAliases: { 'A\0': 'B', OLD: 'A' }, promotionalCodes: ['\ud800'] });
  const pod = await odd.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('OrderImport', [order('7', { lines: [line('1', 'OLD', 1)] })]);
  expect((await odd.api('GET', '/orders')).body.items).toMatchObject([{ lines: [{ sku: 'A' }] }]);
  expect(rig.told.filter((one) => one.includes('SpecUnusable'))).toEqual([
    `test ${odd.name} Warning SpecUnusable spec.skuAliases.A, spec.promotionalCodes[0] of the Store cannot be stored and was left out: take the control character out of it`,
  ]);
});
