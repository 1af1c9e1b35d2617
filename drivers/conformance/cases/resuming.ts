import type { FeedType } from '../../../model/feeds.ts';
import type { CanonicalRecord } from '../../../model/records.ts';
import { levelKey } from '../../../simulator/shop/model.ts';
import { DriverError } from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { demandAll, idOf, readAll, readGood } from '../read.ts';
import { never, type World } from '../world.ts';
import { allOrders, wantedOrders } from './reading.ts';

/**
 * From each checkpoint of a reading in pages of `first`, goes on in another process in pages of `then`: nothing may be
 * lost.
 */
async function resumeEverywhere(
  world: World,
  feed: FeedType,
  first: number,
  then: number,
  wanted: readonly string[],
): Promise<void> {
  const { pages } = await readAll(world.connect(), { feed, pageSize: first });
  for (const [index, { resume, end }] of pages.entries()) {
    if (end) continue;
    const rest = await readGood(world.connect(), { feed, pageSize: then, resume });
    const there = new Set([...pages.slice(0, index + 1).flatMap(({ records }) => records), ...rest].map(idOf));
    const missing = wanted.filter((id) => !there.has(id));
    demand(
      missing.length === 0,
      `${feed}, resumed after page ${index + 1} of ${first} in pages of ${then}: ${missing.length} of ${wanted.length} are lost, ${missing[0]} among them`,
    );
  }
}

/** The engine's own for a place that it may not keep (sync/words/discreet-driver.ts), and what other releases made. */
const UNKNOWN_PLACES = [`not-kept:${'0f'.repeat(32)}`, '{"at":"elsewhere"}', '[]'];

/** `ids`: those that must come, and those that may. */
const fromUnknownPlaces = (
  id: string,
  needs: 'orders' | 'products',
  feed: FeedType,
  ids: (world: World) => readonly [wanted: readonly string[], all: readonly string[]],
): ConformanceCase => ({
  id,
  needs: [needs],
  proves: `begins from the start where the place among the ${needs} is none it knows: another release made it, or the engine kept none`,
  async run(open) {
    for (const resume of UNKNOWN_PLACES) {
      const world = open();
      const given = await readGood(world.connect(), { feed, pageSize: 5, resume });
      demandAll(given, ...ids(world), `from ${JSON.stringify(resume)}`);
    }
  },
});

/** Longer than any platform keeps a document. */
const KEPT_MS = 90 * 24 * 3_600_000;
const MOST_RUNS = 12;

/** As the engine does: what is thrown ends the run, and its last place stays. */
async function runOnce(world: World, from: string | undefined, most = Number.POSITIVE_INFINITY) {
  const run = { records: [] as CanonicalRecord[], end: false, resume: from };
  try {
    const pages = world.connect().read({ feed: 'ProductImport', pageSize: 5, resume: from, signal: never() });
    let count = 0;
    for await (const { records, end, resume } of pages) {
      run.records.push(...records);
      Object.assign(run, { end, resume });
      if (++count === most) break;
    }
  } catch (error) {
    demand(
      error instanceof DriverError,
      `a document that is not there throws what is no DriverError: ${String(error)}`,
    );
  }
  return run;
}

