import { z } from 'zod';
import { currencyExponent } from '../../model/money.ts';

/** Settings of the whole shop that records cannot be read without. Asked for in the same request as the records. */
export const shopFields = (more = ''): string =>
  `shop: globalSettings { outOfStockThreshold trackInventory serverConfig { moneyStrategyPrecision ${more} } }`;

export const shopFacts = z.object({
  outOfStockThreshold: z.int(),
  trackInventory: z.boolean(),
  serverConfig: z.object({ moneyStrategyPrecision: z.int().min(0).max(6) }),
});

export type ShopFacts = z.infer<typeof shopFacts>;

/**
 * Vendure keeps all money as integers with the same number of digits, two unless the shop says otherwise, whatever the
 * currency: 100 yen are 10000. Minor units follow the currency.
 */
export function toMinorUnits(amount: number, currency: string, shop: ShopFacts): number {
  const shift = currencyExponent(currency) - shop.serverConfig.moneyStrategyPrecision;
  if (shift >= 0) return amount * 10 ** shift;
  const rounded = Math.round(Math.abs(amount) / 10 ** -shift);
  return amount < 0 && rounded !== 0 ? -rounded : rounded;
}

/** The latest of times in Vendure's one format. */
export function latest(times: readonly [string, ...(string | null | undefined)[]]): string {
  return times.reduce<string>((newest, time) => (time != null && time > newest ? time : newest), times[0]);
}

/** Whether the store counts stock of a variant. */
export function isTracked(trackInventory: 'TRUE' | 'FALSE' | 'INHERIT', shop: ShopFacts): boolean {
  return trackInventory === 'INHERIT' ? shop.trackInventory : trackInventory === 'TRUE';
}
