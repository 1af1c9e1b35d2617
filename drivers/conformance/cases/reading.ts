import type { FeedType } from '../../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord } from '../../../model/records.ts';
import {
  canonicalLevel,
  canonicalLocation,
  canonicalMethod,
  canonicalOrder,
  canonicalProduct,
  canonicalSupplier,
  canonicalSupplierPrice,
} from '../../../simulator/shop/canonical.ts';
import { levelKey, partId, type ShopOrder } from '../../../simulator/shop/model.ts';
import { addProductWithoutSku, type OrderTag, type ProductTag } from '../../../simulator/shop/showcase.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, demandSame } from '../demand.ts';
import { byId, demandAll, idOf, ordersOf, readAll, readGood, type Asked } from '../read.ts';
import type { World } from '../world.ts';

/** Ids of orders that must be given: a draft and a test may be left out, nobody ordered anything. */
export const wantedOrders = (world: World): string[] =>
  world.store.truth
    .orders()
    .filter((order) => !order.test && expected(world, order).state !== 'Draft')
    .map(({ id }) => id);
export const allOrders = (world: World): string[] => world.store.truth.orders().map(({ id }) => id);

/** The record that the order must become. */
export function expected(world: World, order: ShopOrder): ReturnType<typeof canonicalOrder> {
  const names = new Map(world.store.shop.shippingMethods.map(({ code, name }) => [code, name]));
  return canonicalOrder(order, (code) => names.get(code));
}

/** Demands that an order's record is what the shop's truth makes it. */
export function demandOrder(world: World, record: OrderRecord, order: ShopOrder): void {
  const { platformState, ...rest } = record;
  demand(
    typeof platformState === 'string' && platformState !== '',
    `order ${order.number} has no state in the platform's own words`,
  );
  demandSame(rest, expected(world, order), 'order', world.subject.wire.subject.lacks);
}

/** Demands that the records of a list are the truth's, each once or more. */
async function demandList(
  world: World,
  feed: FeedType,
  kinds: readonly CanonicalRecord['kind'][],
  truth: readonly CanonicalRecord[],
): Promise<void> {
  const given = byId(
    (await readGood(world.connect(), { feed, pageSize: 7 })).filter(({ kind }) => kinds.includes(kind)),
  );
  demandAll([...given.values()], truth.map(idOf), truth.map(idOf), feed);
  for (const each of truth) demandSame(given.get(idOf(each)), each, each.kind, world.subject.wire.subject.lacks);
}

const orderFeed = { feed: 'OrderImport' } as const satisfies Asked;

async function demandMoney(world: World, tag: OrderTag & ProductTag): Promise<void> {
  const order = world.order(tag);
  const [record] = ordersOf(await readGood(world.connect(), { ...orderFeed, ids: [order.id] }));
  demand(record !== undefined, `the order in ${order.currency} is left out`);
  demandOrder(world, record, order);
  if (!world.showcase.products.has(tag)) return;
  const product = byId(await readGood(world.connect(), { feed: 'ProductImport' })).get(world.product(tag).id);
  demandSame(product, canonicalProduct(world.product(tag)), 'product', world.subject.wire.subject.lacks);
}

const goldenOf = (id: string, proves: string, tag: OrderTag): ConformanceCase => ({
  id,
  proves,
  tag,
  needs: ['orders'],
  async run(open) {
    const world = open();
    const order = world.order(tag);
    const [record] = ordersOf(await readGood(world.connect(), { ...orderFeed, ids: [order.id] }));
    demand(record !== undefined, `order ${order.number} is left out`);
    demandOrder(world, record, order);
  },
});