export const RESUMING: readonly ConformanceCase[] = [
  {
    id: 'C5.resume',
    needs: ['orders'],
    proves: 'goes on after any page, in another process',
    run: async (open) => {
      const world = open();
      await resumeEverywhere(world, 'OrderImport', 3, 3, wantedOrders(world));
    },
  },
  ...(
    [
      [2, 3],
      [3, 2],
      [2, 100],
    ] as const
  ).map(([first, then]): ConformanceCase => ({
    id: `C5.resume-${first}-${then}`,
    needs: ['orders'],
    proves: `goes on after any page of ${first} in pages of ${then}: what is kept is a place, not the number of a page`,
    run: async (open) => {
      const world = open();
      await resumeEverywhere(world, 'OrderImport', first, then, wantedOrders(world));
    },
  })),
  {
    id: 'C5.made-again',
    needs: ['products', 'documents'],
    proves: 'orders a document again that failed or is kept no longer, whatever place it was in',
    async run(open) {
      for (const end of ['failed', 'expired'] as const) {
        const world = open();
        if (end === 'failed') world.store.faults.force('failed-job');
        let { resume } = await runOnce(world, undefined, 1);
        if (end === 'expired') world.clock.advance(KEPT_MS);
        for (let runs = 0; ; runs++) {
          demand(
            runs < MOST_RUNS,
            `a document ${end}, and the same place is asked for in ${MOST_RUNS} runs after that`,
          );
          const { records, end: ended, resume: last } = await runOnce(world, resume);
          if (ended && records.length > 0) break;
          resume = last;
        }
      }
    },
  },
  fromUnknownPlaces('C5.unknown-place', 'orders', 'OrderImport', (world) => [wantedOrders(world), allOrders(world)]),
  fromUnknownPlaces('C5.unknown-place-products', 'products', 'ProductImport', ({ store }) => {
    const all = store.truth.products().map(({ id }) => id);
    return [all, all];
  }),
  {
    id: 'C5.later',
    needs: ['orders'],
    proves: 'gives everything in the end where it asks to come again',
    run: async (open) => {
      const world = open();
      const given = await readGood(world.connect(), { feed: 'OrderImport', pageSize: 5 });
      demandAll(given, wantedOrders(world), allOrders(world), 'in the end');
    },
  },
  {
    id: 'C5.resume-products',
    needs: ['products'],
    proves: 'goes on after any page of products',
    run: async (open) => {
      const world = open();
      await resumeEverywhere(
        world,
        'ProductImport',
        2,
        3,
        world.store.truth.products().map(({ id }) => id),
      );
    },
  },
  {
    id: 'C5.resume-stock',
    needs: ['stock'],
    proves: 'goes on after any page of levels',
    run: async (open) => {
      const world = open();
      await resumeEverywhere(
        world,
        'StockImport',
        4,
        3,
        world.store.truth.levels().map(({ variantId, locationId }) => levelKey(variantId, locationId)),
      );
    },
  },
  {
    id: 'C5.resume-settings',
    needs: ['settings'],
    proves: 'goes on after any page where a feed reads several lists one after the other',
    async run(open) {
      const world = open();
      const { locations, shippingMethods } = world.store.shop;
      await resumeEverywhere(
        world,
        'DataModelSync',
        1,
        2,
        [...locations, ...shippingMethods].map(({ id }) => id),
      );
    },
  },
  {
    id: 'C5.names',
    needs: ['orders'],
    proves: 'never gives two places one name: that is how a reading without end is noticed',
    async run(open) {
      const { pages } = await readAll(open().connect(), { feed: 'OrderImport', pageSize: 1 });
      const names = pages.filter(({ end }) => !end).map(({ resume }) => resume);
      demand(new Set(names).size === names.length, 'two pages have the same resume');
    },
  },
  {
    id: 'C5.progress',
    needs: ['orders'],
    proves: 'goes on where it was, and does not begin anew',
    async run(open) {
      const world = open();
      const { pages } = await readAll(world.connect(), { feed: 'OrderImport', pageSize: 2 });
      const { resume } = pages.filter(({ end }) => !end).at(-1)!;
      const rest = await readGood(world.connect(), { feed: 'OrderImport', pageSize: 2, resume });
      demand(
        rest.length < allOrders(world).length / 2,
        `resumed after the last page but one, ${rest.length} of ${allOrders(world).length} orders are read again`,
      );
    },
  },
  {
    id: 'C5.unknown',
    needs: ['orders'],
    proves: 'begins anew, or says that it cannot go on, where the place is of another release: it loses nothing',
    async run(open) {
      const world = open();
      try {
        demandAll(
          await readGood(world.connect(), { feed: 'OrderImport', resume: '{"of":"another release"}' }),
          wantedOrders(world),
          allOrders(world),
          'resumed at a place of another release',
        );
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
      }
    },
  },
  {
    id: 'C5.since',
    needs: ['orders', 'since'],
    proves: 'keeps to `since` when it goes on',
    async run(open) {
      const world = open();
      world.clock.advance(3_600_000);
      const since = world.clock.now().toISOString();
      const touched = wantedOrders(world)
        .slice(0, 5)
        .map((id) => {
          world.clock.advance(1000);
          return world.touch(world.store.shop.orders.get(id)!).id;
        });
      const feed = world.feeds('OrderUpdate', 'OrderImport')[0]!;
      const { pages } = await readAll(world.connect(), { feed, since, pageSize: 2 }, () => true);
      const rest = await readGood(world.connect(), { feed, since, pageSize: 2, resume: pages[0]!.resume });
      demandAll([...pages[0]!.records, ...rest], touched, touched, 'changes since a time, resumed');
    },
  },
];
