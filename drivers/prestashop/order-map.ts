import type { Address, CreditRecord, OrderLineRecord, OrderRecord, PaymentState } from '../../model/records.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import type { Meaning, Settings } from './config.ts';
import { exact, field, flag, given, link, money, moneyOf, needed, NotTaken, pieces, rowsOf } from './fields.ts';
import type { ShopFacts } from './shop.ts';
import { zonedInstant } from '../toolkit/time/zoned-instant.ts';

export interface OrderFacts {
  readonly shop: ShopFacts;
  readonly currencies: ReadonlyMap<string, string>;
  readonly states: ReadonlyMap<string, { readonly name: string; readonly paid: boolean; readonly shipped: boolean }>;
  readonly carriers: ReadonlyMap<string, { readonly code: string; readonly name: string }>;
  readonly countries: ReadonlyMap<string, string>;
  readonly regions: ReadonlyMap<string, string>;
  readonly taxes: ReadonlyMap<string, { readonly rate: number; readonly name: string }>;
}

/** What belongs to one order. */
export interface OrderParts {
  readonly details: readonly XmlElement[];
  readonly parcels: readonly XmlElement[];
  readonly slips: readonly XmlElement[];
  readonly rules: readonly XmlElement[];
  readonly payments: readonly XmlElement[];
  readonly customer: XmlElement | undefined;
  readonly delivery: XmlElement | undefined;
  readonly invoice: XmlElement | undefined;
}

/** The order as the hub has it. Throws NotTaken, or a RangeError for an amount that is none. */
export function orderRecord(order: XmlElement, parts: OrderParts, facts: OrderFacts, settings: Settings): OrderRecord {
  const currency = facts.currencies.get(needed(order, 'id_currency'));
  if (currency === undefined) throw new NotTaken('the shop does not list its currency');
  const { name, meaning, paid } = stateOf(order, facts);
  const shipped = meaning === 'Shipped';
  const goods = parts.details.map((row) => lineOf(row, currency, shipped, facts));
  if (goods.length === 0) throw new NotTaken('it has no lines');
  const lines = [...goods, ...extraLines(order, parts, currency)];
  const total = (field_: string): number => moneyOf(order, field_, currency);
  const grandTotal = total('total_paid_tax_incl');
  const carrier = facts.carriers.get(field(order, 'id_carrier'));
  const sent = parts.parcels.some((row) => field(row, 'tracking_number') !== '');
  const module = field(order, 'module');
  return {
    kind: 'order',
    id: needed(order, 'id'),
    number: needed(order, 'reference'),
    placedAt: timeOf(order, 'date_add', facts),
    updatedAt: timeOf(order, 'date_upd', facts),
    state: shipped ? 'Completed' : meaning === 'Cancelled' ? 'Cancelled' : 'Open',
    fulfilmentState: shipped ? 'Fulfilled' : sent ? 'PartiallyFulfilled' : 'Unfulfilled',
    platformState: name,
    currency,
    itemsTotal: lines.reduce((sum, line) => sum + line.total, 0),
    shippingTotal: total('total_shipping_tax_incl'),
    taxTotal: grandTotal - total('total_paid_tax_excl'),
    discountTotal: goods.reduce((sum, line) => sum + line.discountAmount, 0) + total('total_discounts_tax_incl'),
    grandTotal,
    paymentTerms: settings.onDeliveryModules.includes(module)
      ? 'OnDelivery'
      : settings.invoiceModules.includes(module)
        ? 'Invoice'
        : undefined,
    ...paymentOf(order, parts, { currency, grandTotal, meaning, paid }),
    ...peopleOf(order, parts, facts),
    shippingMethodCode: carrier?.code,
    shippingMethodName: carrier?.name,
    hold: meaning === 'OnHold' ? { reason: 'OnHold', message: `the order is "${name}" in PrestaShop` } : undefined,
    channel: link(order, 'id_shop'),
    giftMessage: flag(order, 'gift') ? given(field(order, 'gift_message')) : undefined,
    lines,
    taxes: taxesOf(goods, parts.details, facts),
    discounts: parts.rules.map((row) => ({
      code: field(row, 'name') || 'discount',
      amount: moneyOf(row, 'value', currency),
    })),
    refunds: parts.slips.map((slip) => creditOf(slip, currency, facts)),
  };
}

