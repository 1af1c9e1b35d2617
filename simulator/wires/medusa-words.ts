import { decimalString } from '../../model/money.ts';
import {
  paidOf,
  shippedOf,
  wantedOf,
  type Level,
  type Named,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
  type ShopVariant,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';

/** A fulfilment that was made and not sent yet. */
export interface Packed {
  readonly id: string;
  readonly orderId: string;
  readonly locationId: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

/** Numbers with a point, in major units. */
const moneyIn =
  (currency: string) =>
  (units: number): number =>
    Number(decimalString(units, currency));
const BEYOND = 1e20;
const utc = (time: string): string => new Date(time).toISOString();
const PROVIDERS = { Prepaid: 'pp_card_card', OnDelivery: 'pp_cod_cod', Invoice: 'pp_invoice_invoice' } as const;
export const itemId = (variantId: string): string => `iitem_${variantId}`;

/** An order as the list of orders has it. */
export function orderJson(
  order: ShopOrder,
  methods: readonly Named[],
  packed: readonly Packed[],
  marks: ReadonlyMap<string, Packed>,
  poison?: Poison,
): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const [delivery] = order.deliveries;
  const [first = '', ...last] = order.customer.name.split(' ');
  const method = methods.find(({ code }) => code === delivery?.methodCode);
  return {
    id: order.id,
    display_id: Number(order.id.replace(/\D/g, '')),
    custom_display_id: order.number,
    status: poison === 'state' ? 'in_quarantine' : STATUSES[order.progress],
    payment_status: 'awaiting',
    fulfillment_status: order.parcels.length === 0 ? 'not_fulfilled' : 'partially_shipped',
    version: 1,
    currency_code: order.currency.toLowerCase(),
    email: order.customer.email,
    customer_id: order.customer.id,
    customer: {
      id: order.customer.id,
      first_name: first,
      last_name: last.join(' '),
      phone: order.customer.phone ?? null,
    },
    sales_channel: order.channel === undefined ? null : { id: 'sc_1', name: order.channel },
    created_at: utc(order.placedAt ?? order.updatedAt),
    updated_at: utc(order.updatedAt),
    canceled_at: order.progress === 'Cancelled' ? utc(order.updatedAt) : null,
    total: poison === 'amount' ? BEYOND : money(order.grand),
    item_total: money(order.items),
    shipping_total: money(order.shipping),
    tax_total: money(order.tax),
    discount_total: money(order.discount),
    metadata: order.extras ?? null,
    items: itemsJson(order, packed, poison),
    credit_lines: [],
    shipping_methods: delivery
      ? [
          {
            ...{ id: `ordsm_${order.id}`, name: method?.name ?? '', shipping_option_id: method?.id ?? null },
            ...{ amount: money(order.shipping), total: money(order.shipping), tax_lines: [], adjustments: [] },
          },
        ]
      : [],
    shipping_address: addressJson(delivery?.address),
    billing_address: addressJson(order.billing),
    payment_collections: [collectionJson(order)],
    fulfillments: fulfillmentsJson(order, packed, marks),
  };
}

const STATUSES = { Draft: 'draft', Open: 'pending', Completed: 'completed', Cancelled: 'canceled' } as const;

function itemsJson(order: ShopOrder, packed: readonly Packed[], poison?: Poison): unknown[] {
  // A promotion takes off from one line here.
  const discounted = order.lines.find(({ discount }) => discount > 0);
  return order.lines.map((line) => ({
    ...lineJson(order, line, packed),
    ...(poison === 'shape' ? { quantity: 'several' } : {}),
    adjustments: order.promotions.flatMap(({ code, amount }) =>
      line === discounted
        ? [{ id: `adj_${line.id}`, code, amount: moneyIn(order.currency)(amount), is_tax_inclusive: true }]
        : [],
    ),
  }));
}

function lineJson(order: ShopOrder, line: ShopLine, packed: readonly Packed[]): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const { id, title, sku, kind, taxRate, tax, total, discount } = line;
  const shipped = shippedOf(order, id);
  const waiting = packed.flatMap(({ lines }) => lines).filter(({ lineId }) => lineId === id);
  return {
    ...{ id, title, subtitle: title, variant_sku: sku, variant_title: title, variant_id: line.variantId ?? null },
    ...{ is_giftcard: kind === 'GiftCard', requires_shipping: kind === 'Goods', is_tax_inclusive: true },
    quantity: wantedOf(line),
    unit_price: money(line.unitPrice),
    total: money(total),
    tax_total: money(tax),
    original_total: money(total + discount),
    tax_lines: [{ id: `tax_${id}`, rate: taxRate, code: 'VAT', description: `VAT ${taxRate} %`, total: money(tax) }],
    detail: {
      quantity: wantedOf(line),
      fulfilled_quantity: shipped + waiting.reduce((sum, { quantity }) => sum + quantity, 0),
      shipped_quantity: shipped,
      ...{
        delivered_quantity: 0,
        return_requested_quantity: 0,
        return_received_quantity: 0,
        return_dismissed_quantity: 0,
      },
    },
  };
}

