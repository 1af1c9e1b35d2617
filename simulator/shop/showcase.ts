import type { Random } from '../random.ts';
import { customerId, orderNumber, priced, stockUp, TAX_RATE, totalsOf } from './generate.ts';
import {
  levelKey,
  partId,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
  type ShopVariant,
} from './model.ts';
import type { Shop } from './shop.ts';
import { ORDER_TAGS, PRODUCT_TAGS, type OrderTag, type ProductTag } from './showcase-tags.ts';

export type { OrderTag, ProductTag } from './showcase-tags.ts';

const MINUTE = 60_000;
const LONG_ORDER = 250;
const ODD_SKU = 'A/B + ü %2F "1"';
const LAST_NAMES = ['Berg', 'Łukaszewicz', '山田', 'O’Neill', 'Nuñez 🙂'];

/** Ids by what they are there for. */
export interface Showcase {
  readonly orders: ReadonlyMap<OrderTag, string>;
  readonly products: ReadonlyMap<ProductTag, string>;
}

/**
 * A shop with one of each: every state, currencies of 0, 2 and 3 digits, the hour that there is twice. Each order
 * changed a minute after the one before, the last one a minute ago. `without`: tags of orders that the platform does
 * not know.
 */
export function furnishShowcase(shop: Shop, random: Random, without: readonly string[] = []): Showcase {
  if (!shop.habits.oneLocation)
    shop.locations = [...shop.locations, { id: 'transit', code: 'transit', name: 'On the way', readOnly: true }];
  const products = new Map(
    PRODUCT_TAGS.filter((tag) => !without.includes(`product.${tag}`)).map((tag) => [tag, product(shop, random, tag)]),
  );
  const tags = ORDER_TAGS.filter((tag) => !without.includes(tag));
  const start = shop.now().getTime() - tags.length * MINUTE;
  const goods = [...products.values()].filter(({ active }) => active).flatMap(({ variants }) => variants);
  const orders = new Map(
    tags.map((tag, index) => {
      const made = order(shop, random, tag, new Date(start + index * MINUTE), goods);
      shop.saveOrder(made);
      return [tag, made.id] as const;
    }),
  );
  return { orders, products: new Map([...products].map(([tag, { id }]) => [tag, id])) };
}

function product(shop: Shop, random: Random, tag: ProductTag): ShopProduct {
  const id = shop.newId('p');
  const at = new Date(shop.now().getTime() - (PRODUCT_TAGS.length - PRODUCT_TAGS.indexOf(tag)) * MINUTE).toISOString();
  const currency = tag === 'yen' ? 'JPY' : tag === 'dinar' ? 'KWD' : shop.currency;
  const price = tag === 'yen' ? 1980 : tag === 'dinar' ? 12_345 : random.int(100, 9900);
  const sku = tag.startsWith('twin') ? 'SKU-TWIN' : tag === 'odd-sku' ? ODD_SKU : `SKU-${id}`.toUpperCase();
  const variant: ShopVariant = {
    id: partId(id, 'v', 1),
    sku,
    title: `${tag} 1`,
    price,
    currency,
    weightGrams: random.int(50, 5000),
    enabled: tag !== 'disabled',
    tracked: tag !== 'untracked',
    options: { size: '1' },
    ...(tag === 'rich' ? { barcode: '4006381333931', comparePrice: price + 100 } : {}),
  };
  const made: ShopProduct = {
    id,
    title: tag === 'unicode' ? 'Größe „L“ — 山 🙂' : `Product ${tag}`,
    description: tag === 'plain' ? '' : `${tag}: made to be sold.`,
    brand: 'Simulated',
    active: tag !== 'inactive',
    attributes: { material: 'wood' },
    createdAt: at,
    updatedAt: at,
    variants:
      tag === 'rich'
        ? [variant, { ...variant, id: partId(id, 'v', 2), sku: `${sku}-2`, title: 'rich 2', options: { size: '2' } }]
        : [variant],
    images:
      tag === 'rich'
        ? [
            { id: partId(id, 'i', 1), url: `https://images.example/${id}.jpg`, position: 0, alt: 'from the front' },
            { id: partId(id, 'i', 2), url: `https://images.example/${id}-2.jpg`, position: 1 },
          ]
        : [],
  };
  stockUp(shop, made, random);
  if (tag === 'rich')
    for (const level of shop.levels.values())
      if (level.variantId === variant.id)
        shop.levels.set(levelKey(level.variantId, level.locationId), {
          ...level,
          onHand: level.onHand + 2,
          allocated: 2,
        });
  return made;
}

