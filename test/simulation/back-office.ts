import type { SeedWorld } from './seed-world.ts';

/** Parcels and levels that the back office reports, into the outbox. */
export async function reportWork(world: SeedWorld): Promise<void> {
  const connection = await world.hub.db.query<{ id: number }>('SELECT id FROM connections WHERE name = $1', [
    world.connectionName,
  ]);
  const open = await world.hub.db.query<{ external_id: string }>(
    `SELECT external_id FROM orders WHERE connection_id = $1 AND intake = 'Accepted' ORDER BY external_id`,
    [connection[0]!.id],
  );
  const ship = (id: string, parcel: object) =>
    expectStatus(
      201,
      world.backOffice('POST', `/orders/${connection[0]!.id}.${id}/shipments`, { carrier: 'Post', ...parcel }),
    );
  for (const [index, { external_id }] of open.entries()) {
    if (index > 0) await ship(external_id, { trackingCode: `T-${external_id}` });
    else for (const parcel of twoWithoutNumber(world, external_id)) await ship(external_id, parcel);
  }
  await countStock(world, 7);
}

/** Every level of the main warehouse, so many pieces above what the shop had. Returns the numbers. */
export async function countStock(world: SeedWorld, more: number): Promise<readonly CountedLevel[]> {
  const levels = world.store.truth
    .levels()
    .filter(({ locationId }) => locationId === 'main')
    .map(({ sku, onHand, variantId, locationId }) => ({ sku, variantId, locationId, quantity: onHand + more }));
  const body = { levels: levels.map(({ sku, quantity }) => ({ sku, warehouse: 'main', quantity })) };
  await expectStatus(202, world.backOffice('POST', '/stock', body));
  return levels;
}

export interface CountedLevel {
  readonly variantId: string;
  readonly locationId: string;
  readonly quantity: number;
}

/**
 * One piece, then what is left of the order: nothing but the driver's own mark tells the shop's parcel from one that
 * is still to be sent.
 */
function twoWithoutNumber({ store }: SeedWorld, orderId: string): object[] {
  const lines = store.truth.orders().find(({ id }) => id === orderId)!.lines;
  const pieces = lines.reduce((sum, { ordered }) => sum + ordered, 0);
  return pieces < 2 ? [{}] : [{ lines: [{ sku: lines[0]!.sku, quantity: 1 }] }, {}];
}

async function expectStatus(status: number, answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const got = await answer;
  if (got.status !== status) throw new Error(`the back office got ${got.status}: ${JSON.stringify(got.body)}`);
}

/** Until nothing waits for the shop, which in peace must come. */
export async function exportAll(world: SeedWorld): Promise<void> {
  if (!(await exportWhatGoes(world))) throw new Error('the outbox did not become empty');
}

/** As much as goes out in twenty minutes: in a storm a shop may fail for longer. Whether nothing waits any more. */
export async function exportWhatGoes(world: SeedWorld): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const [open] = await world.hub.db.query<{ shipments: number; levels: number }>(
      `SELECT count(*) FILTER (WHERE o.kind = 'shipment') AS shipments, count(*) FILTER (WHERE o.kind = 'stock') AS levels FROM outbox o JOIN connections c ON c.id = o.connection_id
       WHERE c.name = $1 AND o.state IN ('Pending', 'Sent', 'Submitted')`,
      [world.connectionName],
    );
    if (open!.shipments > 0) await world.runOnce('ShipmentExport');
    if (open!.levels > 0) await world.runOnce('StockExport');
    if (open!.shipments + open!.levels === 0) return true;
    world.hub.clock.advance(60_000);
  }
  return false;
}
