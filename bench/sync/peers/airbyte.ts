import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { List, Peer } from './peer.ts';

/** Airbyte's declarative source. Its PostgreSQL destination is no Python package, so this is reading alone. */
export function airbytePeer(bin: string): Peer {
  return {
    system: 'airbyte-cdk (extract only)',
    unequal: 'reads into a file and writes no database: less than half of the work',
    async command({ list, shopUrl, work }) {
      await writeFile(
        join(work, 'config.json'),
        JSON.stringify({ __injected_declarative_manifest: manifest(list, shopUrl) }),
      );
      await writeFile(
        join(work, 'catalog.json'),
        JSON.stringify({
          streams: [
            {
              stream: { name: list, json_schema: {}, supported_sync_modes: ['full_refresh'] },
              sync_mode: 'full_refresh',
              destination_sync_mode: 'append',
            },
          ],
        }),
      );
      return {
        line: `${bin}/source-declarative-manifest read --config ${work}/config.json --catalog ${work}/catalog.json > ${work}/records`,
        env: {},
      };
    },
  };
}

function manifest(list: List, shopUrl: string): object {
  return {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: [list] },
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
    streams: [
      {
        type: 'DeclarativeStream',
        name: list,
        primary_key: ['id'],
        schema_loader: {
          type: 'InlineSchemaLoader',
          schema: { type: 'object', additionalProperties: true, properties: {} },
        },
        retriever: {
          type: 'SimpleRetriever',
          requester: {
            type: 'HttpRequester',
            url_base: shopUrl,
            path: `/${list}`,
            http_method: 'GET',
            request_parameters: { per_page: '250' },
          },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [list] } },
          paginator: {
            type: 'DefaultPaginator',
            page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
            pagination_strategy: {
              type: 'CursorPagination',
              cursor_value: '{{ response.next_page }}',
              stop_condition: '{{ not response.next_page }}',
            },
          },
        },
      },
    ],
  };
}
