import { describe, expect, it } from '@jest/globals';
import {
  bodyText,
  memoryVault,
  wholeResponse,
  type EntryOf,
  type ShopHttp,
  type ShopRequest,
} from '../contract/index.ts';
import { GenericClient } from './client.ts';
import { writePrices } from './price-write.ts';

const entry = (entryId: string, change: Partial<EntryOf<'PriceExport'>> = {}): EntryOf<'PriceExport'> => ({
  entryId,
  variantId: `v${entryId}`,
  sku: `S${entryId}`,
  price: 1250,
  currency: 'EUR',
  includesTax: true,
  ...change,
});

/** A store that gives each price the status that a test says. */
function store(statuses: readonly string[]) {
  const asked: ShopRequest[] = [];
  const call = async (request: ShopRequest) => {
    asked.push(request);
    const { prices } = JSON.parse(bodyText(request.body) ?? '') as { prices: { variant_id: string }[] };
    const body = {
      results: prices.flatMap(({ variant_id }, index) =>
        statuses[index] === undefined ? [] : [{ variant_id, status: statuses[index] }],
      ),
    };
    return wholeResponse(200, { 'content-type': 'application/json' }, JSON.stringify(body));
  };
  const http: ShopHttp = { read: call, write: call, observe: () => undefined };
  return {
    asked,
    client: new GenericClient({
      http,
      credential: { apiKey: 'k' },
      settings: { url: 'https://shop.example/v1' },
      now: () => new Date(),
      tokens: memoryVault(),
    }),
  };
}

describe('prices for the Generic Store API', () => {
  it('are sent as decimal text with a key of their own', async () => {
    const { asked, client } = store(['set', 'set']);
    await writePrices(
      client,
      [entry('1', { compareAt: 1500 }), entry('2', { price: 100, currency: 'JPY', includesTax: false })],
      new AbortController().signal,
    );
    expect(asked).toMatchObject([{ method: 'POST', url: 'https://shop.example/v1/prices' }]);
    expect((JSON.parse(bodyText(asked[0]!.body)!) as { prices: unknown }).prices).toEqual([
      {
        key: '1/1250/1500',
        variant_id: 'v1',
        price: '12.50',
        currency: 'EUR',
        includes_tax: true,
        compare_at_price: '15.00',
      },
      { key: '2/100/', variant_id: 'v2', price: '100', currency: 'JPY', includes_tax: false },
    ]);
  });

  it('have a result each', async () => {
    const { client } = store(['set', 'repeated', 'unknown', 'refused', 'failed']);
    const results = await writePrices(
      client,
      ['1', '2', '3', '4', '5', '6'].map((id) => entry(id)),
      new AbortController().signal,
    );
    expect(results.map((result) => [result.outcome, 'reason' in result ? result.reason : ''])).toEqual([
      ['Applied', ''],
      ['AlreadyApplied', ''],
      ['Rejected', 'UnknownVariant'],
      ['Rejected', 'StoreRefused'],
      ['Retry', 'StoreError'],
      ['Retry', 'NoResult'],
    ]);
  });
});
