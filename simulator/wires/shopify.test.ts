import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { shopifyWire } from './shopify.ts';

describe('what a question costs', () => {
  const ask = (query: string) => {
    const store = new SimulatedShop({ clock: systemClock, wire: shopifyWire, apiKey: 'good' });
    const answer = store.handle({
      ...{ method: 'POST', path: '/api/2026-04/graphql.json', headers: { 'x-shopify-access-token': 'shpat_good' } },
      body: JSON.stringify({ query }),
    });
    return JSON.parse(answer.body) as {
      extensions?: { cost?: { requestedQueryCost: number } };
      errors?: { extensions: { code: string } }[];
    };
  };

  it('comes near to what was recorded at Shopify, and never below', () => {
    const locations = ask('{ locations(first: 20) { nodes { id name fulfillsOnlineOrders isFulfillmentService } } }');
    expect(locations.extensions?.cost?.requestedQueryCost).toBeGreaterThanOrEqual(7);
    expect(locations.extensions?.cost?.requestedQueryCost).toBeLessThan(14);
    const order = ask(
      '{ order(id: "gid://shopify/Order/1") { id fulfillmentOrders(first: 10) { nodes { id assignedLocation { name location { id } } lineItems(first: 10) { nodes { id lineItem { id } } } } } } }',
    );
    expect(order.extensions?.cost?.requestedQueryCost).toBeGreaterThanOrEqual(55);
    expect(order.extensions?.cost?.requestedQueryCost).toBeLessThan(110);
  });

  it('is refused beyond a thousand points', () => {
    const lines = 'lineItems(first: 250) { nodes { id variant { id } taxLines { title } lineItemGroup { id } } }';
    const refunds = 'refunds(first: 250) { id refundLineItems(first: 250) { nodes { lineItem { id } } } }';
    const code = ask(`{ orders(first: 250) { nodes { ${lines} ${refunds} } } }`).errors?.[0]?.extensions.code;
    expect(code).toBe('MAX_COST_EXCEEDED');
  });
});
