import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { StoreSpec } from '../../crds/index.ts';
import type { HubContext } from '../../hub/base/context.ts';
import { applyBatch } from '../../hub/pods/batches.ts';
import { startRun } from '../../hub/runs/runs.ts';
import { openSession, requireConnection } from '../../hub/pods/sessions.ts';
import type { Database, Row } from '../../hub/storage/database.ts';
import { migrate } from '../../hub/storage/migrate.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { saveStore, type ConnectionRow } from '../../hub/stores/rules.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { decodeBatch, encodeBatch, type BatchProblem } from '../../model/batch.ts';
import { BatchEncoder } from '../../model/encode.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let databases = 0;
let db: Database;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
});
afterEach(async () => db?.close());

/** A shop's connection as its pod sees it: batches in, numbered. */
class Shop {
  woken = 0;
  connection!: ConnectionRow;
  readonly #runs = new Map<FeedType, { id: string; sequence: number }>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get hub(): HubContext {
    return {
      db,
      clock: systemClock,
      log: createLogger('hub', 'silent'),
      newId: randomUUID,
      publicUrl: () => undefined,
      emitStoreEvent: () => {},
      webhookReach: OWN_MACHINE,
      wakePod: () => {},
      wakeDeliveries: () => {
        this.woken++;
      },
    };
  }

  static async open(spec: StoreSpec = {}, catalogue = true): Promise<Shop> {
    const shop = new Shop(`shop-${++databases}`);
    const key = { kind: 'Connection', namespace: 'default', name: shop.#name } as const;
    await db.transaction((tx) => saveStore(tx, { namespace: 'default', name: shop.#name, spec }));
    await openSession(shop.hub, key, { store: shop.#name, driver: 'memory', mode: 'Production', catalogue });
    shop.connection = await requireConnection(db, key);
    return shop;
  }

  async send(
    feed: FeedType,
    records: readonly CanonicalRecord[],
    problems: readonly BatchProblem[] = [],
    intake: 'Accepted' | 'Held' = 'Accepted',
  ): Promise<number> {
    let run = this.#runs.get(feed);
    if (!run) {
      run = {
        id: (await startRun(this.hub, this.connection, { feed, feedType: feed, trigger: 'Schedule', holder: 'pod/1' }))
          .runId,
        sequence: 0,
      };
      this.#runs.set(feed, run);
    }
    const encoder = new BatchEncoder();
    for (const record of records) encoder.add(record, ({ number }) => ({ intake, custRef: number }));
    const bytes = encodeBatch(
      {
        sequence: ++run.sequence,
        read: records.length,
        problems,
        checkpoint: { run: { resume: String(run.sequence) } },
      },
      encoder.segments(),
    );
    return (await applyBatch(this.hub, this.connection, run.id, decodeBatch(bytes))).changed;
  }

  rows<R extends Row>(sql: string): Promise<R[]> {
    return db.query<R>(sql, [this.connection.id]);
  }
}

/** Its id has to be unescaped, which only PostgreSQL does: a batch with it is merged. */
const escaped = (make: (id: string) => OrderRecord): OrderRecord => ({ ...make('x'), id: 'o\\x' });

describe('new records', () => {
  const open = async () => {
    db = openPostgres({ url: await postgres.createDatabase(`direct_${++databases}`) });
    await migrate(db);
  };

  it('come out the same, copied or merged', async () => {
    await open();
    const orders = ['1', '2', '3'].map((number) =>
      order(number, { note: 'tab\tand\nnewline \\ ü', lines: [line('1', 'A', 2), line('2', 'B', 1)] }),
    );
    const seen: unknown[] = [];
    for (const extra of [[], [escaped(order)]]) {
      const shop = await Shop.open();
      await shop.send('ProductImport', [product('p', ['A', 'B'])]);
      expect(await shop.send('OrderImport', [...orders, ...extra])).toBe(3 + extra.length);
      const stored = await shop.rows(
        `SELECT to_jsonb(o) - '{connection_id,store_id,seq,accepted_seq,first_seen_at,changed_at,shipping_method}'::text[] || jsonb_build_object('shipping_method', coalesce(shipping_method, shipping_method_code)) AS o FROM orders o WHERE connection_id = $1 AND external_id <> 'o\\x' ORDER BY external_id`,
      );
      const lines = await shop.rows(
        `SELECT to_jsonb(l) - 'connection_id' AS l FROM order_lines l WHERE connection_id = $1 AND order_id <> 'o\\x' ORDER BY order_id, external_id`,
      );
      expect([stored.length, lines.length]).toEqual([3, 6]);
      seen.push([stored, lines]);
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  it('are judged by the rules: an unknown SKU rejects, an unpaid order is looked at again after an hour, a problem is over', async () => {
    await open();
    const shop = await Shop.open();
    await shop.send('ProductImport', [product('p', ['A'])]);
    await shop.send(
      'OrderImport',
      [],
      [
        { severity: 'Error', reason: 'PoisonedRecord', record: 'o-1', message: 'm' },
        { severity: 'Error', reason: 'PoisonedRecord', record: 'o-9', message: 'm' },
      ],
    );
    await shop.send('OrderImport', [order('1')]);
    await shop.send('OrderImport', [order('2', { lines: [line('1', 'NONE', 1)] })]);
    await shop.send('OrderImport', [order('3')], [], 'Held');
    expect(
      await shop.rows(
        'SELECT external_id AS id, intake, round(extract(epoch FROM look_again_at - first_seen_at) / 60)::int AS again FROM orders WHERE connection_id = $1 ORDER BY 1',
      ),
    ).toEqual([
      { id: 'o-1', intake: 'Accepted', again: null },
      { id: 'o-2', intake: 'Rejected', again: null },
      { id: 'o-3', intake: 'Held', again: 60 },
    ]);
    expect(
      await shop.rows('SELECT record FROM problems WHERE connection_id = $1 AND resolved_at IS NULL ORDER BY 1'),
    ).toEqual([{ record: 'o-2' }, { record: 'o-9' }]);
    await shop.send('ProductImport', [product('q', ['NONE'])]);
    expect(await shop.rows(`SELECT intake FROM orders WHERE connection_id = $1 AND external_id = 'o-2'`)).toEqual([
      { intake: 'Accepted' },
    ]);
  });

  it('are told to the endpoints of the store, once', async () => {
    await open();
    const shop = await Shop.open({ orderWebhooks: [{ name: 'wms', url: 'https://wms.example/' }] });
    await shop.send('ProductImport', [product('p', ['A'])]);
    expect(shop.woken).toBe(0);
    await shop.send('OrderImport', [order('1'), order('2')]);
    await shop.send('OrderImport', [order('1'), order('2')]);
    expect(await shop.rows('SELECT order_id, event FROM deliveries WHERE connection_id = $1 ORDER BY seq')).toEqual([
      { order_id: 'o-1', event: 'order.created' },
      { order_id: 'o-2', event: 'order.created' },
    ]);
    expect(shop.woken).toBe(1);
  });

  it('are mapped where the store maps shipping methods', async () => {
    await open();
    const shop = await Shop.open({ shippingMethods: { standard: 'DHL' } }, false);
    await shop.send('OrderImport', [order('1'), order('2', { shippingMethodCode: 'drone' })]);
    expect(
      await shop.rows('SELECT shipping_method, intake FROM orders WHERE connection_id = $1 ORDER BY external_id'),
    ).toEqual([
      { shipping_method: 'DHL', intake: 'Accepted' },
      { shipping_method: 'drone', intake: 'Rejected' },
    ]);
  });

  it('are merged with what is known already: changed ones replaced with their children, equal ones untouched', async () => {
    await open();
    const shop = await Shop.open();
    await shop.send('ProductImport', [product('p', ['A', 'B']), product('q', ['C'])]);
    expect(await shop.send('ProductImport', [product('p', ['A']), product('q', ['C']), product('r', ['D'])])).toBe(2);
    expect(await shop.rows('SELECT sku FROM variants WHERE connection_id = $1 ORDER BY 1')).toEqual([
      { sku: 'A' },
      { sku: 'C' },
      { sku: 'D' },
    ]);
    await shop.send('StockImport', [level('A', 1), level('A', 2, 'other')]);
    expect(await shop.send('StockImport', [level('A', 1), level('C', 3)])).toBe(1);
  });

  it('follow a variant that moved to a new product', async () => {
    await open();
    const shop = await Shop.open();
    await shop.send('ProductImport', [product('p', ['A'])]);
    expect(await shop.send('ProductImport', [product('q', ['A'])])).toBe(1);
    expect(await shop.rows('SELECT external_id, product_id FROM variants WHERE connection_id = $1')).toEqual([
      { external_id: 'v-A', product_id: 'q' },
    ]);
  });
});

describe('two runs that bring in the same orders at the same time', () => {
  it('both end well, and every order stands once', async () => {
    db = openPostgres({ url: await postgres.createDatabase(`direct_${++databases}`) });
    await migrate(db);
    const shop = await Shop.open({}, false);
    await Promise.all([shop.send('OrderImport', []), shop.send('OrderUpdate', [])]);
    for (let round = 0; round < 20; round++) {
      const orders = Array.from({ length: 30 }, (_, index) => order(`${round}-${index}`));
      const changed = await Promise.all([shop.send('OrderImport', orders), shop.send('OrderUpdate', orders)]);
      expect(changed.reduce((sum, count) => sum + count, 0)).toBe(30);
    }
    expect(
      await shop.rows(
        'SELECT count(*) AS orders, (SELECT count(*) FROM order_lines WHERE connection_id = $1) AS lines FROM orders WHERE connection_id = $1',
      ),
    ).toEqual([{ orders: 600, lines: 600 }]);
  });
});
