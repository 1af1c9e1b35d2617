import type { OrderTag } from '../../../simulator/shop/showcase.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { ordersOf, readAll, readGood } from '../read.ts';
import type { World } from '../world.ts';
import { demandOrder } from './reading.ts';

/** The record of one order, read by its id; undefined where it is left out. */
async function read(world: World, tag: OrderTag) {
  return ordersOf(await readGood(world.connect(), { feed: 'OrderImport', ids: [world.order(tag).id] }))[0];
}

/** An order of the showcase becomes what the shop's truth makes it. */
const orderCase = (tag: OrderTag, proves: string): ConformanceCase => ({
  id: `C7.${tag}`,
  tag,
  proves,
  needs: ['orders'],
  async run(open) {
    const world = open();
    const record = await read(world, tag);
    demand(record !== undefined, `the order (${tag}) is left out`);
    demandOrder(world, record, world.order(tag));
  },
});

/** Nobody may send it: left out, a draft, or with the word that says so. */
const neverSent = (tag: OrderTag, proves: string): ConformanceCase => ({
  id: `C7.${tag}`,
  tag,
  proves,
  needs: ['orders'],
  async run(open) {
    const world = open();
    const record = await read(world, tag);
    if (record) demandOrder(world, record, world.order(tag));
    const { records } = await readAll(world.connect(), { feed: 'OrderImport' });
    const listed = ordersOf(records).find(({ id }) => id === world.order(tag).id);
    demand(
      listed === undefined || listed.state === 'Draft' || listed.test === true || listed.hold !== undefined,
      `an order (${tag}) is given as ${listed?.state}, and neither as a test nor as held back: it would be sent`,
    );
  },
});

export const ORDERS: readonly ConformanceCase[] = [
  orderCase('unpaid', 'takes no order that is not paid for a paid one'),
  orderCase('authorized', 'tells a payment that is only authorised'),
  orderCase('partially-paid', 'tells an order that is paid in part'),
  orderCase(
    'partially-refunded',
    'tells an order that was refunded in part, with its totals as they are and the refund with its pieces',
  ),
  orderCase('refunded', 'tells an order that was refunded'),
  orderCase('failed', 'tells a payment that failed from one that may still come'),
  neverSent('draft', 'takes no basket and no draft for an order'),
  orderCase('cancelled', 'tells a cancelled order'),
  orderCase('completed', 'tells an order that was shipped outside of Supercargo, with the pieces of each line'),
  orderCase('shipped-partly', 'tells the pieces that are shipped already of each line'),
  orderCase('edited', 'gives the pieces that are left after a cancellation, and those that were cancelled'),
  neverSent('test', 'takes no test order for an order'),
  neverSent('held', 'takes no order that the shop holds back for one to be sent'),
  orderCase('on-delivery', 'calls an order that is paid on delivery not paid, and says that it is paid so'),
  orderCase('invoice', 'calls an order on invoice not paid, and says that it is paid so'),
  orderCase('gift-card', 'gives a gift card as the line that it is'),
  orderCase('deleted-variant', 'gives a line whose variant was deleted'),
  orderCase(
    'bundle',
    'gives a bundle and its parts, each with its own price, the parts with the bundle that they are of',
  ),
  orderCase('promotion', 'gives discounts as amounts that are not negative'),
  orderCase('two-deliveries', 'gives all lines of an order with two deliveries, and which address each goes to'),
  orderCase('fee', 'gives a fee as a line of its own that is no goods'),
  orderCase('by-platform', 'tells an order that the marketplace sends from its own warehouse'),
  orderCase('pickup', 'gives the pick-up point that a parcel goes to'),
  orderCase('gift', 'gives the gift message, the days to ship and to deliver by, and other numbers of the order'),
  orderCase('extras', 'gives the fields that the shop has added to its orders'),
  orderCase('cancelled-partly', 'gives what was cancelled with its pieces and the reason'),
  orderCase('returned', 'gives what comes back, announced or there, with its pieces'),
  orderCase('redacted', "says that an order's personal data was erased"),
  {
    id: 'C7.changed',
    tag: 'unpaid',
    needs: ['orders'],
    proves: 'gives an order that changed as it is now, not as it was',
    async run(open) {
      const world = open();
      const driver = world.connect();
      const { id } = world.order('unpaid');
      await readGood(driver, { feed: 'OrderImport', ids: [id] });
      world.clock.advance(60_000);
      const paid = world.touch(world.order('unpaid'), { payment: 'Paid' });
      const [record] = ordersOf(await readGood(driver, { feed: 'OrderImport', ids: [id] }));
      demand(record !== undefined, 'the order is left out');
      demandOrder(world, record, paid);
    },
  },
];

