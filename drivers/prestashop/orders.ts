import type { OrderRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { Found, NotShown, setAside, shownWith, type Asked } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { display, field, flag, given, link, NotTaken, plain, words } from './fields.ts';
import { bornIn, rowsFor, type TimedList } from './lists.ts';
import { orderRecord, type OrderFacts, type OrderParts } from './order-map.ts';
import { Schemas } from './schemas.ts';
import { shopFacts, type ShopFacts } from './shop.ts';

/*
 * No more than is read of it: in full the shop computes much that nobody needs (an order's rows, numbers of parcels),
 * and shows what should not leave it (of a payment the number of a card). All of these have been there since 1.6.
 */
const ORDER = display([
  ...['id', 'reference', 'date_add', 'date_upd', 'current_state', 'id_shop', 'id_currency', 'id_carrier', 'module'],
  ...['id_customer', 'id_address_delivery', 'id_address_invoice', 'payment', 'gift', 'gift_message'],
  ...['total_paid_tax_incl', 'total_paid_tax_excl', 'total_paid_real', 'total_shipping_tax_incl'],
  ...['total_discounts_tax_incl', 'total_discounts_tax_excl', 'total_wrapping_tax_incl', 'total_wrapping_tax_excl'],
]);
const DETAIL = display([
  ...['id', 'id_order', 'product_id', 'product_attribute_id', 'product_name', 'product_reference', 'download_hash'],
  ...['product_quantity', 'unit_price_tax_incl', 'total_price_tax_incl', 'total_price_tax_excl'],
  ...['reduction_amount_tax_incl', 'reduction_percent', 'taxes[id]'],
]);
const PARCEL = display(['id', 'id_order', 'tracking_number']);
const PAYMENT = display(['id', 'order_reference', 'amount', 'payment_method', 'transaction_id']);

/** Orders, whole; what belongs to those of a page is asked for once for all of them. */
export async function* readOrders(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const shop = await shopFacts(client, request.signal);
  const schemas = new Schemas(client, request.signal);
  let facts: OrderFacts | undefined;
  const list: TimedList = { resource: 'orders', zone: shop.zone, display: ORDER };
  for await (const { rows, broken, ...page } of rowsFor(client, list, request)) {
    const records: OrderRecord[] = [];
    const unreadable: UnreadableRecord[] = broken.map((each) => setAside('order', each));
    if (rows.length > 0) {
      facts ??= await orderFacts(client, shop, request.signal);
      const parts = await partsOf(client, schemas, rows, request.signal);
      for (const row of rows) {
        const read = mapped(row, parts, facts, client);
        if ('kind' in read) records.push(read);
        else unreadable.push(read);
      }
    }
    yield { ...page, records, unreadable };
  }
}

const listOf = async (client: PrestaClient, signal: AbortSignal): Promise<TimedList> => ({
  resource: 'orders',
  zone: (await shopFacts(client, signal)).zone,
});

export async function countOrders(client: PrestaClient, window: CensusWindow, signal: AbortSignal): Promise<number> {
  return (await bornIn(client, await listOf(client, signal), window, signal)).length;
}

export async function* orderIds(client: PrestaClient, window: CensusWindow, signal: AbortSignal) {
  yield await bornIn(client, await listOf(client, signal), window, signal);
}

function mapped(
  row: XmlElement,
  parts: (order: XmlElement) => OrderParts,
  facts: OrderFacts,
  client: PrestaClient,
): OrderRecord | UnreadableRecord {
  try {
    return orderRecord(row, parts(row), facts, client.context.settings);
  } catch (error) {
    const [recordId, number] = [field(row, 'id'), given(field(row, 'reference'))];
    const aside = (reason: string, message: string): UnreadableRecord => ({
      ...{ recordId, number, reason, raw: plain(row) },
      message: `order ${number ?? recordId}: ${message}`,
    });
    if (error instanceof NotShown) return aside('StoreError', error.message);
    if (!(error instanceof NotTaken || error instanceof RangeError)) throw error;
    return aside('UnexpectedPayload', `${error.message}: correct it in PrestaShop`);
  }
}

/** Of people no more than a parcel needs: a customer in full has the hash of a password. */
const CUSTOMER = ['id', 'email'];
const NAMES = ['firstname', 'lastname'];
const ADDRESS = ['id', 'address1', 'city', 'postcode', 'id_country'];
const ADDRESS_MORE = [...NAMES, 'company', 'address2', 'id_state', 'phone', 'phone_mobile'];

async function partsOf(client: PrestaClient, schemas: Schemas, rows: readonly XmlElement[], signal: AbortSignal) {
  const all = (name: string): string[] => rows.flatMap((row) => link(row, name) ?? []);
  const found = async (asked: Asked, of: readonly string[]): Promise<Found> =>
    new Found(asked, await shownWith(client, asked, of, signal));
  const byOrder = (resource: string, shown = 'full', of = all('id')) =>
    found({ resource, name: 'id_order', query: { display: shown } }, of);
  const byId = async (
    resource: string,
    of: readonly string[],
    needed: readonly string[],
    wanted: readonly string[],
  ): Promise<Found> => {
    const shown = of.length === 0 ? undefined : await schemas.display(resource, needed, wanted);
    return found({ resource, name: 'id', query: { display: shown } }, of);
  };
  const details = await byOrder('order_details', DETAIL);
  const parcels = await byOrder('order_carriers', PARCEL);
  const slips = await byOrder('order_slip');
  const reduced = rows
    .filter((row) => Number(field(row, 'total_discounts_tax_incl')) > 0)
    .map((row) => field(row, 'id'));
  const hasRules = reduced.length > 0 && (await schemas.of('order_cart_rules')) !== undefined;
  const rules = await byOrder('order_cart_rules', 'full', hasRules ? reduced : []);
  const ofPayments = { resource: 'order_payments', name: 'order_reference', query: { display: PAYMENT } };
  const payments = await found(ofPayments, all('reference'));
  const customers = await byId('customers', all('id_customer'), CUSTOMER, NAMES);
  const addresses = await byId(
    'addresses',
    [...all('id_address_delivery'), ...all('id_address_invoice')],
    ADDRESS,
    ADDRESS_MORE,
  );
  return (order: XmlElement): OrderParts => {
    const id = field(order, 'id');
    return {
      details: details.all(id),
      parcels: parcels.all(id),
      slips: slips.all(id),
      rules: rules.all(id),
      payments: payments.all(field(order, 'reference')),
      customer: customers.one(field(order, 'id_customer')),
      delivery: addresses.one(field(order, 'id_address_delivery')),
      invoice: addresses.one(field(order, 'id_address_invoice')),
    };
  };
}

/** Short lists of the shop, once a run. */
async function orderFacts(client: PrestaClient, shop: ShopFacts, signal: AbortSignal): Promise<OrderFacts> {
  const { language } = shop;
  const all = async <T>(resource: string, value: (row: XmlElement) => T) => {
    const rows = await client.list(resource, { display: 'full', language }, signal);
    return new Map(rows.map((row) => [field(row, 'id'), value(row)] as const));
  };
  return {
    shop,
    currencies: await all('currencies', (row) => field(row, 'iso_code')),
    states: await all('order_states', (row) => ({
      ...{ name: words(row, 'name'), paid: flag(row, 'paid'), shipped: flag(row, 'shipped') },
    })),
    carriers: await all('carriers', (row) => ({
      code: link(row, 'id_reference') ?? field(row, 'id'),
      name: field(row, 'name'),
    })),
    countries: await all('countries', (row) => field(row, 'iso_code')),
    regions: await all('states', (row) => field(row, 'name')),
    taxes: await all('taxes', (row) => ({ rate: Number(field(row, 'rate')), name: words(row, 'name') })),
  };
}
