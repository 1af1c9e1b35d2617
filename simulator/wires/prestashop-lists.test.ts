import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Random } from '../random.ts';
import { addOrder, addProduct } from '../shop/generate.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { prestashopWire } from './prestashop.ts';

function details(display: string): { readonly status: number; readonly body: string } {
  const store = new SimulatedShop({
    ...{ clock: new ManualClock('2026-11-02T08:00:00.000Z'), wire: prestashopWire, apiKey: 'good' },
  });
  const random = new Random(3);
  addProduct(store.shop, random);
  addOrder(store.shop, random);
  const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
  return store.handle({ method: 'GET', path: `/order_details?display=${encodeURIComponent(display)}`, headers });
}

describe('a list of PrestaShop', () => {
  it('shows the fields that are named, and of the lists in a record what stands in brackets', () => {
    const { status, body } = details('[id,product_name,taxes[id]]');
    expect(status).toBe(200);
    const names = new Set([...body.matchAll(/<(\w+)[ >]/g)].map(([, name]) => name));
    expect([...names].sort()).toEqual(
      ['associations', 'id', 'order_detail', 'order_details', 'prestashop', 'product_name', 'tax', 'taxes'].sort(),
    );
  });

  it('leaves out the lists in a record where fields alone are named', () => {
    expect(details('[id,product_name]').body).not.toContain('taxes');
  });

  it.each(['[id,taxes]', '[id,taxes[rate]]', '[id,rows[id]]', '[id,unheard_of]'])('refuses %s', (display) => {
    const { status, body } = details(display);
    expect(status).toBe(400);
    expect(body).toContain('Unable to display');
  });
});
