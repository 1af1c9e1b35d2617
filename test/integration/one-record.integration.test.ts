import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { MAPPINGS, mapItems } from '../../drivers/generic/map.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { redacted } from '../../sync/redact.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { BatchPoster } from '../../sync/feeds/batch-poster.ts';
import { intakeByDefault } from '../../sync/orders/intake.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(120_000);

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

/** A page as the engine sends it: halved where the hub refuses it. */
async function post(pod: TestPod, feed: FeedType, records: readonly CanonicalRecord[]): Promise<void> {
  const { runId } = await pod.client.startRun({
    feed: feed.toLowerCase(),
    feedType: feed,
    trigger: 'Requested',
    holder: `test/${randomUUID()}`,
  });
  try {
    await poster(pod, runId).post(records, []);
  } finally {
    await pod.client.finishRun(runId, { result: 'Succeeded', checkpoint: {} });
  }
}
const poster = (pod: TestPod, runId: string) =>
  new BatchPoster(pod.client, runId, (one) => ({
    ...intakeByDefault(one, new Date('2026-01-01T00:00:00Z')),
    custRef: one.number.slice(0, 20),
  }));

const byNumber = async (store: TestStore, number: string) =>
  (await store.api('GET', `/orders?intake=All&number=${encodeURIComponent(number)}`)).body.items;
const problems = async (store: TestStore) =>
  (await store.api('GET', '/problems?limit=500')).body.items as {
    record: string;
    number: string | null;
    reason: string;
    message: string;
  }[];
/** Not compressible: an index takes 2,700 bytes of it. */
const longKey = (seed: number) =>
  Array.from({ length: 400 }, (_, index) =>
    Math.sin(seed + index)
      .toString(36)
      .slice(2),
  ).join('');

/** Each turns a good order into one that no database can hold. */
const faults: Readonly<Record<string, (good: OrderRecord, seed: number) => OrderRecord>> = {
  'a line id twice': (good) => ({ ...good, lines: [line('l1', 'A', 1), line('l1', 'B', 1)] }),
  'a quantity beyond 32 bits': (good) => ({ ...good, lines: [line('l1', 'A', 3_000_000_000)] }),
  'a key too long for an index': (good, seed) => ({ ...good, id: `${good.id}${longKey(seed)}` }),
  'a line key too long for an index': (good, seed) => ({ ...good, lines: [line(longKey(seed), 'A', 1)] }),
  'a time that is none': (good) => ({ ...good, placedAt: '2026-02-30T99:00:00Z', lines: [line('l1', 'A', 1)] }),
};

it("a key too long for an index is the record's fault, not the hub's, though a pod sends it all the same", async () => {
  const pod = await (await rig.store()).connect('shop', { catalogue: false });
  const sent = pod.send('OrderImport', [order('1', { lines: [line(longKey(1), 'A', 1)] })]);
  await expect(sent).rejects.toMatchObject({
    ...{ status: 422, reason: 'BadRow' },
    message: expect.stringContaining('one of its ids, SKUs or codes is too long'),
  });
});

it('an order whose mail address is longer than any index holds comes in', async () => {
  const store = await rig.store();
  const pod = await store.connect('shop', { catalogue: false });
  await post(pod, 'OrderImport', [order('1', { customerEmail: `${longKey(1)}@buyers.example` })]);
  expect((await store.api('GET', '/orders')).body.items).toHaveLength(1);
});

describe('one order that the hub cannot hold', () => {
  it.each(Object.keys(faults))(
    '%s: is named by its number in words, and the others of its page come in',
    async (fault) => {
      const store = await rig.store();
      const pod = await store.connect('shop', { catalogue: false });
      await post(pod, 'OrderImport', [order('G1'), faults[fault]!(order('BAD-1'), 7), order('G2')]);
      expect(
        (await store.api('GET', '/orders')).body.items.map((one: { cust_po_no: string }) => one.cust_po_no).sort(),
      ).toEqual(['G1', 'G2']);
      const [found] = await problems(store);
      expect(found).toMatchObject({
        number: 'BAD-1',
        reason: 'PoisonedRecord',
        message: expect.stringMatching(/^order BAD-1 cannot be taken: .*Mend it at the shop/),
      });
      expect(found!.message).not.toMatch(/SQLSTATE|PostgreSQL|constraint|row/i);
      if (!fault.startsWith('a key'))
        expect(await byNumber(store, 'BAD-1')).toMatchObject([
          { intake: 'Rejected', intakeReason: 'Unreadable', intakeMessage: found!.message },
        ]);
    },
  );

  it('wherever and however many there are, the good ones come in and the bad ones are named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.constantFrom(...Object.keys(faults)), { nil: undefined, freq: 3 }), {
          minLength: 1,
          maxLength: 25,
        }),
        async (plan) => {
          const store = await rig.store();
          const pod = await store.connect('shop', { catalogue: false });
          await post(
            pod,
            'OrderImport',
            plan.map((fault, index) => (fault ? faults[fault]!(order(`B${index}`), index) : order(`G${index}`))),
          );
          const numbered = (bad: boolean) =>
            plan
              .flatMap((fault, index) => ((fault !== undefined) === bad ? [`${bad ? 'B' : 'G'}${index}`] : []))
              .sort();
          expect(
            (await store.api('GET', '/orders')).body.items.map((one: { cust_po_no: string }) => one.cust_po_no).sort(),
          ).toEqual(numbered(false));
          expect((await problems(store)).map(({ number }) => number).sort()).toEqual(numbered(true));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('larger than a request may be: the others come in', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await post(pod, 'OrderImport', [
      order('G1'),
      { ...order('BAD-1'), note: 'x'.repeat(33 * 1024 * 1024) },
      order('G2'),
    ]);
    expect((await store.api('GET', '/orders')).body.items).toHaveLength(2);
    expect(await problems(store)).toMatchObject([
      { number: 'BAD-1', message: expect.stringContaining('it is too large') },
    ]);
  });
});

