import type { SimRequest } from '../desk/messages.ts';
import type { Permission } from '../desk/permissions.ts';
import type { Refused } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import { formatOf, listed, single, type Resource } from './prestashop-lists.ts';
import { STATES } from './prestashop-orders.ts';
import { errorAnswer, xmlAnswer } from './prestashop-output.ts';
import { resources } from './prestashop-resources.ts';
import { broken, type Break } from './prestashop-breaks.ts';
import { bodyOf, patch, post, put, type History } from './prestashop-writes.ts';

/** A release of PrestaShop, where it is another than the newest. */
export interface Release {
  /** Resources and fields (`products.mpn`) that it does not have; `PATCH`: that neither. */
  readonly without?: readonly string[];
  /** Records at which it breaks down. */
  readonly breaks?: readonly Break[];
}

const VERSION = '8.1.7';

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
    ...['product_feature_values', 'specific_prices'],
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
    ['products', 'PATCH'],
    ['combinations', 'PATCH'],
    ['specific_prices', 'PUT'],
    ['specific_prices', 'POST'],
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

/** The webservice of PrestaShop: a key as the user of HTTP Basic, XML or JSON, local times, no webhooks. */
export const prestashopWireOf = ({ without = [], breaks = [] }: Release): Wire => ({
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
  routes: (desk) => routesOf(desk, { without, breaks }),
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
});

/** The newest release that is played. */
export const prestashopWire: Wire = prestashopWireOf({});

function routesOf(desk: Desk, { without, breaks }: Required<Release>): Route[] {
  const histories: History[] = [];
  const table = new Map(resources(desk, histories, without).map((resource) => [resource.name, resource] as const));
  const names = [...table.keys()].join('|');
  const [list, one] = [new RegExp(`^/((?:${names})/?)$`), new RegExp(`^/((?:${names})/\\d+)$`)];
  const parts = ({ part }: WireCall): [Resource, string] => {
    const [name = '', id = ''] = part.split('/');
    return [table.get(name)!, id];
  };
  const route = (method: string, path: RegExp, answer: (call: WireCall) => WireAnswer): Route => ({
    ...{ method, path, writes: !['GET', 'HEAD'].includes(method) },
    answer: (call) =>
      signed(forbidden(call, method, without) ?? broken(call, parts(call)[0].node, breaks, answer(call))),
  });
  const read = (path: RegExp, answer: (call: WireCall) => WireAnswer): Route[] => [
    route('GET', path, answer),
    route('HEAD', path, (call) => ({ ...answer(call), json: undefined, text: '' })),
  ];
  return [
    ...['GET', 'HEAD'].map((method) => ({
      ...{ method, path: /^\/$/ },
      answer: (call: WireCall) => signed(rightsOf(call, without)),
    })),
    ...read(list, (call) => listed(desk, parts(call)[0], call.query)),
    ...read(one, (call) => single(...parts(call), call.query)),
    route('PUT', one, (call) => put(desk, ...parts(call), call.request.body)),
    // The number stands in the record; the address need not have it.
    route('PUT', list, (call) => {
      const [resource] = parts(call);
      const id = bodyOf(call.request.body, resource.node)?.get('id') ?? '';
      return put(desk, resource, id, call.request.body);
    }),
    route('PATCH', one, (call) => patch(desk, ...parts(call), call.request.body)),
    route('POST', list, (call) => post(desk, parts(call)[0], call.request.body, histories)),
    route('DELETE', one, () => errorAnswer(405, 101, 'Nothing is deleted here')),
    ...['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'].map((method) => ({
      ...{ method, path: /^\/([^/]+)/ },
      answer: ({ part, query }: WireCall) =>
        signed(
          errorAnswer(
            400,
            24,
            `Resource of type "${part}" does not exists. The full list is: ${[...table.keys()].join(', ')}`,
            formatOf(query),
          ),
        ),
    })),
  ];
}

const signed = (answer: WireAnswer): WireAnswer => ({
  ...answer,
  headers: { ...answer.headers, 'psws-version': VERSION },
});

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

/** Who may read may ask for the head alone, too. */
function rightsIn({ granted }: WireCall, without: readonly string[]): Map<string, Set<string>> {
  const rights = new Map<string, Set<string>>();
  for (const [resource, method] of granted.flatMap((permission) => RIGHTS[permission])) {
    if (without.includes(resource) || without.includes(method)) continue;
    const own = (rights.get(resource) ?? new Set()).add(method);
    rights.set(resource, method === 'GET' ? own.add('HEAD') : own);
  }
  return rights;
}

/** A resource that the key has no right at all for is another refusal than one of which it has only some. */
function forbidden(call: WireCall, method: string, without: readonly string[]): WireAnswer | undefined {
  const resource = call.part.split('/')[0]!;
  const rights = rightsIn(call, without).get(resource);
  const format = formatOf(call.query);
  if (!rights)
    return errorAnswer(401, 26, `Resource of type "${resource}" is not allowed with this authentication key`, format);
  if (rights.has(method)) return undefined;
  const words = `Method ${method} is not allowed for the resource ${resource} with this authentication key`;
  return errorAnswer(405, 25, words, format);
}

/** GET /api: what the key may do. */
function rightsOf(call: WireCall, without: readonly string[]): WireAnswer {
  const mark = (rights: ReadonlySet<string>, method: string): string =>
    `${method.toLowerCase()}="${rights.has(method) ? 'true' : 'false'}"`;
  const all = [...rightsIn(call, without)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (formatOf(call.query) === 'JSON')
    return { status: 200, json: Object.fromEntries(all.map(([name]) => [name, { description: name }])) };
  const methods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'HEAD'].filter((method) => !without.includes(method));
  const rows = all.map(
    ([name, rights]) =>
      `<${name} ${methods.map((method) => mark(rights, method)).join(' ')}>` +
      `<description>The ${name}</description><schema type="blank"/><schema type="synopsis"/></${name}>`,
  );
  return xmlAnswer(200, `<api shopName="Simulated shop">${rows.join('\n')}</api>`);
}
