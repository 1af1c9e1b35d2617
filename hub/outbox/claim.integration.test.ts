import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import type { HubContext } from '../base/context.ts';
import type { AllExportEffects, Brake } from '../base/export-effects.ts';
import { EXPORT_EFFECTS } from '../exports/effects.ts';
import { openSession, requireConnection } from '../pods/sessions.ts';
import { startRun } from '../runs/runs.ts';
import { stockBrake } from '../stock/brakes.ts';
import type { Database } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import { openPostgres } from '../storage/postgres.ts';
import { saveStore, type ConnectionRow } from '../stores/rules.ts';
import type { OutboxResult } from '../../model/sync-api.ts';
import { claimOutbox, recordResults } from './outbox.ts';
import { queueWrites } from './queue.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;
let hub: HubContext;
let connection: ConnectionRow;
let runId: string;
let count = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('claim') });
  await migrate(db);
  hub = {
    db,
    clock: systemClock,
    log: createLogger('hub', 'silent'),
    newId: randomUUID,
    publicUrl: () => undefined,
    emitStoreEvent: () => {},
    webhookReach: OWN_MACHINE,
    wakePod: () => {},
    wakeDeliveries: () => {},
  };
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});
beforeEach(async () => {
  const name = `shop-${++count}`;
  const key = { kind: 'Connection', namespace: 'default', name } as const;
  await db.transaction((tx) => saveStore(tx, { namespace: 'default', name, spec: {} }));
  await openSession(hub, key, { store: name, driver: 'memory', mode: 'Production', catalogue: false });
  connection = await requireConnection(db, key);
  runId = (
    await startRun(hub, connection, { feed: 'stock', feedType: 'StockExport', trigger: 'Schedule', holder: 'pod/1' })
  ).runId;
});

const post = (sku: string, quantity: number) =>
  db.transaction((tx) =>
    queueWrites(tx, hub, [
      {
        connectionId: connection.id,
        feed: 'StockExport',
        write: { variantId: `v-${sku}`, sku, locationId: 'main', quantity, available: quantity },
      },
    ]),
  );
const claim = async (effects: AllExportEffects = EXPORT_EFFECTS) =>
  (await claimOutbox(hub, connection, effects, { runId, kind: 'stock', limit: 10 })).entries.map(
    ({ payload }) => `${String(payload['sku'])}=${String(payload['quantity'])}`,
  );

/** The hub's effects, with something that happens while the plan is judged. */
function meanwhile(happens: () => Promise<void>): AllExportEffects {
  const judge: Brake['judge'] = async (...given) => {
    const verdict = await stockBrake.judge(...given);
    await happens();
    return verdict;
  };
  return { ...EXPORT_EFFECTS, StockExport: { ...EXPORT_EFFECTS.StockExport, brake: { judge } } };
}

describe('a plan that the brakes let pass', () => {
  it('does not take along what is posted while it is judged: that is judged with the next claim', async () => {
    await post('A', 5);
    expect(await claim(meanwhile(() => post('B', 0)))).toEqual(['A=5']);
    expect(await claim()).toEqual(['A=5', 'B=0']);
  });

  it('goes out with the numbers that were judged, though one is replaced meanwhile: the new one waits its turn', async () => {
    await post('A', 5);
    let replaced: Promise<void> | undefined;
    const entries = await claim(
      meanwhile(async () => {
        replaced = post('A', 0);
        await systemClock.sleep(300);
      }),
    );
    await replaced;
    expect(entries).toEqual(['A=5']);
    expect(
      await db.query(
        `SELECT payload->'quantity' AS quantity, passed FROM outbox WHERE connection_id = $1 AND state = 'Pending'`,
        [connection.id],
      ),
    ).toEqual([{ quantity: 0, passed: false }]);
  });
});

const report = (...results: OutboxResult[]) =>
  recordResults(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', results });
const take = async () =>
  (await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10 })).entries;

describe('a level that is posted while an older one is on its way', () => {
  /** The older one was sent, and nobody knows what became of it: the hub or the pod ended. */
  async function bothTaken(): Promise<OutboxResult['id'][]> {
    await post('A', 5);
    await take();
    await post('A', 6);
    return (await take()).map(({ id }) => id);
  }
  const levels = () =>
    db.query(`SELECT payload->'quantity' AS quantity, state FROM outbox WHERE connection_id = $1 ORDER BY id`, [
      connection.id,
    ]);

  it.each([
    ['given back', { outcome: 'Returned' }],
    ['not done', { outcome: 'Retry', reason: 'Timeout', message: 'no answer' }],
  ] as const)('is what the store gets in the end, though all was %s', async (_, result) => {
    for (const id of await bothTaken()) await report({ id, ...result });
    expect(await levels()).toEqual([
      { quantity: 5, state: 'Superseded' },
      { quantity: 6, state: 'Pending' },
    ]);
  });

  it('all given back in one report, too', async () => {
    await report(...(await bothTaken()).map((id) => ({ id, outcome: 'Returned' as const })));
    expect(await levels()).toMatchObject([{ state: 'Superseded' }, { quantity: 6, state: 'Pending' }]);
  });

  it('is sent alone, as one that was tried before: the older number is of no use any more', async () => {
    await post('A', 5);
    await take();
    await post('A', 6);
    expect(await take()).toMatchObject([{ attempts: 2, payload: { quantity: 6 } }]);
  });

  it('is not undone by the older one, which failed beside it and would be tried again', async () => {
    const ids = await bothTaken();
    await report(
      ...ids.map((id, index): OutboxResult =>
        index === ids.length - 1
          ? { id, outcome: 'Applied' }
          : { id, outcome: 'Retry', reason: 'Timeout', message: 'no answer' },
      ),
    );
    expect(await levels()).toEqual([
      { quantity: 5, state: 'Superseded' },
      { quantity: 6, state: 'Applied' },
    ]);
  });
});

