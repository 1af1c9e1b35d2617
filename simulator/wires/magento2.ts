import type { Permission } from '../desk/permissions.ts';
import type { Refused } from '../desk/refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import { magentoError, magentoTime, noSuchEntity, searched, type ListRow } from './magento2-lists.ts';
import { creditJson, orderJson, stateOf } from './magento2-orders.ts';
import { attributeRows, productRows } from './magento2-products.ts';
import { shipmentRoutes } from './magento2-shipments.ts';
import { integrationOf, keyOf } from './magento2-signature.ts';
import { writeRoutes } from './magento2-writes.ts';

/** Resources of an integration, as webapi.xml of the modules asks for them. */
const RESOURCES: Readonly<Record<Permission, string>> = {
  'settings:read': 'Magento_Backend::store',
  'products:read': 'Magento_Catalog::products',
  'orders:read': 'Magento_Sales::actions_view',
  'stock:read': 'Magento_InventoryApi::source',
  'stock:write': 'Magento_InventoryApi::stock_source_item_assign',
  'prices:write': 'Magento_Catalog::catalog',
  'shipments:write': 'Magento_Sales::ship',
  'suppliers:read': 'Magento_Backend::all',
  'webhooks:write': 'Magento_Backend::all',
};
const BASE = '/rest/all';
const METHODS = [
  { id: 'flatrate_flatrate', code: 'flatrate_flatrate', name: 'Standard' },
  { id: 'tablerate_bestway', code: 'tablerate_bestway', name: 'Express' },
] as const;

/**
 * REST of Magento 2 at the store code "all": integrations by OAuth 1.0a or as bearer, search criteria, times in whole
 * seconds, each product configurable, stock in sources. It sends no webhooks.
 */
export const magento2Wire: Wire = {
  name: 'magento2',
  basePath: BASE,
  habits: { numericIds: true, shippingMethods: [{ ...METHODS[0] }, { ...METHODS[1] }] },
  keyOf: (request) => keyOf(request, BASE),
  refusal,
  hook: () => ({ body: '', headers: {} }),
  routes: (desk) => [
    ...shopRoutes(desk),
    ...orderRoutes(desk),
    ...productRoutes(desk),
    ...shipmentRoutes(desk),
    ...writeRoutes(desk),
  ],
  subject: {
    credential: integrationOf,
    settings: (url) => ({
      url: url.replace(/\/rest\/all$/, ''),
      barcodeAttribute: 'barcode',
      shippingMethods: Object.fromEntries(METHODS.map(({ code, name }) => [code, name])),
    }),
    permissionWord: (permission) => RESOURCES[permission],
    pagings: ['offset'],
    lacks: [
      // A payment that failed cancels the order; a basket is none. Fees, test orders, gifts, returns, erased buyers and
      // several addresses are extensions or Adobe Commerce's; a SKU is unique, and all products are in one currency.
      ...['failed', 'test', 'by-platform', 'pickup', 'gift', 'returned', 'two-deliveries', 'redacted', 'fee'],
      ...['product.yen', 'product.dinar', 'product.untracked', 'product.twin-a', 'product.twin-b'],
      // Pieces that are cancelled are a number at the item.
      ...['order.cancellations', 'order.returns', 'order.customerPhone', 'order.hold.message', 'order.channel'],
      // The way to the files is the shop's; each product has a set of attributes; a variant has its own time.
      ...['product.images.url', 'product.attributeSetId', 'product.variants.updatedAt'],
      // What is reserved is told for one product at a time; no source is another's.
      ...['stock.allocated', 'stock.available', 'location.readOnly'],
      ...['parcel.trackingUrl', 'parcel.service', 'parcel.returnTrackingCode', 'parcel.number', 'parcel.shippedAt'],
      'parcel.completes',
    ],
    cannot: {
      'C3.twin-sku': 'Magento has each SKU once',
      'C3.no-sku': 'Magento has no product without a SKU',
      'C12.offset': 'Magento gives all times in UTC, without the offset of the place',
    },
  },
};

function refusal({ kind, message, detail }: Refused): WireAnswer {
  switch (kind) {
    case 'forbidden':
      return magentoError(401, "The consumer isn't authorized to access %resources.", {
        resources: RESOURCES[(detail ?? 'settings:read') as Permission],
      });
    case 'missing':
      return magentoError(404, 'Request does not match any route.');
    case 'invalid':
    case 'conflict':
      return magentoError(400, message);
    case 'throttled':
      return { ...magentoError(429, 'Too many requests.'), headers: { 'retry-after': detail ?? '1' } };
    case 'broken':
      return magentoError(500, 'Server internal error. See details in report api/%1', ['123456']);
    case 'unauthorized':
    case 'invalid client':
    case 'invalid grant':
      return magentoError(401, 'The signature is invalid. Verify and try again.');
  }
}

const get = (path: RegExp, needs: Permission, answer: (call: WireCall) => WireAnswer): Route => ({
  ...{ method: 'GET', path },
  answer: (call) => {
    call.demand(needs);
    return answer(call);
  },
});

const listOf = (desk: Desk, path: RegExp, needs: Permission, rows: () => readonly ListRow[]): Route =>
  get(path, needs, ({ query }) => searched(desk, rows(), query));

