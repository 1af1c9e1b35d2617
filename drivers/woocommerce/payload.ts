import { z } from 'zod';

const money = z.union([z.string(), z.number()]);
/** GMT without a zone. */
export const gmtTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);
const metas = z.array(z.object({ key: z.string(), value: z.unknown() })).default([]);
const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');

const address = z.object({
  first_name: text,
  last_name: text,
  company: text,
  address_1: text,
  address_2: text,
  city: text,
  state: text,
  postcode: text,
  country: text,
  phone: text,
  email: text,
});
export type WooAddress = z.infer<typeof address>;

const lineTaxes = z.array(z.object({ id: z.union([z.number(), z.string()]), total: money })).default([]);
const item = { id: z.int(), name: text, total: money, total_tax: money, taxes: lineTaxes, meta_data: metas };
const lineItem = z.object({
  ...item,
  product_id: z.int(),
  variation_id: z.int().default(0),
  quantity: z.int().min(0),
  subtotal: money,
  subtotal_tax: money,
  sku: text,
});
export type WooLine = z.infer<typeof lineItem>;
const feeLine = z.object(item);
export type WooFee = z.infer<typeof feeLine>;

const taxLine = z.object({
  rate_id: z.union([z.number(), z.string()]),
  label: text,
  tax_total: money,
  shipping_tax_total: money,
  rate_percent: z.number().nullish(),
});
export type WooTax = z.infer<typeof taxLine>;

/** An order, as far as it is used. */
export const orderPayload = z.compile(
  z.object({
    id: z.int(),
    number: z.string().min(1),
    status: z.string().min(1),
    currency: z.string().length(3),
    date_created: gmtTime.nullish(),
    date_created_gmt: gmtTime.nullish(),
    date_modified_gmt: gmtTime,
    date_paid_gmt: gmtTime.nullish(),
    date_completed_gmt: gmtTime.nullish(),
    discount_total: money,
    discount_tax: money,
    shipping_total: money,
    shipping_tax: money,
    total_tax: money,
    total: money,
    customer_id: z.int().default(0),
    customer_note: text,
    billing: address,
    shipping: address,
    payment_method: text,
    transaction_id: text,
    meta_data: metas,
    line_items: z.array(lineItem),
    fee_lines: z.array(feeLine).default([]),
    tax_lines: z.array(taxLine).default([]),
    shipping_lines: z.array(z.object({ method_title: text, method_id: text, instance_id: text })).default([]),
    coupon_lines: z.array(z.object({ code: text, discount: money, discount_tax: money })).default([]),
    refunds: z.array(z.object({ id: z.int(), reason: text, total: money })).default([]),
  }),
);
export type WooOrder = z.infer<typeof orderPayload>;

/** One of GET /orders/ID/refunds. */
export const refundPayload = z.object({
  id: z.int(),
  date_created_gmt: gmtTime,
  amount: money,
  reason: text,
  line_items: z.array(z.object({ quantity: z.number(), total: money, total_tax: money, meta_data: metas })).default([]),
  shipping_lines: z.array(z.object({ total: money, total_tax: money })).default([]),
});
export type WooRefund = z.infer<typeof refundPayload>;

const fulfilledItems = z.array(z.object({ item_id: z.coerce.number(), qty: z.coerce.number() }));

/** A fulfilment; what was in the parcel stands in its metadata. */
export const fulfillmentPayload = z
  .object({ id: z.int(), is_fulfilled: z.boolean(), date_deleted: z.string().nullish(), meta_data: metas })
  .transform(({ id, is_fulfilled, date_deleted, meta_data }) => {
    const meta = new Map(meta_data.map(({ key, value }) => [key, value]));
    const items = fulfilledItems.safeParse(meta.get('_items')).data ?? [];
    return {
      id: String(id),
      shipped: is_fulfilled && date_deleted == null,
      lines: items.map(({ item_id, qty }) => ({ lineId: String(item_id), quantity: qty })),
      meta,
    };
  });
export type WooFulfillment = z.infer<typeof fulfillmentPayload>;

const image = z.object({ id: z.int(), src: z.string().min(1), alt: text });
const sellable = {
  id: z.int(),
  sku: text,
  global_unique_id: text,
  price: money.nullish(),
  regular_price: money.nullish(),
  sale_price: money.nullish(),
  status: text,
  manage_stock: z.union([z.boolean(), z.literal('parent')]).default(false),
  stock_quantity: z.number().nullish(),
  weight: text,
  meta_data: metas,
};

export const productPayload = z.compile(
  z.object({
    ...sellable,
    name: z.string(),
    type: z.string(),
    description: text,
    date_created_gmt: gmtTime.nullish(),
    date_modified_gmt: gmtTime,
    brands: z.array(z.object({ name: z.string() })).default([]),
    attributes: z
      .array(
        z.object({ name: z.string(), variation: z.boolean().default(false), options: z.array(z.string()).default([]) }),
      )
      .default([]),
    images: z.array(image).default([]),
    variations: z.array(z.int()).default([]),
  }),
);
export type WooProduct = z.infer<typeof productPayload>;

export const variationPayload = z.compile(
  z.object({
    ...sellable,
    parent_id: z.int().optional(),
    attributes: z.array(z.object({ name: z.string(), option: text })).default([]),
    image: image.nullish(),
  }),
);
export type WooVariation = z.infer<typeof variationPayload>;
export type WooSellable = WooProduct | WooVariation;