/** A variant that nobody gave a SKU. */
export function addProductWithoutSku(shop: Shop, random: Random): string {
  const id = shop.newId('p');
  const at = shop.stamp();
  stockUp(
    shop,
    {
      id,
      title: 'Nameless',
      description: '',
      brand: 'Simulated',
      active: true,
      attributes: {},
      createdAt: at,
      updatedAt: at,
      images: [],
      variants: [
        {
          id: partId(id, 'v', 1),
          sku: '',
          title: 'Nameless 1',
          price: 100,
          currency: shop.currency,
          weightGrams: 1,
          enabled: true,
          tracked: true,
          options: {},
        },
      ],
    },
    random,
  );
  return id;
}

type Change = (order: ShopOrder) => Partial<ShopOrder>;

const CURRENCIES: Readonly<Partial<Record<OrderTag, string>>> = { yen: 'JPY', dinar: 'KWD' };
/** By the clocks on the wall: 2026-03-29 has no half past two, 2026-10-25 has it twice. */
const PLACED: Readonly<Partial<Record<OrderTag, string>>> = {
  'before-summer': '2026-03-29T01:59:30.000+01:00',
  'in-summer': '2026-03-29T03:00:30.000+02:00',
  'hour-once': '2026-10-25T02:30:00.000+02:00',
  'hour-again': '2026-10-25T02:30:00.000+01:00',
};

