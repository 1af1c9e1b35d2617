import { crc32 } from 'node:zlib';

/** What the seeded store sells: an outdoor shop, small enough to read, varied enough to test with. */
export interface SeedProduct {
  readonly slug: string;
  readonly name: string;
  readonly skuPrefix: string;
  readonly category: string;
  readonly brand: string;
  /** Price of one, tax included, in cents. */
  readonly price: number;
  readonly weightGrams: number;
  /** Of its image; without one there is no image. */
  readonly colour?: readonly [number, number, number];
  /** Option groups with their values; a product's variants are all combinations. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Stock on hand of each variant at [Berlin, Rotterdam]. */
  readonly stock: readonly [number, number];
}

export interface SeedVariant {
  readonly sku: string;
  readonly name: string;
  readonly ean: string;
  /** Value by option group. */
  readonly options: Readonly<Record<string, string>>;
}

/** The location Vendure makes by itself is renamed to the first of these. */
export const locations = ['Berlin', 'Rotterdam'] as const;

/** Of this one there is always enough: for orders by the thousand. */
export const plentifulSku = 'TAPE';

export const products: readonly SeedProduct[] = [
  product('t-shirt', 'T-shirt', 'TEE', 'Clothing', 'Fjell', 1990, 180, [40, 90, 200], {
    Colour: ['Blue', 'Red'],
    Size: ['S', 'M', 'L'],
  }),
  product('hoodie', 'Hoodie', 'HOOD', 'Clothing', 'Fjell', 5490, 620, [120, 120, 120], { Size: ['S', 'M', 'L'] }),
  product('wool-socks', 'Wool socks', 'SOCK', 'Clothing', 'Vadmal', 1290, 90, [150, 110, 70], {
    Size: ['36-40', '41-45'],
  }),
  product('trail-shoe', 'Trail shoe', 'SHOE', 'Shoes', 'Stein', 11900, 680, [220, 120, 30], {
    Size: ['40', '41', '42', '43'],
  }),
  product('enamel-mug', 'Enamel mug', 'MUG', 'Kitchen', 'Stein', 1490, 210, [240, 240, 235], {
    Colour: ['White', 'Black'],
  }),
  product('water-bottle', 'Water bottle', 'BOTTLE', 'Kitchen', 'Elv', 2290, 160, [60, 160, 170], {
    Volume: ['500 ml', '750 ml'],
  }),
  product('backpack', 'Backpack 28 l', 'PACK', 'Luggage', 'Fjell', 8990, 940, [60, 110, 60], {
    Colour: ['Green', 'Black'],
  }),
  product('headlamp', 'Headlamp', 'LAMP', 'Equipment', 'Elv', 3990, 95, [20, 20, 20], {}),
  product('tent', 'Tent', 'TENT', 'Equipment', 'Fjell', 32900, 2400, [90, 120, 80], { Persons: ['2', '4'] }),
  product('sleeping-bag', 'Sleeping bag', 'BAG', 'Equipment', 'Vadmal', 15900, 1350, [130, 30, 40], {
    Length: ['Regular', 'Long'],
  }),
  product('pocket-knife', 'Pocket knife', 'KNIFE', 'Equipment', 'Stein', 4490, 110, [160, 60, 30], {
    Handle: ['Wood', 'Steel', 'Horn'],
  }),
  {
    ...product('packing-tape', 'Packing tape', plentifulSku, 'Supplies', 'Elv', 390, 240, [180, 150, 100], {}),
    stock: [100_000_000, 0],
  },
];

/** All combinations of a product's options, in the order they are written. */
export function variantsOf(product: SeedProduct): SeedVariant[] {
  const combinations = Object.entries(product.options).reduce<Record<string, string>[]>(
    (sofar, [group, values]) => sofar.flatMap((chosen) => values.map((value) => ({ ...chosen, [group]: value }))),
    [{}],
  );
  return combinations.map((options) => {
    const values = Object.values(options);
    const sku = [product.skuPrefix, ...values.map((value) => value.toUpperCase().replaceAll(' ', ''))].join('-');
    return { sku, name: [product.name, ...values].join(' '), ean: eanOf(sku), options };
  });
}

/** A valid EAN-13 of the range that shops may use among themselves; always the same for a SKU. */
function eanOf(sku: string): string {
  const digits = `20${String(crc32(sku)).padStart(10, '0')}`;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function product(
  slug: string,
  name: string,
  skuPrefix: string,
  category: string,
  brand: string,
  price: number,
  weightGrams: number,
  colour: SeedProduct['colour'],
  options: SeedProduct['options'],
): SeedProduct {
  return { slug, name, skuPrefix, category, brand, price, weightGrams, colour, options, stock: [200, 50] };
}