function shopRoutes(desk: Desk): Route[] {
  const { shop, shopId } = desk;
  const base_url = `https://${shopId}.example/`;
  return [
    // For every integration that has any resource.
    {
      method: 'GET',
      path: /^\/V1\/modules$/,
      answer: () => ({ status: 200, json: ['Magento_Store', 'Magento_InventoryApi'] }),
    },
    get(/^\/V1\/store\/storeConfigs$/, 'settings:read', () => ({
      status: 200,
      json: [
        {
          ...{ id: 1, code: 'default', website_id: 1, locale: 'de_AT', timezone: 'Europe/Vienna', weight_unit: 'kgs' },
          ...{ base_currency_code: shop.currency, default_display_currency_code: shop.currency },
          ...{ base_url, secure_base_url: base_url, base_link_url: base_url, secure_base_link_url: base_url },
          ...{
            base_media_url: 'https://images.example/media/',
            secure_base_media_url: 'https://images.example/media/',
          },
        },
      ],
    })),
    listOf(desk, /^\/V1\/inventory\/sources$/, 'stock:read', () =>
      shop.locations.map(({ code, name }, index) => ({
        fields: { entity_id: index, source_code: code },
        json: () => ({ source_code: code, name, enabled: true, country_id: 'AT', postcode: '8010' }),
      })),
    ),
    listOf(desk, /^\/V1\/inventory\/source-items$/, 'stock:read', () =>
      [...shop.levels.values()].map(({ variantId, sku, locationId, onHand }) => ({
        fields: { entity_id: `${variantId.padStart(16, '0')} ${locationId}`, sku, source_code: locationId },
        json: () => ({ sku, source_code: locationId, quantity: onHand, status: onHand > 0 ? 1 : 0 }),
      })),
    ),
    get(/^\/V1\/stockItems\/(.+)$/, 'stock:read', ({ part }) => {
      const level = [...shop.levels.values()].find(({ sku }) => sku === part);
      if (!level) return noSuchEntity('sku', part);
      const { variantId, onHand } = level;
      const json = { item_id: Number(variantId), product_id: Number(variantId), qty: onHand };
      return { status: 200, json: { ...ITEM, ...json, is_in_stock: onHand > 0, manage_stock: true } };
    }),
    listOf(desk, /^\/V1\/products\/attribute-sets\/sets\/list$/, 'products:read', () => [
      {
        fields: { entity_id: 4, attribute_set_id: 4 },
        json: () => ({ attribute_set_id: 4, attribute_set_name: 'Default', sort_order: 1, entity_type_id: 4 }),
      },
    ]),
    get(/^\/V1\/products\/attribute-sets\/4\/attributes$/, 'products:read', () => ({
      status: 200,
      json: attributeRows(shop.readProducts()).map(({ json }) => json()),
    })),
    listOf(desk, /^\/V1\/products\/attributes$/, 'products:read', () => attributeRows(shop.readProducts())),
  ];
}

/** What a stock item has beside its number: an answer has all of it, and so must a write. */
const ITEM = {
  ...{ stock_id: 1, is_qty_decimal: false, show_default_notification_message: false, is_decimal_divided: false },
  ...{ use_config_min_qty: true, min_qty: 0, use_config_min_sale_qty: 1, min_sale_qty: 1 },
  ...{ use_config_max_sale_qty: true, max_sale_qty: 10_000, use_config_backorders: true, backorders: 0 },
  ...{ use_config_notify_stock_qty: true, notify_stock_qty: 1, use_config_qty_increments: true, qty_increments: 0 },
  ...{ use_config_enable_qty_inc: true, enable_qty_increments: false, use_config_manage_stock: true },
  ...{ low_stock_date: null, stock_status_changed_auto: 0 },
};

function orderRoutes(desk: Desk): Route[] {
  const { shop } = desk;
  // What nobody has placed is a quote, and no order.
  const placed = () => shop.readOrders().filter(({ progress }) => progress !== 'Draft');
  const json = (order: ReturnType<typeof placed>[number]) =>
    orderJson(order, shop.shippingMethods, shop.poisoned.get(order.id));
  return [
    listOf(desk, /^\/V1\/orders$/, 'orders:read', () =>
      placed().map((order) => ({
        fields: {
          ...{ entity_id: Number(order.id), increment_id: order.number, store_id: 1, state: stateOf(order) },
          created_at: magentoTime(order.placedAt ?? order.updatedAt),
          updated_at: magentoTime(order.updatedAt),
        },
        json: () => json(order),
      })),
    ),
    get(/^\/V1\/orders\/(\d+)$/, 'orders:read', ({ part }) => {
      const order = placed().find(({ id }) => id === part);
      return order ? { status: 200, json: json(order) } : noSuchEntity('id', part);
    }),
    listOf(desk, /^\/V1\/creditmemos$/, 'orders:read', () =>
      placed().flatMap((order) =>
        order.refunds.map((refund) => ({
          fields: { entity_id: Number(refund.id), order_id: Number(order.id) },
          json: () => creditJson(order, refund),
        })),
      ),
    ),
  ];
}

function productRoutes(desk: Desk): Route[] {
  const { shop } = desk;
  const rows = (): ListRow[] => productRows(shop.readProducts(), (id) => shop.poisoned.get(id));
  return [
    listOf(desk, /^\/V1\/products\/?$/, 'products:read', rows),
    get(/^\/V1\/products\/([^/]+)$/, 'products:read', ({ part }) => {
      const found = rows().find(({ fields }) => fields['sku'] === part);
      if (found) return { status: 200, json: found.json() };
      return magentoError(404, "The product that was requested doesn't exist. Verify the product and try again.");
    }),
  ];
}
