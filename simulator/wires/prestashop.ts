import type { SimRequest } from '../desk/messages.ts';
import type { Permission } from '../desk/permissions.ts';
import type { Refused } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import type { ShopOrder } from '../shop/model.ts';
import { formatOf, listed, single, ZONE, type Resource } from './prestashop-lists.ts';
import {
  addressesFields,
  both,
  carrierFields,
  CURRENCIES,
  customerFields,
  detailFields,
  fieldsOf,
  orderFields,
  paymentFields,
  slipFields,
  STATES,
  type Around,
} from './prestashop-orders.ts';
import { errorAnswer, xmlAnswer, type Fields } from './prestashop-output.ts';
import {
  combinationFields,
  dictionaryRows,
  Numbers,
  productFields,
  stockFields,
  supplierPriceFields,
  type Dictionary,
} from './prestashop-products.ts';
import { bodyOf, post, put } from './prestashop-writes.ts';

/** Rights of a key: of each resource what it may do there. */
const RIGHTS: Readonly<Record<Permission, readonly (readonly [resource: string, method: string])[]>> = {
  'settings:read': [
    'configurations',
    'currencies',
    'order_states',
    'carriers',
    'countries',
    'states',
    'taxes',
    'shops',
  ].map((name) => [name, 'GET']),
  'products:read': [
    ...['products', 'combinations', 'product_options', 'product_option_values', 'product_features'],
    'product_feature_values',
  ].map((name) => [name, 'GET']),
  'orders:read': [
    ...['orders', 'order_details', 'order_carriers', 'order_payments', 'order_slip', 'customers', 'addresses'],
    ...['order_histories', 'order_cart_rules'],
  ].map((name) => [name, 'GET']),
  'stock:read': [['stock_availables', 'GET']],
  'stock:write': [['stock_availables', 'PUT']],
  'prices:write': [
    ['products', 'PUT'],
    ['combinations', 'PUT'],
  ],
  'shipments:write': [
    ['order_carriers', 'PUT'],
    ['order_carriers', 'POST'],
    ['order_histories', 'POST'],
  ],
  'suppliers:read': [
    ['suppliers', 'GET'],
    ['product_suppliers', 'GET'],
  ],
  'webhooks:write': [],
};
const WORDS: Readonly<Record<Permission, string>> = {
  'settings:read': 'configurations',
  'products:read': 'products',
  'orders:read': 'orders',
  'stock:read': 'stock_availables',
  'stock:write': 'stock_availables',
  'prices:write': 'products',
  'shipments:write': 'order_carriers',
  'suppliers:read': 'suppliers',
  'webhooks:write': 'webhooks',
};

