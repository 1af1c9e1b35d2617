import { decimalString } from '../../model/money.ts';
import {
  isPacked,
  paidOf,
  refundedOf,
  shippedOf,
  taxesOf,
  wantedOf,
  type Credit,
  type Parcel,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';

/** An object of the API; what takes arguments is a function. */
export type Obj = Readonly<Record<string, unknown>>;

export const gid = (type: string, id: string): string => `gid://shopify/${type}/${id}`;
export const idOf = (global: string): string => global.slice(global.lastIndexOf('/') + 1);
/** Times are UTC and in whole seconds. */
export const seconds = (time: string): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

interface PageArgs {
  readonly first?: number;
  readonly after?: string | null;
}

export const edgesOf = (nodes: readonly Obj[]): Obj[] => nodes.map((node, at) => ({ node, cursor: String(at) }));

/** A connection within an object: the cursor is the place. */
export const connection =
  (rows: readonly Obj[]) =>
  ({ first = 50, after }: PageArgs): Obj => {
    const from = after == null ? 0 : Number(Buffer.from(after, 'base64').toString('utf8'));
    const nodes = rows.slice(from, from + first);
    const end = from + nodes.length;
    return {
      nodes,
      edges: () => edgesOf(nodes),
      pageInfo: {
        hasNextPage: end < rows.length,
        hasPreviousPage: from > 0,
        endCursor: Buffer.from(String(end)).toString('base64'),
      },
    };
  };
const list =
  (rows: readonly Obj[]) =>
  ({ first = 250 }: PageArgs): readonly Obj[] =>
    rows.slice(0, first);

type Bag = (units: number) => Obj;
const bagIn =
  (currency: string): Bag =>
  (units) => {
    const money = { amount: decimalString(units, currency), currencyCode: currency };
    return { shopMoney: money, presentmentMoney: money };
  };

const FINANCIAL: Readonly<Record<ShopOrder['payment'], string>> = {
  Unpaid: 'PENDING',
  Authorized: 'AUTHORIZED',
  PartiallyPaid: 'PARTIALLY_PAID',
  Paid: 'PAID',
  PartiallyRefunded: 'PARTIALLY_REFUNDED',
  Refunded: 'REFUNDED',
  Failed: 'VOIDED',
};

/** An order. Amounts are with tax, in the currency of the shop. */
export function orderObject(order: ShopOrder, poison?: Poison): Obj {
  const bag = bagIn(order.currency);
  const items = order.lines.filter(({ kind }) => kind !== 'Fee');
  const lines = new Map(items.map((line) => [line.id, lineObject(order, line, bag)]));
  const address = order.redacted ? null : addressObject(order.deliveries[0]?.address);
  const placed = poison === 'shape' ? 'some day' : seconds(order.placedAt ?? order.updatedAt);
  return {
    __typename: 'Order',
    id: gid('Order', order.id),
    legacyResourceId: order.id,
    name: order.number,
    email: order.customer.email || null,
    phone: order.customer.phone ?? null,
    note: order.note ?? null,
    test: order.test ?? false,
    createdAt: placed,
    processedAt: placed,
    updatedAt: seconds(order.updatedAt),
    ...endOf(order),
    edited: items.some(({ cancelled }) => cancelled > 0),
    fullyPaid: order.payment === 'Paid',
    confirmed: true,
    displayFinancialStatus: poison === 'state' ? 'OF_A_LATER_VERSION' : FINANCIAL[order.payment],
    displayFulfillmentStatus: fulfilmentWord(order),
    currencyCode: order.currency,
    presentmentCurrencyCode: order.currency,
    taxesIncluded: true,
    requiresShipping: items.some(isPacked),
    sourceName: 'web',
    poNumber: order.references?.['purchase_order'] ?? null,
    tags: [],
    customAttributes: Object.entries(order.extras ?? {}).map(([key, value]) => ({ key, value })),
    paymentGatewayNames: [order.terms === 'OnDelivery' ? 'Cash on Delivery (COD)' : 'card'],
    paymentTerms: termsOf(order),
    customer: { id: gid('Customer', order.customer.id), displayName: order.customer.name },
    billingAddress: order.redacted ? null : addressObject(order.billing),
    shippingAddress: address,
    ...totalsOf(order, bag, poison),
    discountApplications: connection(order.promotions.map(applicationObject)),
    lineItems: connection([...lines.values()]),
    shippingLines: connection(
      order.deliveries
        .slice(0, 1)
        .map(({ id, methodCode }) => ({
          id: gid('ShippingLine', id),
          title: methodCode,
          code: methodCode,
          source: 'shopify',
          isRemoved: false,
          discountedPriceSet: bag(order.shipping),
          originalPriceSet: bag(order.shipping),
          taxLines: [],
          discountAllocations: [],
        })),
    ),
    transactions: list(transactions(order, bag)),
    refunds: list([
      ...order.refunds.map((refund) => refundObject(refund, lines, bag, 'NO_RESTOCK')),
      ...order.cancellations.map((cancellation) => refundObject(cancellation, lines, bag, 'CANCEL')),
    ]),
    returns: connection(order.returns.map((each) => returnObject(each, lines))),
    fulfillments: list(order.parcels.map((parcel) => fulfilmentObject(parcel, order, lines))),
    fulfillmentOrders: connection([fulfilmentOrder(order, items, lines)]),
  };
}

/** Amounts of the order as a whole. */
function totalsOf(order: ShopOrder, bag: Bag, poison: Poison | undefined): Obj {
  const back = order.refunds.flatMap((refund) => refund.lines).reduce((sum, { amount = 0 }) => sum + amount, 0);
  const shippingBack = order.refunds.reduce((sum, { shipping = 0 }) => sum + shipping, 0);
  const total =
    poison === 'amount'
      ? { shopMoney: { amount: '99999999999999999999.00', currencyCode: order.currency } }
      : bag(order.grand);
  const taxes = taxesOf(order).map(({ rate, amount }) => taxLine(rate, bag(amount)));
  return {
    totalPriceSet: total,
    currentTotalPriceSet: poison === 'amount' ? total : bag(order.grand - back - shippingBack),
    totalTaxSet: bag(order.tax),
    currentTotalTaxSet: bag(order.tax),
    totalDiscountsSet: bag(order.discount),
    currentTotalDiscountsSet: bag(order.discount),
    totalReceivedSet: bag(paidOf(order)),
    totalRefundedSet: bag(refundedOf(order)),
    totalRefundedShippingSet: bag(shippingBack),
    totalTipReceivedSet: bag(0),
    currentTotalDutiesSet: null,
    additionalFees: order.lines
      .filter(({ kind }) => kind === 'Fee')
      .map((line) => ({
        id: gid('AdditionalFee', line.id),
        name: line.title,
        price: bag(line.total),
        taxLines: [taxLine(line.taxRate, bag(line.tax))],
      })),
    taxLines: taxes,
    currentTaxLines: taxes,
  };
}

/** How and when it ended, where it did. */
function endOf(order: ShopOrder): Obj {
  return {
    cancelledAt: order.progress === 'Cancelled' ? seconds(order.updatedAt) : null,
    cancelReason: order.progress === 'Cancelled' ? 'OTHER' : null,
    closed: order.progress === 'Completed',
    closedAt: order.progress === 'Completed' ? seconds(order.updatedAt) : null,
  };
}

const termsOf = (order: ShopOrder): Obj | null =>
  order.terms === 'Invoice'
    ? {
        id: gid('PaymentTerms', order.id),
        paymentTermsType: 'NET',
        paymentTermsName: 'Net 30',
        dueInDays: 30,
        overdue: false,
      }
    : null;

const taxLine = (rate: number, priceSet: Obj): Obj => ({
  title: `VAT ${rate} %`,
  rate: rate / 100,
  ratePercentage: rate,
  priceSet,
});

const applicationObject = ({ code }: { readonly code: string }, index: number): Obj => ({
  __typename: 'DiscountCodeApplication',
  index,
  code,
});

function lineObject(order: ShopOrder, line: ShopLine, bag: Bag): Obj {
  const returned = order.refunds.flatMap((refund) => refund.lines).filter(({ lineId }) => lineId === line.id);
  const current = wantedOf(line) - returned.reduce((sum, { quantity }) => sum + quantity, 0);
  const application = order.promotions[0]
    ? applicationObject(order.promotions[0], 0)
    : { __typename: 'ManualDiscountApplication', index: 0, title: '' };
  return {
    __typename: 'LineItem',
    id: gid('LineItem', line.id),
    title: line.title,
    variantTitle: null,
    name: line.title,
    sku: line.sku,
    quantity: line.ordered,
    currentQuantity: Math.max(0, current),
    unfulfilledQuantity: Math.max(0, wantedOf(line) - shippedOf(order, line.id)),
    isGiftCard: line.kind === 'GiftCard',
    requiresShipping: isPacked(line),
    variant:
      line.variantId === undefined ? null : { __typename: 'ProductVariant', id: gid('ProductVariant', line.variantId) },
    originalUnitPriceSet: bag(line.unitPrice),
    discountAllocations:
      line.discount === 0 ? [] : [{ allocatedAmountSet: bag(line.discount), discountApplication: application }],
    taxLines: [taxLine(line.taxRate, bag(line.tax))],
    lineItemGroup: null,
    customAttributes: [],
  };
}

function fulfilmentWord(order: ShopOrder): string {
  if (order.hold !== undefined) return 'ON_HOLD';
  if (order.progress === 'Completed') return 'FULFILLED';
  if (order.parcels.length === 0) return 'UNFULFILLED';
  return order.lines.filter(isPacked).every((line) => shippedOf(order, line.id) >= wantedOf(line))
    ? 'FULFILLED'
    : 'PARTIALLY_FULFILLED';
}

function transactions(order: ShopOrder, bag: Bag): Obj[] {
  const of = (kind: string, units: number, nth = 1, status = 'SUCCESS'): Obj => ({
    id: gid('OrderTransaction', `${order.id}${nth}`),
    kind,
    status,
    gateway: 'card',
    paymentId: `T-${order.id}`,
    amountSet: bag(units),
    processedAt: seconds(order.updatedAt),
  });
  const paid = paidOf(order);
  if (order.payment === 'Unpaid') return [of('SALE', order.grand, 1, 'PENDING')];
  if (order.payment === 'Authorized') return [of('AUTHORIZATION', order.grand)];
  if (order.payment === 'Failed') return [of('AUTHORIZATION', order.grand), of('VOID', order.grand, 2)];
  const refunded = refundedOf(order);
  return [of('SALE', paid), ...(refunded > 0 ? [of('REFUND', refunded, 2)] : [])];
}

function refundObject(
  { id, at, amount = 0, shipping = 0, reason, lines: back }: Credit,
  lines: ReadonlyMap<string, Obj>,
  bag: Bag,
  restockType: string,
): Obj {
  return {
    id: gid('Refund', id),
    createdAt: seconds(at),
    note: reason ?? null,
    totalRefundedSet: bag(amount),
    refundLineItems: connection(
      back.map(({ lineId, quantity, amount: units = 0 }, index) => ({
        id: gid('RefundLineItem', `${id}${index}`),
        lineItem: lines.get(lineId),
        quantity,
        restockType,
        restocked: restockType !== 'NO_RESTOCK',
        subtotalSet: bag(units),
        totalTaxSet: bag(0),
      })),
    ),
    refundShippingLines: connection(
      shipping === 0
        ? []
        : [{ id: gid('RefundShippingLine', id), subtotalAmountSet: bag(shipping), taxAmountSet: bag(0) }],
    ),
  };
}

const returnObject = ({ id, at, announced, reason, lines: back }: Credit, lines: ReadonlyMap<string, Obj>): Obj => ({
  id: gid('Return', id),
  name: `R${id}`,
  status: announced ? 'REQUESTED' : 'CLOSED',
  createdAt: seconds(at),
  returnLineItems: connection(
    back.map(({ lineId, quantity }, index) => ({
      __typename: 'ReturnLineItem',
      id: gid('ReturnLineItem', `${id}${index}`),
      quantity,
      returnReasonNote: reason ?? '',
      fulfillmentLineItem: { id: gid('FulfillmentLineItem', lineId), lineItem: lines.get(lineId) },
    })),
  ),
});

/** A parcel with its numbers: several numbers are several entries of `trackingInfo`. */
export function fulfilmentObject(parcel: Parcel, order: ShopOrder, lines: ReadonlyMap<string, Obj>): Obj {
  const codes = parcel.trackingCodes ?? (parcel.trackingCode === undefined ? [] : [parcel.trackingCode]);
  const numbers: readonly (string | null)[] = codes.length > 0 || parcel.carrier === undefined ? codes : [null];
  return {
    __typename: 'Fulfillment',
    id: gid('Fulfillment', parcel.id),
    name: `${order.number}-F${parcel.id}`,
    status: 'SUCCESS',
    createdAt: seconds(order.updatedAt),
    location:
      parcel.locationId === undefined ? null : locationObject({ id: parcel.locationId, name: parcel.locationId }),
    trackingInfo: list(
      numbers.map((number) => ({ number, company: parcel.carrier ?? null, url: parcel.trackingUrl ?? null })),
    ),
    fulfillmentLineItems: connection(
      parcel.lines.map(({ lineId, quantity }) => ({
        id: gid('FulfillmentLineItem', `${parcel.id}${lineId}`),
        quantity,
        lineItem: lines.get(lineId),
      })),
    ),
  };
}

/** What is to be sent from one place: here all of an order. */
function fulfilmentOrder(order: ShopOrder, items: readonly ShopLine[], lines: ReadonlyMap<string, Obj>): Obj {
  const packed = items.filter(isPacked);
  const open = (line: ShopLine): number => Math.max(0, wantedOf(line) - shippedOf(order, line.id));
  const status =
    order.progress === 'Cancelled'
      ? 'CANCELLED'
      : packed.every((line) => open(line) === 0)
        ? 'CLOSED'
        : order.hold !== undefined
          ? 'ON_HOLD'
          : order.parcels.length > 0
            ? 'IN_PROGRESS'
            : 'OPEN';
  return {
    id: gid('FulfillmentOrder', order.id),
    status,
    fulfillAt: null,
    requestStatus: 'UNSUBMITTED',
    supportedActions: ['OPEN', 'IN_PROGRESS'].includes(status)
      ? [{ action: 'CREATE_FULFILLMENT' }, { action: 'HOLD' }]
      : [],
    assignedLocation: { name: 'Main warehouse', location: locationObject({ id: 'main', name: 'Main warehouse' }) },
    fulfillmentHolds:
      order.hold === undefined
        ? []
        : [{ id: gid('FulfillmentHold', order.id), reason: 'OTHER', reasonNotes: order.hold, displayReason: 'Other' }],
    lineItems: connection(
      packed.map((line) => ({
        id: gid('FulfillmentOrderLineItem', line.id),
        remainingQuantity: open(line),
        totalQuantity: wantedOf(line),
        lineItem: lines.get(line.id),
      })),
    ),
  };
}

export const locationObject = ({ id, name, readOnly }: { id: string; name: string; readOnly?: true }): Obj => ({
  __typename: 'Location',
  id: gid('Location', id),
  name,
  isActive: true,
  isFulfillmentService: readOnly ?? false,
  fulfillsOnlineOrders: true,
});

function addressObject(address: ShopAddress | undefined): Obj | null {
  if (!address) return null;
  const { name, company, street1, street2, city, region, postalCode, country, phone } = address;
  return {
    name,
    company: company ?? null,
    address1: street1,
    address2: street2 ?? null,
    city,
    province: region ?? null,
    provinceCode: null,
    zip: postalCode,
    countryCodeV2: country,
    phone: phone ?? null,
  };
}