function timeOf(row: XmlElement, name: string, { shop }: OrderFacts): string {
  const text = needed(row, name);
  try {
    return zonedInstant(shop.zone, text);
  } catch {
    throw new NotTaken(`its "${name}" is no time`);
  }
}

/** By the settings, by what the shop itself says of its states, and by the flags of the state; never by its name. */
function stateOf(order: XmlElement, { states, shop }: OrderFacts) {
  const id = needed(order, 'current_state');
  const state = states.get(id);
  if (!state) throw new NotTaken(`it is in order state ${id}, which the shop does not list`);
  const meaning: Meaning = shop.meanings.get(id) ?? (state.shipped ? 'Shipped' : 'Open');
  return { name: state.name, meaning, paid: state.paid };
}

function lineOf(row: XmlElement, currency: string, shipped: boolean, facts: OrderFacts): OrderLineRecord {
  const [id, title, sku] = [needed(row, 'id'), field(row, 'product_name'), field(row, 'product_reference')];
  if (sku === '') throw new NotTaken(`line ${id} (${title.slice(0, 60)}) has no reference: give the product one`);
  const quantity = pieces(row, 'product_quantity');
  const unit = exact(row, 'unit_price_tax_incl');
  const off = reductionOf(row, unit);
  const total = moneyOf(row, 'total_price_tax_incl', currency);
  const tax = total - moneyOf(row, 'total_price_tax_excl', currency);
  const [product, combination] = [link(row, 'product_id'), link(row, 'product_attribute_id')];
  return {
    id,
    ...(field(row, 'download_hash') === '' ? {} : { kind: 'Digital' as const }),
    sku,
    variantId: combination ?? (product && `p${product}`),
    title,
    quantity,
    cancelledQuantity: 0,
    fulfilledQuantity: shipped ? quantity : 0,
    unitPrice: money(unit + off, currency),
    total,
    taxRate: taxRates(row, facts).reduce((sum, { rate }) => sum + rate, 0),
    taxAmount: tax,
    discountAmount: money(off * quantity, currency),
  };
}

/** What a special price took off one piece: by amount, or by per cent. */
function reductionOf(row: XmlElement, unit: number): number {
  const amount = Number(field(row, 'reduction_amount_tax_incl') || 0);
  if (amount > 0) return amount;
  const percent = Number(field(row, 'reduction_percent') || 0);
  return percent > 0 && percent < 100 ? (unit * percent) / (100 - percent) : 0;
}

const taxRates = (row: XmlElement, { taxes }: OrderFacts) =>
  rowsOf(row, 'taxes').flatMap((each) => taxes.get(field(each, 'id')) ?? []);

/** Wrapping, and what cart rules take off the order as a whole. */
function extraLines(order: XmlElement, { rules }: OrderParts, currency: string): OrderLineRecord[] {
  const line = (id: string, kind: 'Fee' | 'Discount', title: string, name: string, sign: 1 | -1): OrderLineRecord[] => {
    const gross = sign * moneyOf(order, `${name}_tax_incl`, currency);
    if (gross === 0) return [];
    const taxAmount = gross - sign * moneyOf(order, `${name}_tax_excl`, currency);
    return [
      {
        ...{ id, kind, sku: '', title, quantity: 1, cancelledQuantity: 0, fulfilledQuantity: 0 },
        ...{ unitPrice: gross, total: gross, taxRate: 0, taxAmount, discountAmount: 0 },
      },
    ];
  };
  const named = rules.map((row) => field(row, 'name')).filter(Boolean);
  return [
    ...line('wrapping', 'Fee', 'Gift wrapping', 'total_wrapping', 1),
    ...line('discounts', 'Discount', named.join(', ') || 'Discount', 'total_discounts', -1),
  ];
}

