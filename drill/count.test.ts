import { describe, expect, it } from '@jest/globals';
import { count, verdict, type Observed } from './count.ts';

/** Two orders, each in the hub, told, shipped and at the shop. */
const WELL: Observed = {
  placed: ['A', 'B'],
  known: [
    { id: '1.a', number: 'A' },
    { id: '1.b', number: 'B' },
  ],
  shipped: [
    { number: 'A', trackingCode: 'T-A' },
    { number: 'B', trackingCode: 'T-B' },
  ],
  parcels: [
    { number: 'A', trackingCode: 'T-A' },
    { number: 'B', trackingCode: 'T-B' },
  ],
  told: [
    { number: 'A', id: 'w1' },
    { number: 'B', id: 'w2' },
  ],
  stock: { set: 7, atShop: 7 },
};
const judge = (change: Partial<Observed>) => {
  const counted = count({ ...WELL, ...change });
  return { ...verdict(counted), counted };
};

describe('the count', () => {
  it('finds nothing where all is well, also where webhooks were repeated under their id and rows were read twice', () => {
    expect(judge({})).toMatchObject({ lost: 0, doubled: 0, unknown: 0 });
    expect(judge({ told: [...WELL.told, WELL.told[0]!], known: [...WELL.known, WELL.known[1]!] })).toMatchObject({
      lost: 0,
      doubled: 0,
      unknown: 0,
    });
  });

  it.each([
    ['an order that the hub has not', { known: [WELL.known[0]!] }, 'orders'],
    ['a parcel that the shop has not', { parcels: [WELL.parcels[0]!] }, 'parcels'],
    ['an order that nobody was told of', { told: [WELL.told[0]!] }, 'webhooks'],
  ] as const)('sees %s', (_, change, part) => {
    const { lost, doubled, unknown, counted } = judge(change);
    expect({ lost, doubled, unknown }).toEqual({ lost: 1, doubled: 0, unknown: 0 });
    expect(counted[part].lost).toEqual(['B']);
  });

  it.each([
    ['an order twice in the hub', { known: [...WELL.known, { id: '1.c', number: 'B' }] }, 'orders'],
    ['a parcel twice at the shop, by the same code', { parcels: [...WELL.parcels, WELL.parcels[1]!] }, 'parcels'],
    ['an order told under two ids', { told: [...WELL.told, { number: 'B', id: 'w3' }] }, 'webhooks'],
  ] as const)('sees %s', (_, change, part) => {
    const { lost, doubled, unknown, counted } = judge(change);
    expect({ lost, doubled, unknown }).toEqual({ lost: 0, doubled: 1, unknown: 0 });
    expect(counted[part].doubled).toEqual(['B']);
  });

  it.each([
    ['an order that the shop has not', { known: [...WELL.known, { id: '1.c', number: 'C' }] }, 'orders', 'C'],
    ['a webhook of such a one', { told: [...WELL.told, { id: 'w3', number: 'C' }] }, 'webhooks', 'C'],
    [
      'a parcel with a code that the warehouse never gave',
      { parcels: [WELL.parcels[0]!, { number: 'B', trackingCode: 'T-A' }] },
      'parcels',
      'B',
    ],
    ['a parcel that the warehouse never reported', { shipped: [WELL.shipped[0]!] }, 'parcels', 'B'],
  ] as const)('sees %s', (_, change, part, number) => {
    const { lost, doubled, unknown, counted } = judge(change);
    expect({ lost, doubled, unknown }).toEqual({ lost: 0, doubled: 0, unknown: 1 });
    expect(counted[part].unknown).toEqual([number]);
  });

  it('counts a stock level that is not the last one set as lost, and none that was never set', () => {
    expect(judge({ stock: { set: 8, atShop: 7 } })).toMatchObject({ lost: 1, doubled: 0 });
    expect(judge({ stock: { set: 8, atShop: null } })).toMatchObject({ lost: 1 });
  });

  it('says how many there are of each', () => {
    expect(judge({ parcels: [...WELL.parcels, WELL.parcels[1]!] }).counted).toMatchObject({
      orders: { there: 2 },
      parcels: { there: 3 },
      webhooks: { there: 2 },
    });
  });
});
