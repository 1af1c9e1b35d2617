/**
 * The canonical model: what a driver yields and what the hub stores, whatever the platform.
 * Money is an integer in minor units of the record's currency (ISO 4217 exponent, see money.ts).
 * Times are ISO 8601 with the offset the store gave; the hub stores UTC and keeps the offset.
 * Ids are the platform's own, as strings: they are unique only together with the connection.
 */

export interface AttributeRecord {
  readonly kind: 'attribute';
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** text, number, boolean, date, select, multiselect, or the platform's own word. */
  readonly type: string;
  /** Allowed values of a select, in order. */
  readonly values: readonly string[];
}

export interface AttributeSetRecord {
  readonly kind: 'attributeSet';
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly attributeIds: readonly string[];
}

export interface LocationRecord {
  readonly kind: 'location';
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Its levels are not ours to write (the platform's own warehouse, another app's): read, never written. */
  readonly readOnly?: true;
}

export interface ShippingMethodRecord {
  readonly kind: 'shippingMethod';
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

export interface VariantRecord {
  readonly id: string;
  readonly sku: string;
  readonly title: string;
  readonly barcode?: string;
  /** Minor units. */
  readonly price: number;
  readonly currency: string;
  readonly compareAtPrice?: number;
  readonly weightGrams?: number;
  readonly enabled: boolean;
  /** Whether the store counts stock for it. */
  readonly tracked: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly updatedAt?: string;
}

export interface ImageRecord {
  readonly id: string;
  readonly url: string;
  readonly position: number;
  readonly alt?: string;
  readonly variantId?: string;
}

export interface ProductRecord {
  readonly kind: 'product';
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly brand?: string;
  readonly status: 'Active' | 'Inactive';
  readonly attributeSetId?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  readonly updatedAt: string;
  readonly variants: readonly VariantRecord[];
  readonly images: readonly ImageRecord[];
}

export interface StockRecord {
  readonly kind: 'stock';
  readonly variantId: string;
  readonly sku: string;
  readonly locationId: string;
  readonly onHand: number;
  readonly allocated?: number;
  /** What can be sold: on hand less allocations and the store's own threshold. */
  readonly available: number;
}

export interface SupplierRecord {
  readonly kind: 'supplier';
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly email?: string;
}

export interface ProductSupplierRecord {
  readonly kind: 'productSupplier';
  readonly variantId: string;
  readonly supplierId: string;
  readonly supplierSku?: string;
  readonly costPrice?: number;
  readonly currency?: string;
}

export interface Address {
  readonly name?: string;
  readonly company?: string;
  readonly street1?: string;
  readonly street2?: string;
  readonly city?: string;
  readonly region?: string;
  readonly postalCode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly phone?: string;
}

/**
 * What a line is. Goods are looked up in the catalogue, packed and shipped; all others complete with the order.
 * Digital: a download or a service. Fee: a surcharge (gift wrap, cash on delivery). Discount: its amounts are below
 * zero. Bundle: what the buyer sees; its parts, which name it as `parentId`, are what is packed.
 */
export type LineKind = 'Goods' | 'Digital' | 'GiftCard' | 'Fee' | 'Discount' | 'Bundle';

export interface OrderLineRecord {
  readonly id: string;
  /** Goods if absent. A line that others name as their `parentId` is a Bundle, whether it says so or not. */
  readonly kind?: LineKind;
  /** Of Goods never empty; other kinds may have none. */
  readonly sku: string;
  readonly variantId?: string;
  readonly title: string;
  /** Ordered less cancelled. */
  readonly quantity: number;
  readonly cancelledQuantity: number;
  readonly fulfilledQuantity: number;
  /** Gross price of one, minor units. */
  readonly unitPrice: number;
  /** Gross total of the line after discounts, minor units. */
  readonly total: number;
  /** Percent, 20 is 20 %. */
  readonly taxRate: number;
  /** Contained in `total`, minor units. */
  readonly taxAmount: number;
  /** Already taken off `total`, minor units, not below zero. */
  readonly discountAmount: number;
  /** The line of the bundle that this one is a part of. */
  readonly parentId?: string;
  /** Which of the order's `deliveries` it goes with. */
  readonly deliveryId?: string;
  /** The platform's own fields of the line, as text; bounded as those of the order are. */
  readonly custom?: Readonly<Record<string, string>>;
}

export type OrderState = 'Draft' | 'Open' | 'Completed' | 'Cancelled';
/** Failed: voided, expired or charged back; it will not be paid any more. */
export type PaymentState =
  'Unpaid' | 'Authorized' | 'PartiallyPaid' | 'Paid' | 'PartiallyRefunded' | 'Refunded' | 'Failed';
export type FulfilmentState = 'Unfulfilled' | 'PartiallyFulfilled' | 'Fulfilled';
/** When the buyer pays: before, at the door, or after on an invoice. */
export type PaymentTerms = 'Prepaid' | 'OnDelivery' | 'Invoice';

/** Where a parcel is handed to the buyer in place of an address: a parcel shop, a locker, a shop of the merchant. */
export interface PickupPoint {
  /** As the carrier or the shop calls it. */
  readonly id: string;
  readonly name?: string;
  readonly carrier?: string;
  readonly address?: Address;
}

/** One of several addresses of an order; its lines name it as `deliveryId`. */
export interface OrderDelivery {
  readonly id: string;
  readonly address: Address;
  readonly methodCode?: string;
  readonly methodName?: string;
  readonly locationId?: string;
}

export interface OrderTax {
  /** Percent, 20 is 20 %. */
  readonly rate: number;
  /** The tax at this rate in all of the order, minor units. */
  readonly amount: number;
  readonly title?: string;
}

export interface OrderDiscount {
  /** The coupon code, or what the shop calls the promotion. */
  readonly code: string;
  /** What it took off, minor units, not below zero; contained in the order's `discountTotal`. */
  readonly amount: number;
}

export interface OrderPayment {
  /** The shop's name of the way to pay. */
  readonly method: string;
  /** Minor units: what was paid, or is reserved, or failed: `state` says which. */
  readonly amount: number;
  readonly state: 'Pending' | 'Authorized' | 'Paid' | 'Failed';
  /** The payment provider's number of the transaction. Never a card number, a token or any other secret. */
  readonly reference?: string;
}

/** Pieces of a line that were given back, came back, or are not delivered. */
export interface CreditLine {
  readonly lineId: string;
  readonly quantity: number;
  /** What is given back for them, gross, minor units; absent where the shop does not say it by line. */
  readonly amount?: number;
}

/** Requested: not yet done. Done: money given back, goods arrived, pieces cancelled. Failed: it will not be done. */
export type CreditState = 'Requested' | 'Done' | 'Failed';

/**
 * A refund (money), a return (goods) or a cancellation (pieces that are not delivered). Each is a record of the shop's
 * own with an id that stays; of one event at the shop there may be two, such as a return and the refund for it.
 */
export interface CreditRecord {
  /** Unique among the credits of its kind in the order. */
  readonly id: string;
  readonly at: string;
  /** Done if absent. */
  readonly state?: CreditState;
  /** Empty where the shop names none: a refund as a favour. */
  readonly lines: readonly CreditLine[];
  /** All that is given back, with shipping, gross, minor units; 0 where no money is. Absent: the shop does not say. */
  readonly amount?: number;
  /** The part of `amount` that is for shipping, minor units. */
  readonly shippingAmount?: number;
  /** In the shop's words. */
  readonly reason?: string;
  /** Whether the shop counts the pieces as stock again; absent: it does not say. */
  readonly restocked?: boolean;
}

export interface OrderRecord {
  readonly kind: 'order';
  readonly id: string;
  /** The number people use, as the store prints it. */
  readonly number: string;
  /** When the customer placed it; absent for a cart or draft that was never placed. */
  readonly placedAt?: string;
  readonly updatedAt: string;
  readonly state: OrderState;
  readonly paymentState: PaymentState;
  readonly fulfilmentState: FulfilmentState;
  /** The platform's own state, for people. */
  readonly platformState: string;
  readonly currency: string;
  readonly itemsTotal: number;
  readonly shippingTotal: number;
  readonly taxTotal: number;
  readonly discountTotal: number;
  /** What the store says the customer pays: never recomputed. */
  readonly grandTotal: number;
  readonly customerId?: string;
  readonly customerEmail?: string;
  readonly customerName?: string;
  readonly customerPhone?: string;
  readonly shippingAddress: Address;
  readonly billingAddress: Address;
  readonly shippingMethodCode?: string;
  readonly shippingMethodName?: string;
  readonly note?: string;
  /**
   * The store took the personal data away (by law, or by its own rules): what stands in its place is not passed on, and
   * is no change.
   */
  readonly redacted?: true;
  readonly lines: readonly OrderLineRecord[];
  /** Prepaid if absent. */
  readonly paymentTerms?: PaymentTerms;
  /** Paid so far, before refunds, minor units; what is only reserved is not paid. Absent: the shop does not say. */
  readonly paidTotal?: number;
  /** Given back so far, minor units. Absent: the shop does not say. */
  readonly refundedTotal?: number;
  /** Each payment; their sum need not be `paidTotal`, since some may have failed. */
  readonly payments?: readonly OrderPayment[];
  /** Somebody tries the checkout: nothing is to be sent. */
  readonly test?: true;
  /** The shop wants nobody to send it yet: a word of the platform for the reason, and the shop's own words. */
  readonly hold?: { readonly reason: string; readonly message: string };
  /** Platform: a marketplace ships it from its own warehouse. Merchant if absent. */
  readonly fulfilledBy?: 'Merchant' | 'Platform';
  /** Marketplace, site, sales channel or store view that it came by. */
  readonly channel?: string;
  /** Other numbers of the order by what they are: the buyer's own (purchase order), the marketplace's. */
  readonly references?: Readonly<Record<string, string>>;
  /** The latest time at which it must leave the house. */
  readonly shipBy?: string;
  /** The latest time at which it must be with the buyer. */
  readonly deliverBy?: string;
  /** To be put into the parcel. */
  readonly giftMessage?: string;
  readonly pickupPoint?: PickupPoint;
  /** Where it goes to several addresses: all of them. Absent: the one `shippingAddress`. */
  readonly deliveries?: readonly OrderDelivery[];
  /** The tax of the order by rate, several at one rate where the shop tells them apart; their sum is `taxTotal`. */
  readonly taxes?: readonly OrderTax[];
  readonly discounts?: readonly OrderDiscount[];
  /** The platform's own fields, as text. What is beyond the bounds of order-facts.ts is cut, and the hub says so. */
  readonly custom?: Readonly<Record<string, string>>;
  readonly refunds?: readonly CreditRecord[];
  readonly returns?: readonly CreditRecord[];
  readonly cancellations?: readonly CreditRecord[];
}

export type CanonicalRecord =
  | AttributeRecord
  | AttributeSetRecord
  | LocationRecord
  | ShippingMethodRecord
  | ProductRecord
  | StockRecord
  | SupplierRecord
  | ProductSupplierRecord
  | OrderRecord;

export type RecordKind = CanonicalRecord['kind'];
