import { z } from 'zod';
import type { StockWrite, WriteResult } from '../contract/index.ts';
import { halvedWrite } from '../toolkit/writes/halved-write.ts';
import { isRefusal, type MedusaClient } from './client.ts';
import { listOf } from './data-model.ts';
import { withIds } from './pages.ts';
import { stockPayload, type MedusaStock } from './payload.ts';
import { ownItem } from './product-map.ts';
import { STOCK_LIST } from './products.ts';

type Result = WriteResult<'StockExport'>;

/** A level to set: one that is there, or the first of its item at that place. */
interface Planned {
  readonly entry: StockWrite;
  readonly itemId: string;
  readonly isNew: boolean;
}

/** The shop refused something of the batch: nothing of it was done. */
class Refused extends Error {}

/** Sets what is on hand, in batches of which Medusa does all or nothing. */
export async function writeStock(
  client: MedusaClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const variants = new Map<string, MedusaStock>();
  const wanted = [...new Set(entries.map(({ variantId }) => variantId))];
  for (const row of await withIds(client, STOCK_LIST, wanted, signal)) {
    const parsed = stockPayload.safeParse(row);
    if (parsed.success) variants.set(row.id, parsed.data);
  }
  const places = new Set<string>();
  for await (const { id } of listOf(
    client,
    'stock-locations',
    z.looseObject({ id: z.string() }),
    { fields: 'id' },
    signal,
  ))
    places.add(id);
  const plans = entries.map((entry) => planOf(entry, variants.get(entry.variantId), places));
  const planned = plans.filter((plan): plan is Planned => 'itemId' in plan);
  // Two of one level in one call would be refused together.
  const later = planned.filter((plan, index) => planned.findIndex((other) => isSame(other, plan)) < index);
  const first = planned.filter((plan) => !later.includes(plan));
  return [
    ...plans.filter((plan): plan is Result => 'outcome' in plan),
    ...later.map(({ entry }) => retryOf(entry, 'another level of the same inventory item is written first')),
    ...(await halvedWrite(first, {
      atOnce: 100,
      entries: ({ entry }) => [entry],
      send: (plans_) => send(client, plans_, signal),
      refused: (error) => error instanceof Refused,
      alone: ({ entry }, error) => [
        rejected(entry, 'StoreRefused', `Medusa does not take it: ${(error as Error).message}`),
      ],
    })),
  ] as readonly Result[];
}

const isSame = (a: Planned, b: Planned): boolean => a.itemId === b.itemId && a.entry.locationId === b.entry.locationId;

const rejected = ({ entryId, sku }: StockWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `${sku}: ${message}`,
});
const retryOf = ({ entryId, sku }: StockWrite, message: string): Result => ({
  ...{ entryId, outcome: 'Retry', reason: 'StockChanged' },
  message: `${sku}: ${message}`,
});

function planOf(entry: StockWrite, variant: MedusaStock | undefined, places: ReadonlySet<string>): Planned | Result {
  const { locationId, expected } = entry;
  if (!variant)
    return rejected(
      entry,
      'UnknownVariant',
      'Medusa does not know the variant any more: run StockImport, or take the SKU off',
    );
  const item = ownItem(variant);
  if (!item)
    return rejected(
      entry,
      'NotSupported',
      variant.manage_inventory && variant.inventory_items.length > 0
        ? 'it is a kit in Medusa: set the levels of what it is made of'
        : 'Medusa does not count its stock: switch on "Manage inventory" at the variant, then replay',
    );
  if (!places.has(locationId))
    return rejected(
      entry,
      'UnknownLocation',
      `Medusa has no location "${locationId}": mend the location of the warehouse in the Store, then replay`,
    );
  const level = item.inventory?.location_levels.find(({ location_id }) => location_id === locationId);
  if (expected !== undefined && level && level.stocked_quantity !== expected)
    return retryOf(entry, `the shop has ${level.stocked_quantity}, and ${expected} was expected`);
  return { entry, itemId: item.inventory_item_id, isNew: level === undefined };
}

async function send(client: MedusaClient, plans: readonly Planned[], signal: AbortSignal): Promise<readonly Result[]> {
  const rows = (isNew: boolean) =>
    plans
      .filter((plan) => plan.isNew === isNew)
      .map(({ entry, itemId }) => ({
        inventory_item_id: itemId,
        location_id: entry.locationId,
        stocked_quantity: entry.quantity,
      }));
  const path = '/inventory-items/location-levels/batch';
  const answer = await client.write(
    { path, body: { create: rows(true), update: rows(false) } },
    z.looseObject({}),
    signal,
  );
  if (isRefusal(answer)) throw new Refused(answer.refused);
  return plans.map(({ entry: { entryId } }): Result => ({ entryId, outcome: 'Applied' }));
}
