import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../hub/storage/database.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { Poller } from '../faults/poller.ts';
import { HubRig, until, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { order } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(120_000);

let postgres: TestPostgres;
let url: string;
let rig: HubRig;
/** Another hub on the same database, or its like: sessions of its own. */
let other: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase('hub');
  rig = await HubRig.start(openPostgres({ url, maxConnections: 20 }));
  other = openPostgres({ url, maxConnections: 20 });
});
afterAll(async () => {
  await other?.close();
  await rig?.stop();
  await postgres?.stop();
});

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const rowId = (row: number) => `o-${row}`;
const pollerOf = (store: TestStore, path: string, idOf = (item: { id: string }) => item.id) =>
  new Poller(async (after, limit) => {
    const { body } = await store.api('GET', `${path}?after=${after}&limit=${limit}`);
    return {
      items: body.items.map((item: { id: string; cursor: string }) => ({ id: idOf(item), cursor: item.cursor })),
    };
  });

/** One transaction: rows it touches, how long it waits between writing and its end, and how it ends. */
const write = fc.record({
  rows: fc.array(fc.nat({ max: 19 }), { minLength: 1, maxLength: 3 }),
  before: fc.nat({ max: 8 }),
  hold: fc.nat({ max: 40 }),
  undone: fc.boolean(),
  savepoint: fc.boolean(),
});
const sessions = fc.array(fc.array(write, { minLength: 3, maxLength: 8 }), { minLength: 3, maxLength: 6 });

/** Always in one order, or two sessions would wait for each other for ever. */
async function run(
  db: Database,
  connectionId: number,
  touch: string,
  {
    rows,
    before,
    hold,
    undone,
    savepoint,
  }: { rows: number[]; before: number; hold: number; undone: boolean; savepoint: boolean },
): Promise<void> {
  await sleep(before);
  await db
    .transaction(async (tx) => {
      for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
        if (savepoint) await tx.query('SAVEPOINT one');
        await tx.query(touch, [connectionId, rowId(row)]);
        if (savepoint && undone) await tx.query('ROLLBACK TO SAVEPOINT one');
        await sleep(hold / rows.length);
      }
      if (undone && !savepoint) throw new Error('undone');
    })
    .catch((error: unknown) => {
      if ((error as Error).message !== 'undone') throw error;
    });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the item of whichever list
const lists: readonly { readonly path: string; readonly touch: string; readonly idOf?: (item: any) => string }[] = [
  {
    path: '/orders',
    touch: `UPDATE orders SET seq = nextval('change_seq') WHERE connection_id = $1 AND external_id = $2`,
  },
  {
    path: '/products',
    touch: `INSERT INTO products (connection_id, external_id, hash) VALUES ($1, $2, gen_random_uuid()) ON CONFLICT (connection_id, external_id) DO UPDATE SET hash = EXCLUDED.hash, seq = nextval('change_seq')`,
  },
  {
    path: '/stock',
    touch: `INSERT INTO stock_levels (connection_id, variant_id, location_id, sku, on_hand, available, hash) VALUES ($1, $2, 'main', $2, 1, 1, gen_random_uuid()) ON CONFLICT (connection_id, variant_id, location_id) DO UPDATE SET hash = EXCLUDED.hash, seq = nextval('change_seq')`,
    idOf: ({ sku }) => sku,
  },
  {
    path: '/held',
    touch: `WITH gone AS (UPDATE outbox SET state = 'Pending' WHERE connection_id = $1 AND subject = $2) SELECT 1`,
    idOf: ({ subject }) => subject,
  },
];

