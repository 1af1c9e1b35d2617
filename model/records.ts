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

export interface OrderLineRecord {
  readonly id: string;
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
  readonly taxAmount: number;
  readonly discountAmount: number;
}

export type OrderState = 'Draft' | 'Open' | 'Completed' | 'Cancelled';
/** Failed: voided, expired or charged back; it will not be paid any more. */
export type PaymentState =
  'Unpaid' | 'Authorized' | 'PartiallyPaid' | 'Paid' | 'PartiallyRefunded' | 'Refunded' | 'Failed';
export type FulfilmentState = 'Unfulfilled' | 'PartiallyFulfilled' | 'Fulfilled';

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
