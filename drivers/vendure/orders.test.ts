import { describe, expect, it } from '@jest/globals';
import { data, scriptedHttp } from '../../test/stores/vendure/scripted-http.ts';
import type { ReadRequest } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import { readChangedOrders, readNewOrders } from './orders.ts';

const shop = { outOfStockThreshold: 0, trackInventory: true, serverConfig: { moneyStrategyPrecision: 2 } };

async function filterOf(request: Partial<ReadRequest>): Promise<unknown> {
  let asked: unknown;
  const http = scriptedHttp(({ variables }) => {
    asked = (variables['options'] as { filter: unknown }).filter;
    return data({ list: { totalItems: 0, items: [] }, shop });
  });
  const client = new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example/admin-api' });
  const read = request.feed === 'OrderUpdate' ? readChangedOrders : readNewOrders;
  for await (const page of read(client, {
    feed: 'OrderImport',
    pageSize: 10,
    signal: new AbortController().signal,
    ...request,
  }))
    expect(page.end).toBe(true);
  return asked;
}

describe('orders placed before they are of use', () => {
  const placedFrom = '2026-02-01T00:00:00.000Z';

  it('are not asked for, whichever bound is the later one', async () => {
    expect(await filterOf({ placedFrom })).toEqual({ orderPlacedAt: { after: '2026-01-31T23:59:59.999Z' } });
    expect(await filterOf({ placedFrom, since: '2026-03-01T00:00:00.000Z' })).toEqual({
      orderPlacedAt: { after: '2026-02-28T23:59:59.999Z' },
    });
    expect(await filterOf({ placedFrom, since: '2026-01-01T00:00:00.000Z' })).toEqual({
      orderPlacedAt: { after: '2026-01-31T23:59:59.999Z' },
    });
  });

  it('are left out of what changed, too', async () => {
    expect(await filterOf({ feed: 'OrderUpdate', placedFrom, since: '2026-03-01T00:00:00.000Z' })).toMatchObject({
      orderPlacedAt: { after: '2026-01-31T23:59:59.999Z' },
      updatedAt: { after: '2026-02-28T23:59:59.999Z' },
    });
    expect(await filterOf({ feed: 'OrderUpdate' })).toMatchObject({ orderPlacedAt: { isNull: false } });
  });
});