/** Of what is not paid yet and need not be, the provider has a payment that reserves nothing. */
function collectionJson(order: ShopOrder): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const { payment, terms, id, grand, updatedAt } = order;
  const paid = paidOf(order);
  const none = payment === 'Unpaid' && terms === 'Prepaid';
  return {
    id: `pay_col_${id}`,
    status: none ? 'not_paid' : payment === 'Failed' ? 'failed' : paid > 0 ? 'completed' : 'authorized',
    amount: money(grand),
    payment_sessions: [],
    payments: none
      ? []
      : [
          {
            ...{ id: `T-${id}`, amount: money(grand), provider_id: PROVIDERS[terms] },
            canceled_at: payment === 'Failed' ? utc(updatedAt) : null,
            captures: paid > 0 ? [{ id: `capt_${id}`, amount: money(paid) }] : [],
            refunds: order.refunds
              .filter(({ announced }) => !announced)
              .map((refund) => ({
                ...{ id: refund.id, created_at: utc(refund.at), amount: money(refund.amount ?? 0) },
                ...{ note: refund.reason ?? null, refund_reason: null },
              })),
          },
        ],
  };
}

function fulfillmentsJson(order: ShopOrder, packed: readonly Packed[], marks: ReadonlyMap<string, Packed>): unknown[] {
  const items = (lines: Packed['lines']) =>
    lines.map(({ lineId, quantity }) => ({ id: `fulit_${lineId}`, line_item_id: lineId, quantity }));
  return [
    ...order.parcels.map((parcel) => ({
      id: parcel.id,
      location_id: parcel.locationId ?? null,
      shipped_at: utc(order.updatedAt),
      canceled_at: null,
      metadata: marks.get(parcel.id)?.metadata ?? null,
      items: items(parcel.lines),
      labels: [...new Set([parcel.trackingCode ?? [], parcel.trackingCodes ?? []].flat())].map((code) => ({
        ...{ id: `fulla_${code}`, tracking_number: code, tracking_url: parcel.trackingUrl ?? '', label_url: '' },
      })),
    })),
    ...packed.map(({ id, locationId, metadata, lines }) => ({
      ...{ id, location_id: locationId ?? null, shipped_at: null, canceled_at: null, metadata },
      ...{ items: items(lines), labels: [] },
    })),
  ];
}

function addressJson(address: ShopAddress | undefined): unknown {
  if (!address) return null;
  const [first = '', ...last] = address.name.split(' ');
  return {
    ...{ first_name: first, last_name: last.join(' '), company: address.company ?? null, phone: address.phone ?? null },
    ...{ address_1: address.street1, address_2: address.street2 ?? null, city: address.city },
    ...{
      province: address.region ?? null,
      postal_code: address.postalCode,
      country_code: address.country.toLowerCase(),
    },
  };
}

/** Returns of an order. */
export const returnsJson = (order: ShopOrder): { readonly id: string; readonly updated_at: string }[] =>
  order.returns.map(({ id, at, announced, reason, restocked, lines }) => ({
    ...{ id, order_id: order.id, status: announced ? 'requested' : 'received', refund_amount: null },
    ...{ created_at: utc(at), updated_at: utc(at), requested_at: utc(at), received_at: announced ? null : utc(at) },
    location_id: restocked ? 'main' : null,
    items: lines.map(({ lineId, quantity }) => ({
      ...{ id: `retitem_${lineId}`, item_id: lineId, quantity, received_quantity: announced ? 0 : quantity },
      ...{ note: reason ?? null, reason: null },
    })),
  }));

/** A product with its variants. */
export function productJson(
  product: ShopProduct,
  poison?: Poison,
): Record<string, unknown> & { readonly id: string; readonly updated_at: string } {
  const { material, ...metadata } = product.attributes;
  return {
    ...{ id: product.id, title: product.title, description: product.description || null },
    status: product.active ? 'published' : 'draft',
    material: material ?? null,
    metadata,
    ...{ created_at: utc(product.createdAt), updated_at: utc(product.updatedAt), type: null, collection: null },
    images: product.images.map(({ id, url, position }) => ({ id, url, rank: position })),
    variants: poison === 'shape' ? 'several' : product.variants.map((variant) => variantJson(product, variant, poison)),
  };
}

function variantJson(product: ShopProduct, variant: ShopVariant, poison?: Poison): Record<string, unknown> {
  const { id, title, sku, barcode, weightGrams, tracked, options, currency } = variant;
  return {
    ...{ id, title, sku: sku || null, barcode: barcode ?? null, weight: weightGrams, manage_inventory: tracked },
    ...{ product_id: product.id, updated_at: utc(product.updatedAt), created_at: utc(product.createdAt) },
    options: Object.entries(options).map(([name, value]) => ({ id: `optval_${id}`, value, option: { title: name } })),
    prices: [
      {
        ...{ id: `price_${id}`, currency_code: currency.toLowerCase(), price_list_id: null, rules: {} },
        ...{
          amount: poison === 'amount' ? BEYOND : moneyIn(currency)(variant.price),
          min_quantity: null,
          max_quantity: null,
        },
      },
    ],
  };
}

/** A variant as the list of variants has it, with its one inventory item and the levels of that. */
export function stockJson(
  product: ShopProduct,
  variant: ShopVariant,
  levels: readonly Level[],
): Record<string, unknown> & { readonly id: string; readonly updated_at: string } {
  const { id, updated_at } = { id: variant.id, updated_at: utc(product.updatedAt) };
  return {
    ...variantJson(product, variant),
    ...{ id, updated_at },
    inventory_items: levels.some(({ variantId }) => variantId === id)
      ? [
          {
            ...{ variant_id: id, inventory_item_id: itemId(id), required_quantity: 1 },
            inventory: {
              id: itemId(id),
              location_levels: levels
                .filter(({ variantId }) => variantId === id)
                .map(({ locationId, onHand, allocated }) => ({
                  ...{ id: `ilev_${id}_${locationId}`, location_id: locationId, stocked_quantity: onHand },
                  ...{ reserved_quantity: allocated, available_quantity: onHand - allocated },
                })),
            },
          },
        ]
      : [],
  };
}
