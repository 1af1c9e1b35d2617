import type { Random } from '../random.ts';
import {
  levelKey,
  partId,
  wantedOf,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
} from './model.ts';
import type { Shop } from './shop.ts';

const ADJECTIVES = ['Blue', 'Folding', 'Heavy', 'Little', 'Quiet', 'Round', 'Soft', 'Tall'];
const THINGS = ['Box', 'Chair', 'Cup', 'Desk', 'Lamp', 'Rack', 'Tape', 'Table'];
const FIRST = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'];
const LAST = ['Berg', 'Klein', 'Moreau', 'Nowak', 'Rossi', 'Stone'];
const CITIES = [
  ['Berlin', '10115', 'DE'],
  ['Lyon', '69001', 'FR'],
  ['Graz', '8010', 'AT'],
] as const;
export const TAX_RATE = 20;
const SHIPPING = 490;

/** What a shop has before its first order. */
export function furnish(shop: Shop): void {
  const { oneLocation, shippingMethods } = shop.habits;
  shop.locations = [
    { id: 'main', code: 'main', name: 'Main warehouse' },
    ...(oneLocation ? [] : [{ id: 'shop', code: 'shop', name: 'Shop floor' }]),
  ];
  shop.shippingMethods = [
    ...(shippingMethods ?? [
      { id: 'sm1', code: 'standard', name: 'Standard' },
      { id: 'sm2', code: 'express', name: 'Express' },
    ]),
  ];
  shop.suppliers = [{ id: supplierId(shop), code: 'acme', name: 'Acme', email: 'orders@acme.example' }];
}

export function addProduct(shop: Shop, random: Random): ShopProduct {
  const id = shop.newId('p');
  const name = `${random.pick(ADJECTIVES)} ${random.pick(THINGS)}`;
  const at = shop.stamp();
  const variants = Array.from({ length: random.int(1, 3) }, (_, index) => ({
    id: partId(id, 'v', index + 1),
    sku: `SKU-${id}-${index + 1}`.toUpperCase(),
    title: `${name} ${index + 1}`,
    price: random.int(100, 9900),
    currency: shop.currency,
    weightGrams: random.int(50, 5000),
    enabled: true,
    tracked: true,
    options: { size: String(index + 1) },
  }));
  const product: ShopProduct = {
    id,
    title: name,
    description: `${name}, made to be sold.`,
    brand: 'Simulated',
    active: true,
    attributes: { material: random.pick(['wood', 'steel', 'cotton'])! },
    createdAt: at,
    updatedAt: at,
    variants,
    images: [{ id: partId(id, 'i', 1), url: `https://images.example/${id}.jpg`, position: 0 }],
  };
  stockUp(shop, product, random);
  return product;
}

/** Saves a product and gives each of its variants a level everywhere, and a supplier. */
export function stockUp(shop: Shop, product: ShopProduct, random: Random): void {
  shop.saveProduct(product);
  for (const { id, sku } of product.variants) {
    for (const location of shop.locations)
      shop.levels.set(levelKey(id, location.id), {
        variantId: id,
        sku,
        locationId: location.id,
        onHand: random.int(1, 50),
        allocated: 0,
      });
    shop.supplierPrices.push({
      variantId: id,
      supplierId: supplierId(shop),
      supplierSku: `A-${sku}`,
      cost: random.int(50, 500),
      currency: shop.currency,
    });
  }
}

const supplierId = ({ habits }: Shop): string => (habits.numericIds ? '1' : 'su1');

/** What people call an order. */
export const orderNumber = (id: string): string => `S-${id.replace(/^o/, '').padStart(6, '0')}`;

export function addOrder(shop: Shop, random: Random, paid = true): ShopOrder | undefined {
  const products = shop.products.all().filter(({ active }) => active);
  if (products.length === 0) return undefined;
  const id = shop.newId('o');
  const at = shop.stamp();
  const lines = Array.from({ length: random.int(1, 3) }, (_, index) =>
    addLine(partId(id, 'l', index + 1), random.pick(products)!, random),
  );
  const [city, postalCode, country] = random.pick(CITIES)!;
  const name = `${random.pick(FIRST)} ${random.pick(LAST)}`;
  const address: ShopAddress = { name, street1: `Street ${random.int(1, 99)}`, city, postalCode, country };
  const order: ShopOrder = {
    id,
    number: orderNumber(id),
    placedAt: at,
    updatedAt: at,
    progress: 'Open',
    payment: paid ? 'Paid' : 'Unpaid',
    terms: 'Prepaid',
    currency: shop.currency,
    ...totalsOf(lines, SHIPPING),
    refunds: [],
    returns: [],
    cancellations: [],
    promotions: [],
    customer: { id: customerId(id), email: `${id}@buyers.example`, name },
    billing: address,
    deliveries: [{ id: partId(id, 'd', 1), address, methodCode: shop.shippingMethods[0]!.code }],
    lines,
    parcels: [],
  };
  shop.saveOrder(order);
  return order;
}

/** Each order has a customer of its own. */
export const customerId = (orderId: string): string =>
  /^\d+$/.test(orderId) ? partId(orderId, 'c', 1) : `c-${orderId}`;

function addLine(id: string, product: ShopProduct, random: Random): ShopLine {
  const variant = random.pick(product.variants)!;
  return priced({
    id,
    kind: 'Goods',
    sku: variant.sku,
    variantId: variant.id,
    title: variant.title,
    ordered: random.int(1, 4),
    cancelled: 0,
    unitPrice: variant.price,
    discount: 0,
    taxRate: TAX_RATE,
  });
}

/** A line with what it costs: pieces that are wanted, less its discount. */
export function priced(line: Omit<ShopLine, 'total' | 'tax'>): ShopLine {
  const total = line.unitPrice * wantedOf(line) - line.discount;
  return { ...line, total, tax: Math.round(total - total / (1 + line.taxRate / 100)) };
}

export function totalsOf(
  lines: readonly ShopLine[],
  shipping: number,
): Pick<ShopOrder, 'items' | 'shipping' | 'tax' | 'discount' | 'grand'> {
  const sum = (part: (line: ShopLine) => number): number => lines.reduce((total, line) => total + part(line), 0);
  const items = sum(({ total }) => total);
  return {
    items,
    shipping,
    tax: sum(({ tax }) => tax),
    discount: sum(({ discount }) => discount),
    grand: items + shipping,
  };
}
