import { z } from 'zod';

/** The API's JSON as docs/generic-api.md describes it. Unknown fields are ignored, so that shops may add their own. */
const text = z.string().nullish();
const money = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal number as text, such as "12.50"');
const time = z.iso.datetime({ offset: true });
const id = z.string().min(1).max(253);
/** Shops write it in any case. */
const currency = z.string().length(3).toUpperCase();

export const listAnswer = z.object({
  items: z.array(z.unknown()),
  total: z.int().min(0).nullish(),
  paging: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('keyset'), next: z.string().max(2000).nullable() }),
    /** `limit`: how many items the server gives at most for this request. */
    z.object({ kind: z.literal('offset'), offset: z.int().min(0), limit: z.int().min(1) }),
  ]),
});
export type ListAnswer = z.infer<typeof listAnswer>;

export const shopPayload = z.object({
  api: z.literal('supercargo-generic-store'),
  version: z.literal(1),
  shop: z.object({ id, name: z.string(), currency: currency.nullish() }),
  permissions: z.array(z.string()),
  credential_expires_at: time.nullish(),
});

export const named = z.object({ id, code: z.string().nullish(), name: z.string() });
export const locationPayload = named.extend({ read_only: z.boolean().nullish() });
export const supplierPayload = named.extend({ email: text });
export const productSupplierPayload = z.object({
  variant_id: id,
  supplier_id: id,
  supplier_sku: text,
  cost_price: money.nullish(),
  currency: currency.nullish(),
});

export const stockPayload = z.object({
  variant_id: id,
  sku: z.string().min(1),
  location_id: id,
  on_hand: z.int(),
  allocated: z.int().nullish(),
  available: z.int().nullish(),
});

const variant = z.object({
  id,
  sku: z.string().min(1),
  title: text,
  barcode: text,
  price: money,
  currency,
  compare_at_price: money.nullish(),
  weight_grams: z.int().nullish(),
  enabled: z.boolean().nullish(),
  tracked: z.boolean().nullish(),
  options: z.record(z.string(), z.string()).nullish(),
  updated_at: time.nullish(),
});
const image = z.object({ id, url: z.string(), position: z.int().nullish(), alt: text, variant_id: text });
export const productPayload = z.object({
  id,
  title: z.string(),
  description: text,
  brand: text,
  status: z.enum(['active', 'inactive']),
  attributes: z.record(z.string(), z.string()).nullish(),
  created_at: time.nullish(),
  updated_at: time,
  variants: z.array(variant),
  images: z.array(image).nullish(),
});
export type ProductPayload = z.infer<typeof productPayload>;

const address = z
  .object({
    name: text,
    company: text,
    street1: text,
    street2: text,
    city: text,
    region: text,
    postal_code: text,
    country: text,
    phone: text,
  })
  .nullish();
export type AddressPayload = z.infer<typeof address>;

const shipmentLines = z.array(z.object({ line_id: id, quantity: z.int().min(0) }));
export const shipmentPayload = z.object({
  id,
  reference: text,
  state: text,
  carrier: text,
  tracking_code: text,
  lines: shipmentLines,
});
export type ShipmentPayload = z.infer<typeof shipmentPayload>;

/** The shop's own fields: whatever stands in them keeps no order out. */
const custom = z.record(z.string(), z.unknown()).nullish();

const line = z
  .object({
    id,
    kind: z.enum(['goods', 'digital', 'gift_card', 'fee', 'discount', 'bundle']).nullish(),
    sku: text,
    variant_id: text,
    title: z.string(),
    quantity: z.int().min(0),
    cancelled_quantity: z.int().nullish(),
    fulfilled_quantity: z.int().nullish(),
    unit_price: money,
    total: money,
    tax_rate: z.number().nullish(),
    tax: money.nullish(),
    discount: money.nullish(),
    parent_id: text,
    delivery_id: text,
    custom,
  })
  .refine(({ kind, sku }) => (kind ?? 'goods') !== 'goods' || Boolean(sku), { path: ['sku'] });