export const MONEY_AND_TIME: readonly ConformanceCase[] = [
  {
    id: 'C12.totals',
    needs: ['orders'],
    proves: 'gives totals that tie out: lines make the items, items and shipping what the customer pays',
    async run(open) {
      const world = open();
      for (const order of ordersOf(await readGood(world.connect(), { feed: 'OrderImport' }))) {
        const lines = order.lines.reduce((sum, { total }) => sum + total, 0);
        demand(
          lines === order.itemsTotal,
          `order ${order.number}: its lines are ${lines}, its items ${order.itemsTotal}`,
        );
        demand(
          order.itemsTotal + order.shippingTotal === order.grandTotal,
          `order ${order.number}: items ${order.itemsTotal} and shipping ${order.shippingTotal} are not the ${order.grandTotal} that the customer pays`,
        );
        for (const amount of [order.grandTotal, order.taxTotal, ...order.lines.map(({ unitPrice }) => unitPrice)])
          demand(Number.isSafeInteger(amount), `order ${order.number}: ${amount} is no whole number of minor units`);
      }
    },
  },
  ...(['before-summer', 'in-summer', 'hour-once', 'hour-again'] as const).map((tag): ConformanceCase => ({
    id: `C12.${tag}`,
    tag,
    needs: ['orders'],
    proves: `keeps the moment at which an order was placed, at the change of the clocks (${tag})`,
    async run(open) {
      const world = open();
      const { placedAt } = world.order(tag);
      const record = await read(world, tag);
      demand(
        record?.placedAt !== undefined && Date.parse(record.placedAt) === Date.parse(placedAt!),
        `an order placed at ${placedAt} is said to be placed at ${record?.placedAt}`,
      );
    },
  })),
  {
    id: 'C12.offset',
    tag: 'in-summer',
    needs: ['orders'],
    proves: 'keeps the offset that the shop gave with a time',
    async run(open) {
      const world = open();
      const offset = (time: string | undefined) => /(Z|[+-]\d\d:\d\d)$/.exec(time ?? '')?.[1];
      for (const tag of ['before-summer', 'in-summer'] as const) {
        const record = await read(world, tag);
        const wanted = offset(world.order(tag).placedAt);
        demand(offset(record?.placedAt) === wanted, `a time with the offset ${wanted} is given as ${record?.placedAt}`);
      }
    },
  },
  {
    id: 'C12.census',
    needs: ['orders', 'census'],
    proves: 'counts and lists what it also reads',
    async run(open) {
      const world = open();
      const driver = world.connect();
      for (const [feed, records] of [
        ['OrderImport', world.store.truth.orders().filter(({ placedAt }) => placedAt !== undefined)],
        ['ProductImport', world.store.truth.products()],
      ] as const) {
        const window = { from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
        await demandCensus(
          driver,
          feed,
          window,
          records.map(({ id }) => id),
        );
      }
    },
  },
  {
    id: 'C12.census-window',
    needs: ['orders', 'census'],
    proves:
      'counts from a time inclusive to a time exclusive: days are looked at one by one, and no order is in two of them',
    async run(open) {
      const world = open();
      const [from, to] = [world.order('plain').placedAt!, world.order('completed').placedAt!];
      const within = world.store.truth
        .orders()
        .filter(
          ({ placedAt }) =>
            placedAt !== undefined && Date.parse(placedAt) >= Date.parse(from) && Date.parse(placedAt) < Date.parse(to),
        );
      await demandCensus(
        world.connect(),
        'OrderImport',
        { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
        within.map(({ id }) => id),
      );
    },
  },
];

async function demandCensus(
  driver: ReturnType<World['connect']>,
  feed: 'OrderImport' | 'ProductImport',
  window: { from: string; to: string },
  wanted: readonly string[],
): Promise<void> {
  const signal = new AbortController().signal;
  const listed: string[] = [];
  for await (const ids of driver.ids(feed, window, signal)) listed.push(...ids);
  demand(
    JSON.stringify([...listed].sort()) === JSON.stringify([...wanted].sort()),
    `${feed}: the ids of a window are ${listed.length}, and should be ${wanted.length}`,
  );
  const counted = await driver.count(feed, window, signal);
  demand(counted === wanted.length, `${feed}: ${counted} are counted in a window that has ${wanted.length}`);
}
