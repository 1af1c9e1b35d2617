import { z } from 'zod';

const time = z.iso.datetime({ offset: true });
const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((given) => given ?? {});
/** Major units: 19.9. */
const money = z.number();
const pieces = z.int().min(0);
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((given) => given ?? []);

const address = z.object({
  first_name: text,
  last_name: text,
  company: text,
  address_1: text,
  address_2: text,
  city: text,
  province: text,
  postal_code: text,
  country_code: text,
  phone: text,
});
export type MedusaAddress = z.infer<typeof address>;

const taxLine = z.object({ rate: z.number(), description: text, code: text, total: money.optional() });
const adjustment = z.object({ code: text, amount: money, is_tax_inclusive: z.boolean().nullish() });
const item = z.object({
  id: z.string(),
  title: z.string(),
  subtitle: text,
  variant_id: z.string().nullish(),
  variant_sku: text,
  variant_title: text,
  requires_shipping: z.boolean().default(true),
  is_giftcard: z.boolean().default(false),
  quantity: pieces,
  total: money,
  tax_total: money,
  original_total: money,
  tax_lines: list(taxLine),
  adjustments: list(adjustment),
  detail: z.object({
    shipped_quantity: pieces.default(0),
    delivered_quantity: pieces.default(0),
    fulfilled_quantity: pieces.default(0),
    return_received_quantity: pieces.default(0),
    return_dismissed_quantity: pieces.default(0),
  }),
});
export type MedusaItem = z.infer<typeof item>;

const shippingMethod = z.object({
  name: text,
  shipping_option_id: z.string().nullish(),
  tax_lines: list(taxLine),
  adjustments: list(adjustment),
});

const refund = z.object({
  id: z.string(),
  amount: money,
  created_at: time,
  note: text,
  refund_reason: z.object({ label: text }).nullish(),
});
const payment = z.object({
  id: z.string(),
  amount: money,
  provider_id: z.string(),
  canceled_at: time.nullish(),
  captures: list(z.object({ amount: money })),
  refunds: list(refund),
});
export type MedusaPayment = z.infer<typeof payment>;
const collection = z.object({
  status: z.string(),
  payments: list(payment),
  payment_sessions: list(z.object({ provider_id: z.string(), status: z.string() })),
});
export type MedusaCollection = z.infer<typeof collection>;

/** An order, as far as it is used. */
export const orderPayload = z.compile(
  z.object({
    id: z.string(),
    display_id: z.int(),
    custom_display_id: z.string().nullish(),
    status: z.string().min(1),
    payment_status: text,
    fulfillment_status: text,
    currency_code: z.string().length(3),
    email: text,
    customer_id: z.string().nullish(),
    customer: z.object({ first_name: text, last_name: text, phone: text }).nullish(),
    sales_channel: z.object({ name: text }).nullish(),
    created_at: time,
    updated_at: time,
    total: money,
    shipping_total: money,
    tax_total: money,
    discount_total: money,
    metadata,
    items: list(item),
    credit_lines: list(z.object({ id: z.string(), amount: money, reference: text })),
    shipping_methods: list(shippingMethod),
    shipping_address: address.nullish(),
    billing_address: address.nullish(),
    payment_collections: list(collection),
  }),
);
export type MedusaOrder = z.infer<typeof orderPayload>;

/** What is to be asked for of an order: totals and states are right only with all that they are computed from. */
export const ORDER_FIELDS = [
  'id,display_id,custom_display_id,status,payment_status,fulfillment_status,currency_code,email,customer_id,created_at',
  'updated_at,total,shipping_total,tax_total,discount_total,metadata,*items,*items.detail,*items.tax_lines',
  '*items.adjustments,*credit_lines,*shipping_methods,*shipping_methods.tax_lines,*shipping_methods.adjustments',
  '*shipping_address,*billing_address,customer.first_name,customer.last_name,customer.phone,sales_channel.name',
  '*payment_collections,*payment_collections.payments,*payment_collections.payments.captures,*fulfillments',
  '*payment_collections.payments.refunds,payment_collections.payments.refunds.refund_reason.label',
  '*payment_collections.payment_sessions',
].join(',');

export const returnPayload = z.object({
  id: z.string(),
  order_id: z.string(),
  status: z.string(),
  created_at: time,
  requested_at: time.nullish(),
  received_at: time.nullish(),
  refund_amount: money.nullish(),
  location_id: z.string().nullish(),
  items: list(
    z.object({
      item_id: z.string(),
      quantity: pieces,
      received_quantity: pieces.default(0),
      note: text,
      reason: z.object({ label: text }).nullish(),
    }),
  ),
});
export type MedusaReturn = z.infer<typeof returnPayload>;
export const RETURN_FIELDS =
  'id,order_id,status,created_at,requested_at,received_at,refund_amount,location_id,*items,items.reason.label';

const price = z.object({
  id: z.string(),
  currency_code: z.string(),
  amount: money,
  min_quantity: z.number().nullish(),
  max_quantity: z.number().nullish(),
  price_list_id: z.string().nullish(),
  rules: z.record(z.string(), z.unknown()).nullish(),
});
export type MedusaPrice = z.infer<typeof price>;
export const prices = list(price);

const variant = z.object({
  id: z.string(),
  title: text,
  sku: text,
  barcode: text,
  ean: text,
  upc: text,
  manage_inventory: z.boolean().default(true),
  weight: z.number().nullish(),
  updated_at: time.nullish(),
  options: list(z.object({ value: z.string(), option: z.object({ title: z.string() }).nullish() })),
  prices,
});
export type MedusaVariant = z.infer<typeof variant>;

/** A product with its variants. */
export const productPayload = z.compile(
  z.object({
    id: z.string(),
    title: z.string(),
    description: text,
    status: z.string(),
    material: text,
    created_at: time,
    updated_at: time,
    metadata,
    type: z.object({ value: text }).nullish(),
    collection: z.object({ title: text }).nullish(),
    images: list(z.object({ id: z.string(), url: z.string(), rank: z.int().nullish() })),
    variants: list(variant),
  }),
);
export type MedusaProduct = z.infer<typeof productPayload>;
export const PRODUCT_FIELDS = [
  'id,title,description,status,material,created_at,updated_at,metadata,type.value,collection.title,*images',
  '*variants,*variants.options,*variants.options.option,*variants.prices',
].join(',');

const level = z.object({
  location_id: z.string(),
  stocked_quantity: z.number(),
  reserved_quantity: z.number().default(0),
});
/** A variant with the inventory items that one of it takes, and their levels. */
export const stockPayload = z.compile(
  z.object({
    id: z.string(),
    sku: text,
    updated_at: time,
    manage_inventory: z.boolean().default(true),
    inventory_items: list(
      z.object({
        inventory_item_id: z.string(),
        required_quantity: z.number().default(1),
        inventory: z.object({ location_levels: list(level) }).nullish(),
      }),
    ),
  }),
);
export type MedusaStock = z.infer<typeof stockPayload>;
export const STOCK_FIELDS =
  'id,sku,updated_at,manage_inventory,*inventory_items,*inventory_items.inventory,*inventory_items.inventory.location_levels';
