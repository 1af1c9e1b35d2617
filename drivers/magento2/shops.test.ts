import { describe, expect, it } from '@jest/globals';
import { never, triedShop, type Answer, type Tried, type TriedShop } from '../../test/stores/magento2/shop.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { HeldWrite, type ReadRequest, type ShipmentWrite, type UnreadableRecord } from '../contract/index.ts';
import { credential, settings } from './config.ts';

async function read({ driver }: TriedShop, feed: ReadRequest['feed'], pageSize = 4) {
  const records: CanonicalRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  for await (const page of driver.read({ feed, pageSize, signal: never() })) {
    records.push(...page.records);
    unreadable.push(...(page.unreadable ?? []));
  }
  return { records, unreadable };
}

const answer = (status: number, message: string, parameters?: unknown): Answer => ({
  status,
  body: { message, parameters },
});
const always = (given: Answer): Tried => ({ instead: () => given });
const BEARER = { credential: { accessToken: 'at-good' } };

describe('the key', () => {
  it('is all four values, or the access token alone', () => {
    expect(credential.safeParse({ accessToken: 'x', consumerKey: 'y' }).success).toBe(false);
    expect(credential.safeParse({ accessToken: 'x' }).success).toBe(true);
    expect(settings.safeParse({ url: 'http://shop.example' }).success).toBe(false);
  });

  it('signs each call with a nonce of its own', async () => {
    const shop = triedShop();
    await read(shop, 'OrderImport');
    const nonces = shop.signed.map(({ authorization }) => /oauth_nonce="(\w+)"/.exec(authorization ?? '')?.[1]);
    expect(nonces.length).toBeGreaterThan(5);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('goes as a bearer token where there is nothing else', async () => {
    const shop = triedShop(BEARER);
    expect((await read(shop, 'OrderImport')).records.length).toBeGreaterThan(10);
    expect(shop.signed[0]).toEqual({ authorization: 'Bearer at-good' });
  });

  const LACKS = "The consumer isn't authorized to access %resources.";
  it.each([
    [
      'a signature that does not fit',
      always(answer(401, 'The signature is invalid. Verify and try again.')),
      'KeyRefused',
      /all four values of one/,
    ],
    ['a clock that is wrong', always(answer(401, 'The timestamp is out of range')), 'KeyRefused', /clock/],
    [
      'a token that is not good as bearer',
      { ...always(answer(401, LACKS, { resources: 'X' })), ...BEARER },
      'KeyRefused',
      /enable_integration_as_bearer/,
    ],
    [
      'a resource that is missing',
      {
        instead: ({ url }: { url: string }) =>
          url.includes('/V1/creditmemos')
            ? answer(401, LACKS, { resources: 'Magento_Sales::sales_creditmemo' })
            : undefined,
      },
      'PermissionMissing',
      /Magento_Sales::sales_creditmemo/,
    ],
  ] as const)('%s is told apart', async (_what, tried, reason, words) => {
    const { credential: found, reachable } = await triedShop(tried).driver.check(['OrderImport'], never());
    expect(reachable.status).toBe('True');
    expect([found.status, found.reason]).toEqual(['False', reason]);
    expect(found.message).toMatch(words);
  });
});

describe('the address', () => {
  const html = { headers: { 'content-type': 'text/html' }, body: '<html></html>' };
  it.each([
    ['maintenance', always({ status: 503, ...html }), 'StoreUnavailable', /maintenance/],
    ['a web page', always({ status: 200, ...html }), 'NotAnApi', /web page/],
    ['nothing there', always({ status: 404, ...html }), 'WrongUrl', /settings.url/],
    ['a password before it', always({ status: 401, ...html }), 'AccessDenied', /let this cluster through/],
    ['another shop system', always({ status: 200, body: { name: 'x' } }), 'UnexpectedPayload', /Magento/],
    [
      'an unknown store code',
      always(answer(404, "The store that was requested wasn't found. Verify the store and try again.")),
      'WrongUrl',
      /storeCode/,
    ],
    ['an unknown store view', { settings: { stores: ['fr'] } }, 'WrongUrl', /"fr": it has default/],
    [
      'no sources',
      {
        instead: ({ url }: { url: string }) =>
          url.includes('/inventory/') ? answer(404, 'Request does not match any route.') : undefined,
      },
      'NotSupported',
      /stockItems/,
    ],
  ] as const)('with %s is told apart', async (_what, tried, reason, words) => {
    const { credential: found, reachable } = await triedShop(tried).driver.check(
      ['OrderImport', 'StockImport'],
      never(),
    );
    expect([reachable.status, reachable.reason, found.status]).toEqual(['False', reason, 'Unknown']);
    expect(reachable.message).toMatch(words);
  });
});

describe('reading', () => {
  it('halves a page that one order makes fail, and goes on', async () => {
    const whole = await read(triedShop(), 'OrderImport');
    const broken = triedShop({
      instead({ url }, store) {
        const query = new URL(url).searchParams;
        if (!url.includes('/V1/orders?') || !query.get('fields')?.includes('grand_total')) return undefined;
        const bad = store.shop.orders.get(triedShop().showcase.orders.get('long')!)!.number;
        const headers = { authorization: 'Bearer at-good' };
        const { body } = store.handle({
          method: 'GET',
          path: url.slice('https://shop.example/rest/all'.length),
          headers,
        });
        return body.includes(`"${bad}"`)
          ? answer(500, 'Internal Error. Details are available in Magento log file. Report ID: webapi-5f2')
          : undefined;
      },
    });
    const { records, unreadable } = await read(broken, 'OrderImport', 20);
    const id = broken.showcase.orders.get('long')!;
    expect(new Set(records.map((each) => ('id' in each ? each.id : '')))).toEqual(
      new Set(whole.records.flatMap((each) => ('id' in each && each.id !== id ? [each.id] : []))),
    );
    expect(unreadable).toMatchObject([{ recordId: id, message: expect.stringMatching(/Report ID: webapi-5f2/) }]);
  });

  it('asks for no more than the shop allows', async () => {
    const whole = await read(triedShop(), 'OrderImport');
    const limited = triedShop({
      instead: ({ url }) =>
        Number(new URL(url).searchParams.get('searchCriteria[pageSize]')) > 3
          ? answer(400, 'Maximum SearchCriteria pageSize is %max', { max: 3 })
          : undefined,
    });
    expect((await read(limited, 'OrderImport', 20)).records.length).toBe(whole.records.length);
  });

  it('takes each product for itself where the settings say so', async () => {
    const { records } = await read(triedShop({ settings: { hiddenProducts: 'products' } }), 'ProductImport');
    const products = records.flatMap((each) => (each.kind === 'product' ? [each] : []));
    expect(products.filter(({ variants }) => variants.length === 1).length).toBeGreaterThan(5);
    expect(products.every(({ id, variants }) => variants.every((variant) => variant.id === id))).toBe(true);
  });

  it('gives the address of an image, and labels in place of option ids', async () => {
    const shop = triedShop();
    const { records } = await read(shop, 'ProductImport');
    const id = shop.showcase.products.get('rich')!;
    expect(records.find((each) => each.kind === 'product' && each.id === id)).toMatchObject({
      ...{ brand: 'Simulated', attributes: { material: 'wood' } },
      variants: [{ options: { size: '1' }, barcode: '4006381333931' }, { options: { size: '2' } }],
      images: [{ url: `https://images.example/media/catalog/product/${id}.jpg` }, {}],
    });
  });

  it('takes the orders of the store views that are named', async () => {
    const shop = triedShop({ settings: { stores: ['default'] } });
    expect((await read(shop, 'OrderImport')).records.length).toBeGreaterThan(10);
    expect(new URL(shop.asked[1]!.url).searchParams.get('searchCriteria[filterGroups][0][filters][0][field]')).toBe(
      'store_id',
    );
  });
});

describe('stock', () => {
  const entryOf = (shop: TriedShop, quantity: number, more: object = {}) => {
    const level = shop.store.truth.levels()[0]!;
    const { variantId, sku, locationId } = level;
    return { level, entry: { entryId: '1', variantId, sku, locationId, quantity, available: quantity, ...more } };
  };

  it('by a bulk write is Submitted, and told once the queue has done it', async () => {
    const shop = triedShop({ settings: { asyncStock: true } });
    const { level, entry } = entryOf(shop, 77);
    const [result] = await shop.driver.writeStock!([entry], never());
    if (result?.outcome !== 'Submitted') throw new Error(`it is ${result?.outcome}`);
    expect(await shop.driver.feeds.StockExport!.settle!([result], never())).toEqual([
      { entryId: '1', outcome: 'Applied' },
    ]);
    expect(level.onHand).toBe(77);
  });

  it('that is out of stock by hand stays so', async () => {
    const sent = async (present: object) => {
      const shop = triedShop({
        instead: ({ url, method }) =>
          method === 'GET' && url.includes('source-items')
            ? {
                status: 200,
                body: {
                  items: [{ ...present, sku: shop.store.truth.levels()[0]!.sku, source_code: 'main' }],
                  total_count: 1,
                },
              }
            : undefined,
      });
      await shop.driver.writeStock!([entryOf(shop, 5).entry], never());
      return (JSON.parse(String(shop.asked.at(-1)?.body)) as { sourceItems: { status: number }[] }).sourceItems[0]
        ?.status;
    };
    expect([
      await sent({ quantity: 3, status: 0 }),
      await sent({ quantity: 0, status: 0 }),
      await sent({ quantity: 3, status: 1 }),
    ]).toEqual([0, 1, 1]);
  });

  it('without sources is a stock item, sent whole', async () => {
    const shop = triedShop({ settings: { stock: 'stockItems' } });
    const { level, entry } = entryOf(shop, 9, { locationId: 'default' });
    expect(await shop.driver.writeStock!([entry], never())).toEqual([{ entryId: '1', outcome: 'Applied' }]);
    expect(level.onHand).toBe(9);
    expect(JSON.parse(String(shop.asked.at(-1)?.body))).toMatchObject({
      stockItem: { qty: 9, use_config_backorders: true },
    });
    expect((await read(shop, 'StockImport')).records).toContainEqual(
      expect.objectContaining({ locationId: 'default', onHand: 9 }),
    );
  });

  it('that can be sold is asked for where it lies in one source alone', async () => {
    const shop = triedShop({
      settings: { salableStock: 1 },
      instead({ url }, { shop: { levels } }) {
        for (const [key, { locationId }] of levels) if (locationId !== 'main') levels.delete(key);
        return url.includes('get-product-salable-quantity') ? { status: 200, body: '1' } : undefined;
      },
    });
    expect((await read(shop, 'StockImport')).records[0]).toMatchObject({ available: 1, allocated: expect.any(Number) });
  });
});

describe('prices', () => {
  const write = async (more: object, tried: Tried = {}) => {
    const shop = triedShop(tried);
    const product = shop.store.shop.products.get(shop.showcase.products.get('rich')!)!;
    const { id: variantId, sku, price } = product.variants[0]!;
    const entry = { entryId: '1', variantId, sku, price, currency: 'EUR', includesTax: true, ...more };
    const [result] = await shop.driver.feeds.PriceExport!.write([entry], never());
    const now = shop.store.shop.products.get(product.id)!.variants[0]!;
    return { outcome: result?.outcome, price: now.price, compare: now.comparePrice, was: product.variants[0]! };
  };

  it('go to the sale where one is on and stays the lower one', async () => {
    const { was, ...now } = await write({ price: 55 });
    expect(now).toEqual({ outcome: 'Applied', price: 55, compare: was.comparePrice });
  });

  it('end a sale that they are higher than', async () => {
    expect(await write({ price: 99_999 })).toMatchObject({ outcome: 'Applied', price: 99_999, compare: undefined });
  });

  it('come with the one that is struck out', async () => {
    expect(await write({ price: 55, compareAt: 99 })).toMatchObject({ outcome: 'Applied', price: 55, compare: 99 });
  });

  it('are refused in another currency, without tax, and for another product', async () => {
    for (const more of [{ currency: 'USD' }, { includesTax: false }, { variantId: '4711' }])
      expect(await write({ price: 55, ...more })).toMatchObject({ outcome: 'Rejected' });
  });

  it('that the shop does not take by name are told of the one', async () => {
    const body = [
      { message: 'Invalid attribute %fieldName = %fieldValue.', parameters: { fieldName: 'Price', sku: 'X' } },
    ];
    const instead = ({ url }: { url: string }) => (url.endsWith('/special-price') ? { status: 200, body } : undefined);
    expect(await write({ price: 55 }, { instead })).toMatchObject({ outcome: 'Retry' });
  });
});

describe('parcels', () => {
  const parcel = (shop: TriedShop, more: Partial<ShipmentWrite> = {}): ShipmentWrite & { entryId: string } => {
    const { id, number } = shop.store.shop.orders.get(shop.showcase.orders.get('plain')!)!;
    const times = { shippedAt: '2026-11-02T07:30:00Z', completes: false, parcel: 1 };
    return { entryId: '9', orderId: id, orderNumber: number, trackingCode: 'JD9', carrier: 'DHL', ...times, ...more };
  };
  const bodies = ({ asked }: TriedShop) =>
    asked
      .filter(({ method }) => method !== 'GET')
      .map(({ method, url }) => `${method} ${new URL(url).pathname.replace(/\d+/g, 'N')}`);

  it('take the number of the carrier that the shop knows, and a name that the buyer does not see', async () => {
    const shop = triedShop();
    await shop.driver.writeShipments!([parcel(shop, { carrierCode: 'dhl', shipmentId: 's-1' })], never());
    expect(JSON.parse(String(shop.asked.at(-1)?.body))).toMatchObject({
      tracks: [{ carrier_code: 'dhl', title: 'DHL', track_number: 'JD9' }],
      comment: { comment: '[supercargo s-1]', is_visible_on_front: 0 },
      appendComment: false,
    });
  });

  it('are corrected by a new number before the old one goes', async () => {
    const shop = triedShop();
    const [first] = await shop.driver.writeShipments!([parcel(shop)], never());
    const externalId = first?.outcome === 'Applied' ? first.externalId : undefined;
    const right = parcel(shop, { entryId: '10', trackingCode: 'RIGHT', corrects: { externalId } });
    expect(await shop.driver.writeShipments!([right], never())).toMatchObject([{ outcome: 'Applied', externalId }]);
    expect(await shop.driver.writeShipments!([right], never())).toMatchObject([{ outcome: 'AlreadyApplied' }]);
    expect(bodies(shop).slice(1)).toEqual(['POST /rest/all/VN/shipment/track', 'DELETE /rest/all/VN/shipment/track/N']);
  });

  it('are all shown in Test mode', async () => {
    const shop = triedShop({ testMode: true });
    const both = [parcel(shop), parcel(shop, { trackingCode: 'JD10' })].map((each, index) => ({
      ...each,
      entryId: String(index),
    }));
    await expect(shop.driver.writeShipments!(both, never())).rejects.toThrow(HeldWrite);
    expect(bodies(shop)).toHaveLength(2);
  });

  it('of an order that is held are refused in the words of the shop', async () => {
    const shop = triedShop();
    const id = shop.showcase.orders.get('held')!;
    expect(await shop.driver.writeShipments!([parcel(shop, { orderId: id })], never())).toMatchObject([
      { outcome: 'Rejected', message: expect.stringMatching(/does not allow a shipment/) },
    ]);
  });
});