describe('a parcel that may have been sent before', () => {
  const parcel = (id: string, orderId: string) =>
    db.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO shipments (id, store_id, connection_id, order_id, parcel) VALUES ($1, $2, $3, $4, 1)`,
        [id, connection.store_id, connection.id, orderId],
      );
      const write = {
        shipmentId: id,
        orderId,
        orderNumber: `#${orderId}`,
        parcel: 1,
        shippedAt: '2026-11-02T07:30:00Z',
      };
      const told = {
        connectionId: connection.id,
        feed: 'ShipmentExport',
        write: { ...write, completes: false },
      } as const;
      await queueWrites(tx, hub, [told]);
    });
  const shipments = async () =>
    (await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'shipment', limit: 10 })).entries;

  it('comes with the names that the store has for the other parcels of its order, and for none of another', async () => {
    ({ runId } = await startRun(hub, connection, {
      ...{ feed: 'ship', feedType: 'ShipmentExport', trigger: 'Schedule', holder: 'pod/1' },
    }));
    await parcel(`${runId}-1`, 'A');
    await parcel(`${runId}-2`, 'B');
    const results = (await shipments()).map(({ id }, index) => ({
      ...{ id, outcome: 'Applied' as const, result: { externalId: `s${index + 1}` } },
    }));
    await recordResults(hub, connection, EXPORT_EFFECTS, { runId, kind: 'shipment', results });
    await parcel(`${runId}-3`, 'A');
    expect((await shipments())[0]!.payload).not.toHaveProperty('othersThere');
    expect((await shipments())[0]!.payload).toMatchObject({ orderId: 'A', othersThere: ['s1'] });
  });
});

describe('what the store has taken and does later', () => {
  const due = async () =>
    (await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10, submitted: true })).entries;
  const rows = () =>
    db.query(
      `SELECT state, ticket, failures, payload->'quantity' AS quantity FROM outbox WHERE connection_id = $1 ORDER BY id`,
      [connection.id],
    );

  /** Claims the one level that waits, and says that it was submitted. */
  async function submit(againMs: number): Promise<number> {
    const { entries } = await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10 });
    await report({ id: entries[0]!.id, outcome: 'Submitted', ticket: 'job 1', againMs });
    return entries[0]!.id;
  }

  it('is not spoken of where there is none: the run would be one that waits', async () => {
    await post('A', 5);
    const claim = await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10 });
    expect(claim.entries).toHaveLength(1);
    expect(claim.submitted).toBeUndefined();
  });

  it('is asked for when it is due, and not before', async () => {
    await post('A', 5);
    await submit(3_600_000);
    expect(await due()).toEqual([]);
    const { submitted } = await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10 });
    expect(submitted).toMatchObject({ count: 1 });
    expect(submitted!.dueInMs).toBeGreaterThan(3_000_000);
    expect(await rows()).toEqual([{ state: 'Submitted', ticket: 'job 1', failures: 0, quantity: 5 }]);
  });

  it('goes before what is newer of its subject, and holds up nothing else', async () => {
    await post('A', 5);
    const id = await submit(0);
    await post('A', 6);
    await post('B', 1);
    expect(await claim()).toEqual(['B=1']);
    expect(await due()).toMatchObject([{ id, ticket: 'job 1', payload: { sku: 'A', quantity: 5 } }]);
    await report({ id, outcome: 'Applied' });
    expect(await claim()).toEqual(['A=6', 'B=1']);
    expect((await rows())[0]).toMatchObject({ state: 'Applied', ticket: null });
  });

  it('is not sent again because the store cannot be asked', async () => {
    await post('A', 5);
    const id = await submit(0);
    await report({ id, outcome: 'Returned', reason: 'KeyRefused', message: 'no' });
    expect(await claim()).toEqual([]);
    expect(await rows()).toMatchObject([{ state: 'Submitted', failures: 0 }]);
  });

  it('is sent again where the store has not done it, unless something newer waits', async () => {
    await post('A', 5);
    const id = await submit(0);
    await report({ id, outcome: 'Retry', reason: 'StoreError', message: 'not done' });
    expect(await rows()).toMatchObject([{ state: 'Pending', ticket: null, failures: 1 }]);
    await post('B', 5);
    const other = (await claimOutbox(hub, connection, EXPORT_EFFECTS, { runId, kind: 'stock', limit: 10 })).entries[0]!
      .id;
    await report({ id: other, outcome: 'Submitted', ticket: 'job 2', againMs: 0 });
    await post('B', 6);
    await report({ id: other, outcome: 'Retry', reason: 'StoreError', message: 'not done' });
    expect((await rows()).slice(1)).toMatchObject([{ state: 'Superseded' }, { state: 'Pending', quantity: 6 }]);
  });

  it('may be rejected in the end', async () => {
    await post('A', 5);
    await report({ id: await submit(0), outcome: 'Rejected', reason: 'StoreRefused', message: 'no' });
    expect(await rows()).toMatchObject([{ state: 'Rejected', ticket: null }]);
  });
});
