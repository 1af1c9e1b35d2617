import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { readGood } from '../read.ts';
import { never, type World } from '../world.ts';
import { callsAPage } from './changes.ts';
import { levelsAt } from './stock.ts';

/** A reading may ask once more to find out that there is no more. */
const ONE_MORE = 1;

async function demandCalls(
  world: World,
  feed: 'OrderImport' | 'ProductImport' | 'StockImport',
  rows: number,
  pageSize: number,
): Promise<void> {
  await readGood(world.connect(), { feed, pageSize });
  const allowed = (Math.ceil(rows / pageSize) + ONE_MORE) * callsAPage(world, feed);
  demand(
    world.http.calls <= allowed,
    `${rows} rows of ${feed} in pages of ${pageSize} take ${world.http.calls} calls, and ${allowed} are declared (callsPerPage of the manifest)`,
  );
}

export const BUDGET: readonly ConformanceCase[] = [
  {
    id: 'C11.orders',
    needs: ['orders'],
    proves: 'reads orders in as many calls as its manifest declares',
    run: async (open) => {
      const world = open();
      await demandCalls(world, 'OrderImport', world.store.truth.orders().length, 10);
    },
  },
  {
    id: 'C11.products',
    needs: ['products'],
    proves: 'reads products in as many calls as its manifest declares',
    run: async (open) => {
      const world = open();
      await demandCalls(world, 'ProductImport', world.store.truth.products().length, 5);
    },
  },
  {
    id: 'C11.stock',
    needs: ['stock'],
    proves: 'reads levels in as many calls as its manifest declares',
    run: async (open) => {
      const world = open();
      await demandCalls(world, 'StockImport', world.store.truth.levels().length, 10);
    },
  },
  {
    id: 'C11.buckets',
    needs: ['orders'],
    proves: 'counts calls in the buckets that its manifest has',
    run: async (open) => {
      const world = open();
      // A call of another bucket is told by itself (http.ts).
      await readGood(world.connect(), { feed: 'OrderImport' });
      const { budget, buckets = {} } = world.subject.definition.manifest;
      for (const [name, { burst, perSecond, concurrent = 1 }] of Object.entries({
        ...buckets,
        ...(budget && { budget }),
      }))
        demand(
          burst >= 1 && perSecond > 0 && concurrent >= 1,
          `nothing can ever be sent with the rule of ${name}: burst and concurrent are 1 at least, perSecond more than 0`,
        );
    },
  },
  {
    id: 'C11.ids',
    needs: ['orders'],
    proves: 'reads named orders a page at a time, not one by one',
    async run(open) {
      const world = open();
      await readGood(world.connect(), {
        feed: 'OrderImport',
        ids: world.store.truth
          .orders()
          .slice(0, 20)
          .map(({ id }) => id),
        pageSize: 10,
      });
      demand(
        world.http.calls <= 3 * callsAPage(world, 'OrderImport'),
        `twenty named orders in pages of ten take ${world.http.calls} calls`,
      );
    },
  },
  {
    id: 'C11.write-stock',
    needs: ['writeStock'],
    proves: 'sets levels in as many calls as its manifest declares',
    async run(open) {
      const world = open();
      const levels = levelsAt(world);
      const entries = levels.map(({ variantId, sku, locationId }, index) => ({
        variantId,
        sku,
        locationId,
        entryId: String(index),
        quantity: index,
        available: index,
      }));
      await world.connect().writeStock!(entries, never());
      const allowed = callsAPage(world, 'StockExport') * Math.ceil(entries.length / 10) + ONE_MORE;
      demand(
        world.http.calls <= allowed,
        `${entries.length} levels take ${world.http.calls} calls, and ${allowed} are declared (callsPerPage of StockExport, for ten levels)`,
      );
    },
  },
];
