import type { BenchPostgres } from './postgres.ts';
import { Shop } from './shop.ts';
import { NEVER, Supercargo } from './supercargo.ts';
import { Wms } from './wms.ts';

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/**
 * Milliseconds. `toHub`: order placed → transaction that takes it begins; `toWms`: from there to the webhook's arrival.
 */
export interface LatencySample {
  readonly way: 'store webhook' | 'poll every 2 s';
  readonly toHub: Latencies;
  readonly hubToWms: Latencies;
  readonly placedToWms: Latencies;
  readonly lost: number;
}

const ORDERS = 200;
const CATALOGUE = 1000;
/** Between two orders: not in step with the poll. */
const GAP_MS = 137;
const PATIENCE_MS = 30_000;

/**
 * Orders are placed one after another and followed to the back office, once told by the store's webhook, once found by
 * polling.
 */
export async function latencySample(postgres: BenchPostgres, way: LatencySample['way']): Promise<LatencySample> {
  const hooks = way === 'store webhook';
  const shop = await Shop.start(CATALOGUE, CATALOGUE);
  const wms = await Wms.start();
  const url = await postgres.database('bench_latency');
  const supercargo = await Supercargo.start(url, shop.url, {
    hooks,
    store: {
      orderWebhooks: [{ name: 'wms', url: wms.url, events: ['order.created'] }],
      allowedPrivateNetworks: ['127.0.0.0/8'],
    },
  });
  try {
    const feeds = (schedule: string) =>
      [
        { type: 'ProductImport', schedule: NEVER },
        { type: 'OrderImport', schedule },
      ] as const;
    await supercargo.feeds(feeds(NEVER), 'OrderImport');
    await until(async () => wms.arrivals.size >= CATALOGUE, 120_000);
    await supercargo.feeds(feeds(hooks ? NEVER : '*/2 * * * * *'));
    if (hooks) await until(() => shop.subscribed(), PATIENCE_MS);
    const placed = new Map<string, number>();
    for (let count = 0; count < ORDERS; count++) {
      const { id, at } = await shop.placeOrder();
      placed.set(id, at);
      await pause(GAP_MS);
    }
    await until(async () => [...placed.keys()].every((id) => wms.arrivals.has(id)), PATIENCE_MS).catch(() => undefined);
    const rows = await postgres.query<{ id: string; at: string }>(
      url,
      `SELECT external_id AS id, extract(epoch FROM first_seen_at) * 1000 AS at FROM orders`,
    );
    const seen = new Map(rows.map(({ id, at }) => [id, Number(at)]));
    const arrived = [...placed].filter(([id]) => wms.arrivals.has(id) && seen.has(id));
    return {
      way,
      lost: placed.size - arrived.length,
      toHub: percentiles(arrived.map(([id, at]) => seen.get(id)! - at)),
      hubToWms: percentiles(arrived.map(([id]) => wms.arrivals.get(id)! - seen.get(id)!)),
      placedToWms: percentiles(arrived.map(([id, at]) => wms.arrivals.get(id)! - at)),
    };
  } finally {
    await supercargo.stop();
    wms.stop();
    shop.stop();
  }
}

function percentiles(values: readonly number[]): Latencies {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Throws when it never holds. */
export async function until(holds: () => Promise<boolean>, patienceMs: number): Promise<void> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await pause(50)) if (await holds()) return;
  throw new Error(`waited ${patienceMs} ms in vain`);
}
