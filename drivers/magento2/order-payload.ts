import { z } from 'zod';
import { onlyRead } from './only-read.ts';

const money = z.union([z.number(), z.string()]);
const some = money.nullish();
/** UTC without a zone. */
const time = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((given) => (given == null ? '' : String(given)));
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((items) => items ?? []);
const pieces = z
  .number()
  .nullish()
  .transform((given) => given ?? 0);

const address = z.object({
  prefix: text,
  firstname: text,
  middlename: text,
  lastname: text,
  company: text,
  street: list(z.string()),
  city: text,
  region: text,
  postcode: text,
  country_id: text,
  telephone: text,
});
export type MagentoAddress = z.infer<typeof address>;

const item = z.object({
  item_id: z.int(),
  parent_item_id: z.int().nullish(),
  product_id: z.int().nullish(),
  product_type: text,
  is_virtual: z
    .union([z.number(), z.string(), z.boolean()])
    .nullish()
    .transform((given) => Boolean(Number(given ?? 0))),
  sku: text,
  name: text,
  qty_ordered: z.number().min(0),
  qty_canceled: pieces,
  qty_shipped: pieces,
  qty_refunded: pieces,
  price_incl_tax: some,
  price: some,
  row_total: some,
  row_total_incl_tax: some,
  tax_amount: some,
  tax_percent: some,
  discount_amount: some,
  discount_tax_compensation_amount: some,
});
export type MagentoItem = z.infer<typeof item>;

const assignment = z.object({ shipping: z.object({ address: address.nullish(), method: text }).nullish() });

const order = z.object({
  entity_id: z.int(),
  increment_id: z.string().min(1),
  state: z.string().min(1),
  status: text,
  created_at: time,
  updated_at: time,
  order_currency_code: z.string().length(3),
  store_name: text,
  grand_total: money,
  total_paid: some,
  total_refunded: some,
  total_canceled: some,
  tax_amount: some,
  tax_canceled: some,
  discount_amount: some,
  discount_description: text,
  coupon_code: text,
  shipping_amount: some,
  shipping_tax_amount: some,
  shipping_incl_tax: some,
  shipping_discount_amount: some,
  shipping_description: text,
  customer_id: z.int().nullish(),
  customer_email: text,
  customer_firstname: text,
  customer_lastname: text,
  customer_note: text,
  ext_order_id: text,
  original_increment_id: text,
  billing_address: address.nullish(),
  payment: z.object({ method: text, amount_authorized: some, last_trans_id: text, po_number: text }).nullish(),
  items: z.array(item),
  // Extensions add fields of their own.
  extension_attributes: z
    .looseObject({
      shipping_assignments: list(assignment),
      applied_taxes: list(z.object({ title: text, code: text, percent: some, amount: some })),
      pickup_location_code: text,
    })
    .nullish(),
});
/** An order, as far as it is used. */
export const orderPayload = z.compile(order);
export const ORDER_FIELDS = onlyRead(order);
export type MagentoOrder = z.infer<typeof orderPayload>;

/** One of GET /V1/creditmemos. */
export const creditPayload = z.object({
  entity_id: z.int(),
  order_id: z.int(),
  created_at: time,
  state: z.int().nullish(),
  grand_total: money,
  shipping_incl_tax: some,
  items: list(
    z.object({
      order_item_id: z.int(),
      qty: z.number().nullish(),
      row_total: some,
      tax_amount: some,
      discount_amount: some,
      discount_tax_compensation_amount: some,
    }),
  ),
  comments: list(z.object({ comment: text })),
});
export type MagentoCredit = z.infer<typeof creditPayload>;
