import { decimalString } from '../model/money.ts';
import type { Random } from './random.ts';
import { levelKey, type Shop } from './shop.ts';
import type { WireLine, WireOrder, WireProduct } from './wire.ts';

const CURRENCY = 'EUR';
const ADJECTIVES = ['Blue', 'Folding', 'Heavy', 'Little', 'Quiet', 'Round', 'Soft', 'Tall'];
const THINGS = ['Box', 'Chair', 'Cup', 'Desk', 'Lamp', 'Rack', 'Tape', 'Table'];
const FIRST = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'];
const LAST = ['Berg', 'Klein', 'Moreau', 'Nowak', 'Rossi', 'Stone'];
const CITIES = [['Berlin', '10115', 'DE'], ['Lyon', '69001', 'FR'], ['Graz', '8010', 'AT']] as const;
const TAX_RATE = 20;
const money = (units: number): string => decimalString(units, CURRENCY);

/** What a shop has before its first order. */
export function furnish(shop: Shop): void {
  shop.locations = [{ id: 'main', code: 'main', name: 'Main warehouse' }, { id: 'shop', code: 'shop', name: 'Shop floor' }];
  shop.shippingMethods = [{ id: 'sm1', code: 'standard', name: 'Standard' }, { id: 'sm2', code: 'express', name: 'Express' }];
  shop.suppliers = [{ id: 'su1', code: 'acme', name: 'Acme', email: 'orders@acme.example' }];
}

export function addProduct(shop: Shop, random: Random): WireProduct {
  const id = shop.newId('p');
  const name = `${random.pick(ADJECTIVES)} ${random.pick(THINGS)}`;
  const at = shop.stamp();
  const variants = Array.from({ length: random.int(1, 3) }, (_, index) => ({
    id: `${id}v${index + 1}`, sku: `SKU-${id}-${index + 1}`.toUpperCase(), title: `${name} ${index + 1}`, price: money(random.int(100, 9900)), currency: CURRENCY, weight_grams: random.int(50, 5000), enabled: true, tracked: true, options: { size: String(index + 1) },
  }));
  const product: WireProduct = {
    id, title: name, description: `${name}, made to be sold.`, brand: 'Simulated', status: 'active', attributes: { material: random.pick(['wood', 'steel', 'cotton'])! }, created_at: at, updated_at: at, variants,
    images: [{ id: `${id}i1`, url: `https://images.example/${id}.jpg`, position: 0 }],
  };
  shop.saveProduct(product);
  for (const variant of variants) {
    for (const location of shop.locations) {
      const onHand = random.int(1, 50);
      shop.levels.set(levelKey(variant.id, location.id), { variant_id: variant.id, sku: variant.sku, location_id: location.id, on_hand: onHand, allocated: 0, available: onHand });
    }
    shop.productSuppliers.push({ variant_id: variant.id, supplier_id: 'su1', supplier_sku: `A-${variant.sku}`, cost_price: money(random.int(50, 500)), currency: CURRENCY });
  }
  return product;
}

export function addOrder(shop: Shop, random: Random, paid = true): WireOrder | undefined {
  const products = shop.products.all().filter(({ status }) => status === 'active');
  if (products.length === 0) return undefined;
  const id = shop.newId('o');
  const at = shop.stamp();
  const lines = Array.from({ length: random.int(1, 3) }, (_, index) => addLine(`${id}l${index + 1}`, random.pick(products)!, random));
  const [city, postal, country] = random.pick(CITIES)!;
  const name = `${random.pick(FIRST)} ${random.pick(LAST)}`;
  const address = { name, street1: `Street ${random.int(1, 99)}`, city, postal_code: postal, country };
  const order: WireOrder = {
    id, number: `S-${id.slice(1).padStart(6, '0')}`, placed_at: at, updated_at: at, state: 'open', payment_state: paid ? 'paid' : 'unpaid', currency: CURRENCY, totals: totalsOf(lines),
    customer: { id: `c-${id}`, email: `${id}@buyers.example`, name }, shipping_address: address, billing_address: address, shipping_method: { code: 'standard', name: 'Standard' }, lines, shipments: [],
  };
  shop.saveOrder(order);
  return order;
}

function addLine(id: string, product: WireProduct, random: Random): WireLine {
  const variant = random.pick(product.variants)!;
  const quantity = random.int(1, 4);
  const total = Math.round(Number(variant.price) * 100) * quantity;
  return {
    id, sku: variant.sku, variant_id: variant.id, title: variant.title, quantity, cancelled_quantity: 0, fulfilled_quantity: 0, unit_price: variant.price, total: money(total),
    tax_rate: TAX_RATE, tax: money(Math.round(total - total / (1 + TAX_RATE / 100))), discount: '0.00',
  };
}

export function totalsOf(lines: readonly WireLine[]): WireOrder['totals'] {
  const sum = (part: (line: WireLine) => string): number => lines.reduce((total, line) => total + Math.round(Number(part(line)) * 100), 0);
  const items = sum((line) => line.total);
  return { items: money(items), shipping: '4.90', tax: money(sum((line) => line.tax)), discount: '0.00', grand: money(items + 490) };
}
