import type { Page, ReadRequest } from '../contract/index.ts';
import { changedProducts } from './product-changes.ts';
import type { VendureClient } from './client.ts';
import type { VendureSettings } from './config.ts';
import { readCustomFields, type CustomField } from './custom-fields.ts';
import type { List } from './list.ts';
import { readById, readList, type Mapping } from './pages.ts';
import { productRecord } from './product-map.ts';
import { productFields, productPayload, type ProductPayload } from './product-payload.ts';

/** Products whole: all of them, the named ones, or those that changed within a time. */
export async function* readProducts(client: VendureClient, request: ReadRequest): AsyncGenerator<Page> {
  if (request.ids === undefined && (request.since !== undefined || request.until !== undefined)) {
    yield* changed(client, request);
    return;
  }
  const fields = await readCustomFields(client, request.signal);
  const list = productList(fields);
  const mapping = productMapping(client.settings, fields);
  if (request.ids !== undefined) yield* readById(client, list, mapping, { ...request, ids: request.ids });
  else yield* readList(client, list, mapping, request);
}

/** Asks first what changed, by ids alone: when nothing did, that is the only request. */
async function* changed(client: VendureClient, request: ReadRequest): AsyncGenerator<Page> {
  let fields: readonly CustomField[] | undefined;
  for await (const { ids, resume, end } of changedProducts(client, request)) {
    if (ids.length === 0) {
      yield { records: [], resume, end };
      continue;
    }
    fields ??= await readCustomFields(client, request.signal);
    for await (const page of readById(client, productList(fields), productMapping(client.settings, fields), {
      ...request,
      pageSize: ids.length,
      resume: undefined,
      ids,
    })) {
      yield { records: page.records, unreadable: page.unreadable, resume, end };
    }
  }
}

const productList = (fields: readonly CustomField[]): List => ({
  name: 'products',
  options: 'ProductListOptions',
  fields: productFields(fields),
  time: 'createdAt',
});

function productMapping(settings: VendureSettings, fields: readonly CustomField[]): Mapping<ProductPayload> {
  return {
    what: 'product',
    schema: productPayload,
    perRow: 'one',
    map: (product, shop) => productRecord(product, { settings, fields, shop }),
  };
}
