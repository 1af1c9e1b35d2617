import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import type { Database } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import { openPostgres } from '../storage/postgres.ts';
import { queueWrites, type NewWrite } from './queue.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;
let connections = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('queue') });
  await migrate(db);
  await db.query(`INSERT INTO stores (namespace, name, client, rules) VALUES ('default', 'main', 'c', '{}')`);
  await db.query(
    `INSERT INTO connections (kind, namespace, name, store_id, driver, mode)
     SELECT 'Connection', 'default', 'shop-' || number, id, 'memory', 'Production' FROM stores, generate_series(1, 20) number`,
  );
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

/** Queues in one transaction; which pods were woken. */
async function queued(writes: readonly NewWrite[], waiting?: 'replace' | 'keep'): Promise<number[]> {
  const woken: number[] = [];
  await db.transaction((tx) => queueWrites(tx, { wakePod: (id) => void woken.push(id) }, writes, waiting));
  return woken;
}

const level = (connectionId: number, subject: string, quantity: number): NewWrite => {
  const [sku, locationId] = subject.split('@') as [string, string];
  return {
    connectionId,
    feed: 'StockExport',
    write: { variantId: `v-${sku}`, sku, locationId, quantity, available: quantity },
  };
};
const waiting = (connectionId: number) =>
  db.query(
    `SELECT subject, payload->'quantity' AS quantity, attempts FROM outbox WHERE connection_id = $1 AND state = 'Pending' ORDER BY id`,
    [connectionId],
  );

describe('writes to stores', () => {
  it('wait in the order in which they came, and each pod is asked once for each of its exports', async () => {
    const [a, b] = [++connections, ++connections];
    const parcel = (orderId: string): NewWrite => ({
      connectionId: b,
      feed: 'ShipmentExport',
      write: {
        shipmentId: 's',
        orderId,
        orderNumber: '1',
        parcel: 1,
        shippedAt: '2026-11-02T08:00:00Z',
        completes: false,
      },
    });
    expect(
      await queued([level(a, 'Z@main', 1), level(a, 'A@main', 2), parcel('o-2'), parcel('o-1'), parcel('o-2')]),
    ).toEqual([a, b]);
    expect((await waiting(a)).map(({ subject }) => subject)).toEqual(['v-Z@main', 'v-A@main']);
    expect((await waiting(b)).map(({ subject }) => subject)).toEqual(['o-2', 'o-1', 'o-2']);
    expect(
      await db.query(
        'SELECT connection_id AS id, feed_type AS feed FROM hints WHERE connection_id IN ($1, $2) ORDER BY 1',
        [a, b],
      ),
    ).toEqual([
      { id: a, feed: 'StockExport' },
      { id: b, feed: 'ShipmentExport' },
    ]);
    expect(await queued([])).toEqual([]);
  });

  it('of a stock level: a newer one takes the place of one that waits, and starts anew; or leaves it, when told to', async () => {
    const id = ++connections;
    await queued([level(id, 'A@main', 1)]);
    await db.query('UPDATE outbox SET attempts = 3, failures = 3, passed = true WHERE connection_id = $1', [id]);
    await queued([level(id, 'A@main', 2)], 'keep');
    expect(await waiting(id)).toEqual([{ subject: 'v-A@main', quantity: 1, attempts: 3 }]);
    await queued([level(id, 'A@main', 2)]);
    expect(await waiting(id)).toEqual([{ subject: 'v-A@main', quantity: 2, attempts: 0 }]);
    expect(await db.query('SELECT failures, passed FROM outbox WHERE connection_id = $1', [id])).toEqual([
      { failures: 0, passed: false },
    ]);
  });
});
