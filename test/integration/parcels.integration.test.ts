import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig, receiver, until, type TestPod, type TestStore } from '../support/hub-rig.ts';
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

async function shop(spec: StoreSpec = {}): Promise<{ store: TestStore; pod: TestPod; id: string; path: string }> {
  const store = await rig.store(spec);
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A', 'B'])]);
  await pod.send('OrderImport', [order('1', { lines: [line('1', 'A', 3), line('2', 'B', 1)] })]);
  const [{ id }] = (await store.api('GET', '/orders')).body.items;
  return { store, pod, id, path: `/orders/${id}/shipments` };
}
const parcelsOf = async (store: TestStore, id: string) => (await store.api('GET', `/orders/${id}`)).body.shipments;

describe('a parcel', () => {
  it('says which it is, when it left, whether it is the last, by which carrier of the platform, and all of its numbers', async () => {
    const { store, pod, path } = await shop({ carriers: { DHL: { memory: 'dhl_paket' } } });
    expect(
      await store.api('POST', path, {
        carrier: 'DHL',
        trackingCodes: ['T-1', 'T-2'],
        shippedAt: '2026-11-20T10:00:00+01:00',
        service: 'Express',
        returnTrackingCode: 'R-1',
        lines: [{ sku: 'A', quantity: 2 }],
      }),
    ).toMatchObject({
      status: 201,
      body: { parcel: 1, completes: false, trackingCode: 'T-1', trackingCodes: ['T-1', 'T-2'] },
    });
    expect((await store.api('POST', path, { carrier: 'UPS', trackingCode: 'T-3' })).body).toMatchObject({
      parcel: 2,
      completes: true,
    });
    expect(await pod.apply('shipment')).toMatchObject([
      {
        parcel: 1,
        completes: false,
        shippedAt: '2026-11-20T09:00:00.000Z',
        carrier: 'DHL',
        carrierCode: 'dhl_paket',
        service: 'Express',
        trackingCode: 'T-1',
        trackingCodes: ['T-1', 'T-2'],
        returnTrackingCode: 'R-1',
      },
      { parcel: 2, completes: true, carrier: 'UPS', trackingCode: 'T-3' },
    ]);
    expect((await store.api('POST', path, { trackingCode: 'X', trackingCodes: ['Y'] })).status).toBe(400);
  });

  it('for an order that was cancelled is to be stopped, by its number', async () => {
    const { store, pod, path } = await shop();
    await pod.send('OrderUpdate', [
      order('1', {
        state: 'Cancelled',
        updatedAt: '2026-02-02T08:00:00Z',
        lines: [line('1', 'A', 3), line('2', 'B', 1)],
      }),
    ]);
    expect((await store.api('POST', path, { trackingCode: 'T-9' })).body).toMatchObject({
      type: 'OrderCancelled',
      detail: 'order 1 was cancelled: stop the parcel T-9',
    });
  });
});

