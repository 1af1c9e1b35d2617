import type { OrderRecord } from '../../../model/records.ts';
import { answersAre, linesAre, mutant, ordersAre, pagesAre, recordsAre, type Mutant } from './tools.ts';

const payment = (from: OrderRecord['paymentState'], to: OrderRecord['paymentState']) =>
  ordersAre((order) => (order.paymentState === from ? { ...order, paymentState: to } : order));
const state = (from: OrderRecord['state'], to: OrderRecord['state']) =>
  ordersAre((order) => (order.state === from ? { ...order, state: to } : order));

/** All amounts of orders in a currency, times a factor. */
const amounts = (currency: string, factor: number) =>
  ordersAre((order) =>
    order.currency !== currency
      ? order
      : {
          ...order,
          itemsTotal: order.itemsTotal * factor,
          shippingTotal: order.shippingTotal * factor,
          taxTotal: order.taxTotal * factor,
          discountTotal: order.discountTotal * factor,
          grandTotal: order.grandTotal * factor,
          lines: order.lines.map((line) => ({
            ...line,
            unitPrice: line.unitPrice * factor,
            total: line.total * factor,
            taxAmount: line.taxAmount * factor,
            discountAmount: line.discountAmount * factor,
          })),
        },
  );

/** Mistakes in what a record becomes. */
export const MAPPING: readonly Mutant[] = [
  mutant('unpaid orders become Paid', 'C7.unpaid', payment('Unpaid', 'Paid')),
  mutant('orders paid on delivery become Paid', 'C7.on-delivery', payment('Unpaid', 'Paid')),
  mutant('orders on invoice become Paid', 'C7.invoice', payment('Unpaid', 'Paid')),
  mutant('a payment in part counts as Paid', 'C7.partially-paid', payment('PartiallyPaid', 'Paid')),
  mutant('authorised payments count as Paid', 'C7.authorized', payment('Authorized', 'Paid')),
  mutant('payments that failed may still come', 'C7.failed', payment('Failed', 'Unpaid')),
  mutant('refunds in part are overlooked', 'C7.partially-refunded', payment('PartiallyRefunded', 'Paid')),
  mutant('refunds are overlooked', 'C7.refunded', payment('Refunded', 'Paid')),
  mutant('cancelled orders become Open', 'C7.cancelled', state('Cancelled', 'Open')),
  mutant('orders shipped elsewhere become Open', 'C7.completed', state('Completed', 'Open')),
  mutant('baskets become orders', 'C7.draft', state('Draft', 'Open')),
  mutant(
    'test orders become orders',
    'C7.test',
    ordersAre(({ test: _forgotten, ...order }) => order),
  ),
  mutant(
    'orders that are held back become orders',
    'C7.held',
    ordersAre(({ hold: _forgotten, ...order }) => order),
  ),
  mutant(
    'what is paid on delivery is simply unpaid',
    'C7.on-delivery',
    ordersAre(({ paymentTerms: _forgotten, ...order }) => order),
  ),
  mutant(
    'fees are goods',
    'C7.fee',
    linesAre(({ kind: _forgotten, ...line }) => line),
  ),
  mutant(
    'what the marketplace sends is ours to send',
    'C7.by-platform',
    ordersAre(({ fulfilledBy: _forgotten, ...order }) => order),
  ),
  mutant(
    'pick-up points are forgotten',
    'C7.pickup',
    ordersAre(({ pickupPoint: _forgotten, ...order }) => order),
  ),
  mutant(
    'the day to ship by is the day to deliver by',
    'C7.gift',
    ordersAre((order) => ({ ...order, shipBy: order.deliverBy })),
  ),
  mutant(
    'fields of the shop are forgotten',
    'C7.extras',
    ordersAre(({ custom: _forgotten, ...order }) => order),
  ),
  mutant(
    'cancellations have no lines',
    'C7.cancelled-partly',
    ordersAre((order) => ({
      ...order,
      cancellations: order.cancellations?.map((credit) => ({ ...credit, lines: [] })),
    })),
  ),
  mutant(
    'what is announced has come back',
    'C7.returned',
    ordersAre((order) => ({ ...order, returns: order.returns?.map((credit) => ({ ...credit, state: 'Done' })) })),
  ),
  mutant(
    'refunds are amounts without a record',
    'C7.partially-refunded',
    ordersAre((order) => ({ ...order, refunds: [] })),
  ),
  mutant(
    'all goes to the first address',
    'C7.two-deliveries',
    linesAre(({ deliveryId: _forgotten, ...line }) => line),
  ),
  mutant(
    'parts of a bundle stand alone',
    'C7.bundle',
    linesAre(({ parentId: _forgotten, ...line }) => line),
  ),
  mutant('yen have two decimals', 'C3.money-0', amounts('JPY', 100)),
  mutant('dinars have two decimals', 'C3.money-3', amounts('KWD', 0.1)),
  mutant('amounts are euros, not cents', 'C12.totals', amounts('EUR', 0.01)),
  mutant(
    'the grand total is 0',
    'C12.totals',
    ordersAre((order) => ({ ...order, grandTotal: 0 })),
  ),
  mutant(
    'lines have no SKU',
    'C3.golden-orders',
    linesAre((line) => ({ ...line, sku: '' })),
  ),
  mutant(
    'orders have no address',
    'C3.golden-orders',
    ordersAre((order) => ({ ...order, shippingAddress: {} })),
  ),
  mutant(
    'the billing address is the shipping address',
    'C3.unicode',
    ordersAre((order) => ({ ...order, billingAddress: order.shippingAddress })),
  ),
  mutant(
    'the second line of a street is lost',
    'C3.unicode',
    ordersAre(({ shippingAddress: { street2: _lost, ...shippingAddress }, ...order }) => ({
      ...order,
      shippingAddress,
    })),
  ),
  mutant(
    'letters outside of Latin 1 are lost',
    'C3.unicode',
    recordsAre(
      (record) => JSON.parse(JSON.stringify(record).replaceAll(/[\u0100-\u{10ffff}]/gu, '?')) as typeof record,
    ),
  ),
  mutant(
    'long orders are cut after 100 lines',
    'C3.long-order',
    ordersAre((order) => ({ ...order, lines: order.lines.slice(0, 100) })),
  ),
  mutant(
    'SKUs are cleaned up',
    'C3.odd-sku',
    linesAre((line) => ({ ...line, sku: line.sku.replaceAll(/[^A-Z0-9-]/gi, '') })),
  ),
  mutant(
    'cancelled pieces are to be packed',
    'C7.edited',
    linesAre((line) => ({ ...line, quantity: line.quantity + line.cancelledQuantity, cancelledQuantity: 0 })),
  ),
  mutant(
    'shipped pieces are overlooked',
    'C7.shipped-partly',
    linesAre((line) => ({ ...line, fulfilledQuantity: 0 })),
  ),
  mutant(
    'discounts are negative',
    'C7.promotion',
    linesAre((line) => ({ ...line, discountAmount: -line.discountAmount })),
  ),
  mutant(
    'lines without a variant are dropped',
    'C7.deleted-variant',
    ordersAre((order) => ({ ...order, lines: order.lines.filter(({ variantId }) => variantId !== undefined) })),
  ),
  mutant(
    'what is not packed is dropped',
    'C7.gift-card',
    ordersAre((order) => ({ ...order, lines: order.lines.filter(({ taxRate }) => taxRate > 0) })),
  ),
  mutant(
    'an order has one delivery',
    'C7.two-deliveries',
    ordersAre((order) => ({ ...order, lines: order.lines.slice(0, 1) })),
  ),
  mutant(
    'parts of a bundle are dropped, for they cost nothing',
    'C7.bundle',
    ordersAre((order) => ({ ...order, lines: order.lines.filter(({ unitPrice }) => unitPrice > 0) })),
  ),
  mutant(
    'erased orders look like changed ones',
    'C7.redacted',
    ordersAre(({ redacted: _forgotten, ...order }) => order),
  ),
  mutant(
    'products are always Active',
    'C3.golden-products',
    recordsAre((record) => (record.kind === 'product' ? { ...record, status: 'Active' } : record)),
  ),
  mutant(
    'products have their first variant alone',
    'C3.golden-products',
    recordsAre((record) => (record.kind === 'product' ? { ...record, variants: record.variants.slice(0, 1) } : record)),
  ),
  mutant(
    'one SKU is one variant',
    'C3.twin-sku',
    pagesAre((page) => ({
      ...page,
      records: page.records.filter(
        (record) => record.kind !== 'product' || record.variants[0]?.sku !== 'SKU-TWIN' || record.id.endsWith('7'),
      ),
    })),
  ),
  mutant(
    'what is on hand can be sold',
    'C3.golden-stock',
    recordsAre((record) => (record.kind === 'stock' ? { ...record, available: record.onHand } : record)),
  ),
  mutant(
    'all stock is at one place',
    'C3.golden-stock',
    recordsAre((record) => (record.kind === 'stock' ? { ...record, locationId: 'main' } : record)),
  ),
  mutant(
    'shipping methods are left out',
    'C3.golden-settings',
    pagesAre((page) => ({ ...page, records: page.records.filter(({ kind }) => kind !== 'shippingMethod') })),
  ),
  mutant(
    'suppliers ask nothing',
    'C3.golden-suppliers',
    recordsAre((record) => (record.kind === 'productSupplier' ? { ...record, costPrice: undefined } : record)),
  ),
  mutant(
    'times are two hours off',
    'C12.in-summer',
    ordersAre((order) => ({
      ...order,
      placedAt: order.placedAt && new Date(Date.parse(order.placedAt) + 7_200_000).toISOString(),
    })),
  ),
  mutant(
    'local times are taken for UTC',
    'C12.hour-once',
    ordersAre((order) => ({ ...order, placedAt: order.placedAt?.replace(/[+-]\d\d:\d\d$/, 'Z') })),
  ),
  mutant(
    'winter is summer',
    'C12.before-summer',
    ordersAre((order) => ({ ...order, placedAt: order.placedAt?.replace('+01:00', '+02:00') })),
  ),
  mutant(
    'the hour that comes again is the first',
    'C12.hour-again',
    ordersAre((order) => ({ ...order, placedAt: order.placedAt?.replace('+01:00', '+02:00') })),
  ),
  mutant(
    'offsets are lost',
    'C12.offset',
    ordersAre((order) => ({ ...order, placedAt: order.placedAt && new Date(order.placedAt).toISOString() })),
  ),
  mutant(
    'a state that is not known is taken for open',
    'C7.unknown-status',
    answersAre((text) => text.replaceAll('in_quarantine', 'open')),
  ),
  mutant(
    'an amount that is none is taken for 0',
    'C6.amount',
    answersAre((text) => text.replaceAll('99999999999999999999.00', '0.00')),
  ),
  mutant(
    'a product with a price that is none is free',
    'C6.poisoned-product',
    answersAre((text) => text.replaceAll('99999999999999999999.00', '0.00')),
  ),
];
