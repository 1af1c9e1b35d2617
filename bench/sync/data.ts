/**
 * The goods and orders of the benchmark's shop: each record is a function of its number and version, so that a million
 * of them need no memory and every run of every program sees the same bytes. Money is in minor units.
 */
export interface ShopLine {
  readonly id: string;
  readonly sku: string;
  readonly variant_id: string;
  readonly title: string;
  readonly quantity: number;
  readonly unit_price: number;
  readonly total: number;
  readonly discount: number;
  readonly requires_shipping: boolean;
  readonly weight_grams: number;
  readonly tax_lines: readonly { readonly title: string; readonly rate: number; readonly amount: number }[];
}

export interface ShopAddress {
  readonly name: string;
  readonly company: string;
  readonly address1: string;
  readonly address2: string;
  readonly city: string;
  readonly province: string;
  readonly zip: string;
  readonly country_code: string;
  readonly phone: string;
}

export interface ShopOrder {
  readonly id: string;
  readonly number: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly status: string;
  readonly financial_status: string;
  readonly fulfillment_status: string;
  readonly currency: string;
  readonly subtotal: number;
  readonly shipping_total: number;
  readonly tax_total: number;
  readonly discount_total: number;
  readonly total: number;
  readonly note: string;
  readonly source: string;
  readonly test: boolean;
  readonly landing_page: string;
  readonly customer: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly phone: string;
    readonly locale: string;
    readonly orders_count: number;
  };
  readonly billing_address: ShopAddress;
  readonly shipping_address: ShopAddress;
  readonly shipping_lines: readonly {
    readonly id: string;
    readonly code: string;
    readonly title: string;
    readonly price: number;
  }[];
  readonly lines: readonly ShopLine[];
}

export interface ShopProduct {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly brand: string;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly variants: readonly {
    readonly id: string;
    readonly sku: string;
    readonly title: string;
    readonly barcode: string;
    readonly price: number;
    readonly weight_grams: number;
    readonly options: Readonly<Record<string, string>>;
  }[];
  readonly images: readonly {
    readonly id: string;
    readonly url: string;
    readonly position: number;
    readonly alt: string;
  }[];
}

export interface ShopLevel {
  readonly variant_id: string;
  readonly sku: string;
  readonly location_id: string;
  readonly on_hand: number;
  readonly available: number;
}

const CITIES = ['Berlin', 'Hamburg', 'München', 'Köln', 'Frankfurt am Main', 'Stuttgart', 'Düsseldorf', 'Leipzig'];
const NAMES = [
  'Anna Schneider',
  'Jürgen Müller',
  'Sophie Weber',
  'Lukas Fischer',
  'Mia Wagner',
  'Émile Dubois',
  'Zoë Becker',
  'Paul Hoffmann',
];
const LINES = 4;
const FILLER =
  'Carefully packed in recycled board; the courier rings twice and leaves the parcel with a neighbour when nobody opens the door. ';

const pick = (list: readonly string[], index: number): string => list[index % list.length]!;
const pad = (index: number): string => String(index).padStart(8, '0');

/** `variant` 0 or 1 of product number `product`. */
export const skuOf = (product: number, variant: number): string => `SKU-${pad(product)}-${variant === 0 ? 'A' : 'B'}`;
export const variantIdOf = (product: number, variant: number): string => `v${pad(product)}${variant}`;

function addressOf(index: number, part: string): ShopAddress {
  return {
    name: pick(NAMES, index),
    company: index % 3 === 0 ? `Handelsgesellschaft ${index % 997} mbH` : '',
    address1: `${part} ${1 + (index % 180)}`,
    address2: index % 5 === 0 ? 'Hinterhof, 2. Stock' : '',
    city: pick(CITIES, index),
    province: 'DE',
    zip: String(10000 + (index % 89999)),
    country_code: 'DE',
    phone: `+49 30 ${1000000 + (index % 8999999)}`,
  };
}

