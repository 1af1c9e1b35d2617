import type { StoreSpec } from '../../crds/index.ts';
import { DEFAULT_ORDER_RULES, type OrderRules } from '../../model/order-rules.ts';

/** Which orders a Store takes, with what it leaves unsaid. */
export function orderRulesOf(spec: StoreSpec | undefined): OrderRules {
  const { accept, unpaidDays, channels } = spec?.orders ?? {};
  return {
    accept: accept ?? DEFAULT_ORDER_RULES.accept,
    unpaidDays: unpaidDays ?? DEFAULT_ORDER_RULES.unpaidDays,
    ...(channels === undefined ? {} : { channels }),
  };
}