/** The webservice of PrestaShop (1.7 and 8): a key as the user of HTTP Basic, XML or JSON, local times, no webhooks. */
export const prestashopWire: Wire = {
  name: 'prestashop',
  basePath: '/api',
  habits: {
    numericIds: true,
    oneLocation: true,
    shippingMethods: [
      { id: '1', code: '1', name: 'Standard' },
      { id: '2', code: '2', name: 'Express' },
    ],
  },
  keyOf,
  refusal,
  hook: () => ({ headers: {}, body: '' }),
  routes(desk) {
    const table = new Map(resources(desk).map((resource) => [resource.name, resource] as const));
    const names = [...table.keys()].join('|');
    const one = new RegExp(`^/((?:${names})/\\d+)$`);
    const route = (method: string, path: RegExp, answer: (call: WireCall) => WireAnswer): Route => ({
      method,
      path,
      writes: method !== 'GET',
      answer: (call) => forbidden(call, method) ?? answer(call),
    });
    const parts = ({ part }: WireCall): [Resource, string] => {
      const [name = '', id = ''] = part.split('/');
      return [table.get(name)!, id];
    };
    return [
      { method: 'GET', path: /^\/$/, answer: rightsOf },
      route('GET', new RegExp(`^/(${names})/?$`), (call) => listed(desk, parts(call)[0], call.query)),
      route('GET', one, (call) => single(...parts(call), call.query)),
      route('PUT', one, (call) => put(desk, ...parts(call), call.request.body)),
      // The number stands in the record; the address need not have it.
      route('PUT', new RegExp(`^/(${names})/?$`), (call) => {
        const [resource] = parts(call);
        const id = bodyOf(call.request.body, resource.node)?.get('id') ?? '';
        return put(desk, resource, id, call.request.body);
      }),
      route('POST', new RegExp(`^/(${names})/?$`), (call) => post(desk, parts(call)[0], call.request.body)),
    ];
  },
  subject: {
    credential: (key) => ({ key }),
    settings: (url) => ({
      url: url.replace(/\/api$/, ''),
      invoiceModules: ['b2binvoice'],
      states: { [STATES.review.id]: 'OnHold' },
    }),
    permissionWord: (permission) => WORDS[permission],
    pagings: ['offset'],
    lacks: [
      // PrestaShop reserves no payments, has no gift cards, test orders, orders without a number, second addresses,
      // returns by the webservice or fields of plugins there, and writes the hour that comes twice only once.
      ...['authorized', 'gift-card', 'deleted-variant', 'bundle', 'test', 'by-platform', 'pickup', 'draft', 'redacted'],
      ...['gift', 'returned', 'two-deliveries', 'extras', 'fee', 'hour-again'],
      ...['product.yen', 'product.dinar', 'product.untracked', 'product.disabled'],
      // Pieces that are cancelled are taken off the line and not heard of again; a parcel has no pieces.
      ...['order.returns', 'order.cancellations', 'order.lines.cancelledQuantity', 'order.lines.fulfilledQuantity'],
      ...['order.note', 'order.customerPhone', 'order.hold.message', 'order.channel', 'order.discounts'],
      ...['order.refunds.reason', 'order.refunds.restocked', 'order.payments.reference'],
      ...['product.variants.title', 'product.images.url', 'product.images.alt', 'product.variants.compareAtPrice'],
      ...['stock.onHand', 'stock.allocated', 'location.name', 'supplier.code', 'supplier.email'],
      ...['parcel.carrier', 'parcel.service', 'parcel.returnTrackingCode', 'parcel.number', 'parcel.shippedAt'],
      ...['parcel.completes', 'parcel.locationId', 'parcel.trackingUrl'],
    ],
    cannot: {},
  },
};