export const READING: readonly ConformanceCase[] = [
  {
    id: 'C3.acks',
    needs: ['orders'],
    proves: 'changes nothing at the shop by reading, and acknowledges only what a page has',
    run: async (open) => {
      const world = open();
      await readGood(world.connect(), { feed: 'OrderImport', pageSize: 10 });
      demand(
        world.http.writes === 0,
        'http.write is called by reading: what the hub has not committed yet would be lost; `acknowledge` is for that',
      );
    },
  },
  {
    id: 'C3.golden-orders',
    needs: ['orders'],
    proves: 'gives every order with every field as the shop has it',
    async run(open) {
      const world = open();
      const given = byId(await readGood(world.connect(), { ...orderFeed, pageSize: 7 }));
      demandAll([...given.values()], wantedOrders(world), allOrders(world), 'OrderImport');
      for (const order of world.store.truth.orders()) {
        const record = given.get(order.id);
        if (record) demandOrder(world, record as OrderRecord, order);
      }
    },
  },
  {
    id: 'C3.golden-products',
    needs: ['products'],
    proves: 'gives every product with every field as the shop has it',
    run: async (open) => {
      const world = open();
      await demandList(world, 'ProductImport', ['product'], world.store.truth.products().map(canonicalProduct));
    },
  },
  {
    id: 'C3.golden-stock',
    needs: ['stock'],
    proves: 'gives the level of every variant at every location',
    run: async (open) => {
      const world = open();
      await demandList(world, 'StockImport', ['stock'], world.store.truth.levels().map(canonicalLevel));
    },
  },
  {
    id: 'C3.golden-settings',
    needs: ['settings'],
    proves: 'gives locations and shipping methods',
    run: async (open) => {
      const world = open();
      await demandList(
        world,
        'DataModelSync',
        ['location', 'shippingMethod'],
        [
          ...world.store.shop.locations.map(canonicalLocation),
          ...world.store.shop.shippingMethods.map(canonicalMethod),
        ],
      );
    },
  },
  {
    id: 'C3.golden-suppliers',
    needs: ['suppliers'],
    proves: 'gives suppliers and what they ask for each variant',
    async run(open) {
      const world = open();
      await demandList(world, 'SupplierImport', ['supplier'], world.store.shop.suppliers.map(canonicalSupplier));
      await demandList(
        world,
        'ProductSupplierImport',
        ['productSupplier'],
        world.store.shop.supplierPrices.map(canonicalSupplierPrice),
      );
    },
  },
  {
    id: 'C3.money-0',
    tag: 'yen',
    needs: ['orders', 'products'],
    proves: 'reads amounts of a currency without decimals',
    run: (open) => demandMoney(open(), 'yen'),
  },
  {
    id: 'C3.money-3',
    tag: 'dinar',
    needs: ['orders', 'products'],
    proves: 'reads amounts of a currency with three decimals',
    run: (open) => demandMoney(open(), 'dinar'),
  },
  goldenOf('C3.unicode', 'keeps letters of every script, and every line of an address', 'unicode'),
  goldenOf('C3.long-order', 'gives all 250 lines of a long order', 'long'),
  goldenOf('C3.odd-sku', 'gives a SKU with slash, plus, blank and quotes as it is', 'odd-sku'),
  {
    id: 'C3.twin-sku',
    needs: ['products', 'stock'],
    proves: 'keeps two variants of one SKU apart',
    async run(open) {
      const world = open();
      const ids = [world.product('twin-a'), world.product('twin-b')].flatMap(({ variants }) =>
        variants.map(({ id }) => id),
      );
      const products = await readGood(world.connect(), { feed: 'ProductImport' });
      const there = new Set(
        products.flatMap((record) => (record.kind === 'product' ? record.variants.map(({ id }) => id) : [])),
      );
      demand(
        ids.every((id) => there.has(id)),
        'of two variants with one SKU one is lost',
      );
      const levels = byId(await readGood(world.connect(), { feed: 'StockImport' }));
      for (const id of ids)
        demandSame(
          levels.get(levelKey(id, 'main')),
          canonicalLevel(world.store.shop.levels.get(levelKey(id, 'main'))!),
          'stock',
          world.subject.wire.subject.lacks,
        );
    },
  },
  {
    id: 'C3.no-sku',
    needs: ['products'],
    proves: 'does not lose a variant without SKU in silence: it is given, or set aside by name',
    async run(open) {
      const world = open();
      const id = addProductWithoutSku(world.store.shop, world.random);
      const { records, unreadable } = await readAll(world.connect(), { feed: 'ProductImport' });
      const given = records.some(
        (record) => record.kind === 'product' && record.variants.some((variant) => variant.id === partId(id, 'v', 1)),
      );
      demand(
        given || unreadable.some(({ recordId }) => recordId === id || recordId === `variant:${partId(id, 'v', 1)}`),
        'a product whose variant has no SKU is neither given nor set aside',
      );
      demandAll(
        records,
        [...world.showcase.products.values()],
        [...world.showcase.products.values(), id],
        'beside a variant without SKU',
      );
    },
  },
  {
    id: 'C3.empty',
    needs: [],
    proves: 'ends well where there is nothing',
    async run(open) {
      const world = open({ empty: true });
      for (const feed of world.feeds('ProductImport', 'StockImport', 'OrderImport', 'OrderUpdate')) {
        const { records } = await readAll(world.connect(), { feed });
        demand(records.length === 0, `${feed}: an empty shop gives ${records.length} records`);
      }
    },
  },
  ...[1, 2, 3, 100].map((pageSize): ConformanceCase => ({
    id: `C3.page-size-${pageSize}`,
    needs: ['orders', 'products'],
    proves: `gives every record and ends by itself, in pages of ${pageSize}`,
    async run(open) {
      const world = open();
      demandAll(
        await readGood(world.connect(), { ...orderFeed, pageSize }),
        wantedOrders(world),
        allOrders(world),
        `pages of ${pageSize}`,
      );
      const products = world.store.truth.products().map(({ id }) => id);
      demandAll(
        await readGood(world.connect(), { feed: 'ProductImport', pageSize }),
        products,
        products,
        `pages of ${pageSize}`,
      );
    },
  })),
  {
    id: 'C3.page-cap',
    needs: ['orders', 'stock'],
    proves: 'gives every record where the shop gives fewer at once than it is asked for',
    async run(open) {
      const world = open({ cap: 5 });
      demandAll(
        await readGood(world.connect(), orderFeed),
        wantedOrders(world),
        allOrders(world),
        'a shop that gives five at once',
      );
      const levels = world.store.truth.levels().map(({ variantId, locationId }) => levelKey(variantId, locationId));
      demandAll(
        await readGood(world.connect(), { feed: 'StockImport' }),
        levels,
        levels,
        'a shop that gives five at once',
      );
    },
  },
  {
    id: 'C3.total',
    needs: ['orders'],
    proves: 'announces the total that the platform gives, or none: it is the proof of completeness',
    async run(open) {
      const world = open();
      const { pages, records } = await readAll(world.connect(), { ...orderFeed, pageSize: 5 });
      for (const { total } of pages)
        demand(
          total === undefined || total === byId(records).size,
          `${byId(records).size} orders match, and a page announces ${total}`,
        );
    },
  },
  {
    id: 'C3.lazy',
    needs: ['orders'],
    proves: 'yields a page as soon as it is there, and asks for the next when it is wanted',
    async run(open) {
      const world = open();
      await readAll(world.connect(), { ...orderFeed, pageSize: 2 }, () => true);
      demand(
        world.http.calls <= 2,
        `${world.http.calls} calls were made before the first page of two orders was given`,
      );
    },
  },
];
