import type { Desk } from '../desk/wire.ts';
import type { ShopOrder } from '../shop/model.ts';
import { FIELDS } from './prestashop-fields.ts';
import { localTime, ZONE, type Resource } from './prestashop-lists.ts';
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
import type { Fields } from './prestashop-output.ts';
import {
  combinationFields,
  dictionaryRows,
  Numbers,
  productFields,
  stockFields,
  supplierPriceFields,
  type Dictionary,
} from './prestashop-products.ts';
import { Kept } from './prestashop-kept.ts';
import { Prices } from './prestashop-prices.ts';
import { Specials } from './prestashop-specials.ts';
import type { History } from './prestashop-writes.ts';

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
/** Of a product: what it is asked for is worked out then. */
const COMPUTED = [
  ...['id_default_image', 'id_default_combination', 'position_in_category', 'manufacturer_name', 'quantity', 'type'],
];
const COUNTRIES = ['AT', 'DE', 'FR'];

/**
 * What the webservice has of a shop. `histories`: states that were set by it. `without`: resources and fields
 * (`products.mpn`) that this release of PrestaShop does not have.
 */
export function resources(desk: Desk, histories: readonly History[], without: readonly string[]): Resource[] {
  const { shop } = desk;
  const regions = new Numbers();
  const [kept, prices, specials] = [new Kept(), new Prices(), new Specials()];
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
      productFields(product, prices.of(product), words);
      combinationFields(product, prices.of(product), words);
    }
    return rows();
  };
  const all: Omit<Resource, 'fields'>[] = [
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
    {
      ...{ name: 'order_histories', node: 'order_history', required: ['id_order', 'id_order_state'] },
      rows: () => histories.map(historyFields),
    },
    { name: 'order_cart_rules', node: 'order_cart_rule', rows: () => [] },
    { name: 'customers', node: 'customer', rows: orders((order) => [customerFields(order)]) },
    { name: 'addresses', node: 'address', rows: orders(addressesFields) },
    {
      ...{ name: 'products', node: 'product', required: ['price', 'name'] },
      ...{ readOnly: ['manufacturer_name', 'quantity'], computed: COMPUTED },
      rows: () =>
        kept.over(
          'products',
          shop
            .readProducts()
            .map((product) => productFields(product, prices.of(product), words, shop.poisoned.get(product.id))),
        ),
      write: (id, body) => prices.put(desk, id, body),
    },
    {
      ...{ name: 'combinations', node: 'combination', required: ['id_product', 'minimal_quantity'] },
      ...{ readOnly: ['quantity'] },
      rows: () =>
        kept.over(
          'combinations',
          shop.readProducts().flatMap((product) => combinationFields(product, prices.of(product), words)),
        ),
      write: (id, body) => prices.put(desk, body.get('id_product') ?? '', body, id),
    },
    {
      ...{ name: 'specific_prices', node: 'specific_price' },
      required: [
        ...['id_shop', 'id_cart', 'id_product', 'id_currency', 'id_country', 'id_group', 'id_customer', 'price'],
        ...['from_quantity', 'reduction', 'reduction_tax', 'reduction_type', 'from', 'to'],
      ],
      rows: () => specials.rows(),
      write: (id, body) => specials.put(id, body),
      add: (body) => specials.add(body),
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
  return all
    .filter(({ name }) => !without.includes(name))
    .map((resource) => {
      const { name, readOnly = [], computed = [] } = resource;
      const fields = FIELDS[name]!.filter((field) => !without.includes(`${name}.${field}`));
      const columns = fields.filter((field) => !readOnly.includes(field) && !computed.includes(field));
      return { keep: (before, body) => kept.put(name, before, columns, body), ...resource, fields };
    });
}

const historyFields = ({ id, orderId, state, at }: History): Fields => ({
  id,
  values: fieldsOf({ id, id_employee: '0', id_order_state: state, id_order: orderId, date_add: localTime(at) }),
});

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
