import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { Random } from '../random.ts';
import { serveStore } from '../server.ts';
import { furnishShowcase } from '../shop/showcase.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { shopifyWire } from './shopify.ts';

/*
 * Shopify's own client for Python (ShopifyAPI), which knows nothing of this repository, at the simulated shop: address,
 * version, key and envelope are those that it is made for. It is not among the tools of this repository: name a Python
 * that has it in SHOPIFY_PYTHON.
 */
const python = process.env['SHOPIFY_PYTHON'] ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import shopify']).status === 0;

const CLIENT = `
import json, sys, shopify
host, token = sys.argv[1:3]
shopify.Session.setup(protocol='http')
session = shopify.Session('shop.myshopify.com', '2026-07', token)
session.url = host
shopify.ShopifyResource.activate_session(session)
ask = lambda query, variables=None: json.loads(shopify.GraphQL().execute(query, variables))
first = ask('query ($n: Int!) { orders(first: $n, sortKey: UPDATED_AT) { nodes { id name totalPriceSet { shopMoney { amount currencyCode } } } pageInfo { hasNextPage endCursor } } }', {'n': 3})
rest = ask('query ($after: String) { orders(first: 250, after: $after, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage } } }', {'after': first['data']['orders']['pageInfo']['endCursor']})
print(json.dumps({'first': first, 'rest': rest, 'shop': ask('{ shop { myshopifyDomain currencyCode } }'), 'wrong': ask('{ shop { nonsense } }')}))
`;

interface Orders {
  readonly data: { readonly orders: { readonly nodes: readonly { readonly id: string; readonly name: string }[] } };
  readonly extensions: { readonly cost: { readonly requestedQueryCost: number } };
}

describe("Shopify's own client", () => {
  const run = isThere ? it : it.skip;
  run(
    isThere
      ? 'reads all orders by cursor, and is told of a field that there is not'
      : 'NOT TRIED: no Python with ShopifyAPI (SHOPIFY_PYTHON)',
    async () => {
      const store = new SimulatedShop({ clock: systemClock, wire: shopifyWire, apiKey: 'good' });
      furnishShowcase(store.shop, new Random(11), shopifyWire.subject.lacks);
      const server = await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock });
      try {
        const { stdout } = await promisify(execFile)(python, ['-c', CLIENT, new URL(server.url).host, 'shpat_good']);
        const said = JSON.parse(stdout) as {
          readonly first: Orders;
          readonly rest: Orders;
          readonly shop: unknown;
          readonly wrong: unknown;
        };
        const ids = [...said.first.data.orders.nodes, ...said.rest.data.orders.nodes].map(({ id }) => id);
        expect(new Set(ids)).toEqual(new Set(store.truth.orders().map(({ id }) => `gid://shopify/Order/${id}`)));
        expect(said.first.extensions.cost.requestedQueryCost).toBeGreaterThan(0);
        expect(said.shop).toMatchObject({
          data: { shop: { myshopifyDomain: 'simulated.myshopify.com', currencyCode: 'EUR' } },
        });
        expect(said.wrong).toMatchObject({ errors: [{ message: expect.stringContaining('nonsense') }] });
      } finally {
        await server.close();
      }
    },
  );
});

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
