import { Webhook } from 'standardwebhooks';
import type { Permission } from '../desk/permissions.ts';
import type { Refused, RefusalKind } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import { listed, picked, type ListedRow } from './medusa-lists.ts';
import { orderJson, productJson, returnsJson, stockJson } from './medusa-words.ts';
import { writeRoutes, type Fulfilments } from './medusa-writes.ts';

/** Policies, as a server with roles (feature flag rbac) names them. */
const WORDS: Readonly<Record<Permission, string>> = {
  'settings:read': 'store:read',
  'products:read': 'product:read',
  'orders:read': 'order:read',
  'stock:read': 'inventory_level:read',
  'stock:write': 'inventory_level:update',
  'prices:write': 'product_variant:update',
  'shipments:write': 'fulfillment:create',
  'suppliers:read': 'store:read',
  'webhooks:write': 'store:update',
};

/**
 * Medusa's Admin API (2.21) with the companion plugin: the secret key as user of HTTP Basic, lists by offset that are
 * sorted by one field alone, states that are computed, stock of inventory items, fulfilments that are made, then sent.
 * What came back is not taken out of the totals of an order here, as Medusa does.
 */
export const medusaWire: Wire = {
  name: 'medusa',
  basePath: '/admin',
  habits: {
    shippingMethods: [
      { id: 'so_1', code: 'so_1', name: 'Standard' },
      { id: 'so_2', code: 'so_2', name: 'Express' },
    ],
  },
  keyOf({ headers }) {
    const basic = /^Basic (.+)$/.exec(headers['authorization'] ?? '')?.[1];
    if (basic === undefined) return undefined;
    const [key = '', password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return password === '' && key.startsWith('sk_') ? key.slice(3) : undefined;
  },
  refusal,
  hook(event, id, at, secret) {
    const [topic] = event.type.split('.');
    const body = JSON.stringify({
      type: 'changed',
      orders: topic === 'order' ? [event.id] : [],
      products: topic === 'product' ? [event.id] : [],
    });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
    };
  },
  routes(desk) {
    const made: Fulfilments = { packed: [], sent: new Map() };
    const shown = (id: string) => ordersOf(desk, made).find((row) => row.id === id);
    return [...lists(desk, made), ...writeRoutes(desk, made, shown)];
  },
  subject: {
    credential: (key) => ({ apiKey: `sk_${key}` }),
    settings: (url) => ({
      url: url.replace(/\/admin$/, ''),
      onDeliveryProviders: ['pp_cod_cod'],
      invoiceProviders: ['pp_invoice_invoice'],
    }),
    permissionWord: (permission) => WORDS[permission],
    pagings: ['offset'],
    lacks: [
      // No test orders, holds, bundles, pick-up points, gift messages, fees, second addresses or erased persons of its
      // own; drafts are another list; a variant cannot be switched off,
      // and what is not counted has no levels.
      ...['test', 'held', 'bundle', 'by-platform', 'pickup', 'gift', 'fee', 'two-deliveries', 'redacted'],
      ...['product.disabled', 'product.untracked', 'draft'],
      // Pieces that are taken off an order are not heard of again.
      ...['order.cancellations', 'order.lines.cancelledQuantity', 'order.note'],
      ...['order.payments.method', 'order.refunds.lines', 'order.refunds.shippingAmount', 'order.refunds.restocked'],
      ...['product.brand', 'product.images.alt', 'product.variants.title', 'product.variants.updatedAt'],
      ...['product.variants.compareAtPrice', 'location.code', 'location.readOnly'],
      // A label has a number and an address; what else is told lies in the metadata of the caller.
      ...['parcel.carrier', 'parcel.service', 'parcel.returnTrackingCode', 'parcel.number', 'parcel.shippedAt'],
      'parcel.completes',
    ],
    cannot: { 'C12.offset': 'Medusa gives every time in UTC' },
  },
};

