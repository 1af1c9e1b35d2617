import { queueWrites, type NewWrite, type WakesPods } from '../outbox/queue.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';

/** A price as a back office posts it; money in minor units. */
export interface WantedPrice {
  readonly sku: string;
  readonly price: number;
  readonly compareAt?: number;
  readonly currency: string;
  readonly includesTax: boolean;
}

export type PriceRefusal = 'UnknownSku' | 'SharedSku' | 'OtherCurrency' | 'NoPriceFeed';

/** What became of one posted price; it may have gone to one shop and not to another. */
export interface PriceAnswer {
  readonly sku: string;
  /** Shops that it is on its way to. */
  readonly queued: number;
  /** Shops that have it already. */
  readonly unchanged: number;
  readonly refused: readonly {
    readonly connection: string | null;
    readonly reason: PriceRefusal;
    readonly message: string;
  }[];
}

/** A variant that has a posted SKU. */
interface Place {
  /** Of the posted prices. */
  readonly index: number;
  readonly connection_id: number;
  readonly connection: string;
  readonly takes_prices: boolean;
  readonly variant_id: string;
  readonly price: number | null;
  readonly compare_at: number | null;
  readonly currency: string;
  /** Another price of the variant is on its way. */
  readonly under_way: boolean;
}

type Verdict =
  | { readonly write: NewWrite<'PriceExport'> }
  | 'unchanged'
  | { readonly connection: string; readonly reason: PriceRefusal; readonly message: string };

/**
 * Finds the variant of each price in every shop of the Store, and queues what differs; a newer price takes a waiting
 * one's place.
 */
export async function setPrices(
  tx: Transaction,
  hub: WakesPods,
  store: StoreRow,
  prices: readonly WantedPrice[],
): Promise<PriceAnswer[]> {
  const places = Map.groupBy(await placesOf(tx, store.id, prices), ({ index }) => index);
  const verdicts = prices.map((wanted, index) => judge(wanted, places.get(index) ?? []));
  await queueWrites(
    tx,
    hub,
    verdicts.flat().flatMap((verdict) => (typeof verdict === 'object' && 'write' in verdict ? [verdict.write] : [])),
  );
  return prices.map((wanted, index) => answerOf(wanted, verdicts[index]!));
}

async function placesOf(tx: Transaction, storeId: number, prices: readonly WantedPrice[]): Promise<Place[]> {
  return tx.query<Place & Record<string, unknown>>(
    `SELECT w.index::int - 1 AS index, c.id AS connection_id, c.namespace || '/' || c.name AS connection, 'PriceExport' = ANY(c.exports) AS takes_prices,
       v.external_id AS variant_id, v.price, v.compare_at_price AS compare_at, v.currency,
       EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = c.id AND o.kind = 'price' AND o.subject = v.external_id AND o.state IN ('Pending', 'Sent', 'Submitted', 'Held')) AS under_way
     FROM unnest($2::text[]) WITH ORDINALITY AS w(sku, index)
     JOIN connections c ON c.store_id = $1 JOIN variants v ON v.connection_id = c.id AND v.sku = w.sku
     ORDER BY w.index, c.namespace, c.name, v.external_id`,
    [storeId, prices.map(({ sku }) => sku)],
  );
}

/** One verdict for each shop that has the SKU. Pure. */
function judge(wanted: WantedPrice, places: readonly Place[]): Verdict[] {
  return [...Map.groupBy(places, ({ connection_id }) => connection_id).values()].map((found) =>
    judgeShop(wanted, found),
  );
}

function judgeShop(wanted: WantedPrice, found: readonly Place[]): Verdict {
  const { sku, currency, includesTax, compareAt, price } = wanted;
  const place = found[0]!;
  const refused = (reason: PriceRefusal, message: string) => ({ connection: place.connection, reason, message });
  if (!place.takes_prices)
    return refused(
      'NoPriceFeed',
      `connection ${place.connection} has no Feed of type PriceExport: add one, then post the price again`,
    );
  if (found.length > 1)
    return refused(
      'SharedSku',
      `SKU "${sku}" is the SKU of several variants of one shop: give each its own SKU there, then run ProductImport`,
    );
  if (place.currency !== currency)
    return refused(
      'OtherCurrency',
      `the shop sells SKU "${sku}" in ${place.currency}, not in ${currency}: post the price in ${place.currency}`,
    );
  const same = includesTax && place.price === price && (compareAt === undefined || place.compare_at === compareAt);
  // Equal to what the shop has, while another is on its way there: the last word counts, so it follows.
  if (same && !place.under_way) return 'unchanged';
  return {
    write: {
      connectionId: place.connection_id,
      feed: 'PriceExport',
      write: {
        variantId: place.variant_id,
        sku,
        price,
        ...(compareAt === undefined ? {} : { compareAt }),
        currency,
        includesTax,
      },
    },
  };
}

function answerOf({ sku }: WantedPrice, verdicts: readonly Verdict[]): PriceAnswer {
  if (verdicts.length === 0) {
    return {
      sku,
      queued: 0,
      unchanged: 0,
      refused: [
        {
          connection: null,
          reason: 'UnknownSku',
          message: `no shop of the Store has SKU "${sku}": check it, or run ProductImport`,
        },
      ],
    };
  }
  return {
    sku,
    queued: verdicts.filter((verdict) => typeof verdict === 'object' && 'write' in verdict).length,
    unchanged: verdicts.filter((verdict) => verdict === 'unchanged').length,
    refused: verdicts.flatMap((verdict) => (typeof verdict === 'object' && 'reason' in verdict ? [verdict] : [])),
  };
}
