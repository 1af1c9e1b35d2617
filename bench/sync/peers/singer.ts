import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

const TUNED = {
  use_copy: true,
  batch_size_rows: 50_000,
  validate_records: false,
  add_record_metadata: false,
  activate_version: false,
};

export function singerPeers(tapBin: string, targetBin: string): Peer[] {
  return (['default', 'tuned'] as const).map((mode) => ({
    system: `Singer ${mode}`,
    unequal: `one table, lines as JSON text: less than Supercargo writes${mode === 'tuned' ? '; validation and metadata columns off' : ''}; no order rules, no events`,
    async command({ list, shopUrl, databaseUrl, work }) {
      const tap = {
        api_url: shopUrl,
        pagination_request_style: 'jsonpath_paginator',
        pagination_response_style: 'page',
        next_page_token_path: '$.next_page',
        pagination_next_page_param: 'page',
        streams: [
          {
            name: list,
            path: `/${list}`,
            records_path: `$.${list}[*]`,
            primary_keys: ['id'],
            replication_key: 'updated_at',
            params: { per_page: 250 },
            source_search_field: 'updated_since',
            source_search_query: '$last_run_date',
            start_date: '2020-01-01T00:00:00Z',
          },
        ],
      };
      const state = join(work, 'state.json');
      await writeFile(join(work, 'tap.json'), JSON.stringify(tap));
      await writeFile(
        join(work, 'target.json'),
        JSON.stringify({
          sqlalchemy_url: databaseUrl.replace('postgres://', 'postgresql+psycopg://'),
          default_target_schema: 'shop',
          ...(mode === 'tuned' ? TUNED : {}),
        }),
      );
      return {
        line: `${tapBin}/tap-rest-api-msdk --config ${work}/tap.json ${existsSync(state) ? `--state ${state}` : ''} | ${targetBin}/target-postgres --config ${work}/target.json > ${work}/states && tail -n 1 ${work}/states > ${state}`,
        env: { LOGLEVEL: 'ERROR' },
      };
    },
    check: (list) =>
      list === 'orders'
        ? 'SELECT count(*) AS rows, count(DISTINCT id) AS ids, sum(total) AS total, NULL AS quantity FROM shop.orders'
        : `SELECT count(*) AS rows, count(DISTINCT id) AS ids, (SELECT sum((variants::jsonb->0->>'price')::bigint) FROM shop.products) AS total, 0 AS quantity FROM shop.products`,
  }));
}
