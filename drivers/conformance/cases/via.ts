import { FEEDS, isImport, type FeedType, type ImportType } from '../../../model/feeds.ts';
import type { CanonicalRecord } from '../../../model/records.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { byId, readGood } from '../read.ts';
import type { World } from '../world.ts';
import { wantedOrders } from './reading.ts';

/** Feeds that run often because they bring what changed. */
const OF_CHANGES: readonly FeedType[] = ['ProductUpdate', 'OrderUpdate'];
const HOUR = 3_600_000;

interface Ride {
  readonly rider: ImportType;
  readonly via: ImportType;
}

const ridesOf = (world: World): Ride[] =>
  world.subject.definition.manifest.feeds.flatMap(({ type, via }) =>
    via !== undefined && isImport(type) && isImport(via) ? [{ rider: type, via }] : [],
  );

/** Ids of what the shop has of a kind that a feed brings. */
const TRUTH: Partial<Record<CanonicalRecord['kind'], (world: World) => string[]>> = {
  product: (world) => world.store.truth.products().map(({ id }) => id),
  order: wantedOrders,
  stock: (world) => world.store.truth.levels().map(({ variantId, locationId }) => `${variantId}@${locationId}`),
};

/** Feeds that come with the runs of another (`via`). */
export const VIA: readonly ConformanceCase[] = [
  {
    id: 'C3.via',
    needs: [],
    proves: 'brings with a run what the feeds that come with it are to have',
    async run(open) {
      const world = open();
      for (const { rider, via } of ridesOf(world)) {
        const given = byId(await readGood(world.connect(), { feed: via, pageSize: 7 }));
        for (const kind of FEEDS[rider].records) {
          const missing = (TRUTH[kind]?.(world) ?? []).filter((id) => given.get(id)?.kind !== kind);
          demand(
            missing.length === 0,
            `${rider} comes with ${via}, and ${missing.length} records (${kind}) never come, ${missing[0]} among them`,
          );
        }
      }
    },
  },
  {
    id: 'C4.via',
    needs: [],
    proves: 'reads by what changed where a feed of changes comes with a run',
    async run(open) {
      for (const { rider, via } of ridesOf(open())) {
        if (!OF_CHANGES.includes(rider)) continue;
        const world = open();
        const semantics = world.subject.definition.manifest.feeds.find(({ type }) => type === via)?.cursor;
        demand(
          semantics !== undefined && semantics.kind !== 'full',
          `${rider} comes with ${via}, which reads everything each time`,
        );
        world.clock.advance(HOUR);
        const since = world.clock.now().toISOString();
        const changed = rider === 'OrderUpdate' ? world.touch(world.order('plain')).id : renamed(world);
        const given = await readGood(world.connect(), { feed: via, since });
        demand(byId(given).has(changed), `${rider} comes with ${via}, which does not give what changed (${changed})`);
      }
    },
  },
];

function renamed(world: World): string {
  const product = world.product('plain');
  world.store.shop.saveProduct({ ...product, title: 'Another title', updatedAt: world.store.shop.stamp() });
  return product.id;
}
