import { createHmac } from 'node:crypto';
import type { Permission } from '../desk/permissions.ts';
import type { Refused, RefusalKind } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import type { SimRequest } from '../desk/messages.ts';
import { collectionQuery, fieldsOf, listed, wpError } from './woocommerce-lists.ts';
import { hookTopics, webhookRoutes } from './woocommerce-hooks.ts';
import { productJson, variationJson } from './woocommerce-products.ts';
import { orderJson, refundJson, statusOf } from './woocommerce-words.ts';
import { postMetas, writeRoutes, type PostMetas } from './woocommerce-writes.ts';

/** Rights of the key's user, as the plugin asks for them. */
const WORDS: Readonly<Record<Permission, string>> = {
  'settings:read': 'manage_woocommerce',
  'products:read': 'read_private_products',
  'orders:read': 'read_private_shop_orders',
  'stock:read': 'read_private_products',
  'stock:write': 'edit_others_products',
  'prices:write': 'edit_others_products',
  'shipments:write': 'edit_others_shop_orders',
  'suppliers:read': 'manage_woocommerce',
  'webhooks:write': 'manage_woocommerce',
};
const REFUSALS: Readonly<Record<RefusalKind, readonly [number, string, string]>> = {
  unauthorized: [401, 'woocommerce_rest_authentication_error', 'Consumer key is invalid.'],
  forbidden: [403, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.'],
  missing: [404, 'rest_no_route', 'No route was found matching the URL and request method.'],
  invalid: [400, 'rest_invalid_param', 'Invalid parameter(s)'],
  conflict: [400, 'woocommerce_rest_cannot_edit', 'This resource cannot be edited.'],
  throttled: [429, 'too_many_requests', 'Too many requests.'],
  broken: [500, 'internal_server_error', '<p>There has been a critical error on this website.</p>'],
  'invalid client': [401, 'woocommerce_rest_authentication_error', 'Consumer secret is invalid.'],
  'invalid grant': [401, 'woocommerce_rest_authentication_error', 'Consumer secret is invalid.'],
};

/**
 * WooCommerce's REST API v3 (10.x, order fulfilments switched on) behind WordPress: keys by HTTP Basic or in the query,
 * times in whole seconds, one place that stock is counted in.
 */
export const woocommerceWire: Wire = {
  name: 'woocommerce',
  basePath: '/wp-json',
  habits: {
    numericIds: true,
    oneLocation: true,
    shippingMethods: [
      { id: '1', code: 'flat_rate:1', name: 'Standard' },
      { id: '2', code: 'flat_rate:2', name: 'Express' },
    ],
  },
  keyOf,
  refusal,
  hook(event, id, at, secret) {
    const [resource = '', happened = ''] = hookTopics(event.type).split('.');
    const body = JSON.stringify({ id: Number(event.id), date_modified_gmt: at.toISOString().slice(0, 19) });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-wc-webhook-source': 'https://shop.example/',
        'x-wc-webhook-topic': `${resource}.${happened}`,
        'x-wc-webhook-resource': resource,
        'x-wc-webhook-event': happened,
        'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
        'x-wc-webhook-id': '1',
        'x-wc-webhook-delivery-id': id,
      },
    };
  },
  routes(desk) {
    const metas = postMetas();
    return [
      siteIndex(desk),
      ...orderLists(desk, metas),
      ...productLists(desk, metas),
      ...shopSettings(desk),
      ...writeRoutes(desk, metas),
      ...webhookRoutes(desk),
    ];
  },
  subject: {
    credential: (key) => ({ consumerKey: `ck_${key}`, consumerSecret: `cs_${key}` }),
    settings: (url) => ({ url: url.replace(/\/wp-json$/, ''), invoiceMethods: ['cheque'] }),
    permissionWord: (permission) => WORDS[permission],
    pagings: ['offset'],
    lacks: [
      // Core WooCommerce reserves no payments and takes none in part, has no gift cards, sets, test orders, pick-up
      // points, gift messages, returns or second addresses, forgets the SKU of a product that is deleted, and has all
      // products in one currency.
      ...['authorized', 'partially-paid', 'gift-card', 'deleted-variant', 'bundle', 'test', 'by-platform', 'pickup'],
      ...['gift', 'returned', 'two-deliveries', 'product.yen', 'product.dinar', 'product.untracked'],
      // Pieces that are cancelled are taken off the line and not heard of again; the buyer's number is the bill's.
      ...['order.returns', 'order.cancellations', 'order.lines.cancelledQuantity', 'order.customerPhone'],
      ...['order.hold.message', 'product.variants.title', 'product.variants.updatedAt'],
      // What can be sold is counted, and nothing else.
      ...['stock.onHand', 'stock.allocated', 'location.name'],
      ...['parcel.service', 'parcel.returnTrackingCode', 'parcel.number', 'parcel.shippedAt', 'parcel.completes'],
      'parcel.locationId',
    ],
    cannot: {},
  },
};

