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
  for (const [index, { external_id }] of open.entries()) {
    await expectStatus(
      201,
      world.backOffice('POST', `/orders/${connection[0]!.id}.${external_id}/shipments`, {
        carrier: 'Post',
        ...(index === 0 ? {} : { trackingCode: `T-${external_id}` }),
      }),
    );
  }
  const levels = world.store.truth
    .levels()
    .filter(({ locationId }) => locationId === 'main')
    .map(({ sku, onHand }) => ({ sku, warehouse: 'main', quantity: onHand + 7 }));
  await expectStatus(202, world.backOffice('POST', '/stock', { levels }));
}

async function expectStatus(status: number, answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const got = await answer;
  if (got.status !== status) throw new Error(`the back office got ${got.status}: ${JSON.stringify(got.body)}`);
}

/** Until nothing waits for the shop. */
export async function exportAll(world: SeedWorld): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const [open] = await world.hub.db.query<{ shipments: number; levels: number }>(
      `SELECT count(*) FILTER (WHERE o.kind = 'shipment') AS shipments, count(*) FILTER (WHERE o.kind = 'stock') AS levels FROM outbox o JOIN connections c ON c.id = o.connection_id
       WHERE c.name = $1 AND o.state IN ('Pending', 'Sent', 'Submitted')`,
      [world.connectionName],
    );
    if (open!.shipments > 0) await world.runOnce('ShipmentExport');
    if (open!.levels > 0) await world.runOnce('StockExport');
    if (open!.shipments + open!.levels === 0) return;
    world.hub.clock.advance(60_000);
  }
  throw new Error('the outbox did not become empty');
}
