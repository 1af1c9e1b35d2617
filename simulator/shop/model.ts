/**
 * What a shop has, in words of its own: no platform's, and not the canonical model's. Money is in minor units of the
 * currency; times are ISO 8601 with the offset of the place where it happened.
 */
export interface ShopAddress {
  readonly name: string;
  readonly company?: string;
  readonly street1: string;
  readonly street2?: string;
  readonly city: string;
  readonly region?: string;
  readonly postalCode: string;
  readonly country: string;
  readonly phone?: string;
}

/** How far an order is. Draft: a basket, or an order of staff that nobody has placed. */
export type Progress = 'Draft' | 'Open' | 'Completed' | 'Cancelled';
/** Failed: voided, expired or charged back. */
export type Payment = 'Unpaid' | 'Authorized' | 'PartiallyPaid' | 'Paid' | 'PartiallyRefunded' | 'Refunded' | 'Failed';
/** When the buyer pays by the terms of the order. */
export type Terms = 'Prepaid' | 'OnDelivery' | 'Invoice';

/**
 * Goods are packed; a gift card and a service are not. A bundle is what the buyer sees, its parts are what is packed;
 * parts name the bundle's line and cost nothing by themselves.
 */
export type LineKind = 'Goods' | 'Bundle' | 'BundlePart' | 'GiftCard' | 'Service' | 'Fee';

/** Money that was given back, goods that come back, or pieces that are not delivered. */
export interface Credit {
  readonly id: string;
  readonly at: string;
  /** Announced: not yet done. */
  readonly announced?: true;
  /** With shipping, gross; absent of what is no money. */
  readonly amount?: number;
  readonly shipping?: number;
  readonly reason?: string;
  readonly restocked?: boolean;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number; readonly amount?: number }[];
}

export interface ShopLine {
  readonly id: string;
  readonly kind: LineKind;
  readonly sku: string;
  /** Absent: the variant was deleted since. */
  readonly variantId?: string;
  readonly title: string;
  readonly ordered: number;
  readonly cancelled: number;
  /** Gross, of one. */
  readonly unitPrice: number;
  /** Of the pieces that are not cancelled, gross. */
  readonly discount: number;
  readonly total: number;
  /** Percent. */
  readonly taxRate: number;
  /** Contained in `total`. */
  readonly tax: number;
  /** The bundle's line. */
  readonly parentId?: string;
  /** Which delivery it goes with, where there are several. */
  readonly deliveryId?: string;
}

