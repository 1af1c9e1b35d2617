import { expect, it } from '@jest/globals';
import type { CheckReport, Driver, Page } from '../../drivers/contract/index.ts';
import { REASON } from '../../crds/schema/fields.ts';
import { discreetDriver } from './discreet-driver.ts';
import { Secrets } from './secrets.ts';

const fine = { status: 'True', reason: 'Fine', message: 'fine' } as const;
const KEY = 's3cret-of-shop';

function checked(report: Partial<CheckReport>): Promise<CheckReport> {
  const secrets = new Secrets();
  secrets.add({ apiKey: KEY });
  const driver = { feeds: {}, check: async () => ({ reachable: fine, credential: fine, ...report }) };
  return discreetDriver(driver as unknown as Driver, secrets).check([], new AbortController().signal);
}

it.each([`\u001b]0;TITLE\u0007 BEARER ${KEY.toUpperCase()}`, 'EURO', '', 'E1R'])(
  "a shop's word for its currency that is none is not shown: %j",
  async (currency) => {
    expect((await checked({ shop: { id: '1', name: KEY, currency } })).shop).toEqual({ id: '1', name: '[credential]' });
  },
);

it.each([
  ['the beginning of the key', KEY.slice(0, 8)],
  ['long numbers', '68512345678901'],
  ['an address', 'https://shop.example/de#2'],
])('an id that has %s is given to the letter: shops are told apart by it', async (_, id) => {
  expect((await checked({ shop: { id, name: 'n' } })).shop).toEqual({ id, name: 'n' });
});

it.each([KEY, `shop of ${KEY}`, `a\u001b[31m`])(
  'of a shop whose id cannot be shown nothing is said: %j',
  async (id) => {
    const report = await checked({ shop: { id, name: 'n' } });
    expect(report).toEqual({ reachable: fine, credential: fine });
  },
);

it.each([
  ['401 Unauthorized!', 'Unauthorized'],
  ['shop.code-17', 'shopcode17'],
  ['_x_', 'x_'],
  ['…', 'StoreRefused'],
  ['', 'StoreRefused'],
  ['x'.repeat(5000), 'x'.repeat(64)],
])('a reason that no condition may hold does not keep the status from being written: %j', async (said, reason) => {
  const { reachable } = await checked({ reachable: { ...fine, status: 'False', reason: said } });
  expect(reachable.reason).toBe(reason);
  expect(reachable.reason).toMatch(new RegExp(REASON));
});

it('a name that no status could hold is cut, and of an id that long nothing is said', async () => {
  const long = `${'x'.repeat(252)}\u{1f6d2}`;
  const { shop } = await checked({ shop: { id: '1', name: long } });
  expect([shop!.name.length, shop!.name.isWellFormed()]).toEqual([253, true]);
  expect((await checked({ shop: { id: long, name: 'n' } })).shop).toBeUndefined();
});

it('its currency and the end of its credential are shown where they are what they should be', async () => {
  const report = await checked({ shop: { id: '1', name: 'n', currency: 'EUR' }, expiresAt: '2026-12-01T00:00:00Z' });
  expect([report.shop?.currency, report.expiresAt]).toEqual(['EUR', '2026-12-01T00:00:00.000Z']);
  expect((await checked({ expiresAt: KEY })).expiresAt).toBeUndefined();
});

const places: readonly (readonly [what: string, resume: string, kept: boolean])[] = [
  ['the number of a record', '4711', true],
  ['what a driver made up', JSON.stringify({ list: 1, at: { page: 2, since: '2026-12-01T00:00:00.000Z' } }), true],
  ['a cursor in base64', Buffer.from('["2026-12-01 00:00:00", 17]').toString('base64'), true],
  ['a secret', JSON.stringify({ cursor: `bearer ${KEY}` }), false],
  ['a control', '\u001b[31m17', false],
  ['a control in JSON in JSON', JSON.stringify({ list: 1, at: JSON.stringify({ cursor: '\u001b[31m' }) }), false],
  ['a person', JSON.stringify({ cursor: 'orders of anna@buyers.example' }), false],
];

it.each(places)('of a place after a page the hub is given %s as it is, if that is fit: %s', async (_, resume, kept) => {
  const given = (await pagesOf([resume])).map((page) => page.resume);
  expect(given).toEqual([kept ? resume : expect.stringMatching(/^not-kept:[0-9a-f]{64}$/)]);
});

it('places that are not kept stay apart, so that a reading that comes back to one is noticed', async () => {
  const [one, other, again] = (await pagesOf([`${KEY} 1`, `${KEY} 2`, `${KEY} 1`])).map((page) => page.resume);
  expect([one === other, one === again]).toEqual([false, true]);
});

async function pagesOf(places: readonly string[]): Promise<readonly Page[]> {
  const secrets = new Secrets();
  secrets.add({ apiKey: KEY });
  const read = async function* () {
    for (const resume of places) yield { records: [], resume, end: false };
  };
  const driver = { feeds: { OrderImport: { read, maxPageSize: 1 } } };
  const found: Page[] = [];
  const { feeds } = discreetDriver(driver as unknown as Driver, secrets);
  const request = { feed: 'OrderImport', pageSize: 1, signal: new AbortController().signal } as const;
  for await (const page of feeds.OrderImport!.read(request)) found.push(page);
  return found;
}
