import type { Queryable } from '../storage/database.ts';
import { above, openPieces, total, type Moment } from './pieces.ts';
import type { Place } from './places.ts';
import { writtenLevel, type WrittenLevel } from './share.ts';
import { sellableNow } from './targets.ts';

/**
 * What stores are to have of levels that were posted some time ago, by what was ordered and shipped since. `moment` is
 * one of before.
 */
export async function workedOut<P extends Pick<Place, 'connection_id' | 'location_id' | 'sku' | 'safety_stock'>>(
  db: Queryable,
  storeId: number,
  places: readonly P[],
  moment: Moment,
): Promise<(P & { readonly written: WrittenLevel; readonly counted: readonly number[] })[]> {
  if (places.length === 0) return [];
  const skus = places.map(({ sku }) => sku);
  const sellable = await sellableNow(db, storeId, skus, moment);
  const open = await openPieces(db, storeId, skus, moment);
  return places.flatMap((place) => {
    const share = sellable(place.sku, place.location_id);
    if (!share) return [];
    const own = open.filter(({ connectionId, sku }) => connectionId === place.connection_id && sku === place.sku);
    return [
      {
        ...place,
        written: writtenLevel(
          share,
          total(own, ({ sold }) => sold),
          place.safety_stock,
        ),
        counted: above(moment, share.counted, ...own.map(({ fresh }) => fresh)),
      },
    ];
  });
}
