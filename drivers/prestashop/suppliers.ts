import type { CanonicalRecord } from '../../model/records.ts';
import type { Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { Found, NotShown, setAside, shownWith } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { field, given, link, moneyOf, plain, words } from './fields.ts';
import { byNumber } from './lists.ts';
import { currenciesOf } from './products.ts';
import { LOCATION, variantOfRow } from './stock.ts';
import { shopFacts } from './shop.ts';

export async function* readSuppliers(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, broken, ...page } of byNumber(client, 'suppliers', request))
    yield {
      ...page,
      unreadable: broken.map((each) => setAside('supplier', each)),
      records: rows.map((row) => ({
        kind: 'supplier',
        id: field(row, 'id'),
        code: field(row, 'id'),
        name: field(row, 'name'),
      })),
    };
}

/** Which supplier has which combination at which cost. A row of a product with combinations says nothing of them. */
export async function* readProductSuppliers(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal } = request;
  const currencies = await currenciesOf(client, signal);
  for await (const { rows, broken, ...page } of byNumber(client, 'product_suppliers', request)) {
    const products = await productsOf(client, rows, signal);
    const records: CanonicalRecord[] = [];
    const lost: UnreadableRecord[] = broken.map((each) => setAside(WHAT, { ...each, id: recordIdOf(each.id) }));
    for (const row of rows)
      try {
        if (isOfAll(row) && link(products.one(field(row, 'id_product')), 'cache_default_attribute')) continue;
        records.push(productSupplierOf(row, currencies));
      } catch (error) {
        if (!(error instanceof NotShown)) throw error;
        const message = `${WHAT} of ${variantOfRow(row)}: ${error.message}`;
        lost.push({ recordId: recordIdOf(field(row, 'id')), reason: 'StoreError', message, raw: plain(row) });
      }
    yield { ...page, records, unreadable: lost };
  }
}

const WHAT = 'price of a supplier';
const recordIdOf = (id: string): string => `product_suppliers:${id}`;
/** Of a product as a whole. */
const isOfAll = (row: XmlElement): boolean => link(row, 'id_product_attribute') === undefined;

/** Those of which a row speaks as a whole. */
async function productsOf(client: PrestaClient, rows: readonly XmlElement[], signal: AbortSignal): Promise<Found> {
  const asked = { resource: 'products', name: 'id', query: { display: '[id,cache_default_attribute]' } };
  const ids = rows.filter(isOfAll).map((row) => field(row, 'id_product'));
  return new Found(asked, await shownWith(client, asked, ids, signal));
}

function productSupplierOf(row: XmlElement, currencies: ReadonlyMap<string, string>): CanonicalRecord {
  const currency = currencies.get(field(row, 'id_currency'));
  const cost = currency === undefined ? undefined : moneyOf(row, 'product_supplier_price_te', currency);
  return {
    ...{ kind: 'productSupplier', variantId: variantOfRow(row), supplierId: field(row, 'id_supplier') },
    supplierSku: given(field(row, 'product_supplier_reference')),
    ...(cost === undefined ? {} : { costPrice: cost, currency }),
  };
}

/** The one location, carriers, features: all at once, there are few. */
export async function* readDataModel(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal, resume, pageSize } = request;
  const { language } = await shopFacts(client, signal);
  const query = { display: 'full', language };
  const carriers = await client.list('carriers', query, signal);
  const all: CanonicalRecord[] = [
    { kind: 'location', id: LOCATION, code: LOCATION, name: 'Stock of the shop' },
    ...carriers
      .filter((row) => field(row, 'deleted') !== '1')
      .map((row) => {
        // A carrier that is changed gets another number; its reference stays.
        const code = link(row, 'id_reference') ?? field(row, 'id');
        return { kind: 'shippingMethod' as const, id: code, code, name: field(row, 'name') };
      }),
  ];
  for (const [resource, type] of [
    ['product_features', 'feature'],
    ['product_options', 'select'],
  ] as const)
    for (const row of await client.list(resource, query, signal)) {
      const id = `${resource}:${field(row, 'id')}`;
      all.push({ kind: 'attribute', id, code: id, name: words(row, 'name'), type, values: [] });
    }
  for (let from = Number(resume ?? 0) || 0; ; from += pageSize) {
    const end = from + pageSize >= all.length;
    yield { records: all.slice(from, from + pageSize), resume: String(from + pageSize), end };
    if (end) return;
  }
}
