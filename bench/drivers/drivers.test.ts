import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { BudgetMeter } from './budget-meter.ts';
import { FillingClock, LargeShop, RESIDENT_PRODUCTS } from './large-shop.ts';
import { keptWithin } from './report.ts';
import { windowOf, withRealTotal, type Sequence } from './window.ts';

const sequence: Sequence = {
  count: 10_000,
  firstMs: Date.parse('2026-01-05T00:00:00Z'),
  firstId: 1_000_001,
  zoneMs: 0,
};

describe('which records a request is about', () => {
  it.each([
    ['without a bound the first ones', '/products?limit=100', 0],
    ['with a bound before everything the first ones', 'filter[date_upd]=[0000-00-00 00:00:00,2999-01-01 00:00:00]', 0],
    ['those from its lower bound on', 'modified_after=2026-01-05T00:16:40&before=2026-01-05T01:00:00', 999],
    ['those behind a cursor', `after=${Buffer.from('001767572200\n0000000000001000').toString('base64')}`, 999],
    [
      'those behind the cursor of a list that begins before it',
      `updated_at:>='2026-01-05T00:00:10Z' after=${Buffer.from('001767572200\n0000000000001000').toString('base64')}`,
      999,
    ],
    ['the last one where it asks for what came after all', 'created_at[$gte]=2026-11-01T00:00:00Z', 9999],
  ])('%s', (_, text, from) => {
    expect(windowOf(text, sequence).from).toBe(from);
  });

  it('those that it names, also by a part of them', () => {
    expect(windowOf('filter[id_order]=[1000041|1000049]', sequence)).toEqual({ from: 40, to: 49, beyond: 0 });
    expect(windowOf('include=10000412001,10000422001&per_page=100', sequence)).toEqual({ from: 40, to: 42, beyond: 0 });
  });

  it('where the platform tells local times, by those', () => {
    const local = { ...sequence, zoneMs: 3_600_000 };
    expect(windowOf('[2026-01-05 01:16:40,2999-01-01 00:00:00]', local).from).toBe(999);
  });
});

describe('a list of a large shop', () => {
  const window = windowOf('', sequence);
  const answer = (total: number) => ({ body: `{"items":[],"total":${total}}`, headers: { 'x-wp-total': `${total}` } });

  it('announces all of the shop', () => {
    expect(withRealTotal(answer(300), window)).toEqual(answer(10_000));
  });

  it('of something else announces what it has', () => {
    expect(withRealTotal(answer(2), window)).toEqual(answer(2));
  });
});

describe('a large shop', () => {
  function filled(kind: 'orders' | 'products') {
    const clock = new FillingClock(systemClock);
    const { shop } = new SimulatedShop({ clock, wire: undefined });
    return { shop, large: new LargeShop(shop, clock, { kind, count: 5000, zoneMs: 0 }) };
  }

  it('has the records that are asked for and no others, and of products their levels', () => {
    const { shop, large } = filled('products');
    large.show({ from: 0, to: 100, beyond: 0 });
    large.show({ from: 4000, to: 4010, beyond: 0 });
    expect(shop.products.all().map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `p${1_004_001 + index}`),
    );
    const variants = new Set(shop.products.all().flatMap(({ variants: all }) => all.map(({ id }) => id)));
    expect(new Set([...shop.levels.values()].map(({ variantId }) => variantId))).toEqual(variants);
  });

  it('makes a record again as it was', () => {
    const { shop, large } = filled('orders');
    large.show({ from: 20, to: 30, beyond: 0 });
    const before = shop.orders.all();
    large.show({ from: 1000, to: 1010, beyond: 0 });
    large.show({ from: 20, to: 30, beyond: 0 });
    expect(shop.orders.all()).toEqual(before);
    expect(shop.products.all()).toHaveLength(RESIDENT_PRODUCTS);
  });

  it('gives each record the second that its number says', () => {
    const { shop, large } = filled('orders');
    large.show({ from: 70, to: 71, beyond: 0 });
    const [order] = shop.orders.all();
    expect(Date.parse(order!.updatedAt)).toBe(large.sequence.firstMs + 70_000);
    expect(windowOf(order!.updatedAt, large.sequence).from).toBe(69);
    expect(windowOf(order!.id, large.sequence)).toEqual({ from: 70, to: 71, beyond: 0 });
  });
});

describe('what a driver took of a budget', () => {
  it('comes back by the second, up to the burst, and what was overdrawn is known', () => {
    const meter = new BudgetMeter({ burst: 10, perSecond: 2 }, 0);
    expect(meter.take(8, 0)).toBe(2);
    expect(meter.take(1, 1000)).toBe(3);
    expect(meter.left(60_000)).toBe(10);
    meter.take(15, 60_000);
    expect(meter.lowest).toBe(-5);
  });

  it('was within it where nothing was refused and no whole call was too many', () => {
    expect(keptWithin({ lowest: -0.4, refused: 0 })).toMatch(/^yes/);
    expect(keptWithin({ lowest: -3.2, refused: 0 })).toBe('no, by 4');
    expect(keptWithin({ lowest: 40, refused: 3 })).toBe('no, 3 calls refused');
    expect(keptWithin({ lowest: undefined, refused: 0 })).toBe('no limit');
  });
});
