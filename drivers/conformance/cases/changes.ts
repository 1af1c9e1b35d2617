import type { FeedType } from '../../../model/feeds.ts';
import type { CanonicalRecord } from '../../../model/records.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { byId, demandAll, idOf, ordersOf, readAll, readGood } from '../read.ts';
import { never, type World } from '../world.ts';
import { allOrders, wantedOrders } from './reading.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The feed of orders whose `since` is a time of change. */
const changed = (world: World): FeedType => world.feeds('OrderUpdate', 'OrderImport')[0] ?? 'OrderImport';
const iso = (at: number): string => new Date(at).toISOString();

/** Orders by when they changed, drafts left out. */
function byChange(world: World) {
  const wanted = new Set(wantedOrders(world));
  return world.store.truth
    .orders()
    .filter(({ id }) => wanted.has(id))
    .sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
}

/** Reads in pages of two; `between` lets something happen after each of the first pages. */
async function readWhile(world: World, between: (page: number) => void, since?: string): Promise<string[]> {
  const { records } = await readAll(world.connect(), { feed: changed(world), pageSize: 2, since }, (pages) => {
    world.clock.advance(1000);
    if (pages <= 4) between(pages);
    return false;
  });
  return [...byId(records).keys()];
}

export const CHANGES: readonly ConformanceCase[] = [
  {
    id: 'C4.since',
    needs: ['orders', 'since'],
    proves: 'asks for what changed since a time, and gives that alone',
    async run(open) {
      const world = open();
      world.clock.advance(HOUR);
      const since = iso(world.clock.now().getTime());
      const touched = [world.touch(world.order('plain')).id, world.touch(world.order('completed')).id];
      demandAll(
        await readGood(world.connect(), { feed: changed(world), since }),
        touched,
        touched,
        'since a time after which two orders changed',
      );
    },
  },
  {
    id: 'C4.since-products',
    needs: ['products'],
    proves: 'asks for products that changed since a time',
    async run(open) {
      const world = open();
      const [feed] = world.feeds('ProductUpdate');
      if (feed === undefined) return;
      world.clock.advance(HOUR);
      const since = iso(world.clock.now().getTime());
      const product = world.product('plain');
      world.store.shop.saveProduct({ ...product, title: 'Another title', updatedAt: world.store.shop.stamp() });
      demandAll(
        await readGood(world.connect(), { feed, since }),
        [product.id],
        [product.id],
        'since a time after which one product changed',
      );
    },
  },
  {
    id: 'C4.since-inclusive',
    needs: ['orders', 'since'],
    proves: 'gives what changed at the very time of `since`',
    async run(open) {
      const world = open();
      const [order] = byChange(world).slice(-5);
      const given = await readGood(world.connect(), { feed: changed(world), since: order!.updatedAt });
      demand(byId(given).has(order!.id), 'an order that changed at the very time of `since` is left out');
    },
  },
  {
    id: 'C4.until',
    needs: ['orders', 'since'],
    proves: 'leaves out what changed at `until` or later: a back-fill has an end',
    async run(open) {
      const world = open();
      const orders = byChange(world);
      const until = orders[10]!.updatedAt;
      const wanted = orders.filter(({ updatedAt }) => updatedAt < until).map(({ id }) => id);
      const allowed = world.store.truth
        .orders()
        .filter(({ updatedAt }) => updatedAt < until)
        .map(({ id }) => id);
      demandAll(
        await readGood(world.connect(), {
          feed: changed(world),
          since: '2000-01-01T00:00:00.000Z',
          until,
          pageSize: 3,
        }),
        wanted,
        allowed,
        'until a time',
      );
    },
  },
  {
    id: 'C4.ties',
    needs: ['orders', 'since'],
    proves: 'leaves out no row of many with the same time',
    async run(open) {
      const world = open();
      world.clock.advance(HOUR);
      const since = iso(world.clock.now().getTime());
      const tied = byChange(world)
        .slice(0, 15)
        .map((order) => world.touch(order).id);
      for (const pageSize of [2, 4])
        demandAll(
          await readGood(world.connect(), { feed: changed(world), since, pageSize }),
          tied,
          tied,
          `fifteen orders of one time, in pages of ${pageSize}`,
        );
    },
  },
  {
    id: 'C4.late-commit',
    needs: ['orders', 'since'],
    proves: 'gives at the next run a change that was committed after its time: it keeps no clock of its own',
    async run(open) {
      const world = open();
      const driver = world.connect();
      const since = iso(world.clock.now().getTime());
      const late = { ...world.order('plain'), updatedAt: since, note: 'committed late' };
      const now = world.clock.now().getTime();
      world.store.shop.orders.put(late, now, now + 30_000);
      world.clock.advance(10_000);
      const other = world.touch(world.order('completed')).id;
      demandAll(await readGood(driver, { feed: changed(world), since }), [other], [other], 'before the commit');
      world.clock.advance(50_000);
      demandAll(
        await readGood(driver, { feed: changed(world), since }),
        [late.id, other],
        [late.id, other],
        'after the commit, with the overlap that the engine gives',
      );
    },
  },
  {
    id: 'C4.moved',
    needs: ['orders'],
    proves: 'leaves out no row while others change and move on',
    async run(open) {
      for (const since of [undefined, '2000-01-01T00:00:00.000Z']) {
        const world = open();
        const wanted = wantedOrders(world);
        const given = await readWhile(
          world,
          () =>
            void world.touch([...world.store.truth.orders()].sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1))[0]!),
          since,
        );
        const missing = wanted.filter((id) => !given.includes(id));
        demand(
          missing.length === 0,
          `while rows moved on, ${missing.length} of ${wanted.length} orders were left out, ${missing[0]} among them`,
        );
      }
    },
  },
  {
    id: 'C4.deleted',
    needs: ['orders'],
    proves: 'leaves out no row while others are deleted',
    async run(open) {
      const world = open();
      const orders = byChange(world);
      const gone = new Set<string>();
      const given = await readWhile(world, (page) => {
        // One that was read already: all behind it move up.
        const { id } = orders[page - 1]!;
        gone.add(id);
        world.store.shop.orders.delete(id);
      });
      const missing = orders.filter(({ id }) => !gone.has(id) && !given.includes(id));
      demand(
        missing.length === 0,
        `while rows were deleted, ${missing.length} orders were left out, ${missing[0]?.id} among them`,
      );
    },
  },
  {
    id: 'C4.nothing',
    needs: ['orders', 'since'],
    proves: 'makes one call and gives nothing where nothing changed',
    async run(open) {
      const world = open();
      world.clock.advance(HOUR);
      const { records } = await readAll(world.connect(), {
        feed: changed(world),
        since: iso(world.clock.now().getTime() - MINUTE),
      });
      demand(records.length === 0, `nothing changed, and ${records.length} records are given`);
      demand(
        world.http.calls <= callsAPage(world, changed(world)),
        `nothing changed, and ${world.http.calls} calls are made`,
      );
    },
  },
  {
    id: 'C4.future',
    needs: ['orders', 'since'],
    proves: 'gives nothing for a time that has not come',
    async run(open) {
      const world = open();
      const { records } = await readAll(world.connect(), { feed: changed(world), since: '2100-01-01T00:00:00.000Z' });
      demand(records.length === 0, `since a time that has not come, ${records.length} records are given`);
    },
  },
  {
    id: 'C4.again',
    needs: ['orders', 'products'],
    proves: 'remembers nothing of an earlier run: reading again gives the same again',
    async run(open) {
      const world = open();
      const driver = world.connect();
      for (const feed of ['OrderImport', 'ProductImport'] as const) {
        const [first, second] = [await readGood(driver, { feed }), await readGood(driver, { feed })];
        demand(
          JSON.stringify(second) === JSON.stringify(first),
          `${feed}: the second reading of one connection gives something else than the first`,
        );
      }
    },
  },
  {
    id: 'C4.ids',
    needs: ['orders'],
    proves: 'reads the orders that are named, in pages of any size, and leaves out ids that the shop does not know',
    async run(open) {
      const world = open();
      const named = ['plain', 'unpaid', 'edited', 'long', 'yen'].flatMap(
        (tag) => world.showcase.orders.get(tag as 'plain') ?? [],
      );
      for (const pageSize of [2, 100]) {
        const given = await readGood(world.connect(), { feed: 'OrderImport', ids: [...named, '999999999'], pageSize });
        demandAll(given, named, named, `orders by id, in pages of ${pageSize}`);
      }
      demandAll(
        await readGood(world.connect(), { feed: 'OrderImport', ids: ['999999999'] }),
        [],
        [],
        'an id that the shop does not know',
      );
    },
  },
  {
    id: 'C4.ids-resume',
    needs: ['orders'],
    proves: 'goes on with named orders after a page, in another process',
    async run(open) {
      const world = open();
      const ids = wantedOrders(world).slice(0, 7);
      const { pages } = await readAll(
        world.connect(),
        { feed: 'OrderImport', ids, pageSize: 2 },
        (count) => count === 2,
      );
      const rest = await readGood(world.connect(), { feed: 'OrderImport', ids, pageSize: 3, resume: pages[1]!.resume });
      demandAll([...pages.flatMap(({ records }) => records), ...rest], ids, ids, 'named orders, resumed');
    },
  },
  {
    id: 'C4.placed-from',
    needs: ['orders'],
    proves: 'leaves out orders that were placed before they are of use, or gives them all: never another',
    async run(open) {
      const world = open();
      const placedFrom = world.order('shipped-partly').placedAt!;
      const wanted = new Set(wantedOrders(world));
      for (const feed of world.feeds('OrderImport', 'OrderUpdate')) {
        const given = ordersOf(await readGood(world.connect(), { feed, placedFrom, pageSize: 3 }));
        const young = world.store.truth
          .orders()
          .filter(
            ({ id, placedAt }) =>
              wanted.has(id) && placedAt !== undefined && Date.parse(placedAt) >= Date.parse(placedFrom),
          )
          .map(({ id }) => id);
        demandAll(given, young, allOrders(world), `${feed} of orders placed from a time on`);
      }
    },
  },
  ...queueCases(),
];

