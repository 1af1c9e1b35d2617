import { decimalString } from '../../model/money.ts';
import {
  paidOf,
  wantedOf,
  type Credit,
  type Parcel,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';
import { localTime } from './prestashop-lists.ts';
import { Words, type Fields } from './prestashop-output.ts';

/** More than any number of minor units can hold. */
export const BEYOND = '99999999999999999999.000000';
export const CURRENCIES = ['EUR', 'JPY', 'KWD', 'USD'] as const;
const MODULES = { OnDelivery: 'ps_cashondelivery', Invoice: 'b2binvoice', Prepaid: 'cardmodule' } as const;

/** States of the shop by what they are; their numbers are not those of a new PrestaShop. */
export const STATES = {
  cheque: { id: '11', name: 'Awaiting check payment' },
  paid: { id: '12', name: 'Payment accepted', paid: true },
  shipped: { id: '14', name: 'Shipped', paid: true, shipped: true },
  shippedUnpaid: { id: '15', name: 'Shipped, to be paid', shipped: true },
  cancelled: { id: '16', name: 'Canceled' },
  refunded: { id: '17', name: 'Refunded' },
  error: { id: '18', name: 'Payment error' },
  wire: { id: '20', name: 'Awaiting bank wire payment' },
  onDelivery: { id: '23', name: 'Awaiting Cash On Delivery validation' },
  review: { id: '30', name: 'Under review', paid: true },
} as const satisfies Readonly<Record<string, { id: string; name: string; paid?: true; shipped?: true }>>;

export const fieldsOf = (values: Readonly<Record<string, string | Words>>): Fields['values'] =>
  new Map(Object.entries(values));
export const both = (text: string): Words => new Words({ 1: text, 2: text });

/** Amounts have six digits behind the point, whatever the currency. */
export const moneyIn =
  (currency: string) =>
  (units: number): string =>
    Number(decimalString(units, currency)).toFixed(6);

export const scale = (currency: string): number => Math.round(1 / Number(decimalString(1, currency)));
const exact = (units: number, currency: string): string => (units / scale(currency)).toFixed(6);

export function stateOf({ progress, payment, terms, hold }: ShopOrder): string {
  if (progress === 'Cancelled') return STATES.cancelled.id;
  if (payment === 'Failed') return STATES.error.id;
  if (payment === 'Refunded') return STATES.refunded.id;
  const isPaid = payment === 'Paid' || payment === 'PartiallyRefunded';
  if (progress === 'Completed') return isPaid ? STATES.shipped.id : STATES.shippedUnpaid.id;
  if (hold !== undefined) return STATES.review.id;
  if (isPaid) return STATES.paid.id;
  if (terms === 'OnDelivery') return STATES.onDelivery.id;
  return terms === 'Invoice' ? STATES.cheque.id : STATES.wire.id;
}

/** What the rest of the shop knows of an order. */
export interface Around {
  readonly carrierOf: (code: string) => string;
  readonly productOf: (variantId: string) => string | undefined;
  readonly regionOf: (region: string | undefined) => string;
  readonly countryOf: (code: string) => string;
}

const currencyId = (currency: string): string =>
  String(CURRENCIES.indexOf(currency as (typeof CURRENCIES)[number]) + 1);
const addressId = (order: ShopOrder, which: 'delivery' | 'invoice'): string =>
  `${order.id}${which === 'delivery' ? 1 : 2}`;

/** One of /orders. */
export function orderFields(order: ShopOrder, { carrierOf }: Around, poison?: Poison): Fields {
  const money = moneyIn(order.currency);
  const [delivery] = order.deliveries;
  const total = poison === 'amount' ? BEYOND : money(order.grand);
  const net = money(order.grand - order.tax);
  return {
    id: order.id,
    values: fieldsOf({
      id: order.id,
      id_address_delivery: addressId(order, 'delivery'),
      id_address_invoice: addressId(order, 'invoice'),
      id_cart: order.id,
      id_currency: poison === 'shape' ? 'several' : currencyId(order.currency),
      id_lang: '1',
      id_customer: order.customer.id,
      id_carrier: carrierOf(delivery?.methodCode ?? ''),
      current_state: poison === 'state' ? '99' : stateOf(order),
      module: MODULES[order.terms],
      valid: order.progress === 'Cancelled' ? '0' : '1',
      date_add: localTime(order.placedAt ?? order.updatedAt),
      date_upd: localTime(order.updatedAt),
      shipping_number: '',
      id_shop_group: '1',
      id_shop: '1',
      payment: 'card',
      gift: order.giftMessage === undefined ? '0' : '1',
      gift_message: order.giftMessage ?? '',
      total_discounts: '0.000000',
      total_discounts_tax_incl: '0.000000',
      total_discounts_tax_excl: '0.000000',
      total_paid: total,
      total_paid_tax_incl: total,
      total_paid_tax_excl: net,
      total_paid_real: money(paidOf(order)),
      total_products: money(order.items - order.tax),
      total_products_wt: money(order.items),
      total_shipping: money(order.shipping),
      total_shipping_tax_incl: money(order.shipping),
      total_shipping_tax_excl: money(order.shipping),
      carrier_tax_rate: '0.000',
      total_wrapping: '0.000000',
      total_wrapping_tax_incl: '0.000000',
      total_wrapping_tax_excl: '0.000000',
      conversion_rate: '1.000000',
      reference: order.number,
    }),
    associations: {
      order_rows: {
        node: 'order_row',
        rows: order.lines.map(({ id: line, sku, title, variantId }) => ({
          ...{ id: line, product_id: '0', product_attribute_id: variantId ?? '0' },
          ...{ product_name: title, product_reference: sku },
        })),
      },
    },
  };
}

/** Of /order_details: prices are those after the reduction, which stands beside them by the piece. */
export function detailFields(order: ShopOrder, line: ShopLine, { productOf }: Around): Fields {
  const { currency } = order;
  const pieces = wantedOf(line) || 1;
  const net = (units: number): number => units / (1 + line.taxRate / 100);
  const each = line.total / pieces;
  const off = line.discount / pieces;
  return {
    id: line.id,
    values: fieldsOf({
      id: line.id,
      id_order: order.id,
      product_id: (line.variantId === undefined ? undefined : productOf(line.variantId)) ?? '0',
      product_attribute_id: line.variantId === undefined || line.variantId.startsWith('p') ? '0' : line.variantId,
      id_shop: '1',
      product_name: line.title,
      product_quantity: String(wantedOf(line)),
      product_quantity_in_stock: String(wantedOf(line)),
      product_quantity_return: '0',
      product_quantity_refunded: '0',
      product_price: exact(net(line.unitPrice), currency),
      reduction_percent: '0.000000',
      reduction_amount: exact(off, currency),
      reduction_amount_tax_incl: exact(off, currency),
      reduction_amount_tax_excl: exact(net(off), currency),
      product_ean13: '',
      product_reference: line.sku,
      unit_price_tax_incl: exact(each, currency),
      unit_price_tax_excl: exact((line.total - line.tax) / pieces, currency),
      total_price_tax_incl: moneyIn(currency)(line.total),
      total_price_tax_excl: moneyIn(currency)(line.total - line.tax),
    }),
    associations: { taxes: { node: 'tax', rows: line.taxRate === 0 ? [] : [{ id: String(line.taxRate) }] } },
  };
}

const namesOf = (name: string): [string, string] => {
  const [first = '', ...rest] = name.split(' ');
  return [first, rest.join(' ')];
};

export function customerFields({ customer }: ShopOrder): Fields {
  const [firstname, lastname] = namesOf(customer.name);
  const { id, email } = customer;
  // What a shop shows, too, to whoever asks for all fields.
  const secrets = { secure_key: 'secure-key-of-a-buyer', passwd: 'password-hash-of-a-buyer' };
  return { id, values: fieldsOf({ id, ...secrets, lastname, firstname, email }) };
}

export const addressesFields = (order: ShopOrder, around: Around): Fields[] => [
  addressFields(addressId(order, 'delivery'), order, order.deliveries[0]?.address ?? order.billing, around),
  addressFields(addressId(order, 'invoice'), order, order.billing, around),
];

function addressFields(number: string, order: ShopOrder, address: ShopAddress, around: Around): Fields {
  const [firstname, lastname] = namesOf(address.name);
  return {
    id: number,
    values: fieldsOf({
      ...{ id: number, id_customer: order.customer.id, id_country: around.countryOf(address.country) },
      ...{ id_state: around.regionOf(address.region), alias: 'My address', company: address.company ?? '' },
      ...{ lastname, firstname, address1: address.street1, address2: address.street2 ?? '' },
      ...{
        postcode: address.postalCode,
        city: address.city,
        phone: address.phone ?? '',
        phone_mobile: '',
        deleted: '0',
      },
    }),
  };
}

export function paymentFields(order: ShopOrder): Fields[] {
  const paid = paidOf(order);
  if (paid === 0) return [];
  return [
    {
      id: order.id,
      values: fieldsOf({
        ...{ id: order.id, order_reference: order.number, id_currency: currencyId(order.currency) },
        ...{ amount: moneyIn(order.currency)(paid), payment_method: 'card', transaction_id: `T-${order.id}` },
        ...{ card_number: '', date_add: localTime(order.updatedAt) },
      }),
    },
  ];
}

export function slipFields({ id: order, currency }: ShopOrder, credit: Credit): Fields {
  const money = moneyIn(currency);
  const { id: number, at, amount = 0, shipping = 0, lines } = credit;
  return {
    id: number,
    values: fieldsOf({
      ...{ id: number, id_order: order, total_products_tax_incl: money(amount - shipping) },
      ...{ total_shipping_tax_incl: money(shipping), amount: money(amount - shipping) },
      ...{ shipping_cost_amount: money(shipping), date_add: localTime(at), date_upd: localTime(at) },
    }),
    associations: {
      order_slip_details: {
        node: 'order_slip_detail',
        rows: lines.map(({ lineId, quantity, amount: back = 0 }) => ({
          ...{ id: lineId, id_order_detail: lineId, product_quantity: String(quantity) },
          ...{ amount_tax_excl: money(back), amount_tax_incl: money(back) },
        })),
      },
    },
  };
}

/** An order has one row from the beginning; each parcel beside the first is one more. */
export function carrierFields(order: ShopOrder, { carrierOf }: Around): Fields[] {
  const rows: (Parcel | undefined)[] = order.parcels.length === 0 ? [undefined] : [...order.parcels];
  return rows.map((parcel) => {
    const number = parcel?.id ?? firstCarrierRow(order.id);
    return {
      id: number,
      values: fieldsOf({
        ...{ id: number, id_order: order.id, id_carrier: carrierOf(order.deliveries[0]?.methodCode ?? '') },
        ...{ id_order_invoice: '0', weight: '0.000000', shipping_cost_tax_excl: '0.000000' },
        ...{ shipping_cost_tax_incl: '0.000000', tracking_number: parcel?.trackingCode ?? '' },
        date_add: localTime(parcel?.shippedAt ?? order.placedAt ?? order.updatedAt),
      }),
    };
  });
}

/** The row that is there before a parcel is. */
export const firstCarrierRow = (orderId: string): string => `${orderId}0000`;