function taxesOf(lines: readonly OrderLineRecord[], details: readonly XmlElement[], facts: OrderFacts) {
  const byRate = new Map<number, { rate: number; amount: number; title?: string }>();
  lines.forEach(({ taxRate: rate, taxAmount }, index) => {
    const title = taxRates(details[index]!, facts)[0]?.name;
    byRate.set(rate, { rate, amount: (byRate.get(rate)?.amount ?? 0) + taxAmount, title });
  });
  return [...byRate.values()];
}

interface Sums {
  readonly currency: string;
  readonly grandTotal: number;
  readonly meaning: Meaning;
  readonly paid: boolean;
}

function paymentOf(order: XmlElement, { payments, slips }: OrderParts, sums: Sums) {
  const { currency, grandTotal, meaning, paid } = sums;
  const told = moneyOf(order, 'total_paid_real', currency);
  const paidTotal = paid && told === 0 ? grandTotal : told;
  const refundedTotal = slips.reduce((sum, slip) => sum + refundOf(slip, currency).amount, 0);
  const failed = meaning === 'Failed' && paidTotal === 0;
  return {
    paymentState: paymentState(sums, paidTotal, refundedTotal),
    paidTotal,
    refundedTotal,
    payments: failed
      ? [{ method: field(order, 'payment'), amount: grandTotal, state: 'Failed' as const }]
      : payments.map((row) => ({
          method: field(row, 'payment_method'),
          amount: moneyOf(row, 'amount', currency),
          state: 'Paid' as const,
          reference: given(field(row, 'transaction_id')),
        })),
  };
}

function paymentState({ grandTotal, meaning, paid }: Sums, paidTotal: number, refundedTotal: number): PaymentState {
  if (meaning === 'Failed' && paidTotal === 0) return 'Failed';
  if (meaning === 'Refunded' || (refundedTotal > 0 && refundedTotal >= paidTotal)) return 'Refunded';
  if (refundedTotal > 0) return 'PartiallyRefunded';
  if (paid || (paidTotal > 0 && paidTotal >= grandTotal)) return 'Paid';
  return paidTotal > 0 ? 'PartiallyPaid' : 'Unpaid';
}

function refundOf(slip: XmlElement, currency: string) {
  const [products, shipping] = [exact(slip, 'total_products_tax_incl'), exact(slip, 'total_shipping_tax_incl')];
  return { amount: money(products + shipping, currency), shipping: money(shipping, currency) };
}

function creditOf(slip: XmlElement, currency: string, facts: OrderFacts): CreditRecord {
  const { amount, shipping } = refundOf(slip, currency);
  return {
    id: needed(slip, 'id'),
    at: timeOf(slip, 'date_add', facts),
    state: 'Done',
    amount,
    ...(shipping === 0 ? {} : { shippingAmount: shipping }),
    lines: rowsOf(slip, 'order_slip_details').map((row) => {
      const back = moneyOf(row, 'amount_tax_incl', currency);
      const line = { lineId: needed(row, 'id_order_detail'), quantity: pieces(row, 'product_quantity') };
      return { ...line, ...(back === 0 ? {} : { amount: back }) };
    }),
  };
}

function peopleOf(order: XmlElement, { customer, delivery, invoice }: OrderParts, facts: OrderFacts) {
  const billing = addressOf(invoice, facts);
  return {
    customerId: link(order, 'id_customer'),
    customerEmail: given(field(customer, 'email')),
    customerName: nameOf(customer) ?? billing.name,
    customerPhone: billing.phone,
    shippingAddress: addressOf(delivery ?? invoice, facts),
    billingAddress: billing,
  };
}

const nameOf = (row: XmlElement | undefined): string | undefined =>
  given(`${field(row, 'firstname')} ${field(row, 'lastname')}`.trim());

function addressOf(row: XmlElement | undefined, { countries, regions }: OrderFacts): Address {
  if (!row) return {};
  return {
    name: nameOf(row),
    company: given(field(row, 'company')),
    street1: given(field(row, 'address1')),
    street2: given(field(row, 'address2')),
    city: given(field(row, 'city')),
    region: regions.get(field(row, 'id_state')),
    postalCode: given(field(row, 'postcode')),
    country: countries.get(field(row, 'id_country')),
    phone: given(field(row, 'phone')) ?? given(field(row, 'phone_mobile')),
  };
}