/** A platform that hands out. */
function queueCases(): ConformanceCase[] {
  return [
    {
      id: 'C4.queue-again',
      needs: ['orders', 'queue'],
      proves: 'is given again what it did not acknowledge, and names all of a page that it can acknowledge',
      async run(open) {
        const world = open();
        const first = await handedOut(world);
        demandAll(first.records, wantedOrders(world), allOrders(world), 'all that the queue hands out');
        const second = await handedOut(world);
        demand(second.tokens.size === first.tokens.size, 'what was not acknowledged does not come again');
        const left = first.records.map(idOf).filter((id) => !first.tokens.has(id));
        demand(left.length === 0, `nothing is there to acknowledge ${left[0]} with: it comes for ever`);
      },
    },
    {
      id: 'C4.queue-done',
      needs: ['orders', 'queue'],
      proves: 'acknowledges what it is told to, and nothing else',
      async run(open) {
        const world = open();
        const { tokens } = await handedOut(world);
        const [done, ...open_] = [...tokens];
        await world.connect().feeds.OrderImport!.acknowledge!([done![1]], never());
        const after = await handedOut(world);
        demand(!after.tokens.has(done![0]), `${done![0]} was acknowledged, and is handed out again`);
        const lost = open_.find(([id]) => !after.tokens.has(id));
        demand(lost === undefined, `${lost?.[0]} was not acknowledged, and is not handed out any more`);
      },
    },
    {
      id: 'C4.queue-changed',
      needs: ['orders', 'queue'],
      proves: 'does not take from the queue what changed after it was read',
      async run(open) {
        const world = open();
        const { tokens } = await handedOut(world);
        const order = world.order('plain');
        world.clock.advance(HOUR);
        world.touch(order, { note: 'changed since' });
        const acknowledge = (all: Iterable<string>) =>
          world.connect().feeds.OrderImport!.acknowledge!([...all], never());
        await acknowledge(tokens.values());
        const { records, tokens: newer } = await handedOut(world);
        demandAll(records, [order.id], [order.id], 'after an order changed that had been read before');
        await acknowledge(newer.values());
        demand((await handedOut(world)).records.length === 0, 'all was acknowledged, and something is handed out');
      },
    },
  ];
}

/** Everything that waits, with what each record is acknowledged by. */
async function handedOut(world: World): Promise<{ records: CanonicalRecord[]; tokens: Map<string, string> }> {
  const records: CanonicalRecord[] = [];
  const tokens = new Map<string, string>();
  const pages = world.connect().feeds.OrderImport!.read({ feed: 'OrderImport', pageSize: 7, signal: never() });
  for await (const page of pages) {
    records.push(...page.records);
    for (const [id, token] of page.acks ?? []) tokens.set(id, token);
  }
  return { records, tokens };
}

/** Calls that a page of a feed costs, as the manifest declares it. */
export function callsAPage(world: World, feed: FeedType): number {
  return world.subject.definition.manifest.feeds.find(({ type }) => type === feed)?.callsPerPage ?? 1;
}