describe.each(lists)('who polls $path', ({ path, touch, idOf }) => {
  it('is shown everything, whatever is committed late, undone or still under way', async () => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    if (path === '/orders')
      await pod.send(
        'OrderImport',
        Array.from({ length: 20 }, (_, row) => order(String(row))),
      );
    if (path === '/held')
      for (let row = 0; row < 20; row++)
        await other.query(
          `INSERT INTO outbox (connection_id, kind, subject, payload, state) VALUES ($1, 'shipment', $2, '{}', 'Pending')`,
          [pod.connectionId, rowId(row)],
        );
    const held = `UPDATE outbox SET state = 'Held' WHERE connection_id = $1 AND subject = $2`;
    await fc.assert(
      fc.asyncProperty(sessions, fc.integer({ min: 1, max: 50 }), async (plan, limit) => {
        const poller = pollerOf(store, path, idOf);
        const over = new AbortController();
        const polling = poller.work(over.signal, limit, () => sleep(1));
        if (path === '/held')
          await other.query(`UPDATE outbox SET state = 'Pending' WHERE connection_id = $1`, [pod.connectionId]);
        await Promise.all(
          plan.map(async (writes, index) => {
            for (const one of writes)
              await run(index % 2 ? other : rig.db, pod.connectionId, path === '/held' ? held : touch, one);
          }),
        );
        over.abort();
        await polling;
        expect((await poller.count()).missed).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a position', () => {
  const page = async (store: TestStore, after?: string) =>
    (await store.api('GET', `/orders?limit=1${after ? `&after=${after}` : ''}`)).body;
  const shopWith = async (...ids: string[]): Promise<{ store: TestStore; pod: TestPod }> => {
    const store = await rig.store();
    const pod = await store.connect('shop', { catalogue: false });
    if (ids.length > 0)
      await pod.send(
        'OrderImport',
        ids.map((id) => order(id)),
      );
    return { store, pod };
  };

  it('does not wait for who writes elsewhere: another database of the server, another Store, a backup that reads', async () => {
    const { store } = await shopWith('1');
    const elsewhere = openPostgres({ url: await postgres.createDatabase('elsewhere') });
    const away = await shopWith('2');
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const foreign = elsewhere.transaction(async (tx) => {
      await tx.query('CREATE TABLE t AS SELECT 1');
      await finished;
    });
    const neighbour = other.transaction(
      async (tx) => {
        await tx.query(`UPDATE orders SET seq = nextval('change_seq') WHERE connection_id = $1`, [
          away.pod.connectionId,
        ]);
        await finished;
      },
      {
        'supercargo.store_id': (
          await rig.db.query<{ store_id: number }>('SELECT store_id FROM connections WHERE id = $1', [
            away.pod.connectionId,
          ])
        )[0]!.store_id,
      },
    );
    const backup = other.transaction(async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await tx.query('SELECT count(*) FROM orders');
      await finished;
    });
    try {
      await until(
        async () => (await rig.db.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`)).length > 0,
        'the neighbour writes',
      );
      const [before] = (await page(store)).items;
      await store.api('POST', `/orders/${encodeURIComponent(before.id)}/acknowledge`, { reference: 'W-1' });
      expect((await page(store, before.cursor)).items).toMatchObject([
        { externalId: 'o-1', acknowledgedReference: 'W-1' },
      ]);
    } finally {
      finish();
      await Promise.all([foreign, neighbour, backup]);
      await elsewhere.close();
    }
  });

  it('of before this was so stays valid, and one that this database never gave out is answered with what to do', async () => {
    const { store } = await shopWith('1');
    expect((await page(store, '17')).items).toMatchObject([{ externalId: 'o-1' }]);
    for (const path of ['/orders', '/products', '/stock', '/held']) {
      expect(await store.api('GET', `${path}?after=999999999999999999`)).toMatchObject({
        status: 410,
        body: { type: 'PositionGone', detail: expect.stringContaining('read the list once from the beginning') },
      });
    }
  });

  it('survives a restore: what comes after it lies above every position given out before', async () => {
    const { store, pod } = await shopWith('1');
    const cursor = (await page(store)).items[0].cursor as string;
    // As a dump of an hour ago in a new server: its numbers begin lower.
    await rig.db.query(`SELECT setval('change_seq', $1::bigint - 1000000)`, [cursor]);
    await rig.db.query(`UPDATE positions SET server = 'the server before'`);
    const restored = openPostgres({ url });
    await restored.transaction((tx) => tx.query('SELECT 1'));
    await restored.close();
    await pod.send('OrderImport', [order('2')]);
    expect((await page(store, cursor)).items).toMatchObject([{ externalId: 'o-2' }]);
  });
});
