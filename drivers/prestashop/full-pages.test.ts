import { describe, expect, it } from '@jest/globals';
import { idsIn, listed, shopOf } from '../../test/stores/prestashop/breaking-shop.ts';
import { never } from '../../test/stores/prestashop/shop.ts';
import type { Break } from '../../simulator/wires/prestashop-breaks.ts';
import { prestashop } from './index.ts';

/** As large as a run asks for; docs/drivers/prestashop.md has these numbers. */
describe.each([
  ['orders', 'OrderImport', 200, 13, 80],
  ['products', 'ProductImport', 50, 17, 61],
] as const)('one broken record in a full page of %s', (resource, feed, size, shown, hidden) => {
  const full = prestashop.manifest.feeds.find(({ type }) => type === feed)!.maxPageSize;
  const reading = async (breaks: readonly Break[]) => {
    const shop = await shopOf(breaks, {}, size);
    const setAside = new Set<string>();
    for await (const page of shop.driver.read({ feed, pageSize: full, signal: never() }))
      for (const { part, recordId } of page.unreadable ?? []) if (!part) setAside.add(recordId);
    return { shop, setAside, calls: listed(shop, resource) };
  };

  it.each([
    ['shows its number', {}, shown],
    ['shows nothing of it', { wholly: true }, hidden],
  ] as const)(
    'takes few calls more where the shop %s',
    async (_what, how, most) => {
      expect(full).toBe(size);
      const whole = await reading([]);
      const ids = idsIn(whole.shop, resource).slice(-size);
      for (const at of [0, 1, Math.floor(size / 2), size - 2, size - 1]) {
        const { calls, setAside } = await reading([{ resource, value: ids[at]!, how: 'error', ...how }]);
        expect(setAside.size).toBe(1);
        expect(calls - whole.calls).toBeLessThanOrEqual(most);
      }
    },
    120_000,
  );
});
