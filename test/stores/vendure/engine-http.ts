import type { ShopHttp } from '../../../drivers/contract/index.ts';
import { OWN_MACHINE } from '../../../kit/net/addresses.ts';
import { Budget } from '../../../sync/budget/budget.ts';
import { createShopHttp } from '../../../sync/http/shop-http.ts';

/** The engine's own HTTP for a driver under test, with waits that take no time and a count of the requests. */
export function engineHttp(testMode = false): ShopHttp & { readonly requests: number; close(): Promise<void> } {
  let requests = 0;
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const http = createShopHttp({
    clock,
    reach: OWN_MACHINE,
    budget: new Budget({ clock }),
    scope: () => ({ feedClass: 'orders', assertMayWrite: () => undefined }),
    testMode: () => testMode,
    random: () => 0,
    onResponse: () => void requests++,
    onThrottle: () => undefined,
  });
  return {
    ...http,
    get requests() {
      return requests;
    },
  };
}
