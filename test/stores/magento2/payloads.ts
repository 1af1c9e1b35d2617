import { orderPayload, type MagentoOrder } from '../../../drivers/magento2/order-payload.ts';

const address = {
  firstname: 'Ada',
  lastname: 'Berg',
  street: ['Street 1', 'Stair 2'],
  city: 'Graz',
  postcode: '8010',
  country_id: 'AT',
  telephone: '+43 1',
};

/** Two pieces for 24.00 with 20 % tax. */
export const item = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  item_id: 11,
  parent_item_id: null,
  product_id: 5,
  product_type: 'simple',
  is_virtual: 0,
  sku: 'BOX',
  name: 'Box',
  qty_ordered: 2,
  qty_canceled: 0,
  qty_shipped: 0,
  qty_refunded: 0,
  price: 10,
  price_incl_tax: 12,
  row_total: 20,
  row_total_incl_tax: 24,
  tax_percent: 20,
  tax_amount: 4,
  discount_amount: 0,
  discount_tax_compensation_amount: 0,
  ...more,
});

/** A row below another one: it costs nothing. */
export const below = (parent: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  item({
    ...{ item_id: parent + 1, parent_item_id: parent, price: 0, price_incl_tax: 0, row_total: 0 },
    ...{ row_total_incl_tax: 0, tax_amount: 0, ...more },
  });

/** An order as GET /V1/orders gives it: 24.00 of goods, 6.00 of shipping. */
export const order = (more: Readonly<Record<string, unknown>> = {}): MagentoOrder =>
  orderPayload.parse({
    entity_id: 727,
    increment_id: '000000727',
    state: 'processing',
    status: 'processing',
    created_at: '2026-06-01 10:00:00',
    updated_at: '2026-06-01 10:05:00',
    order_currency_code: 'EUR',
    base_currency_code: 'USD',
    store_name: 'Main Website\nMain Website Store\nGerman',
    grand_total: 30,
    base_grand_total: 33,
    total_paid: 30,
    tax_amount: 5,
    discount_amount: 0,
    shipping_amount: 5,
    shipping_incl_tax: 6,
    shipping_tax_amount: 1,
    shipping_discount_amount: 0,
    shipping_description: 'Flat Rate - Fixed',
    customer_email: 'ada@buyers.example',
    billing_address: address,
    payment: { method: 'stripe', last_trans_id: 'pi_1' },
    items: [item()],
    extension_attributes: { shipping_assignments: [{ shipping: { address, method: 'flatrate_flatrate' } }] },
    ...more,
  });
