import type { BenchPostgres } from './postgres.ts';
import { measure, rowWrites, writesBetween } from './measure.ts';
import type { Sample } from './sample.ts';
import type { Shop } from './shop.ts';
import { NEVER, Supercargo, type Profile, type RunView } from './supercargo.ts';
import { countLosses, OWN_ORDERS, OWN_PRODUCTS } from './verify.ts';
import { CHANGED_STEP } from './options.ts';

const FEEDS = {
  products: { type: 'ProductImport', schedule: NEVER },
  orders: { type: 'OrderImport', schedule: NEVER },
} as const;

/**
 * Full sync of products, then of orders; 1 % changed; nothing changed. Each on the processes that did the one before.
 */
export async function supercargoImports(
  postgres: BenchPostgres,
  shop: Shop,
  profile?: Profile,
  afterFull?: (url: string) => Promise<void>,
): Promise<Sample[]> {
  const url = await postgres.database('bench_supercargo');
  await shop.reset();
  const supercargo = await Supercargo.start(url, shop.url, { profile });
  const samples: Sample[] = [];
  let written: Record<string, number> = {};
  const started = `start of hub and pod, not in these figures: ${supercargo.startCpu.toFixed(1)} CPU-s`;

  async function phase(workload: string, records: number, work: () => Promise<RunView | undefined>): Promise<void> {
    const { result, sample } = await measure(postgres, shop, { hub: supercargo.hubPid, pod: supercargo.podPid }, work);
    const losses = await losesOf(workload.split(' ')[0] as 'orders' | 'products');
    const now = await rowWrites(postgres, url);
    const writes = writesBetween(written, now);
    written = now;
    samples.push({
      system: 'supercargo',
      workload,
      records,
      ...sample,
      writes,
      losses,
      note: `${result?.result}: read ${result?.read}, changed ${result?.changed}; ${started}`,
    });
  }
  const losesOf = async (list: 'orders' | 'products') =>
    countLosses(postgres, url, list === 'orders' ? OWN_ORDERS : OWN_PRODUCTS, (await shop.sums())[list]);

  try {
    const { orders, products } = await shop.sums();
    await phase('products full', products.count, () => supercargo.feeds([FEEDS.products], 'ProductImport'));
    await phase('orders full', orders.count, () => supercargo.feeds([FEEDS.products, FEEDS.orders], 'OrderImport'));
    await afterFull?.(url);
    const changed = await shop.change(CHANGED_STEP);
    await phase('products 1 %', changed.products, () => supercargo.run('ProductImport'));
    await phase('orders 1 %', changed.orders, () => supercargo.run('OrderImport'));
    await phase('products unchanged', 0, () => supercargo.run('ProductImport'));
    await phase('orders unchanged', 0, () => supercargo.run('OrderImport'));
  } finally {
    await supercargo.stop();
  }
  return samples;
}
