import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { HubRig, type TestPod, type TestStore } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;
let pod: TestPod;
beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const put = (uid: string, key: string, more: { adopt?: string } = {}) =>
  rig.hub.putStore({ namespace: 'test', name: store.name, spec: {}, uid, keyHash: hashOf(key), ...more });
const numbers = async (key: string) => {
  const answer = await fetch(`${rig.hub.url}/api/v1/orders`, { headers: { authorization: `Bearer ${key}` } });
  const { items } = (await answer.json()) as { items?: { cust_po_no: string }[] };
  return items?.map((item) => item.cust_po_no) ?? answer.status;
};
const fill = async (number: string) => {
  await pod.session();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('StockImport', [level('A', 1)]);
  await pod.send('OrderImport', [order(number, { lines: [line('1', 'A', 1)] })]);
};

describe('a Store of the same name and another uid', () => {
  let first: string;
  beforeEach(async () => {
    store = await rig.store();
    first = randomUUID();
    await put(first, store.key);
    pod = await store.connect('shop');
    await fill('OLD');
    await rig.hub.forgetStore('test', store.name);
  });

  it('starts empty, whatever its connections are called, and says so without the uid that would open the rest', async () => {
    rig.told.length = 0;
    const [second, key] = [randomUUID(), randomUUID()];
    await put(second, key);
    expect(await numbers(key)).toEqual([]);
    await expect(pod.client.openRecords('OrderUpdate', '')).rejects.toMatchObject({ reason: 'NoSession' });
    await fill('NEW');
    expect(await numbers(key)).toEqual(['NEW']);
    expect(await numbers(store.key)).toBe(401);
    expect(rig.told.join()).toMatch(/NameTaken.*starts empty/);
    expect(rig.told.join()).not.toContain(first);
    await put(second, key);
    expect(await numbers(key)).toEqual(['NEW']);
  });

  it('takes over where it says the uid of the former, at once or later; what it had itself steps aside', async () => {
    const [second, key] = [randomUUID(), randomUUID()];
    await put(second, key, { adopt: first });
    expect(await numbers(key)).toEqual(['OLD']);
    const [third, next] = [randomUUID(), randomUUID()];
    await put(third, next);
    await fill('NEW');
    await put(third, next, { adopt: randomUUID() });
    expect(await numbers(next)).toEqual(['NEW']);
    await put(third, next, { adopt: second });
    expect(await numbers(next)).toEqual(['OLD']);
    await fill('MORE');
    expect(await numbers(next)).toEqual(['OLD', 'MORE']);
    await put(third, next, { adopt: second });
    expect(await numbers(next)).toEqual(['OLD', 'MORE']);
  });

  it('is the same where the installation says that Stores are who has their name', async () => {
    const other = await HubRig.start(await ownDatabase(), { adoptByName: true });
    const record = { namespace: 'test', name: 'a', spec: {} };
    for (const uid of ['one', 'two']) await other.hub.putStore({ ...record, uid, keyHash: hashOf(uid) });
    expect(await other.db.query('SELECT uid FROM stores')).toEqual([{ uid: 'two' }]);
    await other.stop();
  });
});

it('a developer key opens one Store alone: a second that has it is refused by name, and the first is as it was', async () => {
  const [one, two] = [await rig.store(), await rig.store()];
  await expect(
    rig.hub.putStore({ namespace: 'test', name: two.name, spec: {}, keyHash: hashOf(one.key) }),
  ).rejects.toThrow(`status of Store test/${two.name} is that of another Store`);
  expect((await one.api('GET', '/orders')).status).toBe(200);
  expect((await two.api('GET', '/orders')).status).toBe(200);
});
