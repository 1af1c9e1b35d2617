import { measure } from '../sync/measure.ts';
import type { BenchPostgres } from '../sync/postgres.ts';
import { peakRss } from '../sync/processes.ts';
import { NEVER, Supercargo, type FeedSpec, type Profile } from '../sync/supercargo.ts';
import type { Allowance } from './budget-meter.ts';
import type { DriverSample } from './driver-sample.ts';
import { WireShop } from './wire-shop.ts';

export interface ReadingOf {
  readonly driver: string;
  readonly kind: 'orders' | 'products';
  readonly count: number;
  /** Absent: it does not wait for one. */
  readonly budget?: Allowance;
  readonly profile?: Profile;
}

const PRODUCTS: FeedSpec = { type: 'ProductImport', schedule: NEVER };
const ORDERS: FeedSpec = { type: 'OrderImport', schedule: NEVER };

/**
 * A fresh hub and a fresh pod read all of a shop. Of orders the few products that they name are read before, in no
 * figure. The pod's peak is that since its start.
 */
export async function fullReading(postgres: BenchPostgres, wanted: ReadingOf): Promise<DriverSample> {
  const { driver, kind, count, budget, profile } = wanted;
  const shop = await WireShop.start({ wire: driver, kind, count, budget });
  const database = await postgres.database('bench_drivers');
  const supercargo = await Supercargo.start(database, shop.url, { driver: shop.choice, profile });
  try {
    if (kind === 'orders') await supercargo.feeds([PRODUCTS], 'ProductImport');
    const before = peakRss(supercargo.podPid);
    const { result, stats, sample } = await measure(
      postgres,
      shop,
      { hub: supercargo.hubPid, pod: supercargo.podPid },
      () =>
        kind === 'orders'
          ? supercargo.feeds([PRODUCTS, ORDERS], 'OrderImport')
          : supercargo.feeds([PRODUCTS], 'ProductImport'),
    );
    if (result?.result !== 'Succeeded' || result.read < count)
      throw new Error(`${driver}: of ${count} ${kind} came ${JSON.stringify(result)}`);
    const { requests, busyMs, ...counted } = stats;
    return {
      ...{ system: driver, workload: kind, records: count, ...sample, ...counted, shopMs: busyMs },
      rss: { ...sample.rss, pod: Math.max(before, sample.rss['pod'] ?? 0) },
      note: `read ${result.read} in ${requests} calls`,
    };
  } finally {
    await supercargo.stop();
    shop.stop();
  }
}