const CHANGES: Readonly<Partial<Record<OrderTag, Change>>> = {
  unpaid: () => ({ payment: 'Unpaid' }),
  authorized: () => ({ payment: 'Authorized' }),
  'partially-paid': () => ({ payment: 'PartiallyPaid' }),
  'partially-refunded': ({ id, updatedAt, grand, lines }) => ({
    payment: 'PartiallyRefunded',
    refunds: [
      {
        id: partId(id, 'rf', 1),
        at: updatedAt,
        amount: Math.floor(grand / 3),
        shipping: 90,
        reason: 'broken',
        lines: [{ lineId: lines[0]!.id, quantity: 1 }],
      },
    ],
  }),
  refunded: ({ id, updatedAt, grand }) => ({
    payment: 'Refunded',
    refunds: [{ id: partId(id, 'rf', 1), at: updatedAt, amount: grand, shipping: 490, lines: [] }],
  }),
  'cancelled-partly': (order) => {
    const lines = order.lines.map((line, index) => (index === 0 ? priced({ ...line, cancelled: 1 }) : line));
    const [{ id }] = lines as [ShopLine];
    return {
      lines,
      ...totalsOf(lines, order.shipping),
      cancellations: [
        {
          id: partId(order.id, 'ca', 1),
          at: order.updatedAt,
          reason: 'sold out',
          lines: [{ lineId: id, quantity: 1 }],
        },
      ],
    };
  },
  returned: (order) => ({
    ...CHANGES.completed!(order),
    returns: [
      {
        id: partId(order.id, 're', 1),
        at: order.updatedAt,
        reason: 'too small',
        restocked: true,
        lines: [{ lineId: order.lines[0]!.id, quantity: 1 }],
      },
      {
        id: partId(order.id, 're', 2),
        at: order.updatedAt,
        announced: true,
        lines: [{ lineId: order.lines[0]!.id, quantity: 1 }],
      },
    ],
  }),
  'by-platform': () => ({ sentByPlatform: true, channel: 'market', references: { marketplace: 'M-4711' } }),
  pickup: ({ billing }) => ({
    pickup: { id: 'PS-7', name: 'Kiosk', carrier: 'Post', address: { ...billing, name: 'Kiosk', street1: 'Corner 7' } },
  }),
  gift: ({ updatedAt }) => ({
    giftMessage: 'All the best — „山“',
    shipBy: new Date(Date.parse(updatedAt) + 24 * 60 * MINUTE).toISOString(),
    deliverBy: new Date(Date.parse(updatedAt) + 72 * 60 * MINUTE).toISOString(),
    references: { purchase_order: 'PO 4711' },
  }),
  extras: () => ({ extras: { campaign: 'spring', engraving: 'A & B' } }),
  failed: () => ({ payment: 'Failed' }),
  draft: () => ({ progress: 'Draft', payment: 'Unpaid', placedAt: undefined }),
  cancelled: () => ({ progress: 'Cancelled' }),
  completed: (order) => ({
    progress: 'Completed',
    parcels: [
      parcelOf(
        order,
        order.lines.map(({ id, ordered }) => ({ lineId: id, quantity: ordered })),
      ),
    ],
  }),
  'shipped-partly': (order) => ({ parcels: [parcelOf(order, [{ lineId: order.lines[0]!.id, quantity: 1 }])] }),
  edited: (order) => {
    const lines = order.lines.map((line, index) => (index === 0 ? priced({ ...line, cancelled: 1 }) : line));
    return { lines, ...totalsOf(lines, order.shipping) };
  },
  test: () => ({ test: true }),
  held: () => ({ hold: 'waits for a look at the payment' }),
  'on-delivery': () => ({ terms: 'OnDelivery', payment: 'Unpaid' }),
  invoice: () => ({ terms: 'Invoice', payment: 'Unpaid' }),
  promotion: ({ discount }) => ({ promotions: [{ code: 'SPRING', amount: discount }] }),
  'two-deliveries': (order) => {
    const [first] = order.deliveries;
    return {
      deliveries: [
        { ...first!, locationId: 'main' },
        {
          ...first!,
          id: partId(order.id, 'd', 2),
          address: { ...first!.address, street1: 'Elsewhere 2' },
          locationId: 'shop',
        },
      ],
      lines: order.lines.map((line, index) => ({ ...line, deliveryId: partId(order.id, 'd', index === 0 ? 1 : 2) })),
    };
  },
  redacted: (order) => {
    const nobody: ShopAddress = { name: '', street1: '', city: '', postalCode: '', country: order.billing.country };
    return {
      redacted: true,
      customer: { id: order.customer.id, email: '', name: '' },
      billing: nobody,
      deliveries: order.deliveries.map((delivery) => ({ ...delivery, address: nobody })),
    };
  },
};

function order(shop: Shop, random: Random, tag: OrderTag, at: Date, goods: readonly ShopVariant[]): ShopOrder {
  const id = shop.newId('o');
  const currency = CURRENCIES[tag] ?? shop.currency;
  const lines = linesOf(id, random, tag, goods);
  const name = tag === 'unicode' ? 'Zoë „Ünïcode“ 山田 🙂' : `Ada ${LAST_NAMES[random.int(0, LAST_NAMES.length - 1)]}`;
  const address: ShopAddress = {
    name,
    street1: `Street ${random.int(1, 99)}`,
    city: 'Graz',
    postalCode: '08010',
    country: 'AT',
    ...(tag === 'unicode'
      ? { company: 'Ærø & Söhne <GmbH>', street2: 'Stiege 2', region: 'Steiermark', phone: '+43 316 1' }
      : {}),
  };
  const billing = tag === 'unicode' ? { ...address, street1: 'Rechnungsweg 1' } : address;
  const base: ShopOrder = {
    id,
    number: orderNumber(id),
    placedAt: PLACED[tag] ?? new Date(at.getTime() - MINUTE / 2).toISOString(),
    updatedAt: at.toISOString(),
    progress: 'Open',
    payment: 'Paid',
    terms: 'Prepaid',
    currency,
    ...totalsOf(lines, 490),
    refunds: [],
    returns: [],
    cancellations: [],
    promotions: [],
    customer: {
      id: customerId(id),
      email: `${id}@buyers.example`,
      name,
      ...(tag === 'unicode' ? { phone: '+43 316 2' } : {}),
    },
    billing,
    deliveries: [{ id: partId(id, 'd', 1), address, methodCode: shop.shippingMethods[tag === 'plain' ? 1 : 0]!.code }],
    lines,
    parcels: [],
    ...(tag === 'unicode' ? { note: 'ring twice — „bitte“' } : {}),
  };
  return { ...base, ...CHANGES[tag]?.(base) };
}