export interface Parcel {
  readonly id: string;
  /** The caller's own name of it. */
  readonly reference?: string;
  readonly carrier?: string;
  readonly service?: string;
  readonly trackingCode?: string;
  readonly trackingCodes?: readonly string[];
  readonly trackingUrl?: string;
  readonly returnTrackingCode?: string;
  readonly number?: number;
  readonly shippedAt?: string;
  readonly completes?: boolean;
  readonly locationId?: string;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

export interface DeliveryPlan {
  readonly id: string;
  readonly address: ShopAddress;
  readonly methodCode: string;
  readonly locationId?: string;
}

export interface ShopOrder {
  readonly id: string;
  readonly number: string;
  /** Absent: never placed. */
  readonly placedAt?: string;
  readonly updatedAt: string;
  readonly progress: Progress;
  readonly payment: Payment;
  readonly terms: Terms;
  readonly currency: string;
  readonly items: number;
  readonly shipping: number;
  readonly tax: number;
  readonly discount: number;
  readonly grand: number;
  readonly refunds: readonly Credit[];
  readonly returns: readonly Credit[];
  readonly cancellations: readonly Credit[];
  readonly promotions: readonly { readonly code: string; readonly amount: number }[];
  readonly customer: { readonly id: string; readonly email: string; readonly name: string; readonly phone?: string };
  readonly billing: ShopAddress;
  /** At least one. */
  readonly deliveries: readonly DeliveryPlan[];
  readonly note?: string;
  readonly lines: readonly ShopLine[];
  readonly parcels: readonly Parcel[];
  /** Somebody tried the checkout: nothing is to be sent. */
  readonly test?: true;
  /** The shop wants nobody to touch it, in its own words. */
  readonly hold?: string;
  /** Personal data was erased. */
  readonly redacted?: true;
  /** The marketplace sends it from its own warehouse. */
  readonly sentByPlatform?: true;
  readonly channel?: string;
  readonly references?: Readonly<Record<string, string>>;
  readonly shipBy?: string;
  readonly deliverBy?: string;
  readonly giftMessage?: string;
  readonly pickup?: {
    readonly id: string;
    readonly name: string;
    readonly carrier: string;
    readonly address: ShopAddress;
  };
  /** Fields that the shop has added to its orders. */
  readonly extras?: Readonly<Record<string, string>>;
}

export interface ShopVariant {
  readonly id: string;
  /** Empty: nobody gave it one. */
  readonly sku: string;
  readonly title: string;
  readonly barcode?: string;
  readonly price: number;
  readonly currency: string;
  readonly comparePrice?: number;
  readonly weightGrams: number;
  readonly enabled: boolean;
  readonly tracked: boolean;
  readonly options: Readonly<Record<string, string>>;
}

export interface ShopProduct {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly brand: string;
  readonly active: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly variants: readonly ShopVariant[];
  readonly images: readonly {
    readonly id: string;
    readonly url: string;
    readonly position: number;
    readonly alt?: string;
  }[];
}

export interface Level {
  readonly variantId: string;
  readonly sku: string;
  readonly locationId: string;
  onHand: number;
  readonly allocated: number;
  /** Key of the last write through the API. */
  lastKey?: string;
}

export interface Named {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly email?: string;
  /** Of a location: levels there are not written from outside. */
  readonly readOnly?: true;
}

export interface SupplierPrice {
  readonly variantId: string;
  readonly supplierId: string;
  readonly supplierSku: string;
  readonly cost: number;
  readonly currency: string;
}

const PARTS = { l: 1, v: 2, i: 3, d: 4, rf: 5, ca: 6, re: 7, sh: 8, c: 9 } as const;

/**
 * Id of a part of a record: `o1l2` is the second line of `o1`. Where a platform's ids are numbers (`ShopHabits`), that
 * of a part is one too.
 */
export const partId = (id: string, part: keyof typeof PARTS, index: number): string =>
  /^\d+$/.test(id) ? `${id}${PARTS[part]}${String(index).padStart(3, '0')}` : `${id}${part}${index}`;

/** What all shops of a platform have in common. */
export interface ShopHabits {
  /** Ids are numbers. */
  readonly numericIds?: true;
  /** Stock is counted in one place. */
  readonly oneLocation?: true;
  /** Ways of shipping, the ordinary and the fast one, where the platform words their codes. */
  readonly shippingMethods?: readonly [Named, Named];
}

export const levelKey = (variantId: string, locationId: string): string => `${variantId}@${locationId}`;

/** What is put into parcels. */
export const isPacked = ({ kind }: Pick<ShopLine, 'kind'>): boolean => kind === 'Goods' || kind === 'BundlePart';

/** Paid before refunds. Nothing of it, by the state alone, where it is only reserved or failed. */
export function paidOf({ payment, grand }: Pick<ShopOrder, 'payment' | 'grand'>): number {
  if (payment === 'PartiallyPaid') return Math.floor(grand / 2);
  return payment === 'Paid' || payment === 'PartiallyRefunded' || payment === 'Refunded' ? grand : 0;
}

export const refundedOf = ({ refunds }: Pick<ShopOrder, 'refunds'>): number =>
  refunds.reduce((sum, { announced, amount = 0 }) => (announced ? sum : sum + amount), 0);

/** Tax by rate, in the order of the lines. */
export function taxesOf({ lines }: Pick<ShopOrder, 'lines'>): { readonly rate: number; readonly amount: number }[] {
  const byRate = new Map<number, number>();
  for (const { taxRate, tax } of lines) byRate.set(taxRate, (byRate.get(taxRate) ?? 0) + tax);
  return [...byRate].map(([rate, amount]) => ({ rate, amount }));
}

/** Pieces of a line that are in parcels. */
export function shippedOf(order: Pick<ShopOrder, 'parcels'>, lineId: string): number {
  return order.parcels
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => (line.lineId === lineId ? sum + line.quantity : sum), 0);
}

/** Pieces of a line that are wanted: ordered less cancelled. */
export const wantedOf = ({ ordered, cancelled }: Pick<ShopLine, 'ordered' | 'cancelled'>): number =>
  ordered - cancelled;