const credit = z.object({
  id,
  at: time,
  state: z.enum(['requested', 'done', 'failed']).nullish(),
  amount: money.nullish(),
  shipping_amount: money.nullish(),
  reason: text,
  restocked: z.boolean().nullish(),
  lines: z.array(z.object({ line_id: id, quantity: z.int().min(0), amount: money.nullish() })).nullish(),
});
export type CreditPayload = z.infer<typeof credit>;
const method = z.object({ code: z.string(), name: text });

export const orderPayload = z.object({
  id,
  number: z.string().min(1),
  placed_at: time.nullish(),
  updated_at: time,
  state: z.enum(['draft', 'open', 'completed', 'cancelled']),
  payment_state: z.enum(['unpaid', 'authorized', 'partially_paid', 'paid', 'partially_refunded', 'refunded', 'failed']),
  payment_terms: z.enum(['prepaid', 'on_delivery', 'invoice']).nullish(),
  redacted: z.boolean().nullish(),
  test: z.boolean().nullish(),
  hold: z.object({ reason: text, message: z.string() }).nullish(),
  fulfilled_by: z.enum(['merchant', 'platform']).nullish(),
  platform_state: text,
  channel: text,
  references: z.record(z.string(), z.string().nullish()).nullish(),
  ship_by: time.nullish(),
  deliver_by: time.nullish(),
  currency,
  totals: z.object({
    items: money,
    shipping: money,
    tax: money,
    discount: money,
    grand: money,
    paid: money.nullish(),
    refunded: money.nullish(),
  }),
  payments: z
    .array(
      z.object({
        method: z.string(),
        amount: money,
        state: z.enum(['pending', 'authorized', 'paid', 'failed']),
        reference: text,
      }),
    )
    .nullish(),
  taxes: z.array(z.object({ rate: z.number(), amount: money, title: text })).nullish(),
  discounts: z.array(z.object({ code: z.string(), amount: money })).nullish(),
  customer: z.object({ id: text, email: text, name: text, phone: text }).nullish(),
  shipping_address: address,
  billing_address: address,
  shipping_method: method.nullish(),
  pickup_point: z.object({ id, name: text, carrier: text, address }).nullish(),
  deliveries: z.array(z.object({ id, address, method: method.nullish(), location_id: text })).nullish(),
  gift_message: text,
  note: text,
  lines: z.array(line),
  refunds: z.array(credit).nullish(),
  returns: z.array(credit).nullish(),
  cancellations: z.array(credit).nullish(),
  custom,
  shipments: z.array(shipmentPayload).nullish(),
});
export type OrderPayload = z.infer<typeof orderPayload>;

export const stockResults = z.object({
  results: z.array(
    z.object({
      variant_id: z.string(),
      location_id: z.string(),
      status: z.enum(['set', 'repeated', 'conflict', 'unknown', 'refused', 'failed']),
      on_hand: z.int().nullish(),
      message: text,
    }),
  ),
});
export type StockResults = z.infer<typeof stockResults>;

export const priceResults = z.object({
  results: z.array(
    z.object({
      variant_id: z.string(),
      status: z.enum(['set', 'repeated', 'unknown', 'refused', 'failed']),
      message: text,
    }),
  ),
});
export type PriceResults = z.infer<typeof priceResults>;

export const createdShipment = z.object({ id });
export const countAnswer = z.object({ count: z.int().min(0) });
export const idsAnswer = z.object({ ids: z.array(id), next: z.string().nullable() });
export const subscriptions = z.object({
  items: z.array(
    z.object({ id, url: z.string(), topics: z.array(z.string()), secret_hash: text, expires_at: time.nullish() }),
  ),
});
export const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().nullish(),
  refresh_token: z.string().min(1).nullish(),
  refresh_token_expires_in: z.number().positive().nullish(),
});
export const problem = z.object({ error: text, message: text, permission: text });
export const hookPayload = z.object({ type: z.string(), data: z.object({ id }) });