/** The key without its prefix, where its secret fits; by HTTP Basic, else in the query. */
function keyOf({ headers, path }: SimRequest): string | undefined {
  const basic = /^Basic (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  const query = new URLSearchParams(path.split('?')[1]);
  const [key = '', secret = ''] =
    basic === undefined
      ? [query.get('consumer_key') ?? '', query.get('consumer_secret') ?? '']
      : Buffer.from(basic, 'base64').toString('utf8').split(':');
  const name = key.replace(/^ck_/, '');
  return secret === `cs_${name}` ? name : undefined;
}

function refusal({ kind, message, detail }: Refused): WireAnswer {
  const [status, code, words] = REFUSALS[kind];
  const writes = kind === 'forbidden' && (detail ?? '').endsWith(':write') && detail !== 'webhooks:write';
  return {
    ...(writes
      ? wpError(403, 'woocommerce_rest_cannot_batch', 'Sorry, you are not allowed to batch manipulate this resource.')
      : wpError(status, code, kind === 'invalid' ? `${words}: ${message}` : words)),
    ...(kind === 'throttled' ? { headers: { 'retry-after': detail ?? '1' } } : {}),
  };
}

const get = (path: RegExp, needs: Permission, answer: (call: WireCall) => WireAnswer): Route => ({
  method: 'GET',
  path,
  answer: (call) => {
    call.demand(needs);
    return answer(call);
  },
});

/** Open to everybody: WordPress tells what it is. */
const siteIndex = ({ shopId }: Desk): Route => ({
  method: 'GET',
  path: /^\/$/,
  open: true,
  answer: ({ query }) => ({
    status: 200,
    json: fieldsOf(query)({
      name: 'Simulated shop',
      description: '',
      url: `https://${shopId}.example`,
      home: `https://${shopId}.example`,
      gmt_offset: 1,
      timezone_string: 'Europe/Vienna',
      namespaces: ['oembed/1.0', 'wc/v3', 'wp/v2'],
      routes: {},
    }),
  }),
});

function orderLists(desk: Desk, metas: PostMetas): Route[] {
  const { shop } = desk;
  const products = () =>
    new Map(shop.readProducts().flatMap(({ id, variants }) => variants.map((variant) => [variant.id, id] as const)));
  const shown = (products_: ReadonlyMap<string, string>) => (order: ReturnType<typeof shop.readOrders>[number]) =>
    orderJson(
      order,
      shop.shippingMethods,
      (variant) => products_.get(variant),
      metas.of('order', order.id),
      shop.poisoned.get(order.id),
    );
  return [
    get(/^\/wc\/v3\/orders$/, 'orders:read', ({ query }) => {
      const asked = collectionQuery(query);
      const statuses = (query.get('status') ?? 'any').split(',');
      const rows = shop
        .readOrders()
        .map((order) => ({ ...order, createdAt: order.placedAt ?? order.updatedAt, order }))
        .filter(({ order }) =>
          statuses.includes('any') ? statusOf(order) !== 'checkout-draft' : statuses.includes(statusOf(order)),
        );
      const show = shown(products());
      return listed(desk, rows, asked, ({ order }) => show(order));
    }),
    get(/^\/wc\/v3\/orders\/(\d+)$/, 'orders:read', ({ part, query }) => {
      const order = shop.readOrders().find(({ id }) => id === part);
      if (!order) return unknown('shop_order');
      return { status: 200, json: fieldsOf(query)(shown(products())(order)) };
    }),
    get(/^\/wc\/v3\/orders\/(\d+)\/refunds$/, 'orders:read', ({ part }) => {
      const order = shop.readOrders().find(({ id }) => id === part);
      if (!order) return unknown('shop_order');
      return { status: 200, json: order.refunds.map((refund) => refundJson(refund, order.currency)) };
    }),
  ];
}

const unknown = (type: string): WireAnswer => wpError(404, `woocommerce_rest_${type}_invalid_id`, 'Invalid ID.');

function productLists(desk: Desk, metas: PostMetas): Route[] {
  const { shop } = desk;
  const variations = (only?: string) =>
    shop
      .readProducts()
      .filter(({ id }) => only === undefined || id === only)
      .flatMap((product) =>
        product.variants.map((variant) => ({
          id: variant.id,
          updatedAt: product.updatedAt,
          createdAt: product.createdAt,
          json: () =>
            variationJson(
              product,
              variant,
              [...shop.levels.values()].find(({ variantId }) => variantId === variant.id),
              metas.of('product', variant.id),
              shop.poisoned.get(product.id),
            ),
        })),
      );
  const list = ({ query }: WireCall, only?: string) =>
    listed(desk, variations(only), collectionQuery(query), ({ json }) => json());
  return [
    get(/^\/wc\/v3\/products$/, 'products:read', ({ query }) =>
      listed(desk, shop.readProducts(), collectionQuery(query), (product) =>
        productJson(product, shop.poisoned.get(product.id)),
      ),
    ),
    get(/^\/wc\/v3\/variations$/, 'products:read', (call) => list(call)),
    get(/^\/wc\/v3\/products\/(\d+)\/variations$/, 'products:read', (call) =>
      shop.products.get(call.part) ? list(call, call.part) : unknown('product'),
    ),
    get(/^\/wc\/v3\/products\/attributes$/, 'products:read', () => ({ status: 200, json: [] })),
  ];
}

function shopSettings({ shop }: Desk): Route[] {
  const setting = (id: string, value: string): WireAnswer => ({ status: 200, json: { id, value, default: '' } });
  const needs = 'settings:read' as const;
  return [
    get(/^\/wc\/v3\/data\/currencies\/current$/, needs, () => ({ status: 200, json: { code: shop.currency } })),
    get(/^\/wc\/v3\/settings\/products\/woocommerce_weight_unit$/, needs, () =>
      setting('woocommerce_weight_unit', 'kg'),
    ),
    get(/^\/wc\/v3\/settings\/tax\/woocommerce_prices_include_tax$/, needs, () =>
      setting('woocommerce_prices_include_tax', 'yes'),
    ),
    get(/^\/wc\/v3\/shipping\/zones$/, needs, () => ({
      status: 200,
      json: [
        { id: 0, name: 'Locations not covered by your other zones', order: 0 },
        { id: 1, name: 'Everywhere', order: 0 },
      ],
    })),
    get(/^\/wc\/v3\/shipping\/zones\/(\d+)\/methods$/, needs, ({ part }) => ({
      status: 200,
      json: (part === '1' ? shop.shippingMethods : []).map(({ id, code, name }, index) => ({
        id: Number(id),
        instance_id: Number(id),
        title: name,
        order: index + 1,
        enabled: true,
        method_id: code.split(':')[0],
        method_title: 'Flat rate',
      })),
    })),
  ];
}
