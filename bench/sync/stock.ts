import { until } from './latency.ts';
import { measure } from './measure.ts';
import type { BenchPostgres } from './postgres.ts';
import type { Sample } from './sample.ts';
import { Shop } from './shop.ts';
import { NEVER, Supercargo } from './supercargo.ts';
import { skuOf } from './data.ts';

export interface StockSample extends Sample {
  readonly levelsPerSecond: number;
  readonly writes429: number;
  readonly wrong: number;
}

const LEVELS_A_CALL = 5000;
const PATIENCE_MS = 900_000;
/** Unlike every level that the shop has. */
const newLevel = (index: number): number => 100 + (index % 900);

/** The back office sets `levels` stock levels; they go out through the shop's limit of two requests a second. */
export async function stockSample(
  postgres: BenchPostgres,
  levels: number,
  afterwards?: (url: string) => Promise<void>,
): Promise<StockSample> {
  const shop = await Shop.start(1, 1, levels);
  const url = await postgres.database('bench_stock');
  const supercargo = await Supercargo.start(url, shop.url);
  try {
    await supercargo.feeds([{ type: 'StockImport', schedule: NEVER }], 'StockImport');
    await supercargo.feeds(
      [
        { type: 'StockImport', schedule: NEVER },
        { type: 'StockExport', schedule: NEVER },
      ],
      'StockExport',
    );
    const { result, sample } = await measure(
      postgres,
      shop,
      { hub: supercargo.hubPid, pod: supercargo.podPid },
      async () => {
        for (let from = 0; from < levels; from += LEVELS_A_CALL) {
          await supercargo.api('POST', '/stock', {
            levels: Array.from({ length: Math.min(LEVELS_A_CALL, levels - from) }, (_, offset) => ({
              sku: skuOf(from + offset, 0),
              quantity: newLevel(from + offset),
            })),
          });
        }
        await until(async () => (await shop.storedLevels()).count >= levels, PATIENCE_MS);
        return shop.storedLevels();
      },
    );
    await afterwards?.(url);
    const { refused } = await shop.totals();
    const expected = Array.from({ length: levels }, (_, index) => newLevel(index)).reduce(
      (sum, quantity) => sum + quantity,
      0,
    );
    return {
      system: 'supercargo',
      workload: 'stock out',
      records: levels,
      ...sample,
      levelsPerSecond: Math.round(levels / sample.wall),
      writes429: refused,
      wrong: expected - result.sum,
    };
  } finally {
    await supercargo.stop();
    shop.stop();
  }
}