describe('a wrong tracking number', () => {
  it('that was not sent yet goes to the shop as the right one, once', async () => {
    const { store, pod, path } = await shop();
    const { body } = await store.api('POST', path, { trackingCode: 'WRONG' });
    expect(await store.api('PATCH', `${path}/${body.id}`, { trackingCode: 'RIGHT' })).toMatchObject({
      status: 200,
      body: { trackingCode: 'RIGHT', trackingCodes: ['RIGHT'] },
    });
    const sent = await pod.apply('shipment');
    expect(sent).toMatchObject([{ trackingCode: 'RIGHT' }]);
    expect(sent[0]).not.toHaveProperty('corrects');
  });

  it('that the shop has is corrected there, by the id that the shop gave it', async () => {
    const { store, pod, id, path } = await shop();
    const { body } = await store.api('POST', path, { carrier: 'DHL', trackingCode: 'WRONG' });
    const { entries } = await pod.claim('shipment', 10);
    // Under way: whether the shop has it is not known, so it must not become another parcel.
    await store.api('PATCH', `${path}/${body.id}`, { trackingCode: 'RIGHT' });
    await pod.results('shipment', [{ id: entries[0]!.id, outcome: 'Applied', result: { externalId: 'f-7' } }]);
    expect(await pod.apply('shipment')).toMatchObject([
      { trackingCode: 'RIGHT', carrier: 'DHL', corrects: { externalId: 'f-7' }, shipmentId: body.id },
    ]);
    expect(await parcelsOf(store, id)).toMatchObject([
      { trackingCode: 'RIGHT', confirmedAt: expect.any(String), correctedAt: expect.any(String), refusal: null },
    ]);
  });

  it('that the platform cannot change is told to the WMS, and the parcel stays one', async () => {
    const { store, pod, id, path } = await shop();
    const { body } = await store.api('POST', path, { trackingCode: 'WRONG' });
    await pod.apply('shipment');
    await store.api('PATCH', `${path}/${body.id}`, { trackingCode: 'RIGHT' });
    const { entries } = await pod.claim('shipment', 10);
    await pod.results('shipment', [
      { id: entries[0]!.id, outcome: 'Rejected', reason: 'NotSupported', message: 'enter RIGHT by hand in the shop' },
    ]);
    expect(await parcelsOf(store, id)).toMatchObject([
      { trackingCode: 'RIGHT', refusal: { reason: 'NotSupported', message: 'enter RIGHT by hand in the shop' } },
    ]);
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([{ reason: 'NotSupported', number: '1' }]);
    expect((await store.api('POST', path, {})).body).toMatchObject({ type: 'NothingToShip' });
    expect((await store.api('PATCH', `${path}/nothing`, { trackingCode: 'X' })).status).toBe(404);
    expect((await store.api('PATCH', `${path}/${body.id}`, {})).status).toBe(400);
  });
});

describe('a parcel that the shop took back', () => {
  it('opens its pieces again, and is told by an event; the other parcel stays', async () => {
    const hook = await receiver();
    const { store, pod, id, path } = await shop({
      orderWebhooks: [{ name: 'wms', url: hook.url, events: ['order.parcel_taken_back'] }],
      allowedPrivateNetworks: ['127.0.0.0/8'],
    });
    await store.api('POST', path, { trackingCode: 'T-1', lines: [{ sku: 'A', quantity: 2 }] });
    await store.api('POST', path, {
      trackingCode: 'T-2',
      lines: [
        { sku: 'A', quantity: 1 },
        { sku: 'B', quantity: 1 },
      ],
    });
    await pod.apply('shipment');
    const sent = (day: number, a: number, b: number) =>
      order('1', {
        updatedAt: `2026-02-0${day}T08:00:00Z`,
        fulfilmentState: a + b === 4 ? 'Fulfilled' : 'PartiallyFulfilled',
        lines: [line('1', 'A', 3, { fulfilledQuantity: a }), line('2', 'B', 1, { fulfilledQuantity: b })],
      });
    await pod.send('OrderUpdate', [sent(3, 3, 1)]);
    expect((await store.api('POST', path, {})).body).toMatchObject({ type: 'NothingToShip' });
    await pod.send('OrderUpdate', [sent(4, 1, 1)]);
    await until(() => hook.received.length > 0, 'the event');
    expect(hook.received.map(({ event }) => event.type)).toEqual(['order.parcel_taken_back']);
    expect(
      (await parcelsOf(store, id)).map(
        ({ trackingCode, takenBackAt }: { trackingCode: string; takenBackAt: string | null }) => [
          trackingCode,
          takenBackAt !== null,
        ],
      ),
    ).toEqual([
      ['T-1', true],
      ['T-2', false],
    ]);
    expect(await store.api('POST', path, { trackingCode: 'T-3' })).toMatchObject({
      status: 201,
      body: { parcel: 3, completes: true, lines: [{ lineId: '1', quantity: 2 }] },
    });
    await hook.close();
  });
});