function lineOf(order: number, position: number, version: number, products: number): ShopLine {
  const product = ((order * LINES + position) * 7919) % products;
  const variant = (order + position) % 2;
  const quantity = 1 + ((order + position + version) % 5);
  const price = 999 + ((product * 37) % 20000);
  const total = quantity * price;
  return {
    id: `o${pad(order)}-${position}`,
    sku: skuOf(product, variant),
    variant_id: variantIdOf(product, variant),
    title: `Article ${product} of the ${pick(CITIES, product)} collection`,
    quantity,
    unit_price: price,
    total,
    discount: 0,
    requires_shipping: true,
    weight_grams: 100 + (product % 4000),
    tax_lines: [{ title: 'VAT', rate: 19, amount: Math.round((total * 19) / 119) }],
  };
}

/** Order number `index` as it is after `version - 1` changes. */
export function orderOf(
  index: number,
  version: number,
  createdAt: string,
  updatedAt: string,
  products: number,
): ShopOrder {
  const lines = Array.from({ length: LINES }, (_, position) => lineOf(index, position, version, products));
  const subtotal = lines.reduce((sum, line) => sum + line.total, 0);
  return {
    id: `o${pad(index)}`,
    number: `#${100000 + index}`,
    created_at: createdAt,
    updated_at: updatedAt,
    status: 'open',
    financial_status: 'paid',
    fulfillment_status: 'unfulfilled',
    currency: 'EUR',
    subtotal,
    shipping_total: 490,
    tax_total: lines.reduce((sum, line) => sum + line.tax_lines[0]!.amount, 0),
    discount_total: 0,
    total: subtotal + 490,
    note: `${FILLER.slice(0, 40 + (index % 60))}\tversion ${version}`,
    source: 'web',
    test: false,
    landing_page: `/collections/all?utm_source=newsletter&utm_campaign=c${index % 53}&ref=${pad(index)}`,
    customer: {
      id: `c${index % 50000}`,
      email: `customer.${index % 50000}@example.com`,
      name: pick(NAMES, index),
      phone: `+49 151 ${1000000 + (index % 8999999)}`,
      locale: 'de-DE',
      orders_count: index % 17,
    },
    billing_address: addressOf(index, 'Rechnungsstraße'),
    shipping_address: addressOf(index + 1, 'Lieferweg'),
    shipping_lines: [{ id: `s${pad(index)}`, code: 'standard', title: 'Standard parcel', price: 490 }],
    lines,
  };
}

/** Product number `index`: two variants, one image. */
export function productOf(index: number, version: number, createdAt: string, updatedAt: string): ShopProduct {
  return {
    id: `p${pad(index)}`,
    title: `Article ${index} of the ${pick(CITIES, index)} collection${version > 1 ? `, edition ${version}` : ''}`,
    description: FILLER.repeat(3),
    brand: `Brand ${index % 300}`,
    status: 'active',
    created_at: createdAt,
    updated_at: updatedAt,
    variants: [0, 1].map((variant) => ({
      id: variantIdOf(index, variant),
      sku: skuOf(index, variant),
      title: variant === 0 ? 'small' : 'large',
      barcode: `40${pad(index)}${variant}${index % 10}`,
      price: 999 + ((index * 37) % 20000),
      weight_grams: 100 + (index % 4000),
      options: { size: variant === 0 ? 'S' : 'L' },
    })),
    images: [
      {
        id: `i${pad(index)}`,
        url: `https://img.example.com/products/${pad(index)}/front.jpg`,
        position: 0,
        alt: `Article ${index}, front`,
      },
    ],
  };
}

/** Stock of the first variant of product number `index`. */
export function levelOf(index: number): ShopLevel {
  return {
    variant_id: variantIdOf(index, 0),
    sku: skuOf(index, 0),
    location_id: 'main',
    on_hand: 10 + (index % 40),
    available: 10 + (index % 40),
  };
}
