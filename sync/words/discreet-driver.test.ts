import { expect, it } from '@jest/globals';
import type { CheckReport, Driver } from '../../drivers/contract/index.ts';
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
    expect((await checked({ shop: { id: KEY, name: KEY, currency } })).shop).toEqual({
      id: '[credential]',
      name: '[credential]',
    });
  },
);

it('its currency and the end of its credential are shown where they are what they should be', async () => {
  const report = await checked({ shop: { id: '1', name: 'n', currency: 'EUR' }, expiresAt: '2026-12-01T00:00:00Z' });
  expect([report.shop?.currency, report.expiresAt]).toEqual(['EUR', '2026-12-01T00:00:00.000Z']);
  expect((await checked({ expiresAt: KEY })).expiresAt).toBeUndefined();
});
