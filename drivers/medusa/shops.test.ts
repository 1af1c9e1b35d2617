import { describe, expect, it } from '@jest/globals';
import { never, triedShop, type Answer } from '../../test/stores/medusa/shop.ts';
import { bodyText } from '../contract/index.ts';

describe('a Medusa server that does not do what it is asked', () => {
  const page = { 'content-type': 'text/html' };
  it.each<[string, Answer, string, string]>([
    ['a key that is not accepted', { status: 401, body: { message: 'Unauthorized' } }, 'credential', 'KeyRefused'],
    [
      'a role',
      { status: 403, body: { type: 'forbidden', message: 'Required policies: order:read' } },
      'credential',
      'PermissionMissing',
    ],
    ['a password before it', { status: 401, body: '<html>', headers: page }, 'reachable', 'AccessDenied'],
    ['a storefront', { status: 404, body: '<html>', headers: page }, 'reachable', 'WrongUrl'],
    ['maintenance', { status: 200, body: '<html>', headers: page }, 'reachable', 'NotAnApi'],
    ['another address', { status: 301, body: '', headers: page }, 'reachable', 'WrongUrl'],
    ['an error', { status: 500, body: { message: 'An unknown error occurred.' } }, 'reachable', 'StoreUnavailable'],
  ])('%s has one reason', async (_what, answer, where, reason) => {
    const { driver } = triedShop({ instead: () => answer });
    const report = await driver.check(['OrderImport'], never());
    expect(where === 'credential' ? report.credential : report.reachable).toMatchObject({ status: 'False', reason });
  });

  it('that lacks the companion plugin says so, and polls', async () => {
    const { driver } = triedShop({
      instead: ({ url }) => (url.includes('/supercargo/') ? { status: 404, body: '<html>', headers: page } : undefined),
    });
    await expect(driver.webhooks!.ensure('https://hub.example/h', ['OrderImport'], never())).rejects.toMatchObject({
      details: { reason: 'NotSupported' },
    });
    await driver.webhooks!.remove('https://hub.example/h', never());
  });
});

describe('a price', () => {
  it('leaves the other prices of its variant as they are', async () => {
    const { driver, store, asked } = triedShop();
    const [variant] = store.truth.products()[0]!.variants;
    const entry = {
      entryId: '1',
      variantId: variant!.id,
      sku: variant!.sku,
      price: 1234,
      currency: 'EUR',
      includesTax: true,
    };
    expect(await driver.feeds.PriceExport!.write([entry], never())).toEqual([{ entryId: '1', outcome: 'Applied' }]);
    const sent = JSON.parse(bodyText(asked.at(-1)!.body)!) as unknown;
    expect(sent).toEqual({
      update: [{ id: variant!.id, prices: [{ id: `price_${variant!.id}`, currency_code: 'eur', amount: 12.34 }] }],
    });
  });
});
