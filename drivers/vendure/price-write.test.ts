import { describe, expect, it } from '@jest/globals';
import { data, scriptedHttp } from '../../test/stores/vendure/scripted-http.ts';
import type { EntryOf } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import { writePrices } from './price-write.ts';

const never = new AbortController().signal;
const entry = (change: Partial<EntryOf<'PriceExport'>> = {}): EntryOf<'PriceExport'> => ({
  entryId: '1',
  variantId: 'v1',
  sku: 'A',
  price: 1250,
  currency: 'EUR',
  includesTax: true,
  ...change,
});

/** A channel that keeps gross prices in euro and yen; `shown` is what it has of a price after setting it. */
function shop(shown: (price: number) => number = (price) => price) {
  const http = scriptedHttp(({ intent, variables }) => {
    if (intent === 'read')
      return data({
        activeChannel: { pricesIncludeTax: true, availableCurrencyCodes: ['EUR', 'JPY'] },
        shop: { outOfStockThreshold: 0, trackInventory: true, serverConfig: { moneyStrategyPrecision: 2 } },
      });
    const input = variables['input'] as { id: string; prices: { currencyCode: string; price: number }[] }[];
    return data({
      updateProductVariants: input.map(({ id, prices }) => ({
        id,
        prices: prices.map(({ currencyCode, price }) => ({ currencyCode, price: shown(price) })),
      })),
    });
  });
  return { http, client: new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example/admin-api' }) };
}

describe('prices for Vendure', () => {
  it('are set in the units that the shop keeps, whatever the currency, and confirmed by its answer', async () => {
    const { http, client } = shop();
    expect(
      await writePrices(
        client,
        [entry(), entry({ entryId: '2', variantId: 'v2', currency: 'JPY', price: 100 })],
        never,
      ),
    ).toEqual([
      { entryId: '1', outcome: 'Applied' },
      { entryId: '2', outcome: 'Applied' },
    ]);
    expect(http.asked.at(-1)!.variables['input']).toEqual([
      { id: 'v1', prices: [{ currencyCode: 'EUR', price: 1250 }] },
      { id: 'v2', prices: [{ currencyCode: 'JPY', price: 10000 }] },
    ]);
  });

  it('are refused, each by itself, where the channel keeps net ones or does not sell in the currency', async () => {
    const { client } = shop();
    const results = await writePrices(
      client,
      [entry({ includesTax: false }), entry({ entryId: '2', currency: 'USD' }), entry({ entryId: '3' })],
      never,
    );
    expect(results).toMatchObject([
      { entryId: '1', outcome: 'Rejected', reason: 'PriceTaxDiffers' },
      { entryId: '2', outcome: 'Rejected', reason: 'StoreRefused' },
      { entryId: '3', outcome: 'Applied' },
    ]);
  });

  it('are tried again where the shop shows another one afterwards', async () => {
    expect(await writePrices(shop(() => 999).client, [entry()], never)).toMatchObject([
      { outcome: 'Retry', reason: 'NotConfirmed', message: expect.stringContaining('999 instead of 1250') },
    ]);
  });
});