describe('a product that lists something twice', () => {
  it('is taken where it is the same thing, and named where it is not', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    const image = { id: 'i1', url: 'https://cdn.example.com/1.jpg', position: 0 };
    const [a, b] = [product('p1', ['A']), product('p2', ['B', 'C'])];
    await post(pod, 'ProductImport', [
      { ...a, images: [image, image] },
      { ...b, variants: b.variants.map((variant) => ({ ...variant, id: 'v-same' })) },
      product('p3', ['D']),
    ]);
    const { items } = (await store.api('GET', '/products')).body;
    expect(
      items.map((one: { id: string; images: unknown[] }) => [one.id.split('.')[1], one.images.length]).sort(),
    ).toEqual([
      ['p1', 1],
      ['p3', 0],
    ]);
    expect(await problems(store)).toMatchObject([
      { record: 'p2', message: expect.stringContaining('two of its variants have the id "v-same"') },
    ]);
  });
});

describe('an order that cannot be read', () => {
  const payload = (number: string, sku: string | null) => ({
    id: `o-${number}`,
    number,
    placed_at: '2026-02-01T10:00:00Z',
    updated_at: '2026-02-01T10:00:00Z',
    state: 'open',
    payment_state: 'paid',
    currency: 'EUR',
    totals: { items: '10.00', shipping: '0.00', tax: '0.00', discount: '0.00', grand: '10.00' },
    lines: [{ id: 'l1', sku, title: 'Engraving', quantity: 1, unit_price: '10.00', total: '10.00' }],
  });
  async function read(pod: TestPod, number: string, sku: string | null): Promise<void> {
    const { records, unreadable } = mapItems(MAPPINGS.order, [payload(number, sku)]);
    const { runId } = await pod.client.startRun({
      feed: 'orderimport',
      feedType: 'OrderImport',
      trigger: 'Requested',
      holder: `test/${randomUUID()}`,
    });
    const to = poster(pod, runId);
    await to.post(
      records,
      unreadable.map(({ recordId, number, reason, message, raw }) => ({
        severity: 'Error',
        reason,
        record: recordId,
        number,
        message,
        payload: redacted(raw),
        order: to.unreadableOrder(recordId, number),
      })),
    );
    await pod.client.finishRun(runId, { result: 'Partial', checkpoint: {} });
  }

  it('is found by its number with the reason; rules that change do not accept it; it is taken once it can be read', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await read(pod, 'N-1', null);
    const words =
      'order N-1 cannot be taken: line 1 (Engraving) has no SKU: give the item a SKU at the shop. It is taken by itself once that is mended';
    expect(await byNumber(store, 'N-1')).toMatchObject([
      { intake: 'Rejected', intakeReason: 'Unreadable', intakeMessage: words, lines: [] },
    ]);
    expect(await problems(store)).toMatchObject([{ number: 'N-1', message: words }]);
    await store.put({ skuAliases: { X: 'Y' } });
    expect((await store.api('POST', '/problems/replay', { reason: 'Unreadable' })).body).toMatchObject({ changed: 0 });
    expect(await byNumber(store, 'N-1')).toMatchObject([{ intake: 'Rejected' }]);
    await read(pod, 'N-1', 'A');
    expect(await byNumber(store, 'N-1')).toMatchObject([
      { intake: 'Accepted', grandTotal: 1000, lines: [{ sku: 'A' }] },
    ]);
    expect(await problems(store)).toEqual([]);
    const [{ id }] = await byNumber(store, 'N-1');
    expect(
      (await store.api('GET', `/orders/${encodeURIComponent(id)}/history`)).body.steps.map(
        (step: { what: string }) => step.what,
      ),
    ).toEqual(expect.arrayContaining(['rejected', 'accepted']));
  });

  it('that was read before keeps what is known of it, and the problem says so', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    await read(pod, 'N-2', 'A');
    await read(pod, 'N-2', null);
    expect(await byNumber(store, 'N-2')).toMatchObject([{ intake: 'Accepted', lines: [{ sku: 'A' }] }]);
    expect(await problems(store)).toMatchObject([{ number: 'N-2' }]);
  });
});
