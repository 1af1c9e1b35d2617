import { orderPayload, productPayload, type WooOrder, type WooProduct } from '../../../drivers/woocommerce/payload.ts';

const address = {
  first_name: 'Ada',
  last_name: 'Berg',
  company: '',
  address_1: 'Street 1',
  address_2: '',
  city: 'Graz',
  state: '',
  postcode: '8010',
  country: 'AT',
  phone: '+43 1',
};

/** A line of two pieces for 24.00 with 20 % tax. */
export const LINE = {
  id: 11,
  name: 'Box',
  product_id: 5,
  variation_id: 0,
  quantity: 2,
  subtotal: '20.000000',
  subtotal_tax: '4.000000',
  total: '20.000000',
  total_tax: '4.000000',
  taxes: [{ id: 7, total: '4.000000', subtotal: '4.000000' }],
  meta_data: [],
  sku: 'BOX',
  price: 10,
};

/** An order as GET /orders gives it, before anything is changed for a test. */
export const orderJson = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id: 727,
  number: '727',
  status: 'processing',
  currency: 'EUR',
  date_created: '2026-06-01T12:00:00',
  date_created_gmt: '2026-06-01T10:00:00',
  date_modified: '2026-06-01T12:05:00',
  date_modified_gmt: '2026-06-01T10:05:00',
  date_paid_gmt: '2026-06-01T10:01:00',
  date_completed_gmt: null,
  discount_total: '0.000000',
  discount_tax: '0.000000',
  shipping_total: '5.000000',
  shipping_tax: '1.000000',
  total_tax: '5.000000',
  total: '30.000000',
  customer_id: 0,
  customer_note: '',
  billing: { ...address, email: 'ada@buyers.example' },
  shipping: address,
  payment_method: 'stripe',
  transaction_id: 'pi_1',
  meta_data: [],
  line_items: [LINE],
  fee_lines: [],
  tax_lines: [{ rate_id: 7, label: 'VAT', tax_total: '4.000000', shipping_tax_total: '1.000000', rate_percent: 20 }],
  shipping_lines: [{ method_title: 'Post', method_id: 'flat_rate', instance_id: '3' }],
  coupon_lines: [],
  refunds: [],
  ...more,
});
export const order = (more: Readonly<Record<string, unknown>> = {}): WooOrder => orderPayload.parse(orderJson(more));

/** A product without variations. */
export const productJson = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id: 5,
  name: 'Box',
  type: 'simple',
  status: 'publish',
  description: '<p>A box.</p>',
  date_created_gmt: '2026-01-01T00:00:00',
  date_modified_gmt: '2026-01-02T00:00:00',
  sku: 'BOX',
  price: '8',
  regular_price: '10',
  sale_price: '8',
  manage_stock: true,
  stock_quantity: 3,
  weight: '2',
  brands: [],
  attributes: [{ name: 'Material', variation: false, options: ['wood', 'steel'] }],
  images: [],
  variations: [],
  ...more,
});
export const product = (more: Readonly<Record<string, unknown>> = {}): WooProduct =>
  productPayload.parse(productJson(more));