const REFUSALS: Readonly<Record<RefusalKind, readonly [number, string, string]>> = {
  unauthorized: [401, '', 'Unauthorized'],
  forbidden: [403, 'forbidden', 'Insufficient permissions. Required policies: '],
  missing: [404, '', ''],
  invalid: [400, 'invalid_data', ''],
  conflict: [409, 'conflict', ''],
  throttled: [429, '', 'Too many requests'],
  broken: [500, 'unknown_error', 'An unknown error occurred.'],
  'invalid client': [401, '', 'Unauthorized'],
  'invalid grant': [401, '', 'Unauthorized'],
};

function refusal({ kind, message, detail }: Refused): WireAnswer {
  const [status, type, words] = REFUSALS[kind];
  // What there is no route for, Express answers.
  if (kind === 'missing')
    return {
      status,
      text: '<!DOCTYPE html><html><body><pre>Cannot GET</pre></body></html>',
      headers: { 'content-type': 'text/html' },
    };
  const policy = kind === 'forbidden' ? (WORDS[detail as Permission] ?? '') : '';
  return {
    status,
    json: { ...(type === '' ? {} : { type }), message: words === '' ? message : words + policy },
    ...(kind === 'throttled' ? { headers: { 'retry-after': detail ?? '1' } } : {}),
  };
}

/** Drafts are a list of their own. */
function ordersOf({ shop }: Desk, { packed, sent }: Fulfilments): ListedRow[] {
  return shop
    .readOrders()
    .filter(({ progress }) => progress !== 'Draft')
    .map((order) => {
      const waiting = packed.filter(({ orderId }) => orderId === order.id);
      return orderJson(order, shop.shippingMethods, waiting, sent, shop.poisoned.get(order.id)) as unknown as ListedRow;
    });
}

function lists(desk: Desk, made: Fulfilments): Route[] {
  const { shop, shopId } = desk;
  const get = (path: RegExp, needs: Permission, answer: (call: WireCall) => WireAnswer): Route => ({
    method: 'GET',
    path,
    answer: (call) => {
      call.demand(needs);
      return answer(call);
    },
  });
  const few = (name: string, needs: Permission, rows: () => readonly ListedRow[]): Route =>
    get(new RegExp(`^/${name.replaceAll('_', '-')}$`), needs, ({ query }) => listed(desk, name, rows(), query));
  const variants = () =>
    shop
      .readProducts()
      .flatMap((product) => product.variants.map((each) => stockJson(product, each, [...shop.levels.values()])));
  return [
    few('stores', 'settings:read', () => [
      {
        ...{ id: `store_${shopId}`, name: 'Simulated shop' },
        supported_currencies: [{ currency_code: shop.currency.toLowerCase(), is_default: true }],
      },
    ]),
    few('price_preferences', 'products:read', () =>
      ['eur', 'jpy', 'kwd'].map((value) => ({
        id: `prpref_${value}`,
        attribute: 'currency_code',
        value,
        is_tax_inclusive: true,
      })),
    ),
    few('stock_locations', 'settings:read', () => shop.locations.map(({ id, name }) => ({ id, name }))),
    few('shipping_options', 'settings:read', () => shop.shippingMethods.map(({ id, name }) => ({ id, name }))),
    few('product_options', 'products:read', () => []),
    get(/^\/orders$/, 'orders:read', ({ query }) => listed(desk, 'orders', ordersOf(desk, made), query, ['status'])),
    get(/^\/orders\/([^/]+)$/, 'orders:read', ({ part, query }) => {
      const order = ordersOf(desk, made).find(({ id }) => id === part);
      if (!order) return { status: 404, json: { type: 'not_found', message: `Order id not found: ${part}` } };
      return { status: 200, json: { order: picked(query)(order) } };
    }),
    get(/^\/returns$/, 'orders:read', ({ query }) =>
      listed(desk, 'returns', shop.readOrders().flatMap(returnsJson), query, ['order_id']),
    ),
    get(/^\/products$/, 'products:read', ({ query }) =>
      listed(
        desk,
        'products',
        shop.readProducts().map((product) => productJson(product, shop.poisoned.get(product.id))),
        query,
      ),
    ),
    get(/^\/product-variants$/, 'products:read', ({ query }) => listed(desk, 'variants', variants(), query)),
  ];
}
