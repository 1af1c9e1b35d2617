import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** dlt's own settings, as its performance guide has them. */
const TUNED: Readonly<Record<string, string>> = {
  NORMALIZE__WORKERS: '2',
  LOAD__WORKERS: '2',
  DATA_WRITER__BUFFER_MAX_ITEMS: '10000',
  DATA_WRITER__FILE_MAX_ITEMS: '50000',
  NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION: 'true',
  DATA_WRITER__DISABLE_COMPRESSION: 'true',
};

export function dltPeers(bin: string, scripts: string): Peer[] {
  return (['default', 'tuned'] as const).map((mode) => ({
    system: `dlt ${mode}`,
    unequal:
      mode === 'default'
        ? 'dlt also writes 400,000 tax lines a 100,000 orders, infers types and evolves the schema; it runs no order rules and keeps no events'
        : 'tax lines stay JSON text in the line (max_table_nesting=1), CSV load files; infers types and evolves the schema; no order rules, no events',
    async command({ list, shopUrl, databaseUrl, work }) {
      return {
        line: `${bin}/python ${join(scripts, 'dlt_pipeline.py')} ${list} ${mode} ${shopUrl} ${work}`,
        env: {
          BENCH_DATABASE_URL: databaseUrl,
          RUNTIME__DLTHUB_TELEMETRY: 'false',
          RUNTIME__LOG_LEVEL: 'ERROR',
          ...(mode === 'tuned' ? TUNED : {}),
        },
      };
    },
    check: (list) =>
      list === 'orders'
        ? 'SELECT count(*) AS rows, count(DISTINCT id) AS ids, sum(total) AS total, (SELECT sum(quantity) FROM shop.orders__lines) AS quantity FROM shop.orders'
        : `SELECT count(*) AS rows, count(DISTINCT id) AS ids, (SELECT sum(price) FROM shop.products__variants WHERE sku LIKE '%-A') AS total, 0 AS quantity FROM shop.products`,
  }));
}
