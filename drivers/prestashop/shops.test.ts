import { describe, expect, it } from '@jest/globals';
import { never, triedShop, type Answer, type Tried, type TriedShop } from '../../test/stores/prestashop/shop.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { HeldWrite, type ReadRequest, type ShipmentWrite } from '../contract/index.ts';
import { settings } from './config.ts';

async function read({ driver }: TriedShop, feed: ReadRequest['feed'], more: Partial<ReadRequest> = {}) {
  const records: CanonicalRecord[] = [];
  for await (const page of driver.read({ feed, pageSize: 4, signal: never(), ...more })) records.push(...page.records);
  return records;
}

const error = (status: number, code: number, message: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><prestashop><errors><error><code>${code}</code><message>${message}</message></error></errors></prestashop>`,
});
const html = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
  ...{ status, body },
  headers: { 'content-type': 'text/html', ...headers },
});
const always = (given: Answer): Tried => ({ instead: () => given });

describe('one reason each, with the remedy, for', () => {
  it.each([
    ['a web page', always(html(200, '<html>Welcome</html>')), 'NotAnApi', /settings\.url/],
    [
      'a page of maintenance with 200',
      always(html(200, '<html>Under maintenance</html>')),
      'StoreUnavailable',
      /maintenance IPs/,
    ],
    ['a page of maintenance with 503', always(html(503, '<html>Back soon</html>')), 'StoreUnavailable', /maintenance/],
    [
      'the webservice switched off',
      always(error(503, 22, 'The PrestaShop webservice is disabled.')),
      'WebserviceOff',
      /switch it on/,
    ],
    [
      'a password before the shop',
      always(html(401, 'no', { 'www-authenticate': 'Basic realm="staging"' })),
      'AccessDenied',
      /let this cluster through/,
    ],
    [
      'a server that keeps the key back',
      always(html(401, '401 Unauthorized', { 'www-authenticate': 'Basic realm="Welcome to PrestaShop Webservice"' })),
      'KeyNotPassed',
      /rewrite rule/,
    ],
    ['a redirect', always(html(301, '', { location: 'https://www.shop.example/' })), 'WrongUrl', /final one/],
    ['nothing there', always(html(404, '<html>404</html>')), 'WrongUrl', /settings\.url/],
  ] as const)('%s', async (_what, tried, reason, words) => {
    const shop = triedShop(tried);
    const { reachable, credential } = await shop.driver.check(['OrderImport'], never());
    expect([reachable.reason, credential.status]).toEqual([reason, 'Unknown']);
    expect(reachable.message).toMatch(words);
    expect(shop.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it.each([
    ['a wrong key', { credential: { key: 'other' } }, 'KeyRefused', /anew/],
    [
      'a key that is switched off',
      always(error(401, 20, 'This authentication key is not active.')),
      'KeyRefused',
      /enable it/,
    ],
    [
      'a missing right',
      always({
        status: 200,
        body: '<prestashop><api shopName="x"><orders get="true" put="false"/></api></prestashop>',
      }),
      'PermissionMissing',
      /order_carriers \(Modify, PUT\)/,
    ],
  ] as const)('%s', async (_what, tried, reason, words) => {
    const { reachable, credential } = await triedShop(tried).driver.check(['ShipmentExport'], never());
    expect([reachable.status, credential.status, credential.reason]).toEqual(['True', 'False', reason]);
    expect(credential.message).toMatch(words);
  });
});

describe('reading', () => {
  it('goes past what modules print before and behind the XML', async () => {
    const whole = await read(triedShop(), 'OrderImport');
    const noisy = triedShop({
      instead: ({ url }, store) => {
        const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
        const { status, body } = store.handle({
          method: 'GET',
          path: url.slice('https://shop.example/api'.length),
          headers,
        });
        return { status, body: `<br /><b>Notice</b>: Undefined index in mod.php\n${body}<!-- cached -->` };
      },
    });
    expect(await read(noisy, 'OrderImport')).toEqual(whole);
    expect(whole.length).toBeGreaterThan(10);
  });

  it('refuses a document type', async () => {
    const bad = always({
      status: 200,
      body: '<!DOCTYPE x [<!ENTITY e "boom">]><prestashop><api>&e;</api></prestashop>',
    });
    const { reachable } = await triedShop(bad).driver.check([], never());
    expect([reachable.status, reachable.reason]).toEqual(['False', 'UnexpectedPayload']);
  });

  it('in the second half of the hour that comes twice leaves nothing out', async () => {
    const shop = triedShop();
    await read(shop, 'OrderUpdate', { since: '2026-10-25T00:50:00.000Z' });
    const asked = shop.asked.map(({ url }) => decodeURIComponent(url)).find((url) => url.includes('filter[date_upd]'));
    expect(asked).toContain('[2026-10-25 01:50:00,');
  });

  it('makes no call after it was told to stop', async () => {
    const shop = triedShop();
    const stop = new AbortController();
    let before = 0;
    const reading = async () => {
      for await (const _page of shop.driver.read({ feed: 'OrderImport', pageSize: 2, signal: stop.signal })) {
        before = shop.asked.length;
        stop.abort();
      }
    };
    await expect(reading()).rejects.toThrow();
    expect(shop.asked.length).toBe(before);
  });

  it('never shows an address of an image that needs the key', async () => {
    const shop = triedShop();
    const urls = (await read(shop, 'ProductImport')).flatMap((each) => (each.kind === 'product' ? each.images : []));
    expect(urls.length).toBeGreaterThan(0);
    for (const { url } of urls) expect(url).toMatch(/^https:\/\/shop\.example\/img\/p\/(\d\/)+\d+\.jpg$/);
  });
});

describe('the state of an order', () => {
  it('is what the settings say of its number, before the shop and the flags', async () => {
    const shop = triedShop({ settings: { states: { 12: 'Cancelled' } } });
    const id = shop.showcase.orders.get('plain')!;
    const [order] = (await read(shop, 'OrderImport', { ids: [id] })) as OrderRecord[];
    expect([order!.state, order!.platformState]).toEqual(['Cancelled', 'Payment accepted']);
    expect(settings.safeParse({ url: 'https://x.example', states: { Shipped: 'Shipped' } }).success).toBe(false);
  });
});

describe('a parcel', () => {
  const parcel = ({ showcase, store }: TriedShop, more: Partial<ShipmentWrite> = {}): ShipmentWrite => {
    const { id, number } = store.shop.orders.get(showcase.orders.get('plain')!)!;
    const fixed = { orderId: id, orderNumber: number, parcel: 1, shippedAt: '2026-11-02T07:30:00Z', entryId: '1' };
    return { ...fixed, completes: true, trackingCode: 'JD1', ...more };
  };

  it('is shown in Test mode with its number and its state, and not sent', async () => {
    const shop = triedShop({ testMode: true });
    await expect(shop.driver.feeds.ShipmentExport!.write([parcel(shop)], never())).rejects.toThrow(HeldWrite);
    const writes = shop.asked.filter(({ method }) => method !== 'GET').map(({ url, body }) => `${url} ${String(body)}`);
    expect(writes).toHaveLength(2);
    expect(writes[0]).toContain('<tracking_number>JD1</tracking_number>');
    expect(writes[1]).toMatch(/order_histories\?sendmail=1 .*<id_order_state>14</s);
  });

  it('is not sent where no state of the shop is marked as shipped', async () => {
    const shop = triedShop({ settings: { shippedState: 12 } });
    await expect(shop.driver.feeds.ShipmentExport!.write([parcel(shop)], never())).rejects.toThrow(
      /settings\.shippedState/,
    );
    expect(shop.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('beside another has a row of its own', async () => {
    const shop = triedShop();
    const write = (entry: ShipmentWrite) => shop.driver.feeds.ShipmentExport!.write([entry], never());
    const lines = [{ lineId: shop.store.shop.orders.get(parcel(shop).orderId)!.lines[0]!.id, quantity: 1 }];
    await write(parcel(shop, { completes: false, lines }));
    await write(parcel(shop, { entryId: '2', trackingCode: 'JD2' }));
    const { parcels, progress } = shop.store.shop.orders.get(parcel(shop).orderId)!;
    expect(parcels.map(({ trackingCode }) => trackingCode)).toEqual(['JD1', 'JD2']);
    expect(progress).toBe('Completed');
  });

  it('without a number that is told again, because nobody heard the answer, is done and not refused', async () => {
    const shop = triedShop();
    const { trackingCode: _none, ...bare } = parcel(shop);
    const write = () => shop.driver.feeds.ShipmentExport!.write([bare], never());
    expect(await write()).toMatchObject([{ outcome: 'Applied' }]);
    const before = shop.asked.length;
    expect(await write()).toMatchObject([{ outcome: 'AlreadyApplied' }]);
    expect(shop.asked.slice(before).every(({ method }) => method === 'GET')).toBe(true);
  });
});