type LineMaker = (index: number, more?: Partial<Omit<ShopLine, 'total' | 'tax'>>) => ShopLine;

const two = (line: LineMaker): ShopLine[] => [line(0, { ordered: 3 }), line(1, { ordered: 2 })];

const LINES: Readonly<Partial<Record<OrderTag, (line: LineMaker, orderId: string) => ShopLine[]>>> = {
  plain: two,
  'two-lines': two,
  'two-deliveries': two,
  'shipped-partly': two,
  edited: two,
  returned: two,
  'cancelled-partly': two,
  long: (line) => Array.from({ length: LONG_ORDER }, (_, index) => line(index)),
  'gift-card': (line) => [
    line(0),
    line(1, {
      kind: 'GiftCard',
      sku: 'GIFT-50',
      variantId: undefined,
      title: 'Gift card 50',
      ordered: 1,
      unitPrice: 5000,
      taxRate: 0,
    }),
  ],
  fee: (line, orderId) => [
    line(0),
    line(1, {
      id: /^\d+$/.test(orderId) ? partId(orderId, 'l', 2) : `fee-${orderId}l2`,
      kind: 'Fee',
      sku: '',
      variantId: undefined,
      title: 'Gift wrap',
      ordered: 1,
      unitPrice: 300,
    }),
  ],
  'deleted-variant': (line) => [line(0), line(1, { sku: 'GONE-1', variantId: undefined })],
  bundle: (line, orderId) => [
    line(0, { kind: 'Bundle', sku: 'BUNDLE-1', ordered: 1 }),
    line(1, { kind: 'BundlePart', unitPrice: 0, ordered: 1, parentId: partId(orderId, 'l', 1) }),
    line(2, { kind: 'BundlePart', unitPrice: 0, ordered: 2, parentId: partId(orderId, 'l', 1) }),
  ],
  promotion: (line) => [line(0, { discount: 333 }), line(1)],
  'odd-sku': (line) => [line(0, { sku: ODD_SKU })],
};

function linesOf(orderId: string, random: Random, tag: OrderTag, goods: readonly ShopVariant[]): ShopLine[] {
  const line: LineMaker = (index, more = {}) => {
    const variant = goods[index % goods.length]!;
    return priced({
      id: partId(orderId, 'l', index + 1),
      kind: 'Goods',
      sku: variant.sku,
      variantId: variant.id,
      title: variant.title,
      ordered: 2 + (index % 2),
      cancelled: 0,
      unitPrice: random.int(1001, 9999),
      discount: 0,
      taxRate: TAX_RATE,
      ...more,
    });
  };
  return LINES[tag]?.(line, orderId) ?? [line(0), line(1)].slice(0, random.int(1, 2));
}

function parcelOf({ id }: ShopOrder, lines: ShopOrder['parcels'][number]['lines']): ShopOrder['parcels'][number] {
  return {
    id: partId(id, 'sh', 1),
    reference: 'of the shop itself',
    carrier: 'Post',
    trackingCode: `T-${id}`,
    locationId: 'main',
    lines,
  };
}