/** The key is the user, without a password; or it stands in the address. */
function keyOf({ headers, path }: SimRequest): string | undefined {
  const basic = /^Basic (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  if (basic === undefined) return new URLSearchParams(path.split('?')[1]).get('ws_key') ?? undefined;
  return Buffer.from(basic, 'base64').toString('utf8').split(':')[0];
}

function refusal({ kind, message, detail }: Refused): WireAnswer {
  switch (kind) {
    case 'unauthorized':
      return errorAnswer(401, 18, 'Authentication key does not exist');
    case 'throttled':
      return {
        status: 429,
        text: 'Too many requests',
        headers: { 'retry-after': detail ?? '1', 'content-type': 'text/plain' },
      };
    case 'broken':
      return errorAnswer(500, 2, '[PHP Fatal error] Allowed memory size exhausted');
    case 'missing':
      return errorAnswer(400, 24, 'Resource of that type does not exists.');
    case 'conflict':
    case 'forbidden':
    case 'invalid':
    case 'invalid client':
    case 'invalid grant':
      return errorAnswer(400, 20, message);
  }
}

const rightsIn = ({ granted }: WireCall): Map<string, Set<string>> => {
  const rights = new Map<string, Set<string>>();
  for (const [resource, method] of granted.flatMap((permission) => RIGHTS[permission]))
    rights.set(resource, (rights.get(resource) ?? new Set()).add(method));
  return rights;
};

/** A resource that the key has no right at all for is another refusal than one of which it has only some. */
function forbidden(call: WireCall, method: string): WireAnswer | undefined {
  const resource = call.part.split('/')[0]!;
  const rights = rightsIn(call).get(resource);
  const format = formatOf(call.query);
  if (!rights)
    return errorAnswer(401, 26, `Resource of type "${resource}" is not allowed with this authentication key`, format);
  if (rights.has(method)) return undefined;
  const words = `Method ${method} is not allowed for the resource ${resource} with this authentication key`;
  return errorAnswer(405, 25, words, format);
}

/** GET /api: what the key may do. */
function rightsOf(call: WireCall): WireAnswer {
  const mark = (rights: ReadonlySet<string>, method: string): string =>
    `${method.toLowerCase()}="${rights.has(method) ? 'true' : 'false'}"`;
  const all = [...rightsIn(call)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (formatOf(call.query) === 'JSON')
    return { status: 200, json: Object.fromEntries(all.map(([name]) => [name, { description: name }])) };
  const rows = all.map(
    ([name, rights]) =>
      `<${name} ${['GET', 'PUT', 'POST', 'DELETE', 'HEAD'].map((method) => mark(rights, method)).join(' ')}>` +
      `<description>The ${name}</description><schema type="blank"/><schema type="synopsis"/></${name}>`,
  );
  return xmlAnswer(200, `<api shopName="Simulated shop">${rows.join('\n')}</api>`);
}

const CONFIGURATION: Readonly<Record<string, string>> = {
  PS_TIMEZONE: ZONE,
  PS_CURRENCY_DEFAULT: '1',
  PS_LANG_DEFAULT: '1',
  PS_WEIGHT_UNIT: 'kg',
  PS_SHOP_NAME: 'Simulated shop',
  PS_OS_CANCELED: STATES.cancelled.id,
  PS_OS_REFUND: STATES.refunded.id,
  PS_OS_ERROR: STATES.error.id,
  PS_OS_SHIPPING: STATES.shipped.id,
};
const COUNTRIES = ['AT', 'DE', 'FR'];

function resources(desk: Desk): Resource[] {
  const { shop } = desk;
  const regions = new Numbers();
  const words: Dictionary = {
    ...{ groups: new Numbers(), values: new Numbers(), features: new Numbers(), featureValues: new Numbers() },
  };
  const around = (): Around => {
    const products = new Map(
      shop.readProducts().flatMap(({ id, variants }) => variants.map((variant) => [variant.id, id] as const)),
    );
    return {
      // It was changed once: the number is another, the reference is not.
      carrierOf: (code) => `1${code}`,
      productOf: (variantId) => products.get(variantId),
      regionOf: (region) => (region === undefined ? '0' : regions.of(region)),
      countryOf: (code) => String(COUNTRIES.indexOf(code) + 1),
    };
  };
  const orders = (rows: (order: ReturnType<typeof shop.readOrders>[number], around_: Around) => Fields[]) => () => {
    const known = around();
    return shop.readOrders().flatMap((order) => rows(order, known));
  };
  const named = (names: readonly string[], more: (name: string) => Readonly<Record<string, string>>) => (): Fields[] =>
    names.map((name, index) => ({
      id: String(index + 1),
      values: fieldsOf({ id: String(index + 1), name: both(name), ...more(name) }),
    }));
  const dictionary = dictionaryRows(words);
  const numbered = (rows: () => Fields[]) => () => {
    for (const product of shop.readProducts()) {
      productFields(product, words);
      combinationFields(product, words);
    }
    return rows();
  };
  return [
    {
      ...{ name: 'orders', node: 'order', unfiltered: ['shipping_number'] },
      rows: orders((order, known) => [orderFields(order, known, shop.poisoned.get(order.id))]),
    },
    {
      ...{ name: 'order_details', node: 'order_detail' },
      rows: orders((order, known) => order.lines.map((line) => detailFields(order, line, known))),
    },
    {
      ...{ name: 'order_carriers', node: 'order_carrier', required: ['id_order', 'id_carrier'] },
      rows: orders((order, known) => carrierFields(order, known)),
    },
    { name: 'order_payments', node: 'order_payment', rows: orders(paymentFields) },
    {
      ...{ name: 'order_slip', node: 'order_slip' },
      rows: orders((order) => order.refunds.map((each) => slipFields(order, each))),
    },
    { name: 'order_histories', node: 'order_history', rows: () => [], required: ['id_order', 'id_order_state'] },
    { name: 'order_cart_rules', node: 'order_cart_rule', rows: () => [] },
    { name: 'customers', node: 'customer', rows: orders((order) => [customerFields(order)]) },
    { name: 'addresses', node: 'address', rows: orders(addressesFields) },
    {
      ...{ name: 'products', node: 'product', required: ['price', 'name'] },
      ...{ readOnly: ['manufacturer_name', 'quantity'], unfiltered: ['manufacturer_name', 'quantity', 'type'] },
      rows: () => shop.readProducts().map((product) => productFields(product, words, shop.poisoned.get(product.id))),
    },
    {
      ...{ name: 'combinations', node: 'combination', required: ['id_product', 'minimal_quantity'] },
      ...{ readOnly: ['quantity'] },
      rows: () => shop.readProducts().flatMap((product) => combinationFields(product, words)),
    },
    { name: 'product_options', node: 'product_option', rows: numbered(dictionary.product_options) },
    { name: 'product_option_values', node: 'product_option_value', rows: numbered(dictionary.product_option_values) },
    { name: 'product_features', node: 'product_feature', rows: numbered(dictionary.product_features) },
    {
      ...{ name: 'product_feature_values', node: 'product_feature_value' },
      rows: numbered(dictionary.product_feature_values),
    },
    {
      ...{ name: 'stock_availables', node: 'stock_available' },
      required: ['id_product', 'id_product_attribute', 'quantity', 'depends_on_stock', 'out_of_stock'],
      rows: () => stockFields(shop),
    },
    {
      ...{ name: 'suppliers', node: 'supplier' },
      rows: () =>
        shop.suppliers.map(({ id, name }) => ({ id, values: fieldsOf({ id, name, active: '1', link_rewrite: '' }) })),
    },
    {
      ...{ name: 'product_suppliers', node: 'product_supplier' },
      rows: () => {
        const { productOf } = around();
        return shop.supplierPrices.map((price, index) =>
          supplierPriceFields(price, index, productOf(price.variantId) ?? '0'),
        );
      },
    },
    {
      ...{ name: 'configurations', node: 'configuration' },
      rows: () =>
        Object.entries(CONFIGURATION).map(([name, value], index) => ({
          id: String(index + 1),
          values: fieldsOf({ id: String(index + 1), value, name, id_shop_group: '', id_shop: '' }),
        })),
    },
    {
      ...{ name: 'currencies', node: 'currency' },
      rows: named(CURRENCIES, (code) => ({ iso_code: code, conversion_rate: '1.000000', deleted: '0', active: '1' })),
    },
    {
      ...{ name: 'order_states', node: 'order_state' },
      rows: () =>
        Object.values(STATES).map(({ id, name, ...flags }) => ({
          id,
          values: fieldsOf({
            ...{ id, name: both(name), logable: '0', deleted: '0', hidden: '0', delivery: '0', invoice: '0' },
            ...{ paid: 'paid' in flags ? '1' : '0', shipped: 'shipped' in flags ? '1' : '0' },
          }),
        })),
    },
    {
      ...{ name: 'carriers', node: 'carrier' },
      rows: () =>
        shop.shippingMethods.flatMap(({ code, name }) => [
          carrierRow(code, code, `${name} (old)`, '1'),
          carrierRow(`1${code}`, code, name, '0'),
        ]),
    },
    { name: 'countries', node: 'country', rows: named(COUNTRIES, (code) => ({ iso_code: code, active: '1' })) },
    {
      ...{ name: 'states', node: 'state' },
      rows: () =>
        statesOf(shop.readOrders(), regions).map(({ number, texts: [name = ''] }) => ({
          id: number,
          values: fieldsOf({ id: number, id_country: '1', iso_code: `R${number}`, name }),
        })),
    },
    {
      ...{ name: 'taxes', node: 'tax' },
      rows: () =>
        [5, 10, 20].map((rate) => ({
          id: String(rate),
          values: fieldsOf({
            id: String(rate),
            rate: `${rate}.000`,
            active: '1',
            deleted: '0',
            name: both(`VAT ${rate} %`),
          }),
        })),
    },
    { name: 'shops', node: 'shop', rows: named(['Simulated shop'], () => ({ id_shop_group: '1', active: '1' })) },
  ];
}

const carrierRow = (id: string, reference: string, name: string, deleted: string): Fields => ({
  id,
  values: fieldsOf({ id, deleted, id_reference: reference, name, active: '1', delay: both('two days') }),
});

/** Every region that an address has, so that each has its number before it is asked for. */
function statesOf(orders: readonly ShopOrder[], regions: Numbers) {
  for (const { billing, deliveries } of orders)
    for (const { region } of [billing, ...deliveries.map(({ address }) => address)])
      if (region !== undefined) regions.of(region);
  return regions.all();
}
